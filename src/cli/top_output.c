/* What the program prints while the screen is ours: read at once, so that it never has to wait, and the end
 * of it kept, to be printed when the screen is given back. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/memory.h"
#include "hotlens/cli/output.h"
#include "top_internal.h"

#define KEPT 65536u
#define LINE_MOST 400u

struct top_output {
    uv_poll_t poll;
    int pipe[2];
    char kept[KEPT];
    size_t length;
    uint64_t all; /* bytes that were printed */
    char line[LINE_MOST];
    size_t line_length; /* of the line that is being printed */
    char last[LINE_MOST];
    void (*changed)(void *user);
    void *user;
};

static void close_writer(struct top_output *output)
{
    if (output->pipe[1] >= 0) {
        close(output->pipe[1]);
        output->pipe[1] = -1;
    }
}

static void keep(struct top_output *output, const char *data, size_t length)
{
    if (length > KEPT - output->length) {
        size_t gone = length - (KEPT - output->length);
        memmove(output->kept, output->kept + gone, output->length - gone);
        output->length -= gone;
    }
    memcpy(output->kept + output->length, data, length);
    output->length += length;
    output->all += length;
}

static void follow_line(struct top_output *output, char byte)
{
    if (byte != '\n' && byte != '\r') {
        output->line[output->line_length] = byte;
        output->line_length += output->line_length + 1 < LINE_MOST;
    } else if (output->line_length > 0) {
        output->line[output->line_length] = '\0';
        memcpy(output->last, output->line, output->line_length + 1);
        output->line_length = 0;
    }
}

/* 1 for some, 0 at the end, -EAGAIN where there is nothing yet, or another error. */
static int take(struct top_output *output)
{
    char data[16384]; /* less than KEPT */
    ssize_t got;
    do {
        got = read(output->pipe[0], data, sizeof(data));
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        return got < 0 ? -errno : 0;
    }
    keep(output, data, (size_t)got);
    for (ssize_t i = 0; i < got; i++) {
        follow_line(output, data[i]);
    }
    return 1;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct top_output *output = poll->data;
    int r = status < 0 ? status : take(output);
    (void)events;
    if (r > 0) {
        output->changed(output->user);
    } else if (r != -EAGAIN) {
        uv_poll_stop(poll);
    }
}

int top_output_create(uv_loop_t *loop, void (*changed)(void *user), void *user,
                      struct top_output **ret_output)
{
    struct top_output *output = hl_xcalloc(1, sizeof(*output));
    output->changed = changed;
    output->user = user;
    int r = pipe2(output->pipe, O_CLOEXEC) < 0 ? -errno : 0;
    if (r == 0) {
        r = fcntl(output->pipe[0], F_SETFL, O_NONBLOCK) < 0
                ? -errno
                : uv_poll_init(loop, &output->poll, output->pipe[0]);
        if (r < 0) {
            close(output->pipe[0]);
            close(output->pipe[1]);
        }
    }
    if (r < 0) {
        free(output);
        return r;
    }
    output->poll.data = output;
    uv_poll_start(&output->poll, UV_READABLE, on_readable);
    uv_unref((uv_handle_t *)&output->poll);
    *ret_output = output;
    return 0;
}

int top_output_fd(const struct top_output *output)
{
    return output->pipe[1];
}

void top_output_started(struct top_output *output)
{
    close_writer(output);
}

const char *top_output_line(const struct top_output *output)
{
    return output->last[0] ? output->last : NULL;
}

void top_output_print(struct top_output *output)
{
    uint64_t most = output->all + KEPT; /* a child that still prints is not waited for */
    while (output->all < most && take(output) > 0) {
        /* until the pipe is empty */
    }
    if (output->all > output->length) {
        hl_output_note("the program printed %" PRIu64 " bytes; these are the last %zu", output->all,
                       output->length);
    }
    int fd = STDOUT_FILENO;
    (void)hl_write_to_fd(&fd, output->kept, output->length); /* a terminal that is gone gets none */
    if (output->length > 0 && output->kept[output->length - 1] != '\n') {
        (void)hl_write_to_fd(&fd, "\n", 1);
    }
    output->length = 0;
}

static void on_closed(uv_handle_t *handle)
{
    struct top_output *output = handle->data;
    close(output->pipe[0]);
    close_writer(output);
    free(output);
}

void top_output_destroy(struct top_output *output)
{
    if (output) {
        uv_poll_stop(&output->poll);
        uv_close((uv_handle_t *)&output->poll, on_closed);
    }
}
