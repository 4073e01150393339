#include "start_recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/server/picker.h"
#include "terminal.h"
#include "watch_recordings.h"

static void show_error(struct hl_context *context, int result, const struct hl_error *error)
{
    hl_show_message(context, 1, "%s%s%s", hl_error_text(error, result),
                    error->remedy ? ". " : "", error->remedy ? error->remedy : "");
}

void recording_options(const struct profile_request *request,
                       struct hl_session_options *ret_options)
{
    const struct hl_settings *settings = request->context->settings;
    bool attached = request->plan.pid > 0;
    *ret_options = (struct hl_session_options){
        .workspace = request->plan.folder,
        .db = request->context->db,
        .save = {settings->store_sources, settings->retention},
        .record =
            {
                .py_spy = request->py_spy,
                .hotlens = request->context->executable,
                .sampler = HL_SAMPLER_AUTO,
                .rate = request->rate > 0 ? request->rate : settings->rate,
                .threads = settings->threads,
                .subprocesses =
                    attached ? settings->subprocesses_attach : settings->subprocesses,
                .idle = request->has_idle ? request->idle : settings->idle,
                .gil = settings->gil && !(request->has_idle && request->idle),
                .native = request->has_native ? request->native : settings->native,
                .nonblocking = settings->nonblocking,
                .duration = settings->duration,
                .sudo = settings->sudo,
            },
    };
}

static void record_here(struct profile_request *request)
{
    struct hl_context *context = request->context;
    struct hl_session_options options;
    struct hl_recorder *recorder;
    _cleanup_error_ struct hl_error error = {0};
    recording_options(request, &options);
    int r = hl_recordings_start(context->recordings, &request->plan, &options, &recorder, &error);
    if (r < 0) {
        show_error(context, r, &error);
    } else {
        hl_watch_recording(context, recorder, request->token);
    }
    profile_request_destroy(request);
}

static void record(struct profile_request *request)
{
    struct hl_context *context = request->context;
    hl_memory_add_plan(context->memory, &request->plan);
    if (context->client->terminal && request->plan.pid == 0) {
        run_in_terminal(request, record_here);
    } else {
        record_here(request);
    }
}

/* Installing py-spy */

struct installation {
    struct profile_request *request;
    struct hl_progress *progress;
    int result;
    struct hl_error error;
};

static void install_work(void *job, const atomic_bool *cancelled)
{
    struct installation *installation = job;
    (void)cancelled;
    _cleanup_close_ int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    installation->result =
        hl_install_plan_run(installation->request->install, null, &installation->error);
}

static void install_done(void *job, bool cancelled)
{
    struct installation *installation = job;
    struct profile_request *request = installation->request;
    bool worked = installation->result == 0 && !cancelled;
    hl_progress_end(installation->progress, worked ? "py-spy is installed" : "not installed");
    if (worked) {
        request->py_spy = hl_xstrdup(request->install->py_spy);
        record(request);
    } else {
        if (!cancelled) {
            show_error(request->context, installation->result, &installation->error);
        }
        profile_request_destroy(request);
    }
    hl_error_finish(&installation->error);
    free(installation);
}

static void on_install_answer(void *user, int index)
{
    struct profile_request *request = user;
    if (index != 0 || request->context->leaving) {
        profile_request_destroy(request);
        return;
    }
    struct installation *installation = hl_xcalloc(1, sizeof(*installation));
    installation->request = request;
    installation->progress =
        hl_progress_begin(request->context, NULL, "Installing py-spy", NULL, NULL);
    hl_jobs_run(request->context->jobs, install_work, install_done, installation);
}

/* Only after a yes. */
static void offer_install(struct profile_request *request)
{
    static const char *const TITLES[] = {"Install py-spy", "Not now"};
    if (!request->install) {
        show_error(request->context, -ENOENT, &request->py_spy_error);
        profile_request_destroy(request);
        return;
    }
    _cleanup_free_ char *text = hl_xasprintf("py-spy, which takes the samples, was not found. %s",
                                             request->install->sentence);
    hl_pick(request->context, text, TITLES, ARRAY_SIZE(TITLES), on_install_answer, request);
}

static void plan_install_work(void *job, const atomic_bool *cancelled)
{
    struct profile_request *request = job;
    struct hl_python_facts facts = {0};
    (void)cancelled;
    if (request->python && hl_python_ask(request->python, &facts, NULL) == 0) {
        (void)hl_install_plan_create(&facts, NULL, &request->install, NULL);
        hl_python_facts_finish(&facts);
    }
}

static void plan_install_done(void *job, bool cancelled)
{
    struct profile_request *request = job;
    if (cancelled || request->context->leaving) {
        profile_request_destroy(request);
    } else {
        offer_install(request);
    }
}

/* Asks the interpreter where a py-spy could go, which runs it: not before it was confirmed. Where a path of
 * py-spy is configured, that is to be corrected: an installed one would not be looked for. */
static void plan_install(struct profile_request *request)
{
    if (request->py_spy_setting && *request->py_spy_setting) {
        offer_install(request);
    } else {
        hl_jobs_run(request->context->jobs, plan_install_work, plan_install_done, request);
    }
}

/* What is configured inside a workspace may come from whoever wrote it: run after a yes only, asked once
 * for each path. */

static bool is_in_folders(const struct hl_context *context, const char *path)
{
    char **folders = context->memory->folders;
    if (!path) {
        return false;
    }
    if (path[0] != '/') {
        return strchr(path, '/') != NULL; /* a word is looked for in PATH, all else in the folder */
    }
    _cleanup_free_ char *plain = hl_path_normalize(path);
    for (size_t i = 0; folders && folders[i]; i++) {
        if (hl_path_is_within(plain, folders[i])) {
            return true;
        }
    }
    return false;
}

static const char *unconfirmed(const struct profile_request *request)
{
    const char *const paths[] = {request->python_setting, request->py_spy_setting};
    char **confirmed = request->context->memory->confirmed;
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        bool known =
            request->context->client->trusted || !is_in_folders(request->context, paths[i]);
        for (size_t j = 0; !known && confirmed && confirmed[j]; j++) {
            known = strcmp(confirmed[j], paths[i]) == 0;
        }
        if (!known) {
            return paths[i];
        }
    }
    return NULL;
}

static void go_on(struct profile_request *request);

static void on_confirmed(void *user, int index)
{
    struct profile_request *request = user;
    const char *path = unconfirmed(request);
    if (index != 0 || !path || request->context->leaving) {
        profile_request_destroy(request);
        return;
    }
    hl_strv_add(&request->context->memory->confirmed, path);
    go_on(request);
}

static void go_on(struct profile_request *request)
{
    static const char *const TITLES[] = {"Run it", "Cancel"};
    const char *path = unconfirmed(request);
    if (path) {
        _cleanup_free_ char *text =
            hl_xasprintf("The settings name a program inside this workspace: %s", path);
        hl_pick(request->context, text, TITLES, ARRAY_SIZE(TITLES), on_confirmed, request);
    } else if (!request->py_spy) {
        plan_install(request);
    } else {
        record(request);
    }
}

static void complete_work(void *job, struct hl_store *store, const struct hl_error *error)
{
    (void)error; /* without a store the last time is unknown, that is all */
    profile_request_complete(job, store);
}

static void complete_done(void *job, bool cancelled)
{
    struct profile_request *request = job;
    if (cancelled || request->context->leaving) {
        profile_request_destroy(request);
    } else if (request->result < 0) {
        show_error(request->context, request->result, &request->error);
        profile_request_destroy(request);
    } else {
        go_on(request);
    }
}

void start_recording(struct profile_request *request)
{
    hl_jobs_run_in_store(request->context->jobs, complete_work, complete_done, request);
}
