#include "hotlens/server/recordings.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/utf8.h"

#define TICK_MS 1000
#define PIECE ((size_t)16 << 10)
/* The longest start of a character that can be cut off at the end of a piece. */
#define CUT_MOST 3

/* One of the program's streams. */
struct output {
    struct hl_recorder *recorder;
    uv_pipe_t pipe;
    int stream; /* 1 or 2 */
    bool is_open;
    size_t kept; /* bytes of a character that is not whole, at the start of `data` */
    char data[CUT_MOST + PIECE];
};

struct hl_recorder {
    struct hl_recordings *recordings;
    struct hl_recorder *next;
    struct hl_plan plan;
    struct hl_session *session;
    enum hl_record_state state;
    uint32_t number;
    int64_t began; /* monotonic ns */
    uint64_t samples;
    bool stopping;
    void *tag;
    struct output outputs[2];
    int write_ends[2]; /* given to the program; ours are closed once it has them */
    int open_pipes;
    bool ended;
};

struct hl_recordings {
    uv_loop_t *loop;
    struct hl_recordings_events events;
    void *user;
    struct hl_recorder *first; /* newest first; those that have not ended */
    size_t count;
    size_t alive; /* ended ones with open handles too */
    uint32_t next_number;
    uv_timer_t timer;
    bool timer_is_open;
    bool stopping;
    void (*idle)(void *user);
    void *idle_user;
};

void hl_plan_finish(struct hl_plan *plan)
{
    if (!plan) {
        return;
    }
    hl_strv_free(plan->argv);
    hl_strv_free(plan->environment);
    free(plan->cwd);
    free(plan->folder);
    free(plan->title);
    *plan = (struct hl_plan){0};
}

void hl_plan_copy(const struct hl_plan *plan, struct hl_plan *ret_copy)
{
    *ret_copy = (struct hl_plan){
        .argv = hl_strv_copy(plan->argv),
        .pid = plan->pid,
        .cwd = hl_xstrdup(plan->cwd),
        .environment = hl_strv_copy(plan->environment),
        .folder = hl_xstrdup(plan->folder),
        .title = hl_xstrdup(plan->title),
        .in_terminal = plan->in_terminal,
    };
}

static void report_idle(struct hl_recordings *recordings)
{
    if (recordings->stopping && recordings->alive == 0 && !recordings->timer_is_open &&
        recordings->idle) {
        void (*idle)(void *user) = recordings->idle;
        recordings->idle = NULL;
        idle(recordings->idle_user);
    }
}

static void on_tick(uv_timer_t *timer)
{
    struct hl_recordings *recordings = timer->data;
    for (struct hl_recorder *recorder = recordings->first; recorder; recorder = recorder->next) {
        recordings->events.tick(recordings->user, recorder);
    }
}

struct hl_recordings *hl_recordings_create(uv_loop_t *loop,
                                           const struct hl_recordings_events *events, void *user)
{
    struct hl_recordings *recordings = hl_xcalloc(1, sizeof(*recordings));
    recordings->loop = loop;
    recordings->events = *events;
    recordings->user = user;
    uv_timer_init(loop, &recordings->timer);
    recordings->timer.data = recordings;
    recordings->timer_is_open = true;
    return recordings;
}

void hl_recordings_destroy(struct hl_recordings *recordings)
{
    if (recordings) {
        hl_assert(recordings->alive == 0 && !recordings->timer_is_open);
        free(recordings);
    }
}

/* The program's output */

static void free_when_done(struct hl_recorder *recorder)
{
    if (!recorder->ended || recorder->open_pipes > 0) {
        return;
    }
    struct hl_recordings *recordings = recorder->recordings;
    hl_plan_finish(&recorder->plan);
    free(recorder);
    recordings->alive--;
    report_idle(recordings);
}

static void on_pipe_closed(uv_handle_t *handle)
{
    struct output *output = handle->data;
    output->recorder->open_pipes--;
    free_when_done(output->recorder);
}

static void close_output(struct output *output)
{
    if (output->is_open) {
        output->is_open = false;
        uv_close((uv_handle_t *)&output->pipe, on_pipe_closed);
    }
}

/* Bytes at the end that may be the start of a character whose rest has not come. */
static size_t cut_length(const char *data, size_t length)
{
    for (size_t back = 1; back <= CUT_MOST && back <= length; back++) {
        unsigned char byte = (unsigned char)data[length - back];
        if (byte >= 0xC0) {
            size_t whole = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
            return back < whole ? back : 0;
        }
        if (byte < 0x80) {
            return 0;
        }
    }
    return 0;
}

static void hand_on(struct output *output, size_t length, size_t keep)
{
    struct hl_recordings *recordings = output->recorder->recordings;
    size_t whole = length - keep;
    if (whole > 0) {
        recordings->events.output(recordings->user, output->recorder, output->stream, output->data,
                                  whole);
    }
    memmove(output->data, output->data + whole, keep);
    output->kept = keep;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct output *output = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(output->data + output->kept, (unsigned)(sizeof(output->data) - output->kept));
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct output *output = stream->data;
    (void)buffer;
    if (got > 0) {
        size_t length = output->kept + (size_t)got;
        hand_on(output, length, cut_length(output->data, length));
    } else if (got < 0) {
        hand_on(output, output->kept, 0);
        close_output(output);
    }
}

static int open_output(struct hl_recorder *recorder, int index)
{
    struct output *output = &recorder->outputs[index];
    uv_file ends[2];
    int r = uv_pipe(ends, UV_NONBLOCK_PIPE, 0);
    if (r < 0) {
        return r;
    }
    uv_pipe_init(recorder->recordings->loop, &output->pipe, 0);
    output->pipe.data = output;
    output->recorder = recorder;
    output->stream = index + 1;
    output->is_open = true;
    recorder->open_pipes++;
    recorder->write_ends[index] = ends[1];
    r = uv_pipe_open(&output->pipe, ends[0]);
    if (r < 0) {
        close(ends[0]);
        return r;
    }
    return uv_read_start((uv_stream_t *)&output->pipe, on_alloc, on_read);
}

static void close_write_ends(struct hl_recorder *recorder)
{
    hl_close_p(&recorder->write_ends[0]);
    hl_close_p(&recorder->write_ends[1]);
    recorder->write_ends[0] = -1;
    recorder->write_ends[1] = -1;
}

/* What the session tells */

static void on_state(void *user, enum hl_record_state state)
{
    struct hl_recorder *recorder = user;
    struct hl_recordings *recordings = recorder->recordings;
    recorder->state = state;
    if (state != HL_RECORD_STARTING) {
        close_write_ends(recorder);
    }
    recordings->events.state(recordings->user, recorder, state);
}

static void on_problem(void *user, const struct hl_error *error)
{
    struct hl_recorder *recorder = user;
    recorder->recordings->events.problem(recorder->recordings->user, recorder, error);
}

static void on_live(void *user, struct hl_profile *profile, const struct hl_run *run)
{
    struct hl_recorder *recorder = user;
    struct hl_recordings *recordings = recorder->recordings;
    recorder->samples = run->samples;
    recordings->events.live(recordings->user, recorder, profile, run);
}

static void unlink_recorder(struct hl_recorder *recorder)
{
    struct hl_recordings *recordings = recorder->recordings;
    struct hl_recorder **link = &recordings->first;
    while (*link != recorder) {
        link = &(*link)->next;
    }
    *link = recorder->next;
    if (--recordings->count == 0 && recordings->timer_is_open) {
        uv_timer_stop(&recordings->timer);
    }
}

static void let_go(struct hl_recorder *recorder)
{
    unlink_recorder(recorder);
    close_write_ends(recorder);
    close_output(&recorder->outputs[0]);
    close_output(&recorder->outputs[1]);
    hl_session_destroy(TAKE_PTR(recorder->session));
    recorder->ended = true;
    free_when_done(recorder);
}

static void on_ended(void *user, const struct hl_session_result *result)
{
    struct hl_recorder *recorder = user;
    struct hl_recordings *recordings = recorder->recordings;
    recorder->state = HL_RECORD_ENDED;
    recordings->events.ended(recordings->user, recorder, result);
    let_go(recorder);
}

/* Start and stop */

/* The whole environment of the program: ours, with additions. */
static char **environment_of(const struct hl_plan *plan)
{
    char **environment = hl_strv_copy(environ);
    for (size_t i = 0; plan->environment && plan->environment[i]; i++) {
        char *pair = plan->environment[i];
        size_t length = strcspn(pair, "=");
        _cleanup_free_ char *name = hl_xstrndup(pair, length);
        hl_strv_env_set(&environment, name, pair[length] ? pair + length + 1 : "");
    }
    return environment;
}

static int start(struct hl_recorder *recorder, const struct hl_session_options *options,
                 struct hl_error *error)
{
    static const struct hl_session_events EVENTS = {
        .state = on_state, .problem = on_problem, .live = on_live, .ended = on_ended};
    struct hl_session_options own = *options;
    struct hl_plan *plan = &recorder->plan;
    _cleanup_(hl_strv_free_p) char **environment = environment_of(plan);
    for (int i = 0; i < 2 && plan->pid == 0; i++) {
        int r = open_output(recorder, i);
        if (r < 0) {
            return hl_error_set_errno(error, -r, "no pipe for the program's output");
        }
    }
    own.record.argv = plan->pid == 0 ? plan->argv : NULL;
    own.record.pid = plan->pid;
    own.record.cwd = plan->cwd;
    own.record.environment = plan->pid == 0 ? environment : NULL;
    own.record.stdio[0] = -1;
    own.record.stdio[1] = recorder->write_ends[0];
    own.record.stdio[2] = recorder->write_ends[1];
    own.workspace = plan->folder;
    return hl_session_start(recorder->recordings->loop, &own, &EVENTS, recorder,
                            &recorder->session, error);
}

int hl_recordings_start(struct hl_recordings *recordings, const struct hl_plan *plan,
                        const struct hl_session_options *options,
                        struct hl_recorder **ret_recorder, struct hl_error *error)
{
    if (recordings->stopping) {
        return hl_error_set(error, ECANCELED, "the server is leaving");
    }
    struct hl_recorder *recorder = hl_xcalloc(1, sizeof(*recorder));
    recorder->recordings = recordings;
    recorder->write_ends[0] = -1;
    recorder->write_ends[1] = -1;
    recorder->number = ++recordings->next_number;
    recorder->began = hl_clock_monotonic();
    hl_plan_copy(plan, &recorder->plan);
    recorder->next = recordings->first;
    recordings->first = recorder;
    recordings->alive++;
    if (recordings->count++ == 0) {
        uv_timer_start(&recordings->timer, on_tick, TICK_MS, TICK_MS);
    }
    int r = start(recorder, options, error);
    if (r < 0) {
        let_go(recorder);
        return r;
    }
    *ret_recorder = recorder;
    return 0;
}

void hl_recorder_stop(struct hl_recorder *recorder)
{
    if (recorder->session && recorder->state != HL_RECORD_ENDED) {
        recorder->stopping = true;
        hl_recording_stop(hl_session_recording(recorder->session), SIGINT);
    }
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct hl_recordings *recordings = handle->data;
    recordings->timer_is_open = false;
    report_idle(recordings);
}

void hl_recordings_stop_all(struct hl_recordings *recordings, void (*idle)(void *user), void *user)
{
    recordings->idle = idle;
    recordings->idle_user = user;
    if (recordings->stopping) {
        report_idle(recordings);
        return;
    }
    recordings->stopping = true;
    uv_close((uv_handle_t *)&recordings->timer, on_timer_closed);
    for (struct hl_recorder *recorder = recordings->first; recorder;) {
        struct hl_recorder *next = recorder->next; /* a stop may end it at once */
        hl_recorder_stop(recorder);
        recorder = next;
    }
}

size_t hl_recordings_count(const struct hl_recordings *recordings)
{
    return recordings->count;
}

struct hl_recorder *hl_recordings_at(struct hl_recordings *recordings, size_t index)
{
    struct hl_recorder *recorder = recordings->first;
    while (recorder && index-- > 0) {
        recorder = recorder->next;
    }
    return recorder;
}

const struct hl_plan *hl_recorder_plan(const struct hl_recorder *recorder)
{
    return &recorder->plan;
}

enum hl_record_state hl_recorder_state(const struct hl_recorder *recorder)
{
    return recorder->state;
}

int64_t hl_recorder_elapsed(const struct hl_recorder *recorder)
{
    return hl_clock_monotonic() - recorder->began;
}

pid_t hl_recorder_pid(const struct hl_recorder *recorder)
{
    return recorder->session ? hl_recording_pid(hl_session_recording(recorder->session)) : 0;
}

uint64_t hl_recorder_samples(const struct hl_recorder *recorder)
{
    return recorder->samples;
}

uint32_t hl_recorder_number(const struct hl_recorder *recorder)
{
    return recorder->number;
}

void hl_recorder_set_tag(struct hl_recorder *recorder, void *tag)
{
    recorder->tag = tag;
}

void *hl_recorder_tag(const struct hl_recorder *recorder)
{
    return recorder->tag;
}
