#include "hotlens/cli/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/memory.h"

static const int CAUGHT[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};

struct record {
    int signal;
    int from_terminal;
};

struct hl_signals {
    uv_poll_t poll;
    int pipe[2];
    struct sigaction old[ARRAY_SIZE(CAUGHT)];
    struct sigaction old_pipe;
    hl_signal_fn callback;
    void *user;
    bool hung_up;
};

/* When a window is closed its shell and the kernel both say so. That is one end, and whoever stops
 * on it must not take the second for a user who has lost patience. */
static bool is_echo(struct hl_signals *signals, int signal)
{
    bool echo = signal == SIGHUP && signals->hung_up;
    signals->hung_up = signals->hung_up || signal == SIGHUP;
    return echo;
}

/* A handler gets no user pointer, so where it writes has to be found without one. */
static volatile sig_atomic_t handler_fd = -1;

static void on_signal(int signal, siginfo_t *info, void *context)
{
    (void)context;
    int saved = errno;
    struct record record = {.signal = signal, .from_terminal = info->si_code == SI_KERNEL};
    if (handler_fd >= 0) {
        ssize_t written = write(handler_fd, &record, sizeof(record));
        (void)written; /* a full pipe holds hundreds of signals that nobody has read */
    }
    errno = saved;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    struct hl_signals *signals = poll->data;
    struct record record;
    while (read(signals->pipe[0], &record, sizeof(record)) == (ssize_t)sizeof(record)) {
        if (!is_echo(signals, record.signal)) {
            signals->callback(signals->user, record.signal, record.from_terminal);
        }
    }
}

static void install(struct hl_signals *signals)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_SIZE(CAUGHT); i++) {
        sigaction(CAUGHT[i], NULL, &signals->old[i]);
        /* What our parent had ignored (nohup, a shell's background job) stays ignored. */
        if (signals->old[i].sa_handler != SIG_IGN) {
            sigaction(CAUGHT[i], &action, NULL);
        }
    }
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, &signals->old_pipe);
}

int hl_signals_start(uv_loop_t *loop, hl_signal_fn callback, void *user,
                     struct hl_signals **ret_signals)
{
    struct hl_signals *signals = hl_xcalloc(1, sizeof(*signals));
    signals->callback = callback;
    signals->user = user;
    if (pipe2(signals->pipe, O_CLOEXEC | O_NONBLOCK) < 0) {
        int r = -errno;
        free(signals);
        return r;
    }
    int r = uv_poll_init(loop, &signals->poll, signals->pipe[0]);
    if (r < 0) {
        close(signals->pipe[0]);
        close(signals->pipe[1]);
        free(signals);
        return r;
    }
    signals->poll.data = signals;
    uv_poll_start(&signals->poll, UV_READABLE, on_readable);
    uv_unref((uv_handle_t *)&signals->poll);
    handler_fd = signals->pipe[1];
    install(signals);
    *ret_signals = signals;
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    struct hl_signals *signals = handle->data;
    close(signals->pipe[0]);
    close(signals->pipe[1]);
    free(signals);
}

void hl_signals_stop(struct hl_signals *signals)
{
    if (!signals) {
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(CAUGHT); i++) {
        sigaction(CAUGHT[i], &signals->old[i], NULL);
    }
    sigaction(SIGPIPE, &signals->old_pipe, NULL);
    handler_fd = -1;
    uv_close((uv_handle_t *)&signals->poll, on_closed);
}

void hl_signals_suspend(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    struct sigaction ours;
    sigaction(SIGTSTP, &standard, &ours);
    raise(SIGTSTP); /* returns after SIGCONT */
    sigaction(SIGTSTP, &ours, NULL);
}
