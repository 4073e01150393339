/* How the status of somebody else's child is found. wait(2) is for parents only, but Linux tells it in
 * two other places:
 *
 * - before the parent has waited, field 52 of /proc/PID/stat of the zombie, to those who may read
 *   its memory (to others the field is 0, so the right is checked by a link that needs the same one);
 * - after, the pidfd's PIDFD_GET_INFO (since 6.15).
 *
 * py-spy waits for the program only after it has written its file, so one of the two answers. */
#include "exit_watch.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "os.h"
#include "proc.h"

#define POLL_MS 100

static int64_t shell_status(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

#ifdef __linux__

/* include/uapi/linux/pidfd.h of Linux 6.15; older headers lack it. */
struct pidfd_information {
    uint64_t mask;
    uint64_t cgroup;
    uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
};
#define PIDFD_GET_INFORMATION _IOWR(0xFF, 11, struct pidfd_information)
#define PIDFD_INFORMATION_EXIT (UINT64_C(1) << 3)

static int open_pidfd(pid_t pid)
{
#ifdef SYS_pidfd_open
    int fd = (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec by itself */
    return fd < 0 ? -errno : fd;
#else
    return -ENOSYS;
#endif
}

static int64_t status_of_reaped(int fd)
{
    struct pidfd_information information = {.mask = PIDFD_INFORMATION_EXIT};
    if (fd < 0 || ioctl(fd, PIDFD_GET_INFORMATION, &information) < 0 ||
        !(information.mask & PIDFD_INFORMATION_EXIT)) {
        return INT64_MIN;
    }
    return shell_status(information.exit_code);
}

static bool may_read(const char *proc, pid_t pid)
{
    char target[64];
    _cleanup_free_ char *link = hl_xasprintf("%s/%d/ns/user", proc, (int)pid);
    return readlink(link, target, sizeof(target)) > 0;
}

static int64_t status_of_zombie(const char *proc, pid_t pid)
{
    struct proc_stat stat;
    if (!may_read(proc, pid) || proc_read_stat(proc, pid, &stat) < 0 || stat.state != 'Z') {
        return INT64_MIN;
    }
    return shell_status(stat.exit_code);
}

/* Whether the process that began at `start` (0: not known) is no more, or a zombie. */
static bool has_ended(const char *proc, pid_t pid, uint64_t start)
{
    struct proc_stat stat;
    return proc_read_stat(proc, pid, &stat) == 0 &&
           (!proc_is_living(&stat) || (start && stat.start != start));
}

static int signal_pidfd(int fd, int number)
{
#ifdef SYS_pidfd_send_signal
    return syscall(SYS_pidfd_send_signal, fd, number, NULL, 0) < 0 ? -errno : 0;
#else
    return -ENOSYS;
#endif
}

#else

static int signal_pidfd(int fd, int number)
{
    return -ENOSYS;
}

static int open_pidfd(pid_t pid)
{
    return -ENOSYS;
}

static int64_t status_of_reaped(int fd)
{
    return INT64_MIN;
}

static int64_t status_of_zombie(const char *proc, pid_t pid)
{
    return INT64_MIN;
}

static bool has_ended(const char *proc, pid_t pid, uint64_t start)
{
    return false;
}

#endif

int64_t exit_watch_status(struct exit_watch *watch)
{
    if (watch->status == INT64_MIN) {
        watch->status = status_of_zombie(watch->proc, watch->pid);
    }
    if (watch->status == INT64_MIN) {
        watch->status = status_of_reaped(watch->fd);
    }
    return watch->status;
}

void exit_watch_signal(struct exit_watch *watch, int number)
{
    if (watch->open == 0 || watch->gone) {
        return;
    }
    if (watch->fd < 0 || signal_pidfd(watch->fd, number) == -ENOSYS) {
        (void)(watch->start ? hl_os_signal(watch->pid, watch->start, number)
                            : kill(watch->pid, number));
    }
}

static void report(struct exit_watch *watch)
{
    if (watch->gone) {
        return;
    }
    watch->gone = true;
    if (watch->fd >= 0) {
        uv_poll_stop(&watch->poll);
    }
    uv_timer_stop(&watch->timer);
    exit_watch_status(watch);
    watch->on_gone(watch);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    report(poll->data);
}

static void on_timer(uv_timer_t *timer)
{
    struct exit_watch *watch = timer->data;
    if ((kill(watch->pid, 0) < 0 && errno == ESRCH) || has_ended(watch->proc, watch->pid, watch->start)) {
        report(watch);
    }
}

void exit_watch_abandon(struct exit_watch *watch)
{
    if (watch->open == 0 || watch->gone) {
        return;
    }
    watch->gone = true;
    if (watch->fd >= 0) {
        uv_poll_stop(&watch->poll);
    }
    uv_timer_stop(&watch->timer);
    watch->on_gone(watch);
}

int exit_watch_start(struct exit_watch *watch, uv_loop_t *loop, pid_t pid, const char *proc)
{
    watch->pid = pid;
    watch->proc = proc;
    watch->status = INT64_MIN;
    watch->timer.data = watch;
    watch->poll.data = watch;
    struct proc_stat stat;
    watch->start = proc_read_stat(proc, pid, &stat) == 0 ? stat.start : 0;
    watch->fd = open_pidfd(pid);
    if (watch->fd == -ESRCH) {
        return -ESRCH;
    }
    if (watch->fd >= 0 && uv_poll_init(loop, &watch->poll, watch->fd) < 0) {
        hl_close_p(&watch->fd);
    }
    uv_timer_init(loop, &watch->timer);
    watch->open = watch->fd >= 0 ? 2 : 1;
    if (watch->fd >= 0) {
        uv_poll_start(&watch->poll, UV_READABLE, on_poll);
    } else {
        uv_timer_start(&watch->timer, on_timer, POLL_MS, POLL_MS);
    }
    return 0;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct exit_watch *watch = handle->data;
    if (--watch->open == 0) {
        hl_close_p(&watch->fd);
        watch->on_closed(watch);
    }
}

void exit_watch_stop(struct exit_watch *watch)
{
    if (watch->open == 0 || uv_is_closing((uv_handle_t *)&watch->timer)) {
        return;
    }
    uv_close((uv_handle_t *)&watch->timer, on_handle_closed);
    if (watch->fd >= 0) {
        uv_close((uv_handle_t *)&watch->poll, on_handle_closed);
    }
}
