#include "hotlens/server/trees.h"
#include "hotlens/server/server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "hotlens/base/limits.h"
#include "hotlens/base/log.h"
#include "hotlens/base/memory.h"
#include "hotlens/server/requests.h"
#include "hotlens/server/commands.h"
#include "hotlens/server/features.h"
#include "hotlens/server/lifecycle.h"
#include "change_news.h"
#include "watch_recordings.h"

/* From the end of standard input to the end of the process. What still runs then is left to its guard,
 * and its samples to the spool. */
#define LEAVE_MS 800

struct server {
    uv_loop_t loop;
    struct hl_context context;
    struct hl_client client;
    struct hl_settings settings;
    enum hl_phase phase;
    int exit_code;
    bool jobs_are_idle;
    bool recordings_are_idle;
    bool deadline_is_open;
    uv_timer_t deadline;
};

/* The end. It comes in steps: recordings and jobs stop, everybody gets an answer, the transport is
 * emptied and closed, the loop has nothing left. */

static void on_transport_stopped(void *user)
{
    struct server *server = user;
    server->context.transport = NULL;
    uv_close((uv_handle_t *)&server->deadline, NULL);
}

static void go_on_leaving(struct server *server)
{
    struct hl_context *context = &server->context;
    if (!server->jobs_are_idle || !server->recordings_are_idle) {
        return;
    }
    hl_pending_destroy(TAKE_PTR(context->pending));
    hl_replies_destroy(TAKE_PTR(context->replies));
    hl_transport_stop(context->transport, on_transport_stopped);
}

static void on_jobs_idle(void *user)
{
    struct server *server = user;
    server->jobs_are_idle = true;
    go_on_leaving(server);
}

/* The end of a recording has jobs of its own, so the jobs are stopped after the recordings. */
static void on_recordings_idle(void *user)
{
    struct server *server = user;
    server->recordings_are_idle = true;
    hl_jobs_stop(server->context.jobs, on_jobs_idle, server);
}

static void on_deadline(uv_timer_t *timer)
{
    struct server *server = timer->data;
    /* Somebody's program takes its time to end, or the disk does. Nothing is lost: see LEAVE_MS. */
    _exit(server->exit_code);
}

static void leave(struct server *server, int exit_code)
{
    if (server->context.leaving) {
        return;
    }
    server->context.leaving = true;
    server->exit_code = exit_code;
    uv_timer_start(&server->deadline, on_deadline, LEAVE_MS, 0);
    hl_recordings_stop_all(server->context.recordings, on_recordings_idle, server);
}

/* Messages */

static void refuse(struct server *server, const struct hl_message *message, int code,
                   const char *text)
{
    struct hl_buffer answer = {0};
    hl_message_write_error(&answer, &message->id, code, text);
    hl_transport_send(server->context.transport, &answer, HL_SEND_ALWAYS);
}

static void on_body(void *user, const char *body, size_t length)
{
    struct server *server = user;
    _cleanup_(hl_message_finish) struct hl_message message;
    int code = 0;
    const char *text = NULL;
    enum hl_phase before = server->phase;
    hl_message_parse(body, length, &message);
    if (server->context.leaving) {
        return;
    }
    switch (hl_lifecycle_judge(&server->phase, &message, &code, &text)) {
    case HL_VERDICT_HANDLE:
        hl_dispatch(&server->context, &message);
        return;
    case HL_VERDICT_REFUSE:
        refuse(server, &message, code, text);
        return;
    case HL_VERDICT_EXIT:
        leave(server, hl_lifecycle_exit_code(before));
        return;
    case HL_VERDICT_IGNORE:
        return;
    }
}

static void on_problem(void *user, enum hl_framing_event event)
{
    struct server *server = user;
    struct hl_message nobody = {0};
    if (event == HL_FRAMING_OVERSIZE) {
        refuse(server, &nobody, HL_RPC_INVALID_REQUEST, "the message is too large and was skipped");
    } else {
        refuse(server, &nobody, HL_RPC_PARSE_ERROR,
               "a header block without a usable Content-Length was skipped");
    }
}

static void on_closed(void *user)
{
    struct server *server = user;
    leave(server, hl_lifecycle_exit_code(server->phase));
}

/* The shelf */

static void on_shelf_changed(void *user)
{
    struct hl_context *context = user;
    if (context->leaving) {
        return;
    }
    hl_feature_refresh(context);
    hl_feature_diagnostics(context);
    change_news_shown(context);
}

static void on_shelf_failed(void *user, const struct hl_error *error)
{
    struct hl_context *context = user;
    if (!context->leaving) {
        hl_show_message(context, 2, "%s%s%s", hl_error_text(error, -EIO),
                        error->remedy ? ". " : "", error->remedy ? error->remedy : "");
    }
}

/* The whole */

static int open_server(struct server *server)
{
    static const struct hl_transport_events TRANSPORT = {
        .body = on_body, .problem = on_problem, .closed = on_closed};
    static const struct hl_shelf_events SHELF = {.changed = on_shelf_changed,
                                                 .failed = on_shelf_failed};
    struct hl_context *context = &server->context;
    int r = uv_loop_init(&server->loop);
    r = r < 0 ? r : hl_transport_start(&server->loop, &TRANSPORT, server, &context->transport);
    if (r < 0) {
        return r;
    }
    uv_timer_init(&server->loop, &server->deadline);
    server->deadline.data = server;
    hl_settings_init(&server->settings);
    context->loop = &server->loop;
    context->client = &server->client;
    context->settings = &server->settings;
    context->replies = hl_replies_create(context->transport);
    context->pending = hl_pending_create();
    context->documents = hl_documents_create();
    context->jobs = hl_jobs_create(&server->loop, context->db);
    context->trees = hl_trees_create();
    context->shelf =
        hl_shelf_create(context->jobs, context->trees, &server->settings, &SHELF, context);
    context->recordings =
        hl_recordings_create(&server->loop, hl_watch_recordings_events(), context);
    context->progress = hl_progress_list_create();
    context->memory = hl_memory_create();
    context->changes = change_news_create();
    return 0;
}

static void close_server(struct server *server)
{
    struct hl_context *context = &server->context;
    hl_recordings_destroy(context->recordings);
    hl_shelf_destroy(context->shelf);
    hl_jobs_destroy(context->jobs);
    hl_documents_destroy(context->documents);
    hl_progress_list_destroy(context->progress);
    hl_trees_destroy(context->trees);
    hl_memory_destroy(context->memory);
    change_news_destroy(context->changes);
    hl_settings_finish(&server->settings);
    hl_client_finish(&server->client);
    int busy = uv_loop_close(&server->loop);
    hl_assert(busy == 0);
}

int hl_server_main(const char *executable, const char *db)
{
    struct server server = {.context = {.executable = executable, .db = db}, .exit_code = 1};
    hl_log_set_level_named(getenv("HOTLENS_LOG")); /* to standard error, for bug reports */
    signal(SIGPIPE, SIG_IGN); /* a client that is gone is an error of a write, not our end */
    if (open_server(&server) < 0) {
        return 1;
    }
    uv_run(&server.loop, UV_RUN_DEFAULT);
    close_server(&server);
    return server.exit_code;
}
