#ifndef HOTLENS_RECORD_FORK_H
#define HOTLENS_RECORD_FORK_H

#include <sys/types.h>

/* Forks with every signal blocked, so that no handler of ours runs in the child: one may write to a
 * pipe that the child shares with us. In the child they stay blocked (shim_reset_signals); in the
 * caller the mask is as it was. As fork(): -1 and errno on failure. */
pid_t fork_with_signals_blocked(void);

#endif
