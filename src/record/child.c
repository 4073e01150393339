#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/macros.h"

/* How long a pipe may stay open after its process has exited. */
#define DRAIN_MS 1000

static void on_handle_closed(uv_handle_t *handle)
{
    struct child *child = handle->data;
    if (--child->open == 0) {
        child->on_closed(child);
    }
}

static void close_handle(struct child *child, uv_handle_t *handle)
{
    if (!uv_is_closing(handle)) {
        uv_close(handle, on_handle_closed);
    }
}

static void close_all(struct child *child)
{
    close_handle(child, (uv_handle_t *)&child->process);
    close_handle(child, (uv_handle_t *)&child->pipe);
    close_handle(child, (uv_handle_t *)&child->drain);
}

static void maybe_end(struct child *child)
{
    if (child->running || !child->pipe_done || child->ended) {
        return;
    }
    child->ended = true;
    close_all(child);
    if (child->on_ended) {
        child->on_ended(child);
    }
}

static void on_drained(uv_timer_t *timer)
{
    struct child *child = timer->data;
    child->pipe_done = true;
    maybe_end(child);
}

static void on_exit_status(uv_process_t *process, int64_t exit_status, int term_signal)
{
    struct child *child = process->data;
    child->running = false;
    child->exit_code = (int)exit_status;
    child->signal = term_signal;
    if (!child->pipe_done) {
        uv_timer_start(&child->drain, on_drained, DRAIN_MS, 0);
    }
    if (child->on_exit) {
        child->on_exit(child);
    }
    maybe_end(child);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct child *child = handle->data;
    *buffer = uv_buf_init(child->buffer, sizeof(child->buffer));
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct child *child = stream->data;
    if (length > 0 && child->on_output) {
        child->on_output(child, buffer->base, (size_t)length);
    }
    if (length < 0) {
        uv_read_stop(stream);
        child->pipe_done = true;
        if (child->on_output) {
            child->on_output(child, NULL, 0);
        }
        maybe_end(child);
    }
}

static void init_handles(struct child *child, uv_loop_t *loop)
{
    uv_pipe_init(loop, &child->pipe, 0);
    uv_timer_init(loop, &child->drain);
    child->open = 3;
    child->pipe_done = true;
    child->process.data = child;
    child->pipe.data = child;
    child->drain.data = child;
}

/* A pipe(2), not the socket pair of UV_CREATE_PIPE: one pipe serves stdout and stderr in order, and
 * programs may open /dev/stdout. Returns the end for the child, or a negative errno. */
static int open_output(struct child *child)
{
    uv_file ends[2];
    int r = uv_pipe(ends, UV_NONBLOCK_PIPE, 0);
    if (r < 0) {
        return r;
    }
    r = uv_pipe_open(&child->pipe, ends[0]);
    if (r < 0) {
        close(ends[0]);
        close(ends[1]);
        return r;
    }
    child->pipe_done = false;
    return ends[1];
}

static bool has_output(const struct child_spec *spec)
{
    for (size_t i = 0; i < spec->fd_count; i++) {
        if (spec->fds[i] == CHILD_OUTPUT) {
            return true;
        }
    }
    return false;
}

static int reader_of(const struct child *child)
{
    uv_os_fd_t fd = -1;
    return uv_fileno((const uv_handle_t *)&child->pipe, &fd) == 0 ? fd : -1;
}

static int spawn(struct child *child, uv_loop_t *loop, const struct child_spec *spec, int output,
                 int null)
{
    uv_stdio_container_t stdio[CHILD_FDS];
    for (size_t i = 0; i < spec->fd_count; i++) {
        int fd = spec->fds[i];
        stdio[i].flags = UV_INHERIT_FD;
        stdio[i].data.fd = fd == CHILD_OUTPUT   ? output
                           : fd == CHILD_READER ? reader_of(child)
                           : fd == CHILD_NULL   ? null
                                                : fd;
    }
    uv_process_options_t options = {
        .exit_cb = on_exit_status,
        .file = spec->argv[0],
        .args = spec->argv,
        .env = (char **)spec->environment,
        .cwd = spec->cwd,
        .flags = spec->own_session ? UV_PROCESS_DETACHED : 0,
        .stdio_count = (int)spec->fd_count,
        .stdio = stdio,
    };
    return uv_spawn(loop, &child->process, &options);
}

int child_spawn(struct child *child, uv_loop_t *loop, const struct child_spec *spec)
{
    init_handles(child, loop);
    int output = has_output(spec) ? open_output(child) : -1;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int r = null < 0 ? -errno : 0;
    if (has_output(spec) && output < 0) {
        r = output;
    }
    /* uv_spawn initialises the handle first thing, also when it then fails; without it there is
     * nothing to close. */
    if (r == 0) {
        r = spawn(child, loop, spec, output, null);
    } else {
        child->open--;
    }
    bool spawned = child->open == 3;
    if (output >= 0) {
        close(output);
    }
    if (null >= 0) {
        close(null);
    }
    if (r < 0) {
        child->ended = true;
        if (spawned) {
            close_handle(child, (uv_handle_t *)&child->process);
        }
        close_handle(child, (uv_handle_t *)&child->pipe);
        close_handle(child, (uv_handle_t *)&child->drain);
        return r;
    }
    child->running = true;
    if (!child->pipe_done) {
        uv_read_start((uv_stream_t *)&child->pipe, on_alloc, on_read);
    }
    return 0;
}

pid_t child_pid(const struct child *child)
{
    return child->running ? child->process.pid : 0;
}

void child_abandon(struct child *child)
{
    if (child->ended) {
        return;
    }
    child->running = false;
    child->pipe_done = true;
    child->exit_code = 0;
    child->signal = SIGKILL;
    maybe_end(child);
}

void child_kill(struct child *child, int signal)
{
    if (child->running) {
        uv_process_kill(&child->process, signal);
    }
}
