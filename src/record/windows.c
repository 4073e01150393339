/* When a window starts and what its end means.
 *
 * At most one py-spy is attaching at a time and, but for one that hangs, at most two are at work: the
 * next is started so early that it attaches when the current one ends. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "recording_internal.h"

#define LEAST_INTERVALS 100u /* the last of each window is lost: 1 % at most */
#define LONGEST_SECONDS 30u
#define COST_SHARE 20        /* a window lasts at least so many times what attaching takes */
#define MOST_AT_ONCE 3u
#define QUICK_TRIES 10u
/* What runs already is Python, or is not: each try lets py-spy look for a second. */
#define TRIES_OF_RUNNING 3u
#define FIRST_RETRY_MS 20u
#define LONGEST_RETRY_MS 1000u
#define SLOW_RETRY_MS 5000u

static uint32_t seconds_of_next(const struct hl_recording *recording)
{
    if (is_launch(recording)) {
        return 0; /* at the end of -d py-spy would kill the program */
    }
    uint32_t rate = recording->options.rate;
    int64_t age = hl_clock_monotonic() - recording->origin - recording->paused;
    int64_t seconds = age / HL_NS_PER_SECOND / 10;
    uint32_t longest = recording->options.longest_window;
    longest = longest > 0 ? longest : LONGEST_SECONDS;
    seconds = seconds > longest ? longest : seconds;
    int64_t dear = recording->windows.attach_cost * COST_SHARE / HL_NS_PER_SECOND;
    seconds = dear > seconds ? dear : seconds;
    int64_t least = (LEAST_INTERVALS + rate - 1) / rate;
    return (uint32_t)(least > seconds ? least : seconds);
}

static unsigned at_work(const struct hl_recording *recording, bool *ret_attaching)
{
    unsigned count = 0;
    *ret_attaching = false;
    for (const struct window *window = recording->windows.first; window; window = window->next) {
        *ret_attaching = *ret_attaching || !window->attached;
        count++;
    }
    return count;
}

static bool may_start(const struct hl_recording *recording)
{
    bool attaching = false;
    unsigned count = at_work(recording, &attaching);
    bool target = is_launch(recording) || (program_runs(recording) && !recording->ended_at);
    return target && !recording->windows.closed && !recording->paused_at && !recording->finishing &&
           !attaching && count < MOST_AT_ONCE;
}

void windows_start_next(struct hl_recording *recording)
{
    if (!may_start(recording)) {
        return;
    }
    if (window_start(recording, recording->windows.next_index, seconds_of_next(recording)) < 0) {
        windows_close(recording);
        recording_give_up(recording, HL_FAILURE_NONE);
        return;
    }
    if (is_launch(recording)) {
        recording->windows.closed = true;
        recording_timer(recording, TIMER_FIND, 0);
    }
}

/* A window ends about its seconds after it attached (a hundred exponential gaps vary by a tenth); the
 * next should attach then. */
static void schedule_next(const struct window *window)
{
    struct hl_recording *recording = window->recording;
    int64_t cost = recording->windows.lead; /* a gap costs less than an overlap */
    int64_t length = window->seconds * HL_NS_PER_SECOND;
    int64_t wait = cost < length ? length - cost : 0;
    recording_timer(recording, TIMER_NEXT, (uint64_t)(wait / HL_NS_PER_MS));
}

static void forget_failure(struct windows *windows)
{
    free(windows->text);
    windows->text = NULL;
    windows->timed_out = false;
}

void windows_attached(struct window *window)
{
    struct hl_recording *recording = window->recording;
    struct windows *windows = &recording->windows;
    int64_t cost = window->attached - window->spawned;
    bool dearer = windows->attached_once && windows->attach_cost < cost;
    windows->lead = dearer ? windows->attach_cost : cost;
    windows->attach_cost = cost;
    window->processes = program_processes(recording);
    windows->next_index++;
    windows->attached_once = true;
    if (!windows->lost) {
        forget_failure(windows); /* what failed before was only too early */
    }
    if (is_launch(recording)) {
        program_find(recording);
        recording->result.started = true;
    }
    if (!windows->first_start) {
        windows->first_start = window->attached;
        windows->first_paused = recording_unsampled(recording, window->attached);
        if (!recording->options.argv && !windows->closed) {
            recording_start_duration(recording);
        }
    }
    program_look(recording);
    if (recording->state == HL_RECORD_STARTING) {
        recording_set_state(recording, HL_RECORD_SAMPLING);
    }
    if (!is_launch(recording) && (windows->closed || recording->paused_at)) {
        window_interrupt(window);
    } else if (window->seconds > 0) {
        schedule_next(window);
    }
}

/* --- ends --- */

static void unlink_window(struct window *window)
{
    struct window **at = &window->recording->windows.first;
    while (*at && *at != window) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = window->next;
    }
}

static void note_behind(struct hl_recording *recording, const struct py_spy_output *output)
{
    if (output->behind_ms > 0) {
        recording->result.behind = true;
        recording->result.behind_ms = output->behind_ms > recording->result.behind_ms
                                          ? output->behind_ms
                                          : recording->result.behind_ms;
    }
}

/* How much a failure says of the program. That it is gone says nothing that was not known: every try ends
 * so at last. */
static int weight_of(enum hl_failure failure)
{
    switch (failure) {
    case HL_FAILURE_NONE:
    case HL_FAILURE_GONE:
        return 0;
    case HL_FAILURE_CRASHED:
    case HL_FAILURE_OTHER:
        return 1;
    case HL_FAILURE_PERMISSION:
    case HL_FAILURE_NOT_PYTHON:
    case HL_FAILURE_TOO_NEW:
    case HL_FAILURE_NO_INTERPRETER:
    case HL_FAILURE_OUTPUT:
    case HL_FAILURE_PROGRAM:
    case HL_FAILURE_GIL:
    case HL_FAILURE_USAGE:
        return 2;
    }
    return 0;
}

/* Whether what an earlier try said of the program is better than what this one says. */
static bool is_known_better(const struct window *window)
{
    const struct windows *windows = &window->recording->windows;
    if (!windows->text) {
        return false;
    }
    const char *text = window->output.text.data;
    enum hl_failure known =
        hl_failure_classify(windows->exit_code, windows->signal, windows->text);
    enum hl_failure now =
        hl_failure_classify(window->child.exit_code, window->child.signal, text ? text : "");
    return weight_of(known) > weight_of(now);
}

static void note_failure(struct window *window)
{
    struct windows *windows = &window->recording->windows;
    if (windows->lost || is_known_better(window)) {
        return; /* the first loss is the one to explain */
    }
    windows->exit_code = window->child.exit_code;
    windows->signal = window->child.signal;
    windows->timed_out = window->timed_out;
    free(windows->text);
    windows->text = hl_xstrdup(window->output.text.data ? window->output.text.data : "");
}

/* A file that py-spy wrote nothing to. */
static void unlink_empty(const struct window *window)
{
    struct stat status;
    if (lstat(window->path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0) {
        unlink(window->path);
    }
}

static void report_window(struct window *window)
{
    struct hl_recording *recording = window->recording;
    const struct py_spy_output *output = &window->output;
    struct stat status;
    bool file = lstat(window->path, &status) == 0 && S_ISREG(status.st_mode);
    bool filled = file && status.st_size > 0;
    struct hl_record_window event = {
        .index = window->index,
        .path = window->path,
        .start = window->attached - recording->origin,
        .covered = output->closed || filled ? window_covered(window) : 0,
        .samples = output->samples,
        .errors = output->errors,
        .verified = output->closed && file && filled == (output->samples > 0),
    };
    recording->result.windows++;
    recording->windows.filled = recording->windows.filled || filled;
    note_behind(recording, output);
    if (!output->closed) {
        note_failure(window);
        recording->windows.lost = true;
        unlink_empty(window);
    }
    if (recording->events.window) {
        recording->events.window(recording->user, &event);
    }
}

static uint64_t retry_delay(unsigned failures)
{
    uint64_t delay = FIRST_RETRY_MS << (failures < 8 ? failures - 1 : 7);
    return delay < LONGEST_RETRY_MS ? delay : LONGEST_RETRY_MS;
}

/* Whether a later try may go better: the interpreter comes up, a launcher gives way to Python. */
static bool is_passing(enum hl_failure failure)
{
    switch (failure) {
    case HL_FAILURE_NOT_PYTHON:
    case HL_FAILURE_GONE:
    case HL_FAILURE_NO_INTERPRETER:
    case HL_FAILURE_CRASHED:
    case HL_FAILURE_OTHER:
    case HL_FAILURE_NONE:
        return true;
    case HL_FAILURE_PERMISSION:
    case HL_FAILURE_TOO_NEW:
    case HL_FAILURE_OUTPUT:
    case HL_FAILURE_PROGRAM:
    case HL_FAILURE_GIL:
    case HL_FAILURE_USAGE:
        return false;
    }
    return false;
}

static enum hl_failure failure_known(const struct windows *windows)
{
    return windows->text ? hl_failure_classify(windows->exit_code, windows->signal, windows->text)
                         : HL_FAILURE_OTHER;
}

static void attach_failed(struct window *window)
{
    struct hl_recording *recording = window->recording;
    struct windows *windows = &recording->windows;
    unlink_empty(window);
    if (windows->closed && !is_launch(recording)) {
        return; /* it was we who ended it */
    }
    /* A target that has ended cannot be attached to: that says nothing. But when py-spy cannot attach to
     * what it launched itself, it ends it. */
    if (recording->ended_at && !is_launch(recording)) {
        return;
    }
    /* A pause cut it off. Who goes on before it has ended could not start the next one. */
    if (window->cut) {
        windows_start_next(recording);
        return;
    }
    note_failure(window);
    if (is_launch(recording)) {
        return;
    }
    const char *text = window->output.text.data;
    enum hl_failure failure =
        hl_failure_classify(window->child.exit_code, window->child.signal, text ? text : "");
    windows->failures++;
    bool hopeless = !recording->options.argv && !windows->attached_once &&
                    windows->failures >= TRIES_OF_RUNNING;
    if (hopeless) {
        recording_give_up(recording, failure);
    } else if (is_passing(failure) && windows->failures < QUICK_TRIES) {
        recording_timer(recording, TIMER_NEXT, retry_delay(windows->failures));
    } else if (is_passing(failure) && recording->options.subprocesses) {
        recording_slow(recording, failure_known(windows));
        recording_timer(recording, TIMER_NEXT, SLOW_RETRY_MS); /* make, sh …: Python may come late */
    } else {
        recording_give_up(recording, failure_known(windows));
    }
}

/* Interrupted before we had read that it attached, and before it could handle that. */
static bool died_attaching(const struct window *window)
{
    return window->cut && window->cut <= window->attached && !window->output.closed;
}

/* A window that had attached is over. The next begins at once if none is at work: this one ended before
 * its time, or the next one hung. But not when py-spy fails each time, nor for ever. */
static void start_after(const struct window *window)
{
    struct hl_recording *recording = window->recording;
    struct windows *windows = &recording->windows;
    bool failed = !window->output.closed && (!window->cut || window->timed_out);
    windows->failures = window->output.closed ? 0 : windows->failures + failed;
    if (failed && windows->failures >= QUICK_TRIES && !recording->ended_at && !windows->closed) {
        uv_timer_stop(&recording->timers[TIMER_NEXT]);
        recording_give_up(recording, failure_known(windows));
        return;
    }
    bool attaching = false;
    if (at_work(recording, &attaching) > 0) {
        return;
    }
    if (failed) {
        recording_timer(recording, TIMER_NEXT, retry_delay(windows->failures));
    } else {
        windows_start_next(recording);
    }
}

void windows_ended(struct window *window)
{
    struct hl_recording *recording = window->recording;
    guard_tell(recording, "gone", window->child.process.pid);
    unlink_window(window);
    if (window->attached && !died_attaching(window)) {
        report_window(window);
        start_after(window);
    } else {
        attach_failed(window);
    }
    recording_check(recording);
}

void windows_interrupt_all(struct hl_recording *recording)
{
    for (struct window *window = recording->windows.first; window; window = window->next) {
        window_interrupt(window);
    }
}

void windows_close(struct hl_recording *recording)
{
    recording->windows.closed = true;
    uv_timer_stop(&recording->timers[TIMER_NEXT]);
    windows_interrupt_all(recording);
}

/* Attached ones notice by themselves and write. One that is attaching gets a moment if it is the first:
 * it may have what there is of a short program. */
void windows_program_ended(struct hl_recording *recording)
{
    struct windows *windows = &recording->windows;
    windows->closed = true;
    uv_timer_stop(&recording->timers[TIMER_NEXT]);
    for (struct window *window = windows->first; window; window = window->next) {
        if (!window->attached && windows->attached_once) {
            window_interrupt(window);
        }
    }
}

void windows_settle(struct hl_recording *recording)
{
    windows_interrupt_all(recording);
}

void windows_finish(struct hl_recording *recording)
{
    forget_failure(&recording->windows);
}
