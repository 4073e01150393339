/* The program: launched by us, launched by py-spy, or there before. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "proc.h"
#include "recording_internal.h"

/* How often the program that py-spy launches is looked for until it is found. */
#define FIND_MS 20

static void explain_exec(struct hl_recording *recording, int code)
{
    const char *program = recording->options.argv[0];
    struct hl_error *error = &recording->result.error;
    if (code == ENOENT) {
        hl_error_set(error, code, "no such program: %s", program);
    } else if (code == EACCES) {
        hl_error_set(error, code, "%s is not an executable program", program);
    } else {
        hl_error_set_errno(error, code, "cannot run %s", program);
    }
    recording->result.exit_status = code == ENOENT ? 127 : 126;
}

/* The shim writes errno, or nothing: then the end of the pipe means that the program runs. */
static void on_status(struct child *child, const char *data, size_t length)
{
    struct hl_recording *recording = child->user;
    struct program *program = &recording->program;
    for (size_t i = 0; i < length && program->status_length < sizeof(program->status); i++) {
        program->status[program->status_length++] = (uint8_t)data[i];
    }
    if (length == 0 && program->status_length == 0) {
        recording_program_started(recording);
    }
}

static void on_exit_code(struct child *child)
{
    struct hl_recording *recording = child->user;
    recording->result.exit_status = child->signal ? 128 + child->signal : child->exit_code;
    if (!recording->ended_at) {
        recording->ended_at = hl_clock_monotonic();
    }
    guard_tell(recording, "gone", recording->program.pid);
}

static void on_ended(struct child *child)
{
    struct hl_recording *recording = child->user;
    struct program *program = &recording->program;
    int32_t code = 0;
    if (program->status_length == sizeof(code)) {
        memcpy(&code, program->status, sizeof(code));
    }
    if (code > 0) {
        explain_exec(recording, code);
    }
    program->ended = true;
    recording_program_ended(recording);
}

static void on_closed(struct child *child)
{
    recording_release(child->user);
}

int program_launch(struct hl_recording *recording)
{
    const struct hl_record_options *options = &recording->options;
    _cleanup_(hl_strv_free_p) char **argv = NULL;
    hl_strv_add(&argv, options->hotlens);
    hl_strv_add(&argv, "exec");
    hl_strv_add(&argv, "--status");
    hl_strv_add(&argv, "3");
    if (recording->allow_tracer) {
        hl_strv_add(&argv, "--allow-tracer");
    }
    hl_strv_add(&argv, "--");
    for (size_t i = 0; options->argv[i]; i++) {
        hl_strv_add(&argv, options->argv[i]);
    }
    struct child_spec spec = {
        .argv = argv,
        .environment = options->environment,
        .cwd = options->cwd,
        .fds = {options->stdio[0], options->stdio[1], options->stdio[2], CHILD_OUTPUT},
        .fd_count = 4,
    };
    struct program *program = &recording->program;
    program->child.user = recording;
    program->child.on_output = on_status;
    program->child.on_exit = on_exit_code;
    program->child.on_ended = on_ended;
    program->child.on_closed = on_closed;
    recording_hold(recording);
    int r = child_spawn(&program->child, recording->loop, &spec);
    if (r < 0) {
        return r;
    }
    program->ours = true;
    program->expected = true;
    program->pid = child_pid(&program->child);
    guard_tell(recording, "program", program->pid);
    return 0;
}

static void on_gone(struct exit_watch *watch)
{
    struct hl_recording *recording = watch->user;
    if (!recording->ended_at) {
        recording->ended_at = hl_clock_monotonic();
    }
    recording->program.ended = true;
    recording_program_ended(recording);
}

static void on_watch_closed(struct exit_watch *watch)
{
    recording_release(watch->user);
}

int program_watch(struct hl_recording *recording, pid_t pid)
{
    struct program *program = &recording->program;
    program->watch.user = recording;
    program->watch.on_gone = on_gone;
    program->watch.on_closed = on_watch_closed;
    int r = exit_watch_start(&program->watch, recording->loop, pid, recording->options.proc);
    if (r < 0) {
        return r;
    }
    recording_hold(recording);
    program->pid = pid;
    program->expected = true;
    return 0;
}

/* py-spy does not tell the pid of what it launches; it is its only child. A program that has ended
 * already is still there as a zombie until py-spy waits for it. */
void program_find(struct hl_recording *recording)
{
    struct window *window = recording->windows.first;
    pid_t parent = window ? child_pid(&window->child) : 0;
    if (parent == 0 || recording->program.pid != 0) {
        return;
    }
    _cleanup_free_ struct proc_stat *stats = NULL;
    size_t count = 0;
    if (proc_scan(recording->options.proc, &stats, &count) < 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (stats[i].parent == parent && program_watch(recording, stats[i].pid) == 0) {
            guard_tell(recording, "program", stats[i].pid);
            recording->result.started = true;
            return;
        }
    }
    recording_timer(recording, TIMER_FIND, FIND_MS);
}

/* What is seen of the program each time a window attaches. */
void program_look(struct hl_recording *recording)
{
    struct hl_record_result *result = &recording->result;
    struct proc_stat stat;
    if (recording->program.pid > 0 &&
        proc_read_stat(recording->options.proc, recording->program.pid, &stat) == 0) {
        result->os_threads = stat.threads > result->os_threads ? stat.threads : result->os_threads;
    }
    if (recording->program.pid > 0 && !recording->program.looked) {
        recording->program.looked = true; /* by now it is Python or a program that starts it */
        (void)proc_is_python(recording->options.proc, recording->program.pid,
                             &result->python_version);
    }
}

/* The first process alone, whatever can be seen of it. */
void program_signal(struct hl_recording *recording, int number)
{
    struct program *program = &recording->program;
    if (program->ours) {
        child_kill(&program->child, number);
    } else {
        exit_watch_signal(&program->watch, number);
    }
}

/* Waits no longer for a program that does not end by SIGKILL either: as if it had ended. */
void program_abandon(struct hl_recording *recording)
{
    struct program *program = &recording->program;
    if (!program_runs(recording)) {
        return;
    }
    program->abandoned = true;
    if (!recording->ended_at) {
        recording->ended_at = hl_clock_monotonic();
    }
    if (program->ours) {
        child_abandon(&program->child);
    } else {
        exit_watch_abandon(&program->watch);
    }
}

bool program_runs(const struct hl_recording *recording)
{
    return recording->program.expected && !recording->program.ended;
}
