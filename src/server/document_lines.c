/* hotlens/lines {uri, range?, tooltips?}: all that a client needs that draws hints, heat and lenses itself,
 * in positions of the text as it is now. */
#include "document_lines.h"

#include <errno.h>

#include "feature.h"
#include "hotlens/app/run_json.h"
#include "hotlens/app/text.h"

/* One answer. */
struct lines {
    struct hl_context *context;
    struct hl_json *json;
    struct hl_document *document;
    const struct hl_shown *shown;
    const struct hl_numbers *numbers;
    const struct hl_outline *outline;
    uint32_t first;
    uint32_t last;
    bool with_tooltips;
};

static double share_of(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : part >= whole ? 1 : (double)part / (double)whole;
}

static void write_counts(const struct lines *lines, uint64_t self, uint64_t total)
{
    uint64_t samples = hl_shown_scale(lines->shown)->samples;
    hl_json_member_u64(lines->json, "self", self);
    hl_json_member_u64(lines->json, "total", total);
    hl_json_member_number(lines->json, "share", share_of(total, samples));
}

static void write_tooltip(const struct lines *lines, uint64_t self, uint64_t total)
{
    if (lines->with_tooltips) {
        _cleanup_buffer_ struct hl_buffer tooltip = {0};
        hl_text_hint_tooltip(&tooltip, hl_shown_run(lines->shown), hl_shown_scale(lines->shown),
                             hl_shown_focus_name(lines->shown), self, total);
        feature_write_text(lines->json, "tooltip", &tooltip);
    }
}

/* The function's numbers whose def is on this line, or NULL. */
static const struct hl_function_number *function_on(const struct hl_numbers *numbers, uint32_t line)
{
    size_t low = 0;
    size_t high = numbers->function_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (numbers->functions[middle].line < line) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_here = low < numbers->function_count && numbers->functions[low].line == line;
    return is_here ? &numbers->functions[low] : NULL;
}

/* The function that runs a line. Decorators and the def itself run in what is around them. */
static const struct hl_function_number *function_around(const struct lines *lines, uint32_t line)
{
    uint32_t index = hl_outline_at_line(lines->outline, line + 1);
    while (index != HL_NO_DEFINITION) {
        const struct hl_definition *definition = hl_outline_get(lines->outline, index);
        if (line + 1 >= definition->body_line) {
            return function_on(lines->numbers, definition->def_line - 1);
        }
        index = definition->parent;
    }
    return NULL;
}

static void write_line(const struct lines *lines, const struct hl_line_number *line)
{
    const struct hl_scale *scale = hl_shown_scale(lines->shown);
    const struct hl_function_number *function = function_around(lines, line->line);
    hl_json_object_begin(lines->json);
    hl_json_member_u64(lines->json, "line", line->line);
    write_counts(lines, line->self, line->total);
    if (function) {
        hl_json_member_number(lines->json, "functionShare",
                              share_of(line->total, function->function->total));
    }
    if (hl_text_is_worth_a_hint(scale, line->total, lines->context->settings->hint_percent)) {
        _cleanup_buffer_ struct hl_buffer text = {0};
        hl_text_hint(&text, scale, lines->context->settings->hint_content, line->self,
                     line->total);
        feature_write_text(lines->json, "text", &text);
        write_tooltip(lines, line->self, line->total);
    }
    hl_json_object_end(lines->json);
}

/* Only what is sure: see hl_change. */
static void write_change(const struct lines *lines, const struct hl_shown_function *function)
{
    const struct hl_scale *scale = hl_shown_scale(lines->shown);
    const char *baseline = hl_shown_baseline(lines->shown);
    bool has_changed = function->change == HL_CHANGE_MORE || function->change == HL_CHANGE_LESS;
    if (!has_changed || !baseline || !(scale->seconds_per_sample > 0)) {
        return;
    }
    double seconds = (double)function->total * scale->seconds_per_sample;
    hl_json_key(lines->json, "change");
    hl_json_object_begin(lines->json);
    hl_json_member_string(lines->json, "direction",
                          function->change == HL_CHANGE_MORE ? "more" : "less");
    hl_json_member_number(lines->json, "seconds", seconds - function->baseline_seconds);
    hl_json_member_string(lines->json, "baseline", baseline);
    hl_json_object_end(lines->json);
}

static void write_function(const struct lines *lines, const struct hl_function_number *number)
{
    const struct hl_shown_function *function = number->function;
    hl_json_object_begin(lines->json);
    hl_json_member_string(lines->json, "name", function->name);
    hl_json_member_string(lines->json, "kind",
                          number->kind == HL_DEFINITION_CLASS ? "class" : "function");
    hl_json_member_u64(lines->json, "line", number->line);
    hl_json_member_u64(lines->json, "endLine", number->end_line);
    write_counts(lines, function->self, function->total);
    hl_json_member_bool(lines->json, "edited", number->edited);
    write_change(lines, function);
    if (feature_shows_function(lines->shown, number, lines->context->settings->hint_percent)) {
        _cleanup_buffer_ struct hl_buffer text = {0};
        feature_function_text(&text, lines->shown, number);
        feature_write_text(lines->json, "text", &text);
        write_tooltip(lines, function->self, function->total);
    }
    hl_json_object_end(lines->json);
}

static void write_rows(const struct lines *lines)
{
    const struct hl_numbers *numbers = lines->numbers;
    hl_json_key(lines->json, "lines");
    hl_json_array_begin(lines->json);
    for (size_t i = 0; numbers && i < numbers->line_count; i++) {
        uint32_t line = numbers->lines[i].line;
        if (line >= lines->first && line <= lines->last) {
            write_line(lines, &numbers->lines[i]);
        }
    }
    hl_json_array_end(lines->json);
    hl_json_key(lines->json, "functions");
    hl_json_array_begin(lines->json);
    for (size_t i = 0; numbers && i < numbers->function_count; i++) {
        const struct hl_function_number *number = &numbers->functions[i];
        if (number->end_line >= lines->first && number->line <= lines->last) {
            write_function(lines, number);
        }
    }
    hl_json_array_end(lines->json);
}

static void write_run(const struct lines *lines, const struct hl_shown_file *file)
{
    _cleanup_buffer_ struct hl_buffer summary = {0};
    const struct hl_run *run = hl_shown_run(lines->shown);
    feature_summary(&summary, lines->shown);
    hl_json_key(lines->json, "run");
    hl_run_json(lines->json, run);
    hl_json_member_bool(lines->json, "live", run->id == 0);
    feature_write_text(lines->json, "summary", &summary);
    hl_json_member_string(lines->json, "focus", hl_shown_focus_name(lines->shown));
    hl_json_member_u64(lines->json, "samples", hl_shown_scale(lines->shown)->samples);
    hl_json_member_string(lines->json, "file", file->path);
    hl_json_member_string(lines->json, "problem",
                          lines->numbers ? NULL : feature_why_no_numbers(file));
    hl_json_member_u64(lines->json, "lost", lines->numbers ? lines->numbers->lost : 0);
}

static void write_answer(struct lines *lines, const char *uri, bool is_loading)
{
    const struct hl_shown_file *file =
        feature_file_in_run(lines->context, lines->document, lines->shown, lines->numbers);
    hl_json_object_begin(lines->json);
    hl_json_member_string(lines->json, "uri", uri);
    hl_json_member_i64(lines->json, "version", lines->document->version);
    hl_json_member_string(lines->json, "state",
                          file ? "shown" : is_loading ? "loading" : "none");
    hl_json_member_bool(lines->json, "hints", hl_shelf_hints_are_on(lines->context->shelf));
    if (file) {
        write_run(lines, file);
    } else {
        hl_json_key(lines->json, "run");
        hl_json_null(lines->json);
    }
    write_rows(lines);
    hl_json_object_end(lines->json);
}

static int read_params(struct hl_context *context, const cJSON *params, struct lines *lines,
                       const char **ret_uri, struct hl_error *error)
{
    const cJSON *range = NULL;
    struct hl_range wanted = {.end.line = UINT32_MAX};
    int r = hl_field_string(params, "uri", ret_uri, error);
    r = r < 0 ? r : hl_field_bool_optional(params, "tooltips", &lines->with_tooltips, error);
    r = r < 0 ? r : hl_field_object_optional(params, "range", &range, error);
    r = r < 0 || !range ? r : hl_field_range(params, "range", &wanted, error);
    if (r < 0) {
        return r;
    }
    if (cJSON_GetObjectItemCaseSensitive(params, "run") ||
        cJSON_GetObjectItemCaseSensitive(params, "path")) {
        return hl_error_set(error, EINVAL,
                            "uri: the shown run on an open document; run and path are those of "
                            "a stored run: give one or the other");
    }
    lines->document = hl_documents_find(context->documents, *ret_uri);
    if (!lines->document) {
        return hl_error_set(error, EINVAL, "uri: an open document is expected, not %s", *ret_uri);
    }
    lines->first = wanted.start.line;
    lines->last = wanted.end.line;
    return 0;
}

static void answer(struct hl_context *context, struct hl_reply *reply, const cJSON *params,
                   bool is_last)
{
    _cleanup_error_ struct hl_error error = {0};
    struct lines lines = {.context = context};
    const char *uri = NULL;
    struct hl_shown *shown = NULL;
    bool is_loading = false;
    int r = read_params(context, params, &lines, &uri, &error);
    if (r < 0) {
        hl_reply_failure(reply, r, &error);
        return;
    }
    lines.numbers = hl_shelf_numbers(context->shelf, lines.document, &shown, &is_loading);
    if (is_loading && !is_last) {
        feature_wait(context, reply, params, answer);
        return;
    }
    lines.shown = shown;
    lines.outline = hl_document_outline(lines.document);
    if (!lines.outline) {
        hl_reply_failure(reply, -ENOMEM, NULL);
        return;
    }
    lines.json = hl_reply_result(reply);
    write_answer(&lines, uri, is_loading);
    hl_reply_end(reply);
}

void document_lines(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    answer(context, reply, params, false);
}
