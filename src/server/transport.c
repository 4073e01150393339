#include "hotlens/server/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/limits.h"
#include "hotlens/base/log.h"
#include "hotlens/base/memory.h"

#define READ_SIZE ((size_t)64 << 10)
#define STOP_MS 500

/* One message on its way out. libuv copies nothing: the bytes live until the callback. */
struct outgoing {
    uv_write_t request;
    struct hl_transport *transport;
    struct hl_buffer message;
    size_t length;
};

union stream {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_pipe_t pipe;
    uv_tty_t tty;
};

struct hl_transport {
    uv_loop_t *loop;
    union stream input;
    union stream output;
    uv_timer_t stop_timer;
    uv_timer_t resume_timer; /* goes on with reading in a turn of its own */
    uv_idle_t file_reader; /* standard input is a regular file */
    int file;
    bool reading;
    bool held;        /* by hl_transport_hold */
    const char *rest; /* of the chunk, not looked at yet */
    size_t rest_length;
    bool stopping;
    bool closed_reported;
    bool output_broken;
    int open_handles;
    size_t queued; /* bytes waiting to be written */
    uint64_t dropped;
    struct hl_framing *framing;
    char chunk[READ_SIZE];
    struct hl_transport_events events;
    void *user;
    void (*stopped)(void *user);
};

static void report_closed(struct hl_transport *transport)
{
    if (!transport->closed_reported && !transport->stopping) {
        transport->closed_reported = true;
        transport->events.closed(transport->user);
    }
}

static bool is_held(const struct hl_transport *transport)
{
    return transport->held || transport->queued > HL_LIMIT_SEND_QUEUE;
}

/* Bodies are handed on as they are found; a handler may stop the transport, which ends the loop, or fill
 * what is on its way out, which leaves the rest for later. */
static void take(struct hl_transport *transport, const char *data, size_t length)
{
    bool more = length > 0;
    while (more && !transport->stopping && !is_held(transport)) {
        enum hl_framing_event event;
        const char *body;
        size_t body_length;
        int r = hl_framing_next(transport->framing, &data, &length, &event, &body, &body_length);
        if (r < 0) {
            transport->events.problem(transport->user, HL_FRAMING_OVERSIZE);
        } else if (event == HL_FRAMING_MORE) {
            more = false;
        } else if (event == HL_FRAMING_BODY) {
            transport->events.body(transport->user, body, body_length);
        } else {
            transport->events.problem(transport->user, event);
        }
    }
    transport->rest = data;
    transport->rest_length = length;
}

static void pause_reading(struct hl_transport *transport)
{
    transport->reading = false;
    if (transport->file >= 0) {
        uv_idle_stop(&transport->file_reader);
    } else {
        uv_read_stop(&transport->input.stream);
    }
}

/* Before the chunk is used again, the rest of it has to be taken. */
static void pause_if_held(struct hl_transport *transport)
{
    if (transport->reading && !transport->stopping &&
        (transport->rest_length > 0 || is_held(transport))) {
        pause_reading(transport);
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct hl_transport *transport = handle->data;
    *buffer = uv_buf_init(transport->chunk, sizeof(transport->chunk));
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct hl_transport *transport = stream->data;
    if (got > 0) {
        take(transport, buffer->base, (size_t)got);
        pause_if_held(transport);
    } else if (got < 0) {
        uv_read_stop(stream);
        transport->reading = false;
        report_closed(transport);
    }
}

/* One piece per turn of the loop: epoll knows nothing of regular files. */
static void on_file_turn(uv_idle_t *idle)
{
    struct hl_transport *transport = idle->data;
    ssize_t got = read(transport->file, transport->chunk, sizeof(transport->chunk));
    if (got > 0) {
        take(transport, transport->chunk, (size_t)got);
        pause_if_held(transport);
    } else if (got == 0 || errno != EINTR) {
        uv_idle_stop(idle);
        transport->reading = false;
        report_closed(transport);
    }
}

static void start_reading(struct hl_transport *transport)
{
    if (transport->reading || transport->stopping || transport->closed_reported) {
        return;
    }
    transport->reading = true;
    if (transport->file >= 0) {
        uv_idle_start(&transport->file_reader, on_file_turn);
    } else {
        uv_read_start(&transport->input.stream, on_alloc, on_read);
    }
}

static void on_resume(uv_timer_t *timer)
{
    struct hl_transport *transport = timer->data;
    if (transport->stopping || transport->reading || is_held(transport)) {
        return;
    }
    take(transport, transport->rest, transport->rest_length);
    if (transport->rest_length == 0 && !is_held(transport)) {
        start_reading(transport);
    }
}

/* In a turn of the loop of its own: whoever made room is in the middle of something. */
static void resume(struct hl_transport *transport)
{
    if (!transport->reading && !transport->stopping && !is_held(transport)) {
        uv_timer_start(&transport->resume_timer, on_resume, 0, 0);
    }
}

void hl_transport_hold(struct hl_transport *transport, bool hold)
{
    transport->held = hold;
    if (hold) {
        pause_if_held(transport);
    } else {
        resume(transport);
    }
}

static int open_stream(struct hl_transport *transport, union stream *stream, int fd)
{
    int r;
    if (uv_guess_handle(fd) == UV_TTY) {
        r = uv_tty_init(transport->loop, &stream->tty, fd, 0);
    } else {
        r = uv_pipe_init(transport->loop, &stream->pipe, 0);
        if (r == 0) {
            stream->handle.data = transport;
            transport->open_handles++;
            return uv_pipe_open(&stream->pipe, fd);
        }
    }
    if (r == 0) {
        stream->handle.data = transport;
        transport->open_handles++;
    }
    return r;
}

/* Keeps the real standard output for us, and lets descriptor 1 go to standard error. */
static int take_output(void)
{
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd < 0) {
        return -errno;
    }
    if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (null >= 0) {
            dup2(null, STDOUT_FILENO);
            close(null);
        }
    }
    return fd;
}

static int open_input(struct hl_transport *transport)
{
    if (uv_guess_handle(STDIN_FILENO) == UV_FILE) {
        transport->file = STDIN_FILENO;
        uv_idle_init(transport->loop, &transport->file_reader);
        transport->file_reader.data = transport;
        transport->open_handles++;
        return 0;
    }
    return open_stream(transport, &transport->input, STDIN_FILENO);
}

int hl_transport_start(uv_loop_t *loop, const struct hl_transport_events *events, void *user,
                       struct hl_transport **ret_transport)
{
    struct hl_transport *transport = hl_xcalloc(1, sizeof(*transport));
    transport->loop = loop;
    transport->events = *events;
    transport->user = user;
    transport->file = -1;
    transport->framing = hl_framing_create(HL_LIMIT_MESSAGE);
    int fd = take_output();
    int r = fd < 0 ? fd : open_stream(transport, &transport->output, fd);
    if (r == 0) {
        r = open_input(transport);
    }
    if (r < 0) {
        return r; /* the process ends: nothing can be said to anybody */
    }
    uv_timer_init(loop, &transport->stop_timer);
    transport->stop_timer.data = transport;
    transport->open_handles++;
    uv_timer_init(loop, &transport->resume_timer);
    transport->resume_timer.data = transport;
    transport->open_handles++;
    start_reading(transport);
    *ret_transport = transport;
    return 0;
}

static void close_all(struct hl_transport *transport);

static void on_written(uv_write_t *request, int status)
{
    struct outgoing *outgoing = request->data;
    struct hl_transport *transport = outgoing->transport;
    transport->queued -= outgoing->length;
    hl_buffer_finish(&outgoing->message);
    free(outgoing);
    if (status < 0 && status != UV_ECANCELED) {
        transport->output_broken = true;
        report_closed(transport);
    }
    if (transport->stopping && transport->queued == 0) {
        close_all(transport);
    } else if (transport->queued <= HL_LIMIT_SEND_QUEUE / 2) {
        resume(transport);
    }
}

void hl_transport_send(struct hl_transport *transport, struct hl_buffer *message,
                       enum hl_urgency urgency)
{
    size_t length = 0;
    const char *start = hl_framing_end(message, &length);
    bool full = transport->queued + length > HL_LIMIT_SEND_QUEUE;
    bool drop = !start || transport->stopping || transport->output_broken ||
                (full && urgency == HL_SEND_DROPPABLE);
    if (drop) {
        transport->dropped++;
        hl_buffer_finish(message);
        return;
    }
    struct outgoing *outgoing = hl_xcalloc(1, sizeof(*outgoing));
    outgoing->transport = transport;
    outgoing->message = *message;
    outgoing->length = length;
    outgoing->request.data = outgoing;
    *message = (struct hl_buffer){0};
    transport->queued += length;
    uv_buf_t piece = uv_buf_init((char *)start, (unsigned)length);
    int r = uv_write(&outgoing->request, &transport->output.stream, &piece, 1, on_written);
    if (r < 0) {
        on_written(&outgoing->request, r);
        return;
    }
    if (full && transport->reading) {
        pause_reading(transport);
    }
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct hl_transport *transport = handle->data;
    if (--transport->open_handles > 0) {
        return;
    }
    void (*stopped)(void *user) = transport->stopped;
    void *user = transport->user;
    hl_framing_destroy(transport->framing);
    free(transport);
    stopped(user);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle)) {
        uv_close(handle, on_handle_closed);
    }
}

static void close_all(struct hl_transport *transport)
{
    close_handle((uv_handle_t *)&transport->stop_timer);
    close_handle((uv_handle_t *)&transport->resume_timer);
    close_handle(&transport->output.handle);
    if (transport->file >= 0) {
        close_handle((uv_handle_t *)&transport->file_reader);
    } else {
        close_handle(&transport->input.handle);
    }
}

static void on_stop_timeout(uv_timer_t *timer)
{
    close_all(timer->data);
}

void hl_transport_stop(struct hl_transport *transport, void (*done)(void *user))
{
    pause_reading(transport);
    transport->stopping = true;
    transport->stopped = done;
    if (transport->queued == 0 || transport->output_broken) {
        close_all(transport);
        return;
    }
    uv_timer_start(&transport->stop_timer, on_stop_timeout, STOP_MS, 0);
}
