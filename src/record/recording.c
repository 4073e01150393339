/* The life of one recording: starting, waiting for everything to end, and the end. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "recording_internal.h"
#include "recording_start.h"

/* A program has ended; how long an attached py-spy may take to notice, or to look at subprocesses that
 * go on, before it is told. */
#define SETTLE_MS 500

/* --- handles --- */

void recording_hold(struct hl_recording *recording)
{
    recording->holds++;
}

/* Nothing may be touched after this when it was the last hold: `ended` may destroy the recording. */
void recording_release(struct hl_recording *recording)
{
    if (--recording->holds > 0 || !recording->finishing) {
        return;
    }
    recording_set_state(recording, HL_RECORD_ENDED);
    if (recording->events.ended) {
        recording->events.ended(recording->user, &recording->result);
    }
}

static void on_timer_closed(uv_handle_t *handle)
{
    recording_release(handle->data);
}

/* --- timers --- */

static void on_timer(uv_timer_t *timer)
{
    struct hl_recording *recording = timer->data;
    switch ((enum recording_timer)(timer - recording->timers)) {
    case TIMER_NEXT:
        windows_start_next(recording);
        break;
    case TIMER_DURATION:
        recording->result.stopped = true;
        hl_recording_stop(recording, SIGINT);
        break;
    case TIMER_STOP:
        stop_tick(recording);
        break;
    case TIMER_SETTLE:
        windows_settle(recording);
        recording_check(recording);
        break;
    case TIMER_FIND:
        program_find(recording);
        break;
    case TIMER_COUNT:
        break;
    }
}

void recording_timer(struct hl_recording *recording, enum recording_timer timer, uint64_t ms)
{
    if (!recording->finishing) {
        uv_timer_start(&recording->timers[timer], on_timer, ms, 0);
    }
}

void recording_timers_init(struct hl_recording *recording)
{
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        uv_timer_init(recording->loop, &recording->timers[i]);
        recording->timers[i].data = recording;
        recording_hold(recording);
    }
}

void recording_set_state(struct hl_recording *recording, enum hl_record_state state)
{
    if (recording->state != state) {
        recording->state = state;
        if (recording->events.state) {
            recording->events.state(recording->user, state);
        }
    }
}

/* --- pauses --- */

int64_t recording_paused(const struct hl_recording *recording, int64_t at)
{
    bool now = recording->paused_at && at > recording->paused_at;
    return recording->paused + (now ? at - recording->paused_at : 0);
}

int64_t recording_unsampled(const struct hl_recording *recording, int64_t at)
{
    bool sampled = recording->result.sampler == HL_SAMPLER_LAUNCH && recording->options.idle;
    return sampled ? 0 : recording_paused(recording, at);
}

/* --- what happens to the program --- */

void recording_start_duration(struct hl_recording *recording)
{
    uint64_t duration = (uint64_t)recording->options.duration * 1000;
    if (recording->paused_at) {
        recording->duration_left = duration;
    } else if (duration > 0) {
        recording_timer(recording, TIMER_DURATION, duration);
    }
}

void recording_begin(struct hl_recording *recording)
{
    recording->origin = hl_clock_monotonic();
    recording->result.start = hl_clock_utc();
    recording->paused = 0;
    recording->paused_at = recording->paused_at ? recording->origin : 0;
    if (recording->options.argv) { /* else when it is attached: that may take a password */
        recording_start_duration(recording);
    }
    windows_start_next(recording);
}

void recording_program_started(struct hl_recording *recording)
{
    recording->result.started = true;
    recording_begin(recording);
}

void recording_program_ended(struct hl_recording *recording)
{
    uv_timer_stop(&recording->timers[TIMER_DURATION]);
    windows_program_ended(recording);
    recording_timer(recording, TIMER_SETTLE, SETTLE_MS);
    recording_check(recording);
}

/* --- why there is nothing, or less --- */

/* With subprocesses py-spy skips what it may not read, and then finds no Python. */
static bool may_not_be_read(pid_t pid)
{
    _cleanup_free_ char *path = hl_xasprintf("/proc/%d/exe", (int)pid);
    char target[8];
    return readlink(path, target, sizeof(target)) < 0 && errno == EACCES;
}

static void explain_abandoned(struct hl_recording *recording, pid_t pid, const char *name)
{
    struct hl_error *error = &recording->result.error;
    hl_error_set(error, ETIMEDOUT, "process %d (%s) did not end when it was told to and was left",
                 (int)pid, name);
    hl_error_set_remedy(error, "End it by hand: `%skill -9 %d`.",
                        recording->options.sudo ? "sudo " : "", (int)pid);
}

static void explain(struct hl_recording *recording, enum hl_failure failure)
{
    const struct hl_record_options *options = &recording->options;
    const struct windows *windows = &recording->windows;
    struct hl_error *error = &recording->result.error;
    if (windows->abandoned) {
        explain_abandoned(recording, windows->abandoned, options->sudo ? "sudo" : "py-spy");
        return;
    }
    if (windows->timed_out && failure != HL_FAILURE_PERMISSION) {
        hl_error_set(error, ETIMEDOUT, "py-spy did not do its work in time and was ended");
        hl_error_set_remedy(error, "Try a lower --rate, or --nonblocking.");
        return;
    }
    if (failure == HL_FAILURE_NOT_PYTHON && !options->argv && !options->sudo &&
        may_not_be_read(options->pid)) {
        failure = HL_FAILURE_PERMISSION;
    }
    /* What is about to end has no interpreter any more. */
    if (failure == HL_FAILURE_NOT_PYTHON && !options->argv && recording->ended_at) {
        failure = HL_FAILURE_GONE;
    }
    struct hl_failure_context context = {
        .pid = options->argv ? 0 : (int)options->pid,
        .program = options->argv ? options->argv[0] : NULL,
        .py_spy = options->py_spy,
        .output = windows->text ? windows->text : "",
        .probe = recording->preparation.probe.reason ? &recording->preparation.probe : NULL,
        .hotlens = options->hotlens,
        .sudo = options->sudo,
        .attach = !options->argv,
    };
    (void)hl_failure_explain(failure, &context, error);
}

static enum hl_failure failure_of_windows(const struct hl_recording *recording)
{
    const struct windows *windows = &recording->windows;
    if (!windows->text) {
        return HL_FAILURE_GONE;
    }
    enum hl_failure failure =
        hl_failure_classify(windows->exit_code, windows->signal, windows->text);
    /* Who says that all went well and has never attached is no py-spy. */
    return failure == HL_FAILURE_NONE && recording->result.windows == 0 ? HL_FAILURE_OTHER : failure;
}

void recording_slow(struct hl_recording *recording, enum hl_failure failure)
{
    if (recording->windows.slow) {
        return;
    }
    recording->windows.slow = true;
    struct hl_error *error = &recording->result.error;
    bool known = error->code != 0;
    if (!known) {
        explain(recording, failure);
    }
    if (recording->events.problem) {
        recording->events.problem(recording->user, error);
    }
    if (!known) {
        hl_error_finish(error); /* it may yet go well; the end says how it was */
        *error = (struct hl_error){0};
    }
}

void recording_give_up(struct hl_recording *recording, enum hl_failure failure)
{
    recording->windows.closed = true;
    if (recording->result.error.code == 0) {
        explain(recording, failure);
    }
    if (program_runs(recording) && recording->options.argv && recording->events.problem) {
        recording->events.problem(recording->user, &recording->result.error);
    }
    recording_check(recording);
}

/* Why a recording without a window has none, or what was lost of one with windows. */
static void explain_end(struct hl_recording *recording)
{
    struct hl_error *error = &recording->result.error;
    const struct windows *windows = &recording->windows;
    if (error->code != 0) {
        return;
    }
    if (recording->program.abandoned) {
        explain_abandoned(recording, recording->program.pid, recording->options.argv[0]);
        return;
    }
    if (recording->result.windows == 0 && !windows->text && !windows->abandoned &&
        recording->result.stopped) {
        hl_error_set(error, ECANCELED, "stopped before py-spy was attached, so nothing was saved");
        hl_error_set_remedy(error, "Let it record longer; attaching takes a second or two.");
    } else if (recording->result.windows == 0) {
        explain(recording, failure_of_windows(recording));
    } else if (windows->text || windows->abandoned) {
        explain(recording, failure_of_windows(recording));
        if (windows->filled) { /* else it was all of it */
            hl_error_prefix(error, "a part was not sampled");
        }
    }
}

/* --- the end --- */

static void finish(struct hl_recording *recording)
{
    struct hl_record_result *result = &recording->result;
    recording->finishing = true;
    int64_t end = recording->ended_at ? recording->ended_at : hl_clock_monotonic();
    result->duration = recording->origin ? end - recording->origin - recording_paused(recording, end) : 0;
    result->duration = result->duration > 0 ? result->duration : 0;
    if (recording->windows.first_start) {
        int64_t paused = recording_unsampled(recording, end) - recording->windows.first_paused;
        int64_t sampled = end - recording->windows.first_start - paused;
        result->sampled = sampled > 0 ? sampled : 0;
    }
    if (recording->program.watch.open > 0 && recording->options.argv) {
        result->exit_status = exit_watch_status(&recording->program.watch);
    }
    explain_end(recording);
    guard_dismiss(recording);
    child_kill(&recording->version, SIGKILL);
    exit_watch_stop(&recording->program.watch);
    recording_hold(recording); /* so that the last release is ours when there is nothing to close */
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        uv_close((uv_handle_t *)&recording->timers[i], on_timer_closed);
    }
    recording_release(recording);
}

void recording_check(struct hl_recording *recording)
{
    bool unborn = is_launch(recording) && !recording->windows.closed; /* paused before it was launched */
    if (recording->finishing || !recording->prepared || recording->windows.first || unborn) {
        return;
    }
    bool attached_to = !recording->options.argv;
    if (program_runs(recording) && !(attached_to && recording->windows.closed)) {
        return;
    }
    if (recording->stop.active && !recording->stop.done) {
        recording_timer(recording, TIMER_STOP, 0); /* what may be left of it is looked for at once */
        return;
    }
    finish(recording);
}

/* --- what the owner may ask for --- */

void hl_recording_stop(struct hl_recording *recording, int signal)
{
    if (recording->finishing) {
        return;
    }
    if (recording->detached) {
        /* The program is its own; there is only the wait for its end to be ended. */
        child_abandon(&recording->program.child);
        return;
    }
    recording->result.stopped = true;
    recording->duration_left = 0;
    uv_timer_stop(&recording->timers[TIMER_DURATION]);
    if (!recording->prepared) {
        preparation_cancel(&recording->preparation); /* recording_prepared goes on */
        recording_set_state(recording, HL_RECORD_STOPPING);
        return;
    }
    if (recording->options.argv) {
        recording->windows.closed = recording->windows.closed || is_launch(recording);
        stop_begin(recording, signal);
    } else {
        recording->ended_at = recording->ended_at ? recording->ended_at : hl_clock_monotonic();
        windows_close(recording);
    }
    recording_set_state(recording, HL_RECORD_STOPPING);
    if (!recording->options.argv) {
        recording_timer(recording, TIMER_SETTLE, 0);
    }
}

int hl_recording_detach(struct hl_recording *recording)
{
    if (recording->result.sampler != HL_SAMPLER_ATTACH || !recording->options.argv) {
        return -ENOTSUP;
    }
    if (recording->detached || recording->finishing) {
        return 0;
    }
    recording->detached = true;
    recording->duration_left = 0;
    recording->ended_at = recording->ended_at ? recording->ended_at : hl_clock_monotonic();
    uv_timer_stop(&recording->timers[TIMER_DURATION]);
    windows_close(recording);
    guard_dismiss(recording); /* the program is its own now, whatever happens to us */
    return 0;
}

void hl_recording_pause(struct hl_recording *recording)
{
    if (recording->paused_at || recording->finishing) {
        return;
    }
    recording->paused_at = hl_clock_monotonic();
    uv_timer_t *duration = &recording->timers[TIMER_DURATION];
    recording->duration_left = 0;
    if (uv_is_active((uv_handle_t *)duration)) {
        uint64_t due = uv_timer_get_due_in(duration);
        recording->duration_left = due > 0 ? due : 1; /* due this moment: not without an end */
    }
    uv_timer_stop(&recording->timers[TIMER_DURATION]);
    uv_timer_stop(&recording->timers[TIMER_NEXT]);
    if (recording->result.sampler == HL_SAMPLER_ATTACH) {
        windows_interrupt_all(recording);
    }
}

void hl_recording_resume(struct hl_recording *recording)
{
    if (!recording->paused_at || recording->finishing) {
        return;
    }
    recording->paused += hl_clock_monotonic() - recording->paused_at;
    recording->paused_at = 0;
    if (recording->duration_left > 0 && !recording->ended_at) {
        recording_timer(recording, TIMER_DURATION, recording->duration_left);
    }
    if (recording->prepared && (is_launch(recording) || recording->result.started)) {
        recording_timer(recording, TIMER_NEXT, 0);
    }
}

bool hl_recording_is_preparing(const struct hl_recording *recording)
{
    return !recording->prepared;
}

pid_t hl_recording_pid(const struct hl_recording *recording)
{
    return recording->program.pid;
}

void hl_record_result_finish(struct hl_record_result *result)
{
    free(result->python_version);
    free(result->py_spy_version);
    hl_error_finish(&result->error);
    *result = (struct hl_record_result){0};
}

void hl_recording_destroy(struct hl_recording *recording)
{
    if (!recording) {
        return;
    }
    hl_assert(recording->holds == 0);
    hl_close_p(&recording->guard_fd);
    hl_buffer_finish(&recording->version_text);
    windows_finish(recording);
    preparation_finish(&recording->preparation);
    hl_record_result_finish(&recording->result);
    options_finish(&recording->options);
    free(recording);
}
