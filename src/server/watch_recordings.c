#include "watch_recordings.h"

#include <inttypes.h>
#include <string.h>

#include "hotlens/app/text.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "hotlens/server/features.h"
#include "change_news.h"
#include "live.h"
#include "program_output.h"
#include "recording_news.h"

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

/* Events */

/* "stopping, 12 s, 1,200 samples" */
static void describe(struct hl_buffer *out, const struct hl_recorder *recorder)
{
    static const char *const WORDS[] = {[HL_RECORD_STARTING] = "starting, ",
                                        [HL_RECORD_SAMPLING] = "",
                                        [HL_RECORD_STOPPING] = "stopping, ",
                                        [HL_RECORD_ENDED] = "saving, "};
    hl_buffer_puts(out, WORDS[hl_recorder_state(recorder)]);
    hl_buffer_printf(out, "%" PRId64 " s", hl_recorder_elapsed(recorder) / HL_NS_PER_SECOND);
    if (hl_recorder_samples(recorder) > 0) {
        hl_buffer_puts(out, ", ");
        hl_text_counted(out, hl_recorder_samples(recorder), "sample");
    }
}

static void tell_progress(struct hl_context *context, struct hl_recorder *recorder)
{
    struct watched *watched = hl_recorder_tag(recorder);
    if (!watched) {
        return;
    }
    _cleanup_buffer_ struct hl_buffer text = {0};
    describe(&text, recorder);
    hl_progress_report(watched->progress, text.data);
    bool is_stopping = hl_recorder_state(recorder) >= HL_RECORD_STOPPING;
    recording_news(context, recorder, is_stopping ? RECORDING_STOPPING : RECORDING_PROGRESS,
                   text.data, NULL);
}

static void on_state(void *user, struct hl_recorder *recorder, enum hl_record_state state)
{
    if (state != HL_RECORD_ENDED) {
        tell_progress(user, recorder);
    }
}

static void on_tick(void *user, struct hl_recorder *recorder)
{
    tell_progress(user, recorder);
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
    if (!watched || !profile || run->samples == 0 || context->leaving || watched->is_looking ||
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

struct ending {
    struct hl_context *context;
    struct hl_progress *progress;
    char *message;
};

static void on_result_shown(void *user)
{
    struct ending *ending = user;
    if (!ending->context->leaving) { /* else it goes with the list of all */
        hl_progress_end(ending->progress, ending->message);
    }
    free(ending->message);
    free(ending);
}

/* Clients without refresh ask for hints when a progress ends: then the run has to be there. */
static void end_when_shown(struct watched *watched, const char *message)
{
    struct ending *ending = hl_xcalloc(1, sizeof(*ending));
    *ending = (struct ending){watched->context, watched->progress, hl_xstrdup(message)};
    hl_progress_forget_cancel(watched->progress);
    hl_shelf_await(watched->context->shelf, on_result_shown, ending);
}

static void show_result(struct watched *watched, const struct hl_session_result *result,
                        const char *summary)
{
    struct hl_context *context = watched->context;
    const char *message = summary ? summary : "no samples";
    int level = result->run_id > 0 ? 2 : 1;
    show_problem(context, level, &result->record->error);
    show_problem(context, level, &result->error);
    if (summary) {
        hl_show_message(context, 3, "%s", summary);
    }
    if (result->run_id > 0 &&
        hl_shelf_show_run(context->shelf, watched->folder, result->run_id)) {
        end_when_shown(watched, message);
        return;
    }
    hl_progress_end(watched->progress, message);
    if (result->run_id > 0) {
        return;
    }
    struct hl_shown *shown = NULL;
    if (result->data && hl_shown_adopt(result->data, &shown) == 0) {
        hl_shelf_show(context->shelf, watched->folder, shown);
        hl_shown_unref(shown);
    } else {
        hl_shelf_end_live(context->shelf, watched->folder);
    }
}

static void tell_end(struct watched *watched, const struct hl_recorder *recorder,
                     const struct hl_session_result *result)
{
    struct hl_context *context = watched->context;
    _cleanup_buffer_ struct hl_buffer summary = {0};
    if (result->data) {
        summarize(&result->data->run, context, &summary);
    }
    recording_news(context, recorder, RECORDING_ENDED,
                   summary.data ? summary.data : "no samples", result);
    show_result(watched, result, summary.data);
    hl_feature_refresh(context);
    if (result->run_id > 0) {
        change_news_runs(context);
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
        tell_end(watched, recorder, result);
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
    recording_news(context, recorder, RECORDING_STARTED, title, NULL);
    hl_feature_refresh(context); /* lenses say "stop" now */
}
