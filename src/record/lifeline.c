/* The lifeline: a program that lives as long as our standard input. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/macros.h"
#include "os.h"
#include "shim_internal.h"

/* What is sent when the line is cut, and how long each is given. */
static const struct {
    int number;
    int64_t patience;
} stages[] = {
    { SIGINT, 3 * HL_NS_PER_SECOND },
    { SIGTERM, 1 * HL_NS_PER_SECOND },
    { SIGKILL, INT64_MAX },
};

static volatile sig_atomic_t asked_to_end;

static void on_child(int number)
{
    (void)number; /* its only purpose is to interrupt pselect() */
}

static void on_end(int number)
{
    (void)number;
    asked_to_end = 1;
}

/* Nothing is delivered outside pselect(), so no wake-up can be missed. Ctrl+C belongs to the program
 * that is being recorded, so SIGINT is ignored here. */
static void set_up_signals(sigset_t *ret_waiting)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &blocked, NULL);
    sigemptyset(ret_waiting);
    (void)sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = on_child }, NULL);
    (void)sigaction(SIGTERM, &(struct sigaction){ .sa_handler = on_end }, NULL);
    (void)sigaction(SIGHUP, &(struct sigaction){ .sa_handler = on_end }, NULL);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
}

static void set_variables(void)
{
    static const char *const rows[][2] = { SHIM_SAMPLER_VARIABLES };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i][1]) {
            (void)setenv(rows[i][0], rows[i][1], 1);
        } else {
            (void)unsetenv(rows[i][0]);
        }
    }
}

__attribute__((__noreturn__)) static void run_child(char *const *argv, pid_t parent, int status_fd)
{
    (void)setpgid(0, 0);
    (void)hl_os_death_signal(SIGINT);
    if (getppid() != parent) {
        _exit(SHIM_EXIT_CANNOT_RUN);
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null > 0) {
        (void)dup2(null, STDIN_FILENO); /* the line is ours alone */
    }
    set_variables();
    shim_reset_signals();
    int code = shim_exec(argv, status_fd);
    (void)fflush(NULL);
    _exit(code);
}

/* Waits until something happens, the deadline passes or the line says something. True when it is cut. */
static bool wait_for_news(bool watch_line, int64_t deadline, const sigset_t *waiting)
{
    fd_set set;
    FD_ZERO(&set);
    if (watch_line) {
        FD_SET(STDIN_FILENO, &set);
    }
    struct timespec left = { 0 };
    if (deadline != INT64_MAX) {
        int64_t ns = deadline - hl_clock_monotonic();
        ns = ns < 0 ? 0 : ns;
        left.tv_sec = (time_t)(ns / HL_NS_PER_SECOND);
        left.tv_nsec = (long)(ns % HL_NS_PER_SECOND);
    }
    int ready = pselect(watch_line ? STDIN_FILENO + 1 : 0, &set, NULL, NULL,
                        deadline == INT64_MAX ? NULL : &left, waiting);
    if (asked_to_end) {
        return true;
    }
    if (ready < 0) {
        return errno != EINTR; /* standard input is closed: nobody holds the line */
    }
    if (ready == 0) {
        return false;
    }
    char bytes[256];
    ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));
    return got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
}

/* Returns the wait status. */
static int watch(pid_t child, const sigset_t *waiting)
{
    size_t stage = 0;
    bool cut = false;
    int64_t deadline = INT64_MAX;
    for (;;) {
        int status;
        pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child) {
            return status;
        }
        if (cut && stage < ARRAY_SIZE(stages) && hl_clock_monotonic() >= deadline) {
            (void)kill(-child, stages[stage].number);
            (void)kill(-child, SIGCONT); /* a stopped process would not notice */
            deadline = stages[stage].patience == INT64_MAX
                           ? INT64_MAX
                           : hl_clock_monotonic() + stages[stage].patience;
            stage++;
        }
        if (wait_for_news(!cut, deadline, waiting) && !cut) {
            cut = true;
            deadline = hl_clock_monotonic();
        }
    }
}

/* Who reads what the child prints may be killed, and then it must be able to write what it has instead of
 * dying of a broken pipe. Only root may let a descriptor through sudo, but a pipe can be opened anew. */
static void hold_output(void)
{
    struct stat status;
    if (fstat(STDOUT_FILENO, &status) == 0 && S_ISFIFO(status.st_mode)) {
        (void)open("/proc/self/fd/1", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
}

int lifeline_run(char *const *argv, int status_fd)
{
    hold_output();
    sigset_t waiting;
    set_up_signals(&waiting);
    pid_t self = getpid();
    pid_t child = fork();
    if (child < 0) {
        shim_complain(argv[0], errno);
        return SHIM_EXIT_CANNOT_RUN;
    }
    if (child == 0) {
        run_child(argv, self, status_fd);
    }
    (void)setpgid(child, child); /* both sides, so that no signal comes too early */
    if (status_fd >= 0) {
        (void)close(status_fd);
    }
    int status = watch(child, &waiting);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
