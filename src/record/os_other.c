#ifndef __linux__

#include "os.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

int hl_os_death_signal(int number)
{
    (void)number;
    return -ENOTSUP;
}

int hl_os_allow_tracer(void)
{
    return 0;
}

bool hl_os_only_root_traces(void)
{
    return true;
}

void hl_os_close_from(int first)
{
    long limit = sysconf(_SC_OPEN_MAX);
    limit = limit < 0 || limit > 65536 ? 65536 : limit;
    for (int fd = first; fd < limit; fd++) {
        (void)close(fd);
    }
}

/* Start times are not known here, so nothing can be told from a reused number. */
int hl_os_signal(pid_t pid, uint64_t start, int number)
{
    (void)pid;
    (void)start;
    (void)number;
    return -ENOTSUP;
}

int hl_os_trace_trial(enum hl_os_trial trial, bool *ret_memory)
{
    (void)trial;
    (void)ret_memory;
    return -ENOTSUP;
}

#endif

/* A file with nothing in it is not C. */
typedef int hl_os_other_is_not_empty;
