/* Our end of the guard: it hears of every process that we start and, when all went well, "done". If we
 * are killed, the line breaks, and the guard ends what we left behind. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "proc.h"
#include "recording_internal.h"

static void on_closed(struct child *child)
{
    recording_release(child->user);
}

/* A socket, so that a guard that is gone is an error here and not a SIGPIPE for all of us. */
static void send_line(struct hl_recording *recording, const char *line)
{
    if (recording->guard_fd >= 0) {
        (void)send(recording->guard_fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

int guard_start(struct hl_recording *recording)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        return -errno;
    }
    _cleanup_(hl_strv_free_p) char **argv = NULL;
    hl_strv_add(&argv, recording->options.hotlens);
    hl_strv_add(&argv, "exec");
    hl_strv_add(&argv, "--guard");
    hl_strv_add(&argv, "3");
    int lock = recording->options.spool_lock;
    if (lock > 0) {
        hl_strv_add(&argv, "--hold");
        hl_strv_add(&argv, "4");
    }
    struct child_spec spec = {
        .argv = argv,
        .fds = {CHILD_NULL, CHILD_NULL, CHILD_NULL, ends[1], lock},
        .fd_count = lock > 0 ? 5 : 4,
        .own_session = true,
    };
    recording->guard.user = recording;
    recording->guard.on_closed = on_closed;
    recording_hold(recording);
    int r = child_spawn(&recording->guard, recording->loop, &spec);
    close(ends[1]);
    if (r < 0) {
        close(ends[0]);
        return r;
    }
    struct proc_stat stat;
    if (proc_read_stat(recording->options.proc, child_pid(&recording->guard), &stat) == 0) {
        recording->since = stat.start;
    }
    recording->guard_fd = ends[0];
    _cleanup_free_ char *line = hl_xasprintf("uuid %s\n", recording->options.uuid);
    send_line(recording, line);
    return 0;
}

void guard_tell(struct hl_recording *recording, const char *word, pid_t pid)
{
    char line[64];
    (void)snprintf(line, sizeof(line), "%s %d\n", word, (int)pid);
    send_line(recording, line);
}

void guard_dismiss(struct hl_recording *recording)
{
    send_line(recording, "done\n");
    hl_close_p(&recording->guard_fd);
}
