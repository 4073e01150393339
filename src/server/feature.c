#include "feature.h"

#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"

#define PATIENCE_MS 300

int feature_document(struct hl_context *context, const cJSON *params,
                     struct hl_document **ret_document, struct hl_error *error)
{
    const char *uri;
    int r = hl_field_string(params, "textDocument.uri", &uri, error);
    if (r < 0) {
        return r;
    }
    struct hl_document *document = hl_documents_find(context->documents, uri);
    if (document) {
        hl_documents_touch(context->documents, document);
    }
    *ret_document = document;
    return 0;
}

struct wait {
    uv_timer_t timer;
    struct hl_context *context;
    struct hl_reply *reply;
    cJSON *params;
    feature_answer_fn answer;
};

static void free_wait(uv_handle_t *handle)
{
    free(handle->data);
}

static void end_wait(struct wait *wait)
{
    wait->answer(wait->context, wait->reply, wait->params, true);
    cJSON_Delete(wait->params);
    uv_close((uv_handle_t *)&wait->timer, free_wait);
}

static void on_loaded(void *user)
{
    end_wait(user);
}

static void on_late(uv_timer_t *timer)
{
    struct wait *wait = timer->data;
    hl_shelf_stop_awaiting(wait->context->shelf, wait);
    end_wait(wait);
}

void feature_wait(struct hl_context *context, struct hl_reply *reply, const cJSON *params,
                  feature_answer_fn answer)
{
    cJSON *copy = cJSON_Duplicate(params, true);
    if (!copy) {
        answer(context, reply, params, true);
        return;
    }
    struct wait *wait = hl_xcalloc(1, sizeof(*wait));
    wait->context = context;
    wait->reply = reply;
    wait->params = copy;
    wait->answer = answer;
    wait->timer.data = wait;
    hl_assert(uv_timer_init(context->loop, &wait->timer) == 0);
    hl_assert(uv_timer_start(&wait->timer, on_late, PATIENCE_MS, 0) == 0);
    hl_shelf_await(context->shelf, on_loaded, wait);
}

void feature_write_position(struct hl_json *json, const char *key, uint32_t line,
                            uint32_t character)
{
    hl_json_key(json, key);
    hl_json_object_begin(json);
    hl_json_member_u64(json, "line", line);
    hl_json_member_u64(json, "character", character);
    hl_json_object_end(json);
}

void feature_write_range(struct hl_json *json, uint32_t line, uint32_t start, uint32_t end)
{
    hl_json_key(json, "range");
    hl_json_object_begin(json);
    feature_write_position(json, "start", line, start);
    feature_write_position(json, "end", line, end);
    hl_json_object_end(json);
}

void feature_write_text(struct hl_json *json, const char *key, struct hl_buffer *text)
{
    hl_json_key(json, key);
    hl_json_bytes(json, text->data ? text->data : "", text->length);
}

uint32_t feature_line_length(const struct hl_document *document, uint32_t line)
{
    size_t start;
    size_t end;
    hl_line_index_line(&document->lines, document->text, document->length, line, &start, &end);
    return hl_utf16_length(document->text + start, end - start);
}

bool feature_shows_function(const struct hl_shown *shown, const struct hl_function_number *number,
                            double percent)
{
    const struct hl_shown_function *function = number->function;
    bool has_changed =
        function->change == HL_CHANGE_MORE || function->change == HL_CHANGE_LESS;
    return has_changed ||
           hl_text_is_worth_a_hint(hl_shown_scale(shown), function->total, percent);
}

void feature_function_text(struct hl_buffer *out, const struct hl_shown *shown,
                           const struct hl_function_number *number)
{
    const struct hl_shown_function *function = number->function;
    const struct hl_scale *scale = hl_shown_scale(shown);
    const char *baseline = hl_shown_baseline(shown);
    hl_text_lens(out, scale, hl_shown_focus_name(shown), function->self, function->total);
    bool has_changed =
        function->change == HL_CHANGE_MORE || function->change == HL_CHANGE_LESS;
    /* Without a rate the comparison stands on samples, and no seconds may be shown. */
    if (has_changed && baseline && scale->seconds_per_sample > 0) {
        double seconds = (double)function->total * scale->seconds_per_sample;
        hl_buffer_puts(out, " · ");
        hl_text_change(out, seconds, function->baseline_seconds, baseline);
    }
    if (number->edited) {
        hl_buffer_puts(out, " · edited since");
    }
}

const struct hl_shown_file *feature_file_in_run(struct hl_context *context,
                                                const struct hl_document *document,
                                                const struct hl_shown *shown,
                                                const struct hl_numbers *numbers)
{
    const struct hl_settings *settings = context->settings;
    if (numbers || !shown) {
        return numbers ? numbers->file : NULL;
    }
    return hl_shown_find(shown, document->path, document->real_path, settings->mappings,
                         settings->mapping_count);
}

const char *feature_why_no_numbers(const struct hl_shown_file *file)
{
    return file->state == HL_SOURCE_CHANGED
               ? "this file was changed while it ran: no times on lines"
               : "the text that ran was not kept: no times on lines";
}

void feature_summary(struct hl_buffer *out, const struct hl_shown *shown)
{
    const char *focus = hl_shown_focus_name(shown);
    hl_text_summary(out, hl_shown_run(shown));
    if (focus) {
        hl_buffer_printf(out, " · focus: %s", focus);
    }
}
