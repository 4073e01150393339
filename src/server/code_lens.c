/* textDocument/codeLens: the run in one line above the file, the time of functions and classes above
 * them, and what can be started or stopped. Lenses are complete: there is no resolve. */
#include <string.h>

#include "feature.h"
#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "python_tests.h"

#define FEW_SAMPLES 500u
#define MORE_RATE 1000u

struct lenses {
    struct hl_context *context;
    struct hl_json *json;
    struct hl_document *document;
    struct hl_shown *shown;
    const struct hl_numbers *numbers;
    const struct hl_shown_file *file; /* the document in the run, or NULL */
};

/* Begins a lens up to its arguments, an array that is left open. */
static void begin_lens(const struct lenses *lenses, uint32_t line, struct hl_buffer *title,
                       const char *command)
{
    hl_json_object_begin(lenses->json);
    feature_write_range(lenses->json, line, 0, 0);
    hl_json_key(lenses->json, "command");
    hl_json_object_begin(lenses->json);
    feature_write_text(lenses->json, "title", title);
    hl_json_member_string(lenses->json, "command", command);
    hl_json_key(lenses->json, "arguments");
    hl_json_array_begin(lenses->json);
}

static void end_lens(const struct lenses *lenses)
{
    hl_json_array_end(lenses->json);
    hl_json_object_end(lenses->json);
    hl_json_object_end(lenses->json);
}

/* {"run"?, "file"?, "function"?}: what showFlamegraph is to show. */
static void write_place(const struct lenses *lenses, const char *file, const char *function)
{
    int64_t run = hl_shown_run(lenses->shown)->id;
    hl_json_object_begin(lenses->json);
    if (run > 0) {
        hl_json_member_i64(lenses->json, "run", run);
    }
    if (function) {
        hl_json_member_string(lenses->json, "file", file);
        hl_json_member_string(lenses->json, "function", function);
    }
    hl_json_object_end(lenses->json);
}

static void write_summary(const struct lenses *lenses)
{
    _cleanup_buffer_ struct hl_buffer title = {0};
    feature_summary(&title, lenses->shown);
    if (!lenses->numbers) {
        hl_buffer_printf(&title, " · %s", feature_why_no_numbers(lenses->file));
    }
    begin_lens(lenses, 0, &title, "hotlens.showFlamegraph");
    write_place(lenses, NULL, NULL);
    end_lens(lenses);
}

/* Begins {"run", …}: the shown run once more, with something else. */
static void begin_again(const struct lenses *lenses, struct hl_buffer *title)
{
    begin_lens(lenses, 0, title, "hotlens.profileAgain");
    hl_json_object_begin(lenses->json);
    hl_json_member_i64(lenses->json, "run", hl_shown_run(lenses->shown)->id);
}

static void end_again(const struct lenses *lenses)
{
    hl_json_object_end(lenses->json);
    end_lens(lenses);
}

/* What the run does not tell, and another would. */
static void write_again(const struct lenses *lenses)
{
    const struct hl_run *run = hl_shown_run(lenses->shown);
    bool is_ours = run->id > 0 && !(run->flags & (HL_RUN_IMPORTED | HL_RUN_ATTACHED)) && run->argv;
    if (!is_ours) {
        return;
    }
    if (run->samples < FEW_SAMPLES && run->rate > 0 && run->rate < MORE_RATE) {
        _cleanup_buffer_ struct hl_buffer title = {0};
        hl_buffer_puts(&title, "only ");
        hl_text_counted(&title, run->samples, "sample");
        hl_buffer_printf(&title, ": again at %u Hz", MORE_RATE);
        begin_again(lenses, &title);
        hl_json_member_u64(lenses->json, "rate", MORE_RATE);
        end_again(lenses);
    }
    if (hl_shown_is_asynchronous(lenses->shown) && !(run->flags & (HL_RUN_IDLE | HL_RUN_GIL))) {
        _cleanup_buffer_ struct hl_buffer title = {0};
        hl_buffer_puts(&title, "an event loop's waiting is not shown: again with waiting");
        begin_again(lenses, &title);
        hl_json_member_bool(lenses->json, "idle", true);
        end_again(lenses);
    }
}

static void write_functions(const struct lenses *lenses)
{
    const struct hl_numbers *numbers = lenses->numbers;
    double percent = lenses->context->settings->hint_percent;
    for (size_t i = 0; numbers && i < numbers->function_count; i++) {
        const struct hl_function_number *number = &numbers->functions[i];
        if (!feature_shows_function(lenses->shown, number, percent)) {
            continue;
        }
        _cleanup_buffer_ struct hl_buffer title = {0};
        feature_function_text(&title, lenses->shown, number);
        begin_lens(lenses, number->line, &title, "hotlens.showFlamegraph");
        write_place(lenses, numbers->file->path, number->function->name);
        end_lens(lenses);
    }
}

/* Whether a recording runs this very file, or tests of it ("test_a.py::test_b"). */
static bool runs_document(const struct hl_recorder *recorder, const struct hl_document *document)
{
    const struct hl_plan *plan = hl_recorder_plan(recorder);
    for (char *const *word = plan->argv; document->path && word && *word; word++) {
        const char *test = strstr(*word, "::");
        _cleanup_free_ char *name = hl_xstrndup(*word, test ? (size_t)(test - *word) : strlen(*word));
        _cleanup_free_ char *joined = hl_path_join(plan->cwd ? plan->cwd : "/", name);
        _cleanup_free_ char *path = hl_path_normalize(joined);
        if (strcmp(path, document->path) == 0 ||
            (document->real_path && strcmp(path, document->real_path) == 0)) {
            return true;
        }
    }
    return false;
}

/* "■ Stop program, keep profile (12 s)" */
static void write_stop(const struct lenses *lenses, struct hl_recorder *recorder, uint32_t line)
{
    _cleanup_buffer_ struct hl_buffer title = {0};
    bool is_attached = !hl_recorder_plan(recorder)->argv;
    hl_buffer_puts(&title,
                   is_attached ? "■ Detach, keep profile" : "■ Stop program, keep profile");
    hl_buffer_puts(&title, " (");
    hl_text_duration(&title, hl_recorder_elapsed(recorder));
    hl_buffer_puts(&title, ")");
    begin_lens(lenses, line, &title, "hotlens.stop");
    hl_json_object_begin(lenses->json);
    hl_json_member_u64(lenses->json, "id", hl_recorder_number(recorder));
    hl_json_object_end(lenses->json);
    end_lens(lenses);
}

static void write_profile(const struct lenses *lenses, uint32_t line, const char *command,
                          const char *test)
{
    _cleanup_buffer_ struct hl_buffer title = {0};
    hl_buffer_puts(&title, "▶ Profile");
    begin_lens(lenses, line, &title, command);
    hl_json_object_begin(lenses->json);
    hl_json_member_string(lenses->json, "uri", lenses->document->uri);
    if (test) {
        hl_json_member_string(lenses->json, "test", test);
    }
    hl_json_object_end(lenses->json);
    end_lens(lenses);
}

static void write_tests(const struct lenses *lenses, const struct hl_outline *outline)
{
    for (uint32_t i = 0; i < hl_outline_count(outline); i++) {
        _cleanup_free_ char *test = feature_test_name(outline, i);
        if (test) {
            write_profile(lenses, hl_outline_get(outline, i)->def_line - 1, "hotlens.profileTest",
                          test);
        }
    }
}

/* What is running can be stopped where it was started; a program that is attached to, everywhere. */
static void write_actions(const struct lenses *lenses)
{
    struct hl_recordings *recordings = lenses->context->recordings;
    const struct hl_outline *outline = hl_document_outline(lenses->document);
    uint32_t main_line = outline ? hl_outline_main_line(outline) : 0;
    uint32_t line = main_line > 0 ? main_line - 1 : 0;
    bool is_running = false;
    size_t count = recordings ? hl_recordings_count(recordings) : 0;
    for (size_t i = 0; i < count; i++) {
        struct hl_recorder *recorder = hl_recordings_at(recordings, i);
        bool is_here = runs_document(recorder, lenses->document);
        bool is_active = hl_recorder_state(recorder) < HL_RECORD_STOPPING;
        if (is_active && (is_here || !hl_recorder_plan(recorder)->argv)) {
            write_stop(lenses, recorder, line);
        }
        is_running |= is_here;
    }
    if (main_line > 0 && !is_running && lenses->document->path) {
        write_profile(lenses, line, "hotlens.profileFile", NULL);
    }
    if (outline && !is_running && feature_is_test_file(lenses->document)) {
        write_tests(lenses, outline);
    }
}

static void write_lenses(struct lenses *lenses, struct hl_reply *reply)
{
    /* A file without numbers says why. */
    lenses->file = feature_file_in_run(lenses->context, lenses->document, lenses->shown,
                                       lenses->numbers);
    lenses->json = hl_reply_result(reply);
    hl_json_array_begin(lenses->json);
    if (lenses->file) {
        write_summary(lenses);
        write_again(lenses);
        write_functions(lenses);
    }
    write_actions(lenses);
    hl_json_array_end(lenses->json);
    hl_reply_end(reply);
}

static void answer(struct hl_context *context, struct hl_reply *reply, const cJSON *params,
                   bool is_last)
{
    _cleanup_error_ struct hl_error error = {0};
    struct lenses lenses = {.context = context};
    int r = feature_document(context, params, &lenses.document, &error);
    if (r < 0) {
        hl_reply_failure(reply, r, &error);
        return;
    }
    if (!lenses.document || !context->settings->lenses) {
        hl_reply_empty_array(reply);
        return;
    }
    bool is_loading;
    lenses.numbers =
        hl_shelf_numbers(context->shelf, lenses.document, &lenses.shown, &is_loading);
    if (is_loading && !is_last && !context->client->code_lens_refresh) {
        feature_wait(context, reply, params, answer);
        return;
    }
    write_lenses(&lenses, reply);
}

void hl_feature_code_lens(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    answer(context, reply, params, false);
}
