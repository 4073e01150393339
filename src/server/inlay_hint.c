/* textDocument/inlayHint: the time of each line, at its end. Clients that show no lenses get those of
 * functions here too, on the line of their def. */
#include "feature.h"
#include "hotlens/app/text.h"

/* One answer. */
struct hints {
    struct hl_json *json;
    struct hl_document *document;
    const struct hl_shown *shown;
    const struct hl_numbers *numbers;
    struct hl_range range;
    double percent;
    enum hl_hint_content content;
    bool with_functions;
};

/* Begins a hint at the end of a line, or returns false: outside the range, or at (0, 0), where some
 * clients show nothing. */
static bool begin_hint(const struct hints *hints, uint32_t line, struct hl_buffer *label)
{
    struct hl_position at = {line, feature_line_length(hints->document, line)};
    bool is_start = at.line == 0 && at.character == 0;
    if (is_start || hl_position_is_before(at, hints->range.start) ||
        hl_position_is_before(hints->range.end, at)) {
        return false;
    }
    hl_json_object_begin(hints->json);
    feature_write_position(hints->json, "position", at.line, at.character);
    feature_write_text(hints->json, "label", label);
    hl_json_member_bool(hints->json, "paddingLeft", true);
    return true;
}

static void end_hint(const struct hints *hints, uint64_t self, uint64_t total)
{
    _cleanup_buffer_ struct hl_buffer tooltip = {0};
    hl_text_hint_tooltip(&tooltip, hl_shown_run(hints->shown), hl_shown_scale(hints->shown),
                         hl_shown_focus_name(hints->shown), self, total);
    feature_write_text(hints->json, "tooltip", &tooltip);
    hl_json_object_end(hints->json);
}

static void write_function(const struct hints *hints, const struct hl_function_number *number)
{
    _cleanup_buffer_ struct hl_buffer label = {0};
    feature_function_text(&label, hints->shown, number);
    if (begin_hint(hints, number->line, &label)) {
        end_hint(hints, number->function->self, number->function->total);
    }
}

static void write_line(const struct hints *hints, const struct hl_line_number *number)
{
    _cleanup_buffer_ struct hl_buffer label = {0};
    hl_text_hint(&label, hl_shown_scale(hints->shown), hints->content, number->self,
                 number->total);
    if (begin_hint(hints, number->line, &label)) {
        end_hint(hints, number->self, number->total);
    }
}

/* The function that has a hint on this line, or NULL. `place` goes on from the last question. */
static const struct hl_function_number *function_at(const struct hints *hints, size_t *place,
                                                    uint32_t line)
{
    const struct hl_numbers *numbers = hints->numbers;
    while (*place < numbers->function_count && numbers->functions[*place].line < line) {
        ++*place;
    }
    bool is_here = hints->with_functions && *place < numbers->function_count &&
                   numbers->functions[*place].line == line;
    return is_here && feature_shows_function(hints->shown, &numbers->functions[*place],
                                             hints->percent)
               ? &numbers->functions[*place]
               : NULL;
}

static size_t first_line_at(const struct hl_numbers *numbers, uint32_t line)
{
    size_t low = 0;
    size_t high = numbers->line_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (numbers->lines[middle].line < line) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void write_lines(const struct hints *hints)
{
    const struct hl_numbers *numbers = hints->numbers;
    size_t function = 0;
    for (size_t i = first_line_at(numbers, hints->range.start.line); i < numbers->line_count; i++) {
        const struct hl_line_number *line = &numbers->lines[i];
        if (line->line > hints->range.end.line) {
            break;
        }
        if (hl_text_is_worth_a_hint(hl_shown_scale(hints->shown), line->total, hints->percent) &&
            !function_at(hints, &function, line->line)) {
            write_line(hints, line);
        }
    }
}

static void write_functions(const struct hints *hints)
{
    const struct hl_numbers *numbers = hints->numbers;
    for (size_t i = 0; hints->with_functions && i < numbers->function_count; i++) {
        const struct hl_function_number *number = &numbers->functions[i];
        bool is_inside = number->line >= hints->range.start.line &&
                         number->line <= hints->range.end.line;
        if (is_inside && feature_shows_function(hints->shown, number, hints->percent)) {
            write_function(hints, number);
        }
    }
}

static void answer(struct hl_context *context, struct hl_reply *reply, const cJSON *params,
                   bool is_last)
{
    _cleanup_error_ struct hl_error error = {0};
    struct hints hints = {
        .percent = context->settings->hint_percent,
        .content = context->settings->hint_content,
    };
    int r = feature_document(context, params, &hints.document, &error);
    if (r == 0) {
        r = hl_field_range(params, "range", &hints.range, &error);
    }
    if (r < 0) {
        hl_reply_failure(reply, r, &error);
        return;
    }
    struct hl_shown *shown = NULL;
    bool is_loading = false;
    hints.with_functions = !context->client->code_lens && context->settings->lenses;
    if (hints.document && hl_shelf_hints_are_on(context->shelf)) {
        hints.numbers = hints.with_functions
                            ? hl_shelf_numbers(context->shelf, hints.document, &shown, &is_loading)
                            : hl_shelf_line_numbers(context->shelf, hints.document, &shown,
                                                    &is_loading);
    }
    if (!hints.numbers) {
        if (is_loading && !is_last && !context->client->inlay_hint_refresh) {
            feature_wait(context, reply, params, answer);
        } else {
            hl_reply_empty_array(reply);
        }
        return;
    }
    hints.shown = shown;
    hints.json = hl_reply_result(reply);
    hl_json_array_begin(hints.json);
    write_functions(&hints);
    write_lines(&hints);
    hl_json_array_end(hints.json);
    hl_reply_end(reply);
}

void hl_feature_inlay_hint(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    answer(context, reply, params, false);
}
