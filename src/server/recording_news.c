#include "recording_news.h"

#include "hotlens/base/clock.h"

struct news {
    const struct hl_recorder *recorder;
    enum recording_news state;
    const char *message;
    const struct hl_session_result *result;
};

static void member_positive(struct hl_json *json, const char *key, int64_t value, bool is_known)
{
    hl_json_key(json, key);
    if (is_known) {
        hl_json_i64(json, value);
    } else {
        hl_json_null(json);
    }
}

static void write_end(struct hl_json *json, const struct hl_session_result *result)
{
    const struct hl_record_result *record = result->record;
    const struct hl_error *error = result->error.message ? &result->error : &record->error;
    member_positive(json, "run", result->run_id, result->run_id > 0);
    member_positive(json, "exitStatus", record->exit_status, record->exit_status >= 0);
    hl_json_member_string(json, "problem", error->message);
    hl_json_member_string(json, "remedy", error->message ? error->remedy : NULL);
}

static void write_news(struct hl_json *json, const void *data)
{
    static const char *const STATES[] = {[RECORDING_STARTED] = "started",
                                         [RECORDING_PROGRESS] = "progress",
                                         [RECORDING_STOPPING] = "stopping",
                                         [RECORDING_ENDED] = "ended"};
    const struct news *news = data;
    const struct hl_plan *plan = hl_recorder_plan(news->recorder);
    pid_t pid = hl_recorder_pid(news->recorder);
    hl_json_object_begin(json);
    hl_json_member_u64(json, "id", hl_recorder_number(news->recorder));
    hl_json_member_string(json, "state", STATES[news->state]);
    hl_json_member_string(json, "title", plan->title);
    hl_json_member_string(json, "message", news->message);
    hl_json_member_string(json, "folder", plan->folder);
    hl_json_member_bool(json, "attached", plan->pid > 0);
    member_positive(json, "pid", pid, pid > 0);
    int64_t milliseconds = hl_recorder_elapsed(news->recorder) / HL_NS_PER_MS;
    hl_json_member_number(json, "elapsed", (double)milliseconds / 1000);
    hl_json_member_u64(json, "samples", hl_recorder_samples(news->recorder));
    if (news->result) {
        write_end(json, news->result);
    }
    hl_json_object_end(json);
}

void recording_news(struct hl_context *context, const struct hl_recorder *recorder,
                    enum recording_news state, const char *message,
                    const struct hl_session_result *result)
{
    if (context->client->ui && !context->leaving) {
        struct news news = {recorder, state, message, result};
        hl_notify(context, "hotlens/recording", write_news, &news,
                  state == RECORDING_PROGRESS ? HL_SEND_DROPPABLE : HL_SEND_ALWAYS);
    }
}
