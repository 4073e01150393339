/* One process of ours on the loop, with at most one pipe that is read. It is ended when it has exited
 * *and* the pipe is at its end, so nothing that it said is lost; a process that it left behind cannot
 * hold the pipe open for more than a moment. */
#ifndef HOTLENS_RECORD_CHILD_H
#define HOTLENS_RECORD_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define CHILD_NULL (-1)   /* /dev/null */
#define CHILD_OUTPUT (-2) /* the pipe that is read */
/* Our end of that pipe: with it the child can write even when we are gone, and nobody reads. */
#define CHILD_READER (-3)
#define CHILD_FDS 7

struct child_spec {
    char **argv;
    char *const *environment; /* NULL: ours */
    const char *cwd;          /* NULL: ours */
    int fds[CHILD_FDS];       /* what becomes descriptor 0, 1, 2 …: a descriptor or one of the above */
    size_t fd_count;
    bool own_session;
};

struct child {
    uv_process_t process;
    uv_pipe_t pipe;
    uv_timer_t drain;
    unsigned open; /* handles not closed yet */
    bool running;
    bool pipe_done;
    bool ended;
    int exit_code;
    int signal;
    void *user;
    /* Length 0 is the end of the pipe; may be NULL. */
    void (*on_output)(struct child *child, const char *data, size_t length);
    void (*on_exit)(struct child *child);  /* may be NULL; before on_ended */
    void (*on_ended)(struct child *child); /* exited and read to the end; may be NULL */
    void (*on_closed)(struct child *child); /* the memory may go */
    char buffer[4096];
};

/* Callbacks and user are set by the caller before. After a failure only on_closed will come. */
int child_spawn(struct child *child, uv_loop_t *loop, const struct child_spec *spec);
/* 0 when it does not run (any more). */
pid_t child_pid(const struct child *child);
/* Waits no longer for a child that does not end, and leaves it: as if it had been killed. */
void child_abandon(struct child *child);
void child_kill(struct child *child, int signal);

#endif
