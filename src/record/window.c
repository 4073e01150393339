/* One window: one py-spy that attaches, samples, writes its file and ends, or is made to. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "recording_internal.h"
#include "shim_internal.h"

/* py-spy prints "Sampling process" a few microseconds before it handles SIGINT. */
#define HANDLER_MS 20

/* Attaching takes the longest, and to begin anew takes a busy machine as long again. */
#define ATTACH_PATIENCES 3

/* What the lifeline needs from its end to SIGKILL, and a second. */
#define KILLED_MS 5000

static const char *const sampler_variables[][2] = { SHIM_SAMPLER_VARIABLES };

/* --- command line --- */

static void add_prefix(const struct hl_recording *recording, char ***argv)
{
    const struct hl_record_options *options = &recording->options;
    if (options->sudo) {
        hl_strv_add(argv, "sudo");
        if (!options->sudo_may_ask) {
            hl_strv_add(argv, "-n");
        }
    }
    hl_strv_add(argv, options->hotlens);
    hl_strv_add(argv, "exec");
    if (options->sudo) {
        hl_strv_add(argv, "--lifeline");
    } else {
        hl_strv_addf(argv, "--parent");
        hl_strv_addf(argv, "%d", (int)getpid());
        hl_strv_add(argv, "--death-signal");
        hl_strv_addf(argv, "%d", SIGINT);
        hl_strv_add(argv, "--own-group");
    }
    hl_strv_add(argv, "--");
}

static void add_program(const struct hl_recording *recording, char ***argv)
{
    hl_strv_add(argv, "--");
    hl_strv_add(argv, recording->options.hotlens);
    hl_strv_add(argv, "exec");
    hl_strv_add(argv, "--group");
    hl_strv_addf(argv, "%d", (int)getpgrp());
    hl_strv_add(argv, "--stdio");
    hl_strv_add(argv, "3,4,5");
    hl_strv_add(argv, "--close"); /* py-spy's alone, see spawn() */
    hl_strv_add(argv, "6");
    for (size_t i = 0; i < ARRAY_SIZE(sampler_variables); i++) {
        const char *name = sampler_variables[i][0];
        const char *value = hl_strv_env_get(recording->options.environment, name);
        hl_strv_add(argv, value ? "--setenv" : "--unsetenv");
        if (value) {
            hl_strv_addf(argv, "%s=%s", name, value);
        } else {
            hl_strv_add(argv, name);
        }
    }
    hl_strv_add(argv, "--");
    for (size_t i = 0; recording->options.argv[i]; i++) {
        hl_strv_add(argv, recording->options.argv[i]);
    }
}

static char **command(const struct window *window)
{
    const struct hl_recording *recording = window->recording;
    const struct hl_record_options *options = &recording->options;
    const struct {
        bool wanted;
        const char *flag;
    } flags[] = {
        {options->threads, "--threads"},         {options->subprocesses, "--subprocesses"},
        {options->idle, "--idle"},               {options->gil, "--gil"},
        {options->native, "--native"},           {options->nonblocking, "--nonblocking"},
    };
    char **argv = NULL;
    add_prefix(recording, &argv);
    hl_strv_add(&argv, options->py_spy);
    hl_strv_add(&argv, "record");
    if (!is_launch(recording)) {
        hl_strv_add(&argv, "--pid");
        hl_strv_addf(&argv, "%d", (int)recording->program.pid);
    }
    if (window->seconds > 0) {
        hl_strv_add(&argv, "--duration");
        hl_strv_addf(&argv, "%u", window->seconds);
    }
    hl_strv_add(&argv, "--rate");
    hl_strv_addf(&argv, "%u", options->rate);
    hl_strv_add(&argv, "--format");
    hl_strv_add(&argv, "raw");
    hl_strv_add(&argv, "--full-filenames");
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
        if (flags[i].wanted) {
            hl_strv_add(&argv, flags[i].flag);
        }
    }
    hl_strv_add(&argv, "--output");
    hl_strv_add(&argv, window->path);
    if (is_launch(recording)) {
        add_program(recording, &argv);
    }
    return argv;
}

/* py-spy's environment. When it launches the program it is the program's, but for the variables that the
 * shim in front of the program puts back. */
static char **environment_of(const struct hl_recording *recording)
{
    bool launch = is_launch(recording);
    char **environment = hl_strv_copy(launch ? recording->options.environment : environ);
    for (size_t i = 0; i < ARRAY_SIZE(sampler_variables); i++) {
        hl_strv_env_set(&environment, sampler_variables[i][0], sampler_variables[i][1]);
    }
    if (!launch) {
        hl_strv_env_set(&environment, "HOTLENS_RUN", NULL);
    }
    return environment;
}

/* --- watchdog --- */

static void window_signal(struct window *window, int number)
{
    if (window->recording->options.sudo) {
        hl_close_p(&window->lifeline); /* sudo is not ours to signal; its lifeline escalates */
        return;
    }
    child_kill(&window->child, number);
}

static uint64_t patience(const struct window *window)
{
    return window->recording->options.patience_ms;
}

static void on_watchdog(uv_timer_t *timer);

static void watch_for(struct window *window, uint64_t ms)
{
    uv_timer_start(&window->watchdog, on_watchdog, ms, 0);
}

static void send_interrupt(struct window *window)
{
    window->stage = WINDOW_INTERRUPTED;
    window_signal(window, SIGINT);
    watch_for(window, patience(window));
}

static void kill_window(struct window *window)
{
    window->timed_out = true;
    window->stage = WINDOW_KILLED;
    window_signal(window, SIGKILL);
    watch_for(window, KILLED_MS);
}

/* A sudo that asks for a password, or one that hangs in the kernel: nobody gains by waiting longer. */
static void abandon(struct window *window)
{
    struct windows *windows = &window->recording->windows;
    pid_t pid = child_pid(&window->child);
    windows->abandoned = windows->abandoned ? windows->abandoned : pid;
    child_abandon(&window->child);
}

static void on_watchdog(uv_timer_t *timer)
{
    struct window *window = timer->data;
    switch (window->stage) {
    case WINDOW_ATTACHING:
        kill_window(window);
        break;
    case WINDOW_RUNNING:
        window->timed_out = true;
        window_interrupt(window);
        break;
    case WINDOW_INTERRUPT_DUE:
        send_interrupt(window);
        break;
    case WINDOW_INTERRUPTED:
        kill_window(window);
        break;
    case WINDOW_KILLED:
        abandon(window);
        break;
    }
}

void window_interrupt(struct window *window)
{
    if (window->stage != WINDOW_RUNNING && window->stage != WINDOW_ATTACHING) {
        return;
    }
    int64_t now = hl_clock_monotonic();
    window->cut = window->cut ? window->cut : now;
    if (window->attached && now - window->attached < HANDLER_MS * HL_NS_PER_MS) {
        window->stage = WINDOW_INTERRUPT_DUE;
        watch_for(window, HANDLER_MS);
        return;
    }
    send_interrupt(window);
}

/* --- what the child does --- */

static void on_output(struct child *child, const char *data, size_t length)
{
    struct window *window = child->user;
    py_spy_output_feed(&window->output, data, length);
    if (window->output.stopped && !window->stopped) {
        window->stopped = hl_clock_monotonic();
    }
    if (!window->output.attached || window->attached) {
        return;
    }
    window->attached = hl_clock_monotonic();
    window->paused = recording_unsampled(window->recording, window->attached);
    if (window->stage == WINDOW_ATTACHING) {
        window->stage = WINDOW_RUNNING;
        uv_timer_stop(&window->watchdog);
        if (window->seconds > 0) {
            /* It stretches when it cannot keep up; twice as long is more than that. */
            watch_for(window, 2000 * (uint64_t)window->seconds + patience(window));
        }
    }
    windows_attached(window);
}

static void on_ended(struct child *child)
{
    struct window *window = child->user;
    py_spy_output_end(&window->output);
    uv_timer_stop(&window->watchdog);
    windows_ended(window);
}

static void part_closed(struct window *window)
{
    struct hl_recording *recording = window->recording;
    if (--window->open > 0) {
        return;
    }
    hl_close_p(&window->lifeline);
    py_spy_output_finish(&window->output);
    free(window->path);
    free(window);
    recording_release(recording);
}

static void on_watchdog_closed(uv_handle_t *handle)
{
    part_closed(handle->data);
}

static void on_closed(struct child *child)
{
    struct window *window = child->user;
    uv_close((uv_handle_t *)&window->watchdog, on_watchdog_closed);
    part_closed(window);
}

/* --- start --- */

/* Made by us, so that it is ours also when py-spy runs as root. */
static int make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -errno;
    }
    close(fd);
    return 0;
}

/* When we are killed py-spy gets SIGINT and writes its window; first it prints a line, and a broken pipe
 * would make it panic instead. So it holds the reading end as well. */
static int spawn(struct window *window, int line)
{
    struct hl_recording *recording = window->recording;
    const int *stdio = recording->options.stdio;
    _cleanup_(hl_strv_free_p) char **argv = command(window);
    _cleanup_(hl_strv_free_p) char **environment = environment_of(recording);
    struct child_spec spec = {
        .argv = argv,
        .environment = environment,
        .cwd = is_launch(recording) ? recording->options.cwd : NULL,
        .fds = {line, CHILD_OUTPUT, CHILD_OUTPUT, CHILD_READER},
        .fd_count = 4,
    };
    if (is_launch(recording)) {
        memcpy(spec.fds + 3, stdio, 3 * sizeof(*stdio));
        spec.fds[6] = CHILD_READER;
        spec.fd_count = 7;
    }
    return child_spawn(&window->child, recording->loop, &spec);
}

static struct window *window_new(struct hl_recording *recording, uint32_t index, uint32_t seconds)
{
    struct window *window = hl_xcalloc(1, sizeof(*window));
    window->recording = recording;
    window->index = index;
    window->seconds = seconds;
    window->path = hl_xasprintf("%s/%04u.raw", recording->options.spool, index);
    window->lifeline = -1;
    window->child.user = window;
    window->child.on_output = on_output;
    window->child.on_ended = on_ended;
    window->child.on_closed = on_closed;
    window->watchdog.data = window;
    return window;
}

/* What can fail while the window has no handles yet, which only the loop could close. */
static int prepare(struct window *window, int *ret_line)
{
    struct hl_recording *recording = window->recording;
    struct hl_error *error = &recording->result.error;
    int r = make_file(window->path);
    if (r < 0) {
        return hl_error_set_errno(error, -r, "cannot write %s", window->path);
    }
    uv_file line[2] = {-1, -1};
    r = recording->options.sudo ? uv_pipe(line, 0, 0) : 0;
    if (r < 0) {
        unlink(window->path);
        return hl_error_set_errno(error, -r, "cannot start py-spy");
    }
    *ret_line = line[0];
    window->lifeline = line[1];
    return 0;
}

int window_start(struct hl_recording *recording, uint32_t index, uint32_t seconds)
{
    struct window *window = window_new(recording, index, seconds);
    _cleanup_close_ int line = -1;
    int r = prepare(window, &line);
    if (r < 0) {
        free(window->path);
        free(window);
        return r;
    }
    uv_timer_init(recording->loop, &window->watchdog);
    window->open = 2;
    window->spawned = hl_clock_monotonic();
    recording_hold(recording);
    r = spawn(window, line);
    if (r < 0) {
        unlink(window->path);
        hl_error_set_errno(&recording->result.error, -r, "cannot run %s", recording->options.hotlens);
        return r;
    }
    window->next = recording->windows.first;
    recording->windows.first = window;
    if (!recording->options.sudo_may_ask) {
        watch_for(window, ATTACH_PATIENCES * patience(window));
    }
    guard_tell(recording, "sampler", child_pid(&window->child));
    return 0;
}

/* --- covered time --- */

/* Seconds and rest apart: a long recording has more nanoseconds times intervals than 63 bits hold. */
static int64_t time_of(uint64_t intervals, uint32_t rate)
{
    return (int64_t)(intervals / rate) * HL_NS_PER_SECOND +
           (int64_t)(intervals % rate) * HL_NS_PER_SECOND / rate;
}

/* A whole window is seconds * rate intervals, of which py-spy does not record the last. Their wall time
 * varies, because the gaps are exponential, but it is the intervals that count: samples per interval
 * is what the program's share of busy time is estimated from. A window that was cut has no such number,
 * so its wall time stands for it. */
static int64_t wall_or_intervals(const struct window *window)
{
    const struct hl_recording *recording = window->recording;
    if (!window->attached) {
        return 0;
    }
    if (window->output.closed && !window->output.stopped && window->seconds > 0) {
        uint64_t intervals = (uint64_t)window->seconds * recording->options.rate - 1;
        return time_of(intervals, recording->options.rate);
    }
    int64_t end = hl_clock_monotonic();
    const int64_t ends[] = {window->cut, window->stopped, recording->ended_at};
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        end = ends[i] && ends[i] < end ? ends[i] : end;
    }
    /* Only the launch sampler's one window lives through a pause; another ends at it, but may be reported
     * after it. */
    int64_t paused = is_launch(recording) ? recording_unsampled(recording, end) - window->paused : 0;
    int64_t covered = end - window->attached - paused;
    return covered > 0 ? covered : 0;
}

/* An interval that failed was not sampled: it is no time without samples. py-spy counts failures per
 * process, so one of P processes that fails is 1/P of an interval. */
int64_t window_covered(const struct window *window)
{
    uint32_t rate = window->recording->options.rate;
    unsigned processes = window->processes > 0 ? window->processes : 1;
    int64_t covered = wall_or_intervals(window);
    uint64_t most = (uint64_t)covered / HL_NS_PER_SECOND * rate + rate;
    uint64_t errors = window->output.errors / processes;
    errors = errors < most ? errors : most;
    covered -= time_of(errors, rate);
    return covered > 0 ? covered : 0;
}
