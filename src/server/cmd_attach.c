/* hotlens.attach, hotlens.stop */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "hotlens/server/picker.h"
#include "candidates.h"
#include "start_recording.h"

/* Attach */

struct candidates {
    struct profile_request *request;
    char **folders;
    struct hl_process_list list;
    size_t shown[HL_PICKER_MOST];
    size_t count;
    int result;
    struct hl_error error;
};

static void destroy(struct candidates *candidates)
{
    profile_request_destroy(candidates->request);
    hl_strv_free(candidates->folders);
    hl_process_list_finish(&candidates->list);
    hl_error_finish(&candidates->error);
    free(candidates);
}

static void on_picked(void *user, int index)
{
    struct candidates *candidates = user;
    if (index >= 0 && !candidates->request->context->leaving) {
        struct profile_request *request = TAKE_PTR(candidates->request);
        request->pid = candidates->list.items[candidates->shown[index]].pid;
        start_recording(request);
    }
    destroy(candidates);
}

static void list_work(void *job, const atomic_bool *cancelled)
{
    struct candidates *candidates = job;
    (void)cancelled;
    candidates->result =
        candidates_list(candidates->folders, false, &candidates->list, &candidates->error);
}

/* The pid first: some clients show no more than thirty columns. */
static void ask(struct candidates *candidates)
{
    struct hl_context *context = candidates->request->context;
    char *titles[HL_PICKER_MOST] = {0};
    for (size_t i = 0; i < candidates->list.count && candidates->count < HL_PICKER_MOST; i++) {
        const struct hl_process *process = &candidates->list.items[i];
        if (process->may_trace && process->pid != getpid()) {
            titles[candidates->count] = hl_xasprintf("%d %.80s", (int)process->pid, process->command);
            candidates->shown[candidates->count++] = i;
        }
    }
    size_t count = candidates->count;
    if (count == 0) {
        hl_show_message(context, 3, "No Python process that may be recorded is running");
        destroy(candidates);
        return;
    }
    hl_pick(context, "Which process shall be recorded?", (const char *const *)titles, count,
            on_picked, candidates);
    for (size_t i = 0; i < count; i++) {
        free(titles[i]);
    }
}

static void list_done(void *job, bool cancelled)
{
    struct candidates *candidates = job;
    if (cancelled || candidates->request->context->leaving) {
        destroy(candidates);
    } else if (candidates->result < 0) {
        hl_show_message(candidates->request->context, 1, "%s",
                        hl_error_text(&candidates->error, candidates->result));
        destroy(candidates);
    } else {
        ask(candidates);
    }
}

int hl_cmd_attach(const struct hl_call *call, struct hl_error *error)
{
    _cleanup_(profile_request_destroy_p) struct profile_request *request = NULL;
    uint32_t pid = 0;
    int r = profile_request_create(call, REQUEST_ATTACH, &request, error);
    r = r < 0 ? r : hl_field_uint_optional(call->arguments, "pid", &pid, error);
    if (r < 0) {
        return r;
    }
    if (pid > 0) {
        request->pid = (pid_t)pid;
        start_recording(TAKE_PTR(request));
        return 0;
    }
    if (cJSON_GetObjectItemCaseSensitive(call->arguments, "pid")) {
        return hl_error_set(error, EINVAL, "pid: the number of a process is expected");
    }
    struct candidates *candidates = hl_xcalloc(1, sizeof(*candidates));
    candidates->request = TAKE_PTR(request);
    candidates->folders = candidates_folders(call->context);
    hl_jobs_run(call->context->jobs, list_work, list_done, candidates);
    return 0;
}

/* Stop */

struct stop {
    struct hl_context *context;
    uint32_t numbers[HL_PICKER_MOST];
};

static struct hl_recorder *find(struct hl_context *context, uint32_t number)
{
    for (size_t i = 0; i < hl_recordings_count(context->recordings); i++) {
        struct hl_recorder *recorder = hl_recordings_at(context->recordings, i);
        if (hl_recorder_number(recorder) == number) {
            return recorder;
        }
    }
    return NULL;
}

static void on_stop_picked(void *user, int index)
{
    struct stop *stop = user;
    struct hl_recorder *recorder =
        index >= 0 && !stop->context->leaving ? find(stop->context, stop->numbers[index]) : NULL;
    if (recorder) {
        hl_recorder_stop(recorder);
    }
    free(stop);
}

static void ask_which(struct hl_context *context)
{
    struct stop *stop = hl_xcalloc(1, sizeof(*stop));
    char *titles[HL_PICKER_MOST] = {0};
    size_t count = hl_min_size(hl_recordings_count(context->recordings), HL_PICKER_MOST);
    stop->context = context;
    for (size_t i = 0; i < count; i++) {
        const struct hl_recorder *recorder = hl_recordings_at(context->recordings, i);
        stop->numbers[i] = hl_recorder_number(recorder);
        titles[i] = hl_xasprintf("%" PRIu32 " %s", stop->numbers[i],
                                 hl_recorder_plan(recorder)->title);
    }
    hl_pick(context, "Which recording shall end?", (const char *const *)titles, count,
            on_stop_picked, stop);
    for (size_t i = 0; i < count; i++) {
        free(titles[i]);
    }
}

int hl_cmd_stop(const struct hl_call *call, struct hl_error *error)
{
    struct hl_context *context = call->context;
    uint32_t number = 0;
    int r = hl_field_uint_optional(call->arguments, "id", &number, error);
    if (r < 0) {
        return r;
    }
    size_t count = hl_recordings_count(context->recordings);
    if (number > 0) {
        struct hl_recorder *recorder = find(context, number);
        if (!recorder) {
            return hl_error_set(error, ENOENT, "recording %" PRIu32 " is not going on", number);
        }
        hl_recorder_stop(recorder);
    } else if (count == 1) {
        hl_recorder_stop(hl_recordings_at(context->recordings, 0));
    } else if (count > 1) {
        ask_which(context);
    } else {
        hl_show_message(context, 3, "Nothing is being recorded by this editor");
    }
    return 0;
}
