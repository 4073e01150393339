#ifdef __linux__

#include "os.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "proc.h"

int hl_os_death_signal(int number)
{
    return prctl(PR_SET_PDEATHSIG, (unsigned long)number, 0, 0, 0) < 0 ? -errno : 0;
}

int hl_os_allow_tracer(void)
{
    /* EINVAL: a kernel without Yama, where nothing has to be allowed. */
    if (prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0) < 0 && errno != EINVAL) {
        return -errno;
    }
    return 0;
}

bool hl_os_only_root_traces(void)
{
    return false;
}

static int close_from_to(unsigned first, unsigned last)
{
#ifdef SYS_close_range
    return syscall(SYS_close_range, first, last, 0) < 0 ? -errno : 0;
#else
    return -ENOSYS;
#endif
}

void hl_os_close_from(int first)
{
    if (close_from_to((unsigned)first, ~0U) == 0) {
        return;
    }
    long limit = sysconf(_SC_OPEN_MAX);
    limit = limit < 0 || limit > 1048576 ? 1048576 : limit;
    for (int fd = first; fd < limit; fd++) {
        (void)close(fd);
    }
}

int hl_os_signal(pid_t pid, uint64_t start, int number)
{
    if (pid <= 1) {
        return -EINVAL;
    }
    _cleanup_close_ int fd = -1;
#ifdef SYS_pidfd_open
    fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0 && errno == ESRCH) {
        return -ESRCH; /* and not the next one of this number, which could come before kill() */
    }
#endif
    /* Looked at while the handle is held: the number cannot change its owner any more. */
    struct proc_stat stat;
    if (proc_read_stat(NULL, pid, &stat) < 0 || stat.start != start) {
        return -ESRCH;
    }
#ifdef SYS_pidfd_open
    if (fd >= 0) {
        return syscall(SYS_pidfd_send_signal, fd, number, NULL, 0) < 0 ? -errno : 0;
    }
#endif
    return kill(pid, number) < 0 ? -errno : 0;
}

#endif

/* A file with nothing in it is not C. */
typedef int hl_os_linux_is_not_empty;
