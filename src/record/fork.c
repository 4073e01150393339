#include "fork.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

pid_t fork_with_signals_blocked(void)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    int error = errno;
    if (pid != 0) {
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    errno = error;
    return pid;
}
