#include "watch_recordings.h"

#include <inttypes.h>
#include <string.h>

#include "hotlens/app/text.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "hotlens/server/features.h"
#include "live.h"
#include "program_output.h"

/* Between two looks at a recording that goes on: numbers that jump more often cannot be read. */
#define LIVE_NS HL_NS_PER_SECOND

/* What the server keeps beside a recording. */
struct watched {
    struct hl_context *context;
    struct hl_progress *progress;
    struct program_output *output;
    uint32_t number;
    char *folder; /* or NULL */
    int64_t looked;
    bool is_looking;
    bool ended;
};

static void free_when_done(struct watched *watched)
{
    if (watched->ended && !watched->is_looking) {
        free(watched->folder);
        free(watched);
    }
}

/* Notifications */

struct news {
    const struct hl_recorder *recorder;
    const struct hl_session_result *result; /* at the end */
};

static void write_end(struct hl_json *json, const struct hl_session_result *result)
{
    const struct hl_record_result *record = result->record;
    hl_json_key(json, "run");
    if (result->run_id > 0) {
        hl_json_i64(json, result->run_id);
    } else {
        hl_json_null(json);
    }
    hl_json_key(json, "exitStatus");
    if (record->exit_status >= 0) {
        hl_json_i64(json, record->exit_status);
    } else {
        hl_json_null(json);
    }
    const struct hl_error *error = result->error.message ? &result->error : &record->error;
    hl_json_member_string(json, "problem", error->message);
}

static void write_news(struct hl_json *json, const void *data)
{
    static const char *const STATES[] = {[HL_RECORD_STARTING] = "starting",
                                         [HL_RECORD_SAMPLING] = "sampling",
                                         [HL_RECORD_STOPPING] = "stopping",
                                         [HL_RECORD_ENDED] = "ended"};
    const struct news *news = data;
    const struct hl_plan *plan = hl_recorder_plan(news->recorder);
    hl_json_object_begin(json);
    hl_json_member_u64(json, "recording", hl_recorder_number(news->recorder));
    hl_json_member_string(json, "state", STATES[hl_recorder_state(news->recorder)]);
    hl_json_member_string(json, "title", plan->title);
    hl_json_member_string(json, "folder", plan->folder);
    hl_json_member_bool(json, "attached", plan->pid > 0);
    hl_json_member_i64(json, "elapsed", hl_recorder_elapsed(news->recorder) / HL_NS_PER_MS);
    hl_json_member_u64(json, "samples", hl_recorder_samples(news->recorder));
    if (news->result) {
        write_end(json, news->result);
    }
    hl_json_object_end(json);
}

static void tell(struct hl_context *context, const struct hl_recorder *recorder,
                 const struct hl_session_result *result, enum hl_urgency urgency)
{
    if (context->client->ui && !context->leaving) {
        struct news news = {recorder, result};
        hl_notify(context, "hotlens/recording", write_news, &news, urgency);
    }
}

/* Events */

static void report_progress(struct watched *watched, const struct hl_recorder *recorder)
{
    static const char *const WORDS[] = {[HL_RECORD_STARTING] = "starting, ",
                                        [HL_RECORD_SAMPLING] = "",
                                        [HL_RECORD_STOPPING] = "stopping, ",
                                        [HL_RECORD_ENDED] = "saving, "};
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_buffer_puts(&text, WORDS[hl_recorder_state(recorder)]);
    hl_buffer_printf(&text, "%" PRId64 " s", hl_recorder_elapsed(recorder) / HL_NS_PER_SECOND);
    if (hl_recorder_samples(recorder) > 0) {
        hl_buffer_puts(&text, ", ");
        hl_text_counted(&text, hl_recorder_samples(recorder), "sample");
    }
    hl_progress_report(watched->progress, text.data);
}

static void on_state(void *user, struct hl_recorder *recorder, enum hl_record_state state)
{
    struct watched *watched = hl_recorder_tag(recorder);
    if (watched && state != HL_RECORD_ENDED) {
        report_progress(watched, recorder);
        tell(user, recorder, NULL, HL_SEND_ALWAYS);
    }
}

static void on_tick(void *user, struct hl_recorder *recorder)
{
    struct watched *watched = hl_recorder_tag(recorder);
    if (watched) {
        report_progress(watched, recorder);
        tell(user, recorder, NULL, HL_SEND_DROPPABLE);
    }
}

static void on_problem(void *user, struct hl_recorder *recorder, const struct hl_error *error)
{
    struct hl_context *context = user;
    (void)recorder;
    if (!context->leaving) {
        hl_show_message(context, 2, "%s%s%s", hl_error_text(error, 0), error->remedy ? ". " : "",
                        error->remedy ? error->remedy : "");
    }
}

static void on_output(void *user, struct hl_recorder *recorder, int stream, const char *data,
                      size_t length)
{
    struct hl_context *context = user;
    struct watched *watched = hl_recorder_tag(recorder);
    if (watched && !context->leaving) {
        program_output_add(watched->output, context, watched->number, stream, data, length);
    }
}

static void on_looked(void *user, struct hl_shown *shown)
{
    struct watched *watched = user;
    watched->is_looking = false;
    if (shown && !watched->ended && !watched->context->leaving) {
        hl_shelf_show(watched->context->shelf, watched->folder, shown);
    }
    hl_shown_unref(shown);
    free_when_done(watched);
}

static void on_live(void *user, struct hl_recorder *recorder, struct hl_profile *profile,
                    const struct hl_run *run)
{
    struct hl_context *context = user;
    struct watched *watched = hl_recorder_tag(recorder);
    int64_t now = hl_clock_monotonic();
    if (!watched || !profile || context->leaving || watched->is_looking ||
        now - watched->looked < LIVE_NS) {
        return;
    }
    watched->looked = now;
    watched->is_looking = true;
    live_start(context, profile, run, on_looked, watched);
}

static void show_problem(struct hl_context *context, int level, const struct hl_error *error)
{
    if (error->message) {
        hl_show_message(context, level, "%s%s%s", error->message, error->remedy ? ". " : "",
                        error->remedy ? error->remedy : "");
    }
}

/* The run in one line; what is not sure of it goes to the log. */
static void summarize(const struct hl_run *run, struct hl_context *context,
                      struct hl_buffer *ret_text)
{
    hl_text_summary(ret_text, run);
    hl_buffer_puts(ret_text, " · ");
    hl_text_counted(ret_text, run->samples, "sample");
    _cleanup_buffer_ struct hl_buffer caveats = {0};
    hl_text_caveats(&caveats, run);
    if (caveats.length > 0) {
        hl_log_message(context, 2, "%s", caveats.data);
    }
}

static void show_result(struct watched *watched, const struct hl_session_result *result)
{
    struct hl_context *context = watched->context;
    _cleanup_buffer_ struct hl_buffer text = {0};
    if (result->data) {
        summarize(&result->data->run, context, &text);
    }
    hl_progress_end(watched->progress, text.length > 0 ? text.data : "no samples");
    int level = result->run_id > 0 ? 2 : 1;
    show_problem(context, level, &result->record->error);
    show_problem(context, level, &result->error);
    if (text.length > 0) {
        hl_show_message(context, 3, "%s", text.data);
    }
    if (result->run_id > 0) {
        hl_shelf_show_run(context->shelf, watched->folder, result->run_id);
        return;
    }
    struct hl_shown *shown = NULL;
    if (result->data && hl_shown_from_data(result->data, &shown) == 0) {
        hl_shelf_show(context->shelf, watched->folder, shown);
        hl_shown_unref(shown);
    }
}

static void on_ended(void *user, struct hl_recorder *recorder,
                     const struct hl_session_result *result)
{
    struct hl_context *context = user;
    struct watched *watched = hl_recorder_tag(recorder);
    if (!watched) {
        return;
    }
    program_output_destroy(watched->output, context, watched->number);
    watched->output = NULL;
    if (context->leaving) {
        hl_progress_end(watched->progress, "the editor is leaving");
    } else {
        tell(context, recorder, result, HL_SEND_ALWAYS);
        show_result(watched, result);
        hl_feature_refresh(context);
    }
    hl_recorder_set_tag(recorder, NULL);
    watched->ended = true;
    free_when_done(watched);
}

const struct hl_recordings_events *hl_watch_recordings_events(void)
{
    static const struct hl_recordings_events EVENTS = {
        .state = on_state,
        .live = on_live,
        .ended = on_ended,
        .problem = on_problem,
        .output = on_output,
        .tick = on_tick,
    };
    return &EVENTS;
}

/* Cancelling means: stop, and keep what there is. */
static void on_cancel(void *user)
{
    hl_recorder_stop(user);
}

void hl_watch_recording(struct hl_context *context, struct hl_recorder *recorder,
                        const cJSON *token)
{
    const struct hl_plan *plan = hl_recorder_plan(recorder);
    struct watched *watched = hl_xcalloc(1, sizeof(*watched));
    _cleanup_free_ char *title = hl_xasprintf("Profiling %s", plan->title);
    watched->context = context;
    watched->number = hl_recorder_number(recorder);
    watched->folder = hl_xstrdup(plan->folder);
    watched->output = program_output_create();
    watched->progress = hl_progress_begin(context, token, title, on_cancel, recorder);
    hl_recorder_set_tag(recorder, watched);
    tell(context, recorder, NULL, HL_SEND_ALWAYS);
    hl_feature_refresh(context); /* lenses say "stop" now */
}
