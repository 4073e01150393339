/* A whole session on any messages, with services that do nothing: no crash, every request is answered
 * exactly once, and what is sent is JSON. Lines of the input are bodies of messages; input that begins with
 * a C is taken as it is, headers included. */
#include <stdint.h>
#include <string.h>

#include "hotlens/server/trees.h"
#include "hotlens/base/array.h"
#include "hotlens/base/memory.h"
#include "hotlens/server/commands.h"
#include "hotlens/server/features.h"
#include "hotlens/server/lifecycle.h"
#include "change_news.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIMIT 65536

/* The services */

struct waiting {
    hl_job_done done;
    void *job;
};

struct hl_jobs {
    struct waiting *items;
    size_t count;
    size_t capacity;
};

static struct hl_jobs jobs;
static size_t requests;
static size_t answers;

static void add_job(hl_job_done done, void *job)
{
    hl_assert(hl_array_reserve(&jobs.items, &jobs.capacity, jobs.count + 1, sizeof(*jobs.items)) == 0);
    jobs.items[jobs.count++] = (struct waiting){done, job};
}

void hl_jobs_run(struct hl_jobs *unused, hl_job_work work, hl_job_done done, void *job)
{
    (void)unused;
    (void)work;
    add_job(done, job);
}

void hl_jobs_run_in_store(struct hl_jobs *unused, hl_store_work work, hl_job_done done, void *job)
{
    (void)unused;
    (void)work;
    add_job(done, job);
}

void hl_jobs_watch_store(struct hl_jobs *unused, void (*changed)(void *user), void *user)
{
    (void)unused;
    (void)changed;
    (void)user;
}

/* As when the server leaves: nothing was done. */
static void end_jobs(void)
{
    while (jobs.count > 0) {
        struct waiting next = jobs.items[--jobs.count];
        next.done(next.job, true);
    }
}

void hl_transport_send(struct hl_transport *transport, struct hl_buffer *message,
                       enum hl_urgency urgency)
{
    size_t length;
    const char *frame = hl_framing_end(message, &length);
    const char *body = memmem(frame, length, "\r\n\r\n", 4);
    (void)transport;
    (void)urgency;
    hl_assert(body != NULL);
    body += 4;
    length -= (size_t)(body - frame);
    cJSON *json = cJSON_ParseWithLength(body, length);
    hl_assert(json != NULL);
    bool has_result = cJSON_HasObjectItem(json, "result");
    bool has_error = cJSON_HasObjectItem(json, "error");
    bool is_call = cJSON_HasObjectItem(json, "method");
    hl_assert(has_result + has_error + is_call == 1);
    answers += is_call ? 0 : 1;
    cJSON_Delete(json);
    hl_buffer_finish(message);
}

void hl_transport_hold(struct hl_transport *transport, bool hold)
{
    (void)transport;
    (void)hold;
}

/* The session */

struct session {
    uv_loop_t loop;
    struct hl_context context;
    struct hl_client client;
    struct hl_settings settings;
    enum hl_phase phase;
    bool is_over;
};

static void on_changed(void *user)
{
    hl_feature_refresh(user);
    hl_feature_diagnostics(user);
}

static void on_failed(void *user, const struct hl_error *error)
{
    (void)user;
    (void)error;
}

static void open_session(struct session *session)
{
    static const struct hl_shelf_events SHELF = {on_changed, on_failed};
    static const struct hl_recordings_events RECORDINGS = {0};
    struct hl_context *context = &session->context;
    hl_assert(uv_loop_init(&session->loop) == 0);
    hl_settings_init(&session->settings);
    context->loop = &session->loop;
    context->executable = "/nonexistent/hotlens";
    context->transport = (struct hl_transport *)&jobs; /* never looked into */
    context->client = &session->client;
    context->settings = &session->settings;
    context->jobs = &jobs;
    context->replies = hl_replies_create(context->transport);
    context->pending = hl_pending_create();
    context->documents = hl_documents_create();
    context->trees = hl_trees_create();
    context->shelf =
        hl_shelf_create(&jobs, context->trees, &session->settings, &SHELF, context);
    context->recordings = hl_recordings_create(&session->loop, &RECORDINGS, context);
    context->progress = hl_progress_list_create();
    context->memory = hl_memory_create();
    context->changes = change_news_create();
}

static void on_idle(void *user)
{
    (void)user;
}

static void close_session(struct session *session)
{
    struct hl_context *context = &session->context;
    context->leaving = true;
    hl_recordings_stop_all(context->recordings, on_idle, NULL);
    hl_pending_destroy(context->pending);
    end_jobs();
    hl_shelf_destroy(context->shelf);
    hl_trees_destroy(context->trees);
    hl_replies_destroy(context->replies);
    uv_run(&session->loop, UV_RUN_NOWAIT);
    uv_run(&session->loop, UV_RUN_NOWAIT);
    hl_recordings_destroy(context->recordings);
    hl_documents_destroy(context->documents);
    hl_progress_list_destroy(context->progress);
    hl_memory_destroy(context->memory);
    change_news_destroy(context->changes);
    hl_settings_finish(&session->settings);
    hl_client_finish(&session->client);
    hl_assert(uv_loop_close(&session->loop) == 0);
}

static void take_message(struct session *session, const char *body, size_t length)
{
    int code = 0;
    const char *text = NULL;
    _cleanup_(hl_message_finish) struct hl_message message;
    hl_message_parse(body, length, &message);
    requests += message.kind == HL_MESSAGE_REQUEST ? 1 : 0;
    switch (hl_lifecycle_judge(&session->phase, &message, &code, &text)) {
    case HL_VERDICT_HANDLE:
        hl_dispatch(&session->context, &message);
        break;
    case HL_VERDICT_REFUSE:
        hl_assert(code != 0 && text);
        requests -= message.kind == HL_MESSAGE_REQUEST ? 1 : 0;
        break;
    case HL_VERDICT_EXIT:
        session->is_over = true;
        break;
    case HL_VERDICT_IGNORE:
        break;
    }
    if (length % 3 == 0) {
        end_jobs(); /* others are still waiting when the next message comes */
    }
}

static void feed(struct session *session, struct hl_framing *framing, const char *bytes, size_t left)
{
    while (!session->is_over) {
        enum hl_framing_event event;
        const char *body = NULL;
        size_t length = 0;
        hl_assert(hl_framing_next(framing, &bytes, &left, &event, &body, &length) == 0);
        if (event == HL_FRAMING_MORE) {
            return;
        }
        if (event == HL_FRAMING_BODY) {
            take_message(session, body, length);
        }
    }
}

static void feed_lines(struct session *session, struct hl_framing *framing, const char *at,
                       size_t left)
{
    while (left > 0) {
        const char *end = memchr(at, '\n', left);
        size_t length = end ? (size_t)(end - at) : left;
        _cleanup_buffer_ struct hl_buffer frame = {0};
        hl_buffer_printf(&frame, "Content-Length: %zu\r\n\r\n", length);
        hl_buffer_append(&frame, at, length);
        feed(session, framing, frame.data, frame.length);
        size_t used = length + (end ? 1 : 0);
        at += used;
        left -= used;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct session session = {.phase = HL_PHASE_UNINITIALIZED};
    _cleanup_(hl_framing_destroy_p) struct hl_framing *framing = hl_framing_create(LIMIT);
    requests = 0;
    answers = 0;
    open_session(&session);
    if (size > 0 && data[0] == 'C') {
        feed(&session, framing, (const char *)data, size);
    } else {
        feed_lines(&session, framing, (const char *)data, size);
    }
    close_session(&session);
    hl_assert(answers == requests);
    free(jobs.items);
    jobs = (struct hl_jobs){0};
    return 0;
}
