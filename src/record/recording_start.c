/* Starting a recording: everything that can be wrong is looked at before anything runs. What goes wrong
 * later is told by `ended`. */
#include "recording_start.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "launch_target.h"
#include "recording_internal.h"

static int check_options(const struct hl_record_options *options, struct hl_error *error)
{
    if (!options->argv == (options->pid <= 0) || (options->argv && !options->argv[0])) {
        return hl_error_set(error, EINVAL, "either a program or a process is recorded");
    }
    if (options->rate < 1 || options->rate > HL_LIMIT_RATE) {
        return hl_error_set(error, EINVAL, "the rate must be from 1 to %u", HL_LIMIT_RATE);
    }
    if (options->duration > HL_LIMIT_DURATION) {
        return hl_error_set(error, EINVAL, "the duration must be at most %u s", HL_LIMIT_DURATION);
    }
    if (options->native && options->nonblocking) {
        return hl_error_set(error, EINVAL, "native frames need a program that is stopped for "
                                           "each sample, so --native excludes --nonblocking");
    }
    if (!options->argv && options->sampler == HL_SAMPLER_LAUNCH) {
        return hl_error_set(error, EINVAL, "a process that runs already cannot be launched");
    }
    return 0;
}

static int check_tool(const char *path, const char *what, struct hl_error *error)
{
    if (!path || (strchr(path, '/') && access(path, X_OK) < 0)) {
        int code = path ? errno : ENOENT;
        return hl_error_set_errno(error, code, "cannot run %s %s", what, path ? path : "");
    }
    return 0;
}

/* The launch sampler would hear of it only as a failure of py-spy. */
static int check_program(const struct hl_record_options *options, struct hl_error *error)
{
    const char *program = options->argv[0];
    struct stat status;
    if (options->cwd && (stat(options->cwd, &status) < 0 || !S_ISDIR(status.st_mode))) {
        return hl_error_set(error, ENOENT, "no such folder: %s", options->cwd);
    }
    _cleanup_free_ char *path = launch_target_path(options);
    if (!path || stat(path, &status) < 0) {
        return hl_error_set(error, ENOENT, "no such program: %s", program[0] ? program : "''");
    }
    if (!S_ISREG(status.st_mode) || access(path, X_OK) < 0) {
        return hl_error_set(error, EACCES, "%s is not an executable program", program);
    }
    return 0;
}

/* --- which py-spy --- */

static void on_version_output(struct child *child, const char *data, size_t length)
{
    struct hl_recording *recording = child->user;
    if (recording->version_text.length < 256) {
        hl_buffer_append(&recording->version_text, data, length);
    }
}

static void on_version_ended(struct child *child)
{
    struct hl_recording *recording = child->user;
    const char *text = recording->version_text.data;
    if (child->exit_code == 0 && text && strncmp(text, "py-spy ", 7) == 0) {
        size_t length = strcspn(text + 7, " \r\n");
        recording->result.py_spy_version = hl_xstrndup(text + 7, length);
    }
}

static void on_version_closed(struct child *child)
{
    recording_release(child->user);
}

/* Best effort, beside the recording: it takes a few milliseconds and holds up nothing. */
static void ask_version(struct hl_recording *recording)
{
    _cleanup_(hl_strv_free_p) char **argv = NULL;
    hl_strv_add(&argv, recording->options.py_spy);
    hl_strv_add(&argv, "--version");
    struct child_spec spec = {
        .argv = argv,
        .fds = {CHILD_NULL, CHILD_OUTPUT, CHILD_NULL},
        .fd_count = 3,
    };
    recording->version.user = recording;
    recording->version.on_output = on_version_output;
    recording->version.on_ended = on_version_ended;
    recording->version.on_closed = on_version_closed;
    recording_hold(recording);
    (void)child_spawn(&recording->version, recording->loop, &spec);
}

/* --- start --- */

/* Everything before which the clock does not run is done; on failure what has started is ended. */
static int run(struct hl_recording *recording)
{
    int r = guard_start(recording);
    if (r == 0 && recording->options.argv && !is_launch(recording)) {
        r = program_launch(recording);
    }
    if (r < 0) {
        return hl_error_set_errno(&recording->result.error, -r, "cannot start %s",
                                  recording->options.hotlens);
    }
    ask_version(recording);
    if (!recording->options.argv || is_launch(recording)) {
        recording->result.started = !is_launch(recording);
        recording_begin(recording);
    }
    return 0;
}

void recording_prepared(struct hl_recording *recording)
{
    struct preparation *preparation = &recording->preparation;
    char **argv = (char **)recording->options.argv;
    int r = preparation->result;
    recording->prepared = true;
    recording->result.sampler = preparation->sampler;
    recording->allow_tracer = preparation->probe.trace == HL_TRACE_WITH_CONSENT;
    if (preparation->executable) {
        free(argv[0]);
        argv[0] = TAKE_PTR(preparation->executable);
    }
    if (recording->result.stopped || recording->program.ended) {
        r = -ECANCELED; /* whatever the preparation found: nothing is begun */
    } else if (r < 0) {
        hl_error_move(&recording->result.error, &preparation->error);
    } else {
        r = run(recording);
    }
    recording->windows.closed = recording->windows.closed || r < 0;
    recording_check(recording);
    recording_release(recording);
}

static int check(const struct hl_record_options *options, struct hl_error *error)
{
    int r = check_tool(options->hotlens, "hotlens", error);
    if (r == 0) {
        r = check_tool(options->py_spy, "py-spy", error);
    }
    return r == 0 && options->argv ? check_program(options, error) : r;
}

int hl_recording_start(uv_loop_t *loop, const struct hl_record_options *options,
                       const struct hl_record_events *events, void *user,
                       struct hl_recording **ret_recording, struct hl_error *error)
{
    int r = check_options(options, error);
    if (r < 0) {
        return r;
    }
    struct hl_recording *recording = hl_xcalloc(1, sizeof(*recording));
    options_copy(&recording->options, options);
    recording->loop = loop;
    recording->events = *events;
    recording->user = user;
    recording->guard_fd = -1;
    recording->result.exit_status = INT64_MIN;
    r = check(&recording->options, error);
    if (r == 0 && !options->argv && (r = program_watch(recording, options->pid)) < 0) {
        hl_error_set(error, -r, "there is no process %d", (int)options->pid);
    }
    if (r < 0) {
        hl_recording_destroy(recording);
        return r;
    }
    /* From here on failures are told by `ended`: handles are open, and only the loop can close them. */
    recording_timers_init(recording);
    preparation_start(recording);
    *ret_recording = recording;
    return 0;
}
