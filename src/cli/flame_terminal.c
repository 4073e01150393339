#include "flame_terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "hotlens/base/macros.h"

#define ENTER "\x1b[?1049h\x1b[?25l\x1b[?1000h\x1b[?1006h"
#define LEAVE "\x1b[?1006l\x1b[?1000l\x1b[?25h\x1b[0m\x1b[?1049l"

/* What a signal handler needs must be where it can find it. Written before handlers are installed. */
static struct termios saved;
static volatile sig_atomic_t is_entered;
static volatile sig_atomic_t ended_by;
static volatile sig_atomic_t is_stopping;
static volatile sig_atomic_t is_back;
static sigset_t usual_mask; /* signals are blocked but while we wait, so that none is missed */

static const int CRASHES[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
static const int ENDS[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};

/* In the background the terminal is the shell's, and who changes its modes is stopped. A terminal that does
 * not control us has no such rule. */
static bool is_in_background(void)
{
    pid_t group = tcgetpgrp(STDIN_FILENO);
    return group >= 0 && group != getpgrp();
}

/* Only calls that a signal handler may make. */
static void give_back(void)
{
    if (is_entered) {
        is_entered = 0;
        ssize_t ignored = write(STDOUT_FILENO, LEAVE, sizeof(LEAVE) - 1);
        (void)ignored;
        if (!is_in_background()) {
            tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
        }
    }
}

static void on_crash(int number)
{
    give_back();
    signal(number, SIG_DFL);
    raise(number);
}

static void on_end(int number)
{
    ended_by = number;
}

static void on_stop(int number)
{
    (void)number;
    is_stopping = 1;
}

static void on_continue(int number)
{
    (void)number;
    is_back = 1;
}

static void on_resize(int number)
{
    (void)number; /* interrupts the wait for a key; then the size is asked for */
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler}; /* without SA_RESTART */
    sigaction(number, &action, NULL);
}

static int take(void)
{
    struct termios raw = saved;
    raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON | ISTRIP | INLCR);
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) < 0) {
        return -errno;
    }
    is_entered = 1;
    ssize_t ignored = write(STDOUT_FILENO, ENTER, sizeof(ENTER) - 1);
    (void)ignored;
    return 0;
}

/* They are blocked: whether one has come. */
static bool is_ending(void)
{
    sigset_t pending;
    bool found = false;
    sigpending(&pending);
    for (size_t i = 0; i < ARRAY_SIZE(ENDS); i++) {
        found = found || sigismember(&pending, ENDS[i]) == 1;
    }
    return found;
}

/* After a stop. What was made to go on in the background (bg) stops again, as other programs do that need the
 * terminal; but what is to end (kill %1, which also makes it go on) must not. */
static int take_in_foreground(void)
{
    while (is_in_background() && !is_ending()) {
        raise(SIGSTOP);
    }
    return is_ending() ? 0 : take();
}

static void block_signals(void)
{
    sigset_t ours;
    sigemptyset(&ours);
    for (size_t i = 0; i < ARRAY_SIZE(ENDS); i++) {
        sigaddset(&ours, ENDS[i]);
    }
    sigaddset(&ours, SIGWINCH);
    sigaddset(&ours, SIGTSTP);
    sigaddset(&ours, SIGCONT);
    sigprocmask(SIG_BLOCK, &ours, &usual_mask);
}

bool terminal_can_be_taken(void)
{
    const char *name = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && name && strcmp(name, "dumb") != 0;
}

int terminal_enter_plainly(void)
{
    if (tcgetattr(STDIN_FILENO, &saved) < 0) {
        return -errno;
    }
    for (size_t i = 0; i < ARRAY_SIZE(CRASHES); i++) {
        handle(CRASHES[i], on_crash);
    }
    sigprocmask(SIG_BLOCK, NULL, &usual_mask);
    return take();
}

bool terminal_take_again(void)
{
    if (is_in_background()) {
        give_back();
        return false;
    }
    return take() == 0;
}

int terminal_enter(void)
{
    if (tcgetattr(STDIN_FILENO, &saved) < 0) {
        return -errno;
    }
    for (size_t i = 0; i < ARRAY_SIZE(CRASHES); i++) {
        handle(CRASHES[i], on_crash);
    }
    for (size_t i = 0; i < ARRAY_SIZE(ENDS); i++) {
        handle(ENDS[i], on_end);
    }
    handle(SIGWINCH, on_resize);
    handle(SIGTSTP, on_stop);
    handle(SIGCONT, on_continue);
    block_signals();
    return take();
}

void terminal_leave(void)
{
    give_back();
    sigprocmask(SIG_SETMASK, &usual_mask, NULL);
}

void terminal_suspend(void)
{
    give_back();
    raise(SIGSTOP);
    (void)take_in_foreground();
}

void terminal_suspend_plainly(void)
{
    give_back();
    raise(SIGSTOP);
    (void)terminal_take_again();
}

bool terminal_is_entered(void)
{
    return is_entered;
}

/* After a SIGSTOP, which nobody can notice before, the shell has set the terminal as it likes it. */
bool terminal_follow_job_control(void)
{
    bool was_stopped = is_back && !is_stopping;
    bool shall_stop = is_stopping;
    is_stopping = 0;
    is_back = 0;
    if (shall_stop) {
        terminal_suspend();
        is_back = 0;
    } else if (was_stopped) {
        (void)take_in_foreground();
    }
    return shall_stop || was_stopped;
}

/* A program that stops itself (Ctrl+Z in an editor) stops us, so that the shell can go on. */
static int wait_for(pid_t pid)
{
    int status;
    for (;;) {
        if (waitpid(pid, &status, WUNTRACED) < 0) {
            return -errno;
        }
        if (!WIFSTOPPED(status)) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        raise(SIGSTOP);
        kill(pid, SIGCONT);
    }
}

int terminal_run(char *const argv[])
{
    give_back();
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, &usual_mask, NULL);
        execvp(argv[0], argv);
        _exit(127);
    }
    signal(SIGINT, SIG_IGN); /* Ctrl+C there is not meant for us */
    signal(SIGQUIT, SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
    int r = pid < 0 ? -errno : wait_for(pid);
    handle(SIGINT, on_end);
    handle(SIGQUIT, on_end);
    handle(SIGTSTP, on_stop);
    int taken = take_in_foreground();
    is_back = 0;
    return taken < 0 ? taken : r;
}

int terminal_wait(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return ppoll(&input, 1, NULL, &usual_mask);
}

int terminal_ended_by(void)
{
    return ended_by;
}
