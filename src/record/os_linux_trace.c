/* Trying to trace, as py-spy does it: seize, interrupt, read memory across processes, detach. Between
 * fork and exit only what is safe there is called, for the caller may have threads. */
#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "fork.h"
#include "os.h"
#include "shim_internal.h"

/* A tracer that hangs is killed by its own alarm. */
#define TRIAL_SECONDS 3
/* Added to the exit code when stopping worked and reading memory did not. */
#define MEMORY_REFUSED 128

/* Read across processes. A fork has it at the same address. */
static const uint64_t landmark = UINT64_C(0x686f746c656e73);

static pid_t wait_for(pid_t pid, int *status, int flags)
{
    pid_t result;
    do {
        result = waitpid(pid, status, flags);
    } while (result < 0 && errno == EINTR);
    return result;
}

static int code_of(int error)
{
    return error > 0 && error < MEMORY_REFUSED ? error : EIO;
}

static int read_landmark(pid_t target)
{
    uint64_t copy = 0;
    struct iovec local = { .iov_base = &copy, .iov_len = sizeof(copy) };
    /* The address is one of the other process, which is a copy of this one; only its const goes. */
    struct iovec remote = { .iov_base = (void *)(uintptr_t)&landmark, /* NOLINT */
                            .iov_len = sizeof(copy) };
    if (process_vm_readv(target, &local, 1, &remote, 1, 0) != (ssize_t)sizeof(copy)) {
        return MEMORY_REFUSED + code_of(errno);
    }
    return copy == landmark ? 0 : MEMORY_REFUSED + EIO;
}

/* The exit code of a tracer. */
static int trace(pid_t target)
{
    if (ptrace(PTRACE_SEIZE, target, NULL, NULL) < 0 ||
        ptrace(PTRACE_INTERRUPT, target, NULL, NULL) < 0) {
        return code_of(errno);
    }
    int status;
    if (wait_for(target, &status, __WALL) != target || !WIFSTOPPED(status)) {
        return code_of(ECHILD);
    }
    int result = read_landmark(target);
    (void)ptrace(PTRACE_DETACH, target, NULL, NULL);
    return result;
}

static pid_t fork_for_trial(void)
{
    pid_t pid = fork_with_signals_blocked();
    if (pid == 0) {
        shim_reset_signals();
        (void)alarm(TRIAL_SECONDS);
    }
    return pid;
}

/* A process that says that it is ready and then does nothing until it is killed. */
static int start_target(bool consent, pid_t *ret_target)
{
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) < 0) {
        return -errno;
    }
    pid_t parent = getpid();
    pid_t target = fork_for_trial();
    if (target == 0) {
        if (consent) {
            (void)hl_os_allow_tracer();
        }
        (void)hl_os_death_signal(SIGKILL);
        if (getppid() != parent || write(pipe_fds[1], "", 1) != 1) {
            _exit(1);
        }
        for (;;) {
            (void)pause();
        }
    }
    int result = target < 0 ? -errno : 0;
    (void)close(pipe_fds[1]);
    if (result == 0) {
        char byte;
        ssize_t got;
        do {
            got = read(pipe_fds[0], &byte, 1);
        } while (got < 0 && errno == EINTR);
        *ret_target = target;
    }
    (void)close(pipe_fds[0]);
    return result;
}

static void end_target(pid_t target)
{
    (void)kill(target, SIGKILL);
    (void)wait_for(target, NULL, __WALL);
}

static int judge(int status, bool *ret_memory)
{
    if (!WIFEXITED(status)) {
        return -ETIMEDOUT;
    }
    int code = WEXITSTATUS(status);
    *ret_memory = code >= MEMORY_REFUSED;
    return -(code & (MEMORY_REFUSED - 1));
}

static int trace_own_child(void)
{
    pid_t target;
    int result = start_target(false, &target);
    if (result < 0) {
        return code_of(-result);
    }
    int code = trace(target);
    end_target(target);
    return code;
}

int hl_os_trace_trial(enum hl_os_trial trial, bool *ret_memory)
{
    bool own_child = trial == HL_OS_TRIAL_CHILD;
    pid_t target = 0;
    if (!own_child) {
        int result = start_target(trial == HL_OS_TRIAL_CONSENT, &target);
        if (result < 0) {
            return result;
        }
    }
    pid_t tracer = fork_for_trial();
    if (tracer == 0) {
        _exit(own_child ? trace_own_child() : trace(target));
    }
    int error = errno;
    int status = 0;
    pid_t ended = tracer < 0 ? -1 : wait_for(tracer, &status, 0);
    if (!own_child) {
        end_target(target);
    }
    return ended == tracer && tracer > 0 ? judge(status, ret_memory) : -error;
}

#endif

/* A file with nothing in it is not C. */
typedef int hl_os_linux_trace_is_not_empty;
