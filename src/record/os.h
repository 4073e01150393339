/* What differs between systems, in one place: os_linux.c has it all, os_other.c says that it does
 * not know. Nothing else in this room asks which system it runs on. */
#ifndef HOTLENS_RECORD_OS_H
#define HOTLENS_RECORD_OS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Have `number` sent to this process when its parent ends. -ENOTSUP where there is no such thing. */
int hl_os_death_signal(int number);
/* Let any process of this user trace this one, which Yama's scope 1 forbids by default. 0 where
 * nothing forbids it. */
int hl_os_allow_tracer(void);
/* Whether only root may trace at all, whatever the process. */
bool hl_os_only_root_traces(void);
/* Closes every descriptor from `first` on. */
void hl_os_close_from(int first);
/* Send a signal to `pid` if it still is the process that began at `start` (ticks since boot, field 22
 * of its stat file), without a gap in which the number could be reused where the system can do that.
 * -ESRCH when it is another or none. */
int hl_os_signal(pid_t pid, uint64_t start, int number);

/* One trial of tracing as py-spy does it: stop, read memory, go on. */
enum hl_os_trial {
    HL_OS_TRIAL_SIBLING,  /* one child traces another */
    HL_OS_TRIAL_CONSENT,  /* the same, after the other allowed it */
    HL_OS_TRIAL_CHILD,    /* a child traces its own child */
};

/* 0 when it worked, else why not: -EPERM, -ENOTSUP where this cannot be tried. Leaves nothing
 * behind. `ret_memory` says that stopping worked and only reading memory was refused. */
int hl_os_trace_trial(enum hl_os_trial trial, bool *ret_memory);

#endif
