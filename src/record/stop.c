/* Ending a program so that its clean-up runs: the signal to every process of it (a reloader's child has a
 * `finally:` too), and only when the grace is over a stronger one. */
#include <signal.h>
#include <unistd.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "os.h"
#include "proc.h"
#include "recording_internal.h"

/* Looking at every process costs something, so it is done less and less often. */
#define TICK_MS 20
#define LONGEST_TICK_MS 200
#define SHORT_GRACE (200 * HL_NS_PER_MS)
/* What does not even end by SIGKILL hangs in the kernel; nobody gains by waiting longer. */
#define KILLED_PATIENCE (5 * HL_NS_PER_SECOND)
#define STAGES 3

static bool is_sampler(const struct hl_recording *recording, pid_t pid)
{
    for (const struct window *window = recording->windows.first; window; window = window->next) {
        if (child_pid(&window->child) == pid) {
            return true;
        }
    }
    return pid == child_pid(&recording->guard);
}

/* The root of the program, or 0 when it has ended: what is left of it is known by its mark alone. With the
 * launch sampler and no pid yet, py-spy's children are the program. */
static pid_t root_of(const struct hl_recording *recording)
{
    if (recording->program.ended) {
        return 0;
    }
    if (recording->program.pid > 0) {
        return recording->program.pid;
    }
    const struct window *window = recording->windows.first;
    return window ? child_pid(&window->child) : 0;
}

/* Signals every process of the program (0: none) and returns how many there are, or a negative errno when
 * they could not be looked for. */
static int signal_program(const struct hl_recording *recording, int number)
{
    const char *proc = recording->options.proc;
    _cleanup_free_ struct proc_stat *stats = NULL;
    size_t count = 0;
    int r = proc_scan(proc, &stats, &count);
    if (r < 0) {
        return r;
    }
    pid_t root = root_of(recording);
    _cleanup_free_ bool *member = hl_xcalloc(count + 1, sizeof(*member));
    struct proc_program program = {
        .roots = &root,
        .root_count = 1,
        .uuid = recording->options.uuid,
        .since = recording->since,
    };
    proc_mark_program(proc, stats, count, &program, member);
    int found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!member[i] || is_sampler(recording, stats[i].pid)) {
            continue;
        }
        found++;
        if (number) {
            (void)hl_os_signal(stats[i].pid, stats[i].start, number);
            if (stats[i].state == 'T') {
                (void)hl_os_signal(stats[i].pid, stats[i].start, SIGCONT);
            }
        }
    }
    return found;
}

/* Those that py-spy samples and counts the failures of: descendants that are Python. Not by their mark,
 * which it does not know and which is dear to look for. */
unsigned program_processes(const struct hl_recording *recording)
{
    const char *proc = recording->options.proc;
    _cleanup_free_ struct proc_stat *stats = NULL;
    size_t count = 0;
    pid_t root = root_of(recording);
    if (!recording->options.subprocesses || root <= 0 || proc_scan(proc, &stats, &count) < 0) {
        return 1;
    }
    _cleanup_free_ bool *member = hl_xcalloc(count + 1, sizeof(*member));
    struct proc_program program = {.roots = &root, .root_count = 1};
    proc_mark_program(proc, stats, count, &program, member);
    unsigned found = 0;
    for (size_t i = 0; i < count; i++) {
        found += member[i] && !is_sampler(recording, stats[i].pid) &&
                 proc_is_python(proc, stats[i].pid, NULL);
    }
    return found > 1 ? found : 1;
}

static int signal_of_stage(const struct stop *stop)
{
    return stop->stage == 0 ? stop->signal : stop->stage == 1 ? SIGTERM : SIGKILL;
}

static void next_stage(struct hl_recording *recording)
{
    struct stop *stop = &recording->stop;
    int count = signal_program(recording, signal_of_stage(stop));
    const struct window *window = recording->windows.first;
    if (count < 0) {
        /* Without a list of processes there are still those that we know without it. */
        program_signal(recording, signal_of_stage(stop));
    }
    if (count <= 0 && !recording->program.ended && window && !recording->program.pid) {
        /* py-spy has not launched anything yet. */
        child_kill((struct child *)&window->child, signal_of_stage(stop));
    }
    stop->stage++;
    stop->tick = TICK_MS;
    stop->deadline =
        hl_clock_monotonic() + (stop->stage < STAGES ? stop->grace : KILLED_PATIENCE);
}

void stop_tick(struct hl_recording *recording)
{
    struct stop *stop = &recording->stop;
    bool ended = recording->program.ended || !recording->program.expected;
    if (ended && !recording->windows.first && signal_program(recording, 0) == 0) {
        stop->done = true;
        recording_check(recording);
        return;
    }
    if (hl_clock_monotonic() >= stop->deadline) {
        if (stop->stage >= STAGES) {
            stop->done = true;
            program_abandon(recording);
            recording_check(recording);
            return;
        }
        next_stage(recording);
    }
    recording_timer(recording, TIMER_STOP, stop->tick);
    stop->tick = stop->tick < LONGEST_TICK_MS / 2 ? stop->tick * 2 : LONGEST_TICK_MS;
}

void stop_begin(struct hl_recording *recording, int signal)
{
    struct stop *stop = &recording->stop;
    if (stop->active) {
        stop->grace = stop->grace < SHORT_GRACE ? stop->grace : SHORT_GRACE;
        stop->deadline = hl_clock_monotonic();
        recording_timer(recording, TIMER_STOP, 0);
        return;
    }
    stop->active = true;
    stop->signal = signal;
    stop->grace = recording->options.grace_ms * HL_NS_PER_MS;
    next_stage(recording);
    recording_timer(recording, TIMER_STOP, TICK_MS);
}
