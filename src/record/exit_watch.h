/* Watches a process that is not our child until it ends, and where the system tells, how it ended. */
#ifndef HOTLENS_RECORD_EXIT_WATCH_H
#define HOTLENS_RECORD_EXIT_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct exit_watch {
    uv_poll_t poll;   /* on a pidfd */
    uv_timer_t timer; /* where there is none */
    unsigned open;
    int fd;
    pid_t pid;
    uint64_t start; /* the tick it began at, 0 when not known: the number alone may be given again */
    const char *proc;
    bool gone;
    int64_t status; /* as a shell gives it, INT64_MIN when not known */
    void *user;
    void (*on_gone)(struct exit_watch *watch); /* once */
    void (*on_closed)(struct exit_watch *watch);
};

/* Callbacks and user are set before. After a failure on_closed will not come. */
int exit_watch_start(struct exit_watch *watch, uv_loop_t *loop, pid_t pid, const char *proc);
/* The exit status, asked for again when it was not known: some kernels tell only once the process has
 * been waited for, others only before. */
int64_t exit_watch_status(struct exit_watch *watch);
/* Through the handle where there is one, so that it never reaches another process. */
void exit_watch_signal(struct exit_watch *watch, int number);
/* As if it had ended; its status stays unknown. */
void exit_watch_abandon(struct exit_watch *watch);
void exit_watch_stop(struct exit_watch *watch);

#endif
