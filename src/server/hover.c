/* textDocument/hover: all that is known of the function or line. Callers need the tree, which a job loads
 * when it is not there; where that takes long, the answer does without them. */
#include <string.h>

#include "feature.h"
#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"

#define PATIENCE_MS 1000
#define PERCENT_WIDTH 5

/* An answer on its way: text before and after the callers. */
struct hover {
    uv_timer_t timer;
    struct hl_reply *reply; /* NULL once answered */
    struct hl_buffer head;
    struct hl_buffer tail;
    uint64_t total;
    uint32_t references; /* the timer's and the job's */
};

/* What is looked at. */
struct subject {
    const struct hl_shown *shown;
    const struct hl_numbers *numbers;
    const struct hl_function_number *function; /* or NULL */
    const struct hl_line_number *line;         /* or NULL */
    uint64_t self;
    uint64_t total;
};

static void put_share(struct hl_buffer *out, uint64_t part, uint64_t whole)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_text_percent(&text, part, whole);
    hl_text_pad(out, text.data, PERCENT_WIDTH);
}

static void put_heading(struct hl_buffer *out, const struct subject *subject)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_buffer_puts(out, "**");
    if (subject->function) {
        hl_text_markdown(out, subject->function->function->name);
    } else {
        hl_buffer_printf(out, "Line %u", subject->line->line + 1);
    }
    hl_buffer_puts(out, "** · ");
    if (subject->function) {
        feature_function_text(&text, subject->shown, subject->function);
    } else {
        hl_text_lens(&text, hl_shown_scale(subject->shown), hl_shown_focus_name(subject->shown),
                     subject->self, subject->total);
    }
    hl_text_markdown(out, text.data ? text.data : "");
    hl_buffer_puts(out, "\n\n");
}

static void put_shares(struct hl_buffer *out, const struct subject *subject)
{
    const struct hl_scale *scale = hl_shown_scale(subject->shown);
    const char *focus = hl_shown_focus_name(subject->shown);
    const struct hl_shown_file *file = subject->numbers->file;
    hl_buffer_puts(out, "- ");
    hl_text_samples(out, scale, subject->total);
    hl_buffer_puts(out, " of ");
    hl_text_counted(out, scale->samples, "sample");
    hl_buffer_puts(out, "\n- ");
    hl_text_percent(out, subject->total, file->total);
    hl_buffer_puts(out, " of ");
    hl_text_markdown(out, hl_path_base_name(file->path));
    hl_buffer_puts(out, ", ");
    hl_text_percent(out, subject->total, scale->samples);
    if (focus) {
        hl_buffer_puts(out, " of focus: ");
        hl_text_markdown(out, focus);
        hl_buffer_puts(out, ", ");
        hl_text_percent(out, subject->total, hl_shown_run(subject->shown)->samples);
    }
    hl_buffer_puts(out, " of this run\n- ");
}

static void put_run(struct hl_buffer *out, const struct hl_run *run)
{
    _cleanup_buffer_ struct hl_buffer summary = {0};
    hl_text_counted(out, run->processes, "process");
    hl_buffer_puts(out, ", ");
    hl_text_counted(out, run->threads, "thread");
    hl_buffer_puts(out, "\n- ");
    hl_text_summary(&summary, run);
    hl_text_markdown(out, summary.data ? summary.data : "");
    hl_buffer_putc(out, '\n');
}

/* What the function took in the runs before. */
static void put_past(struct hl_buffer *out, const struct subject *subject)
{
    const struct hl_shown *shown = subject->shown;
    size_t count = subject->function ? hl_shown_past_count(shown) : 0;
    bool is_first = true;
    for (size_t i = 0; i < count; i++) {
        const struct hl_shown_past *past = hl_shown_past(shown, i);
        uint64_t total = hl_shown_past_total(shown, subject->function->function, i);
        if (total == UINT64_MAX) {
            continue;
        }
        hl_buffer_puts(out, is_first ? "\n**Runs before**\n\n" : "");
        is_first = false;
        hl_buffer_puts(out, "- ");
        put_share(out, total, past->scale.samples);
        hl_buffer_puts(out, " · ");
        hl_text_amount(out, &past->scale, total);
        hl_buffer_puts(out, " · ");
        hl_text_markdown(out, past->name);
        hl_buffer_putc(out, '\n');
    }
}

static void put_callers(struct hl_buffer *out, const struct hl_caller *callers, size_t count,
                        uint64_t total)
{
    hl_buffer_puts(out, count > 0 ? "\n**Callers**\n\n" : "");
    for (size_t i = 0; i < count; i++) {
        hl_buffer_puts(out, "- ");
        hl_text_bar(out, callers[i].samples, total);
        hl_buffer_putc(out, ' ');
        put_share(out, callers[i].samples, total);
        hl_buffer_putc(out, ' ');
        if (callers[i].name) {
            hl_text_markdown(out, callers[i].name);
        } else {
            hl_buffer_puts(out, "(started by its thread)");
        }
        hl_buffer_putc(out, '\n');
    }
}

static void hover_unref(struct hover *hover)
{
    if (--hover->references == 0) {
        hl_buffer_finish(&hover->head);
        hl_buffer_finish(&hover->tail);
        free(hover);
    }
}

static void on_closed(uv_handle_t *handle)
{
    hover_unref(handle->data);
}

static void answer(struct hover *hover, const struct hl_caller *callers, size_t count)
{
    if (!hover->reply) {
        return;
    }
    struct hl_buffer *text = &hover->head;
    put_callers(text, callers, count, hover->total);
    hl_buffer_append(text, hover->tail.data ? hover->tail.data : "", hover->tail.length);
    struct hl_json *json = hl_reply_result(hover->reply);
    hl_json_object_begin(json);
    hl_json_key(json, "contents");
    hl_json_object_begin(json);
    hl_json_member_string(json, "kind", "markdown");
    feature_write_text(json, "value", text);
    hl_json_object_end(json);
    hl_json_object_end(json);
    hl_reply_end(TAKE_PTR(hover->reply));
    uv_close((uv_handle_t *)&hover->timer, on_closed);
}

static void on_late(uv_timer_t *timer)
{
    answer(timer->data, NULL, 0);
}

static void on_callers(void *user, const struct hl_caller *callers, size_t count)
{
    answer(user, callers, count);
    hover_unref(user);
}

static struct hover *hover_create(struct hl_context *context, struct hl_reply *reply,
                                  const struct subject *subject)
{
    struct hover *hover = hl_xcalloc(1, sizeof(*hover));
    hover->reply = reply;
    hover->total = subject->total;
    hover->references = 2;
    hover->timer.data = hover;
    hl_assert(uv_timer_init(context->loop, &hover->timer) == 0);
    hl_assert(uv_timer_start(&hover->timer, on_late, PATIENCE_MS, 0) == 0);
    put_heading(&hover->head, subject);
    put_shares(&hover->head, subject);
    put_run(&hover->head, hl_shown_run(subject->shown));
    put_past(&hover->tail, subject);
    return hover;
}

/* The function whose head is on this line, else the line. */
static bool find_subject(struct subject *subject, uint32_t line)
{
    const struct hl_numbers *numbers = subject->numbers;
    for (size_t i = 0; i < numbers->function_count; i++) {
        const struct hl_function_number *function = &numbers->functions[i];
        if (line >= function->first_line && line <= function->line) {
            subject->function = function;
            subject->self = function->function->self;
            subject->total = function->function->total;
            return true;
        }
    }
    for (size_t i = 0; i < numbers->line_count; i++) {
        if (numbers->lines[i].line == line) {
            subject->line = &numbers->lines[i];
            subject->self = numbers->lines[i].self;
            subject->total = numbers->lines[i].total;
            return true;
        }
    }
    return false;
}

void hl_feature_hover(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    struct hl_document *document = NULL;
    struct hl_position position = {0};
    int r = feature_document(context, params, &document, &error);
    if (r == 0) {
        r = hl_field_position(params, "position", &position, &error);
    }
    if (r < 0) {
        hl_reply_failure(reply, r, &error);
        return;
    }
    struct subject subject = {0};
    struct hl_shown *shown = NULL;
    bool is_loading;
    if (document && context->settings->hovers) {
        subject.numbers = hl_shelf_numbers(context->shelf, document, &shown, &is_loading);
        subject.shown = shown;
    }
    if (!subject.numbers || !find_subject(&subject, position.line)) {
        hl_reply_null(reply);
        return;
    }
    struct hover *hover = hover_create(context, reply, &subject);
    if (subject.function) {
        hl_shelf_ask_callers(context->shelf, shown, subject.numbers->file,
                             subject.function->function, on_callers, hover);
    } else {
        on_callers(hover, NULL, 0);
    }
}
