/* Running a short command and waiting for it. Blocks, so it is called from a worker thread. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "find_internal.h"
#include "fork.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "shim_internal.h"

#define WAIT_MS 20
/* How soon a command that says nothing is ended when nobody wants its answer any more. */
#define CANCEL_MS 100
#define KILLED_PATIENCE HL_NS_PER_SECOND

/* In the child, where only async-signal-safe calls are allowed. */
__attribute__((__noreturn__)) static void become(const struct command *command, int output_fd,
                                                 int status_fd)
{
    int error_fd = command->error_fd;
    (void)setpgid(0, 0);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    /* Out of the way of 0..2, as in the shim. */
    int error_copy = fcntl(error_fd >= 0 ? error_fd : null, F_DUPFD_CLOEXEC, 3);
    int output_copy = output_fd >= 0 ? fcntl(output_fd, F_DUPFD_CLOEXEC, 3) : error_copy;
    if (dup2(null, 0) == 0 && dup2(output_copy, 1) == 1 && dup2(error_copy, 2) == 2 &&
        (!command->cwd || chdir(command->cwd) == 0)) {
        shim_reset_signals();
        if (command->environment) {
            environ = (char **)command->environment; /* this process is not ours for long */
        }
        execvp(command->argv[0], command->argv);
    }
    int code = errno;
    (void)hl_write_to_fd(&status_fd, (const char *)&code, sizeof(code));
    _exit(SHIM_EXIT_CANNOT_RUN);
}

static bool is_cancelled(const struct command *command)
{
    return command->cancelled && atomic_load(command->cancelled);
}

/* 1 when there is something to read, 0 to try again. */
static int wait_readable(const struct command *command, int fd, int64_t deadline)
{
    int64_t left = (deadline - hl_clock_monotonic()) / HL_NS_PER_MS;
    if (left <= 0) {
        return -ETIMEDOUT;
    }
    if (is_cancelled(command)) {
        return -ECANCELED;
    }
    int64_t longest = command->cancelled ? CANCEL_MS : 60000;
    struct pollfd item = { .fd = fd, .events = POLLIN };
    int ready = poll(&item, 1, (int)(left < longest ? left : longest));
    return ready < 0 && errno != EINTR ? -errno : ready > 0;
}

/* Until the end of the pipe, the limit or the deadline. */
static int collect(const struct command *command, int fd, struct hl_buffer *output,
                   int64_t deadline)
{
    for (;;) {
        int ready = wait_readable(command, fd, deadline);
        if (ready < 0) {
            return ready;
        }
        if (ready == 0) {
            continue;
        }
        char bytes[4096];
        ssize_t got = read(fd, bytes, sizeof(bytes));
        if (got < 0 && errno != EINTR && errno != EAGAIN) {
            return -errno;
        }
        if (got == 0) {
            return 0;
        }
        if (got > 0) {
            hl_buffer_append(output, bytes, (size_t)got);
        }
        if (output->length > command->limit) {
            return -EFBIG;
        }
    }
}

/* Looks every few milliseconds, since wait(2) knows no deadline: most have ended by the first look. The
 * end of the output is not enough, it can be closed early. `command` NULL is not cancelled. */
static int wait_for_exit(const struct command *command, pid_t pid, int64_t deadline,
                         int *ret_status)
{
    bool looks = deadline != INT64_MAX || (command && command->cancelled);
    for (int pause = 1;; pause = pause < WAIT_MS ? pause * 2 : WAIT_MS) {
        pid_t ended = waitpid(pid, ret_status, looks ? WNOHANG : 0);
        if (ended == pid) {
            return 0;
        }
        if (ended < 0 && errno != EINTR) {
            return -errno;
        }
        if (ended == 0 && hl_clock_monotonic() >= deadline) {
            return -ETIMEDOUT;
        }
        if (ended == 0 && command && is_cancelled(command)) {
            return -ECANCELED;
        }
        if (ended == 0) {
            (void)poll(NULL, 0, pause);
        }
    }
}

/* What the child wrote before exec; the end of the pipe means that exec went well. */
static int read_start(int fd)
{
    int code = 0;
    ssize_t got;
    do {
        got = read(fd, &code, sizeof(code));
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof(code) ? -code : 0;
}

int command_run(const struct command *command, struct hl_buffer *output, int *ret_status)
{
    int out[2] = { -1, -1 };
    int start[2];
    if (pipe2(start, O_CLOEXEC) < 0) {
        return -errno;
    }
    _cleanup_close_ int start_read = start[0];
    if (output && pipe2(out, O_CLOEXEC) < 0) {
        (void)close(start[1]);
        return -errno;
    }
    _cleanup_close_ int out_read = out[0];
    pid_t pid = fork_with_signals_blocked();
    if (pid == 0) {
        become(command, out[1], start[1]);
    }
    int result = pid < 0 ? -errno : 0;
    (void)close(start[1]);
    if (out[1] >= 0) {
        (void)close(out[1]);
    }
    if (result < 0) {
        return result;
    }
    (void)setpgid(pid, pid);
    int64_t deadline = command->timeout > 0 ? hl_clock_monotonic() + command->timeout : INT64_MAX;
    result = read_start(start_read);
    if (result == 0 && output) {
        result = collect(command, out_read, output, deadline);
    }
    if (result == 0) {
        result = wait_for_exit(command, pid, deadline, ret_status);
    }
    if (result < 0) {
        (void)kill(-pid, SIGKILL);
        /* What does not even end by that hangs in the kernel, and is left. */
        int ignored;
        (void)wait_for_exit(NULL, pid, hl_clock_monotonic() + KILLED_PATIENCE, &ignored);
    }
    return result;
}
