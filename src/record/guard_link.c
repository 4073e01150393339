/* Our end of the guard: it hears of every process that we start and, when all went well, "done". If we
 * are killed, the line breaks, and the guard ends what we left behind. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/strv.h"
#include "recording_internal.h"

static void on_closed(struct child *child)
{
    recording_release(child->user);
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
    struct child_spec spec = {
        .argv = argv,
        .fds = {CHILD_NULL, CHILD_NULL, CHILD_NULL, ends[1]},
        .fd_count = 4,
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
    recording->guard_fd = ends[0];
    guard_tell(recording, "uuid %s\n", recording->options.uuid);
    return 0;
}

/* A socket, so that a guard that is gone is an error here and not a SIGPIPE for all of us. */
void guard_tell(struct hl_recording *recording, const char *format, ...)
{
    char line[128];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (recording->guard_fd >= 0 && length > 0 && (size_t)length < sizeof(line)) {
        (void)send(recording->guard_fd, line, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

void guard_dismiss(struct hl_recording *recording)
{
    guard_tell(recording, "done\n");
    hl_close_p(&recording->guard_fd);
}
