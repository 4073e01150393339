/* A recording that is watched: each window is counted on a worker thread and drawn, keys are obeyed, and in
 * the end the terminal is given back before anything is said. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "hotlens/base/memory.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/record_report.h"
#include "hotlens/cli/signals.h"
#include "top_internal.h"

/* A program may print faster than a terminal draws; then it is not to wait for us. */
#define OUTPUT_MS 100

static void stop(struct top *top, int signal)
{
    if (!top->ended && top->running) {
        top->view.stopping = true;
        hl_recording_stop(hl_session_recording(top->running), signal);
    }
}

static void on_key(uv_poll_t *handle, int status, int events);

/* In the background (bg) the recording goes on, and nothing is drawn or read. No signal says when the shell
 * has given the terminal back (fg), so each window asks. */
static bool take_again(struct top *top)
{
    bool is_ours = terminal_take_again();
    if (is_ours) {
        uv_poll_start(&top->keys, UV_READABLE, on_key);
    } else {
        uv_poll_stop(&top->keys);
    }
    return is_ours;
}

static void show(struct top *top)
{
    if (top->ended || (!top->view.screen && !top->shown)) {
        return;
    }
    if (top->view.screen && !terminal_is_entered() && !take_again(top)) {
        return;
    }
    top->view.output = top->output ? top_output_line(top->output) : NULL;
    if (top_draw(&top->view, top->shown) < 0) {
        stop(top, SIGINT); /* nobody reads any more */
    }
}

/* Counting, one at a time; what comes meanwhile is counted together. */

static void count_work(uv_work_t *work)
{
    struct top *top = work->data;
    (void)top_numbers_create(top->profile, &top->run, top->newest, top->all, &top->counted);
}

static void start_counting(struct top *top);

static void take_counted(struct top *top)
{
    struct top_numbers *before = top->newest;
    if (!top->counted) {
        return; /* no memory: the next one is told from the same moment */
    }
    top->newest = top->counted;
    top->counted = NULL;
    if (!top->view.paused) {
        top_numbers_destroy(top->shown == before ? NULL : top->shown);
        top->shown = top->newest;
    }
    if (before != top->shown) {
        top_numbers_destroy(before);
    }
}

static void count_done(uv_work_t *work, int status)
{
    struct top *top = work->data;
    (void)status;
    hl_profile_unref(top->profile);
    top->profile = NULL;
    hl_run_finish(&top->run);
    take_counted(top);
    top->counting = false;
    if (!top->view.paused) {
        show(top);
    }
    start_counting(top);
}

static void start_counting(struct top *top)
{
    if (top->counting || !top->pending || top->ended) {
        return;
    }
    top->profile = TAKE_PTR(top->pending);
    top->run = top->pending_run;
    top->pending_run = (struct hl_run){0};
    top->counting = true;
    top->work.data = top;
    (void)uv_queue_work(&top->loop, &top->work, count_work, count_done);
}

static void on_live(void *user, struct hl_profile *profile, const struct hl_run *run)
{
    struct top *top = user;
    if (profile && hl_profile_samples(profile) > 0) {
        hl_profile_unref(top->pending);
        hl_run_finish(&top->pending_run);
        top->pending = hl_profile_ref(profile);
        hl_run_copy(run, &top->pending_run);
        start_counting(top);
    }
}

/* The terminal */

static void leave_screen(struct top *top)
{
    if (top->view.screen) {
        terminal_leave();
        top->view.screen = false;
        uv_poll_stop(&top->keys);
        uv_close((uv_handle_t *)&top->keys, NULL);
        uv_close((uv_handle_t *)&top->resize, NULL);
        uv_close((uv_handle_t *)&top->resume, NULL);
        uv_close((uv_handle_t *)&top->redraw, NULL);
    }
}

/* Time in which we are stopped is nobody's. */
static void suspend(struct top *top)
{
    struct hl_recording *recording = top->running ? hl_session_recording(top->running) : NULL;
    if (recording) {
        hl_recording_pause(recording);
    }
    if (top->view.screen) {
        terminal_suspend_plainly();
    } else {
        hl_signals_suspend();
    }
    if (recording) {
        hl_recording_resume(recording);
    }
    show(top);
}

static void pause_or_go_on(struct top *top)
{
    top->view.paused = !top->view.paused;
    if (!top->view.paused && top->shown != top->newest) {
        top_numbers_destroy(top->shown);
        top->shown = top->newest;
    }
}

static void scroll(struct top *top, bool down)
{
    if (down) {
        top->view.first++; /* drawing keeps it within the table */
    } else if (top->view.first > 0) {
        top->view.first--;
    }
}

static void press(struct top *top, int key)
{
    switch (key) {
    case 'q':
    case 3: /* Ctrl+C, which is a key here */
    case KEY_END:
        stop(top, SIGINT);
        break;
    case 26:
        suspend(top);
        break;
    case 'p':
        pause_or_go_on(top);
        break;
    case 's':
        top->view.key = (top->view.key + 1) % TOP_KEYS;
        break;
    case '1':
    case '2':
    case '3':
    case '4':
        top->view.key = (enum top_key)(key - '1');
        break;
    case 'j':
    case 'k':
    case KEY_DOWN:
    case KEY_UP:
    case KEY_WHEEL_DOWN:
    case KEY_WHEEL_UP:
        scroll(top, key == 'j' || key == KEY_DOWN || key == KEY_WHEEL_DOWN);
        break;
    default:
        break;
    }
}

static void on_key(uv_poll_t *handle, int status, int events)
{
    struct top *top = handle->data;
    struct terminal_key key;
    (void)status;
    (void)events;
    terminal_read_key(&key);
    press(top, key.key);
    if (key.key == KEY_END) {
        uv_poll_stop(handle); /* it would be readable for ever */
    }
    show(top);
}

static void on_resize(uv_signal_t *handle, int number)
{
    (void)number;
    show(handle->data);
}

static void on_resume(uv_signal_t *handle, int number)
{
    (void)number;
    (void)take_again(handle->data);
    show(handle->data);
}

/* A terminal is drawn on; anything else gets lines. */
static void take_screen(struct top *top)
{
    if (!terminal_can_be_taken() || terminal_enter_plainly() < 0) {
        return;
    }
    top->view.screen = true;
    uv_poll_init(&top->loop, &top->keys, STDIN_FILENO);
    uv_signal_init(&top->loop, &top->resize);
    uv_signal_init(&top->loop, &top->resume);
    uv_timer_init(&top->loop, &top->redraw);
    top->keys.data = top->resize.data = top->resume.data = top->redraw.data = top;
    uv_poll_start(&top->keys, UV_READABLE, on_key);
    uv_signal_start(&top->resize, on_resize, SIGWINCH);
    uv_signal_start(&top->resume, on_resume, SIGCONT);
    uv_unref((uv_handle_t *)&top->keys);
    uv_unref((uv_handle_t *)&top->resize);
    uv_unref((uv_handle_t *)&top->resume);
    uv_unref((uv_handle_t *)&top->redraw);
    show(top);
}

/* The recording */

static void on_state(void *user, enum hl_record_state state)
{
    struct top *top = user;
    if (state != HL_RECORD_STARTING && top->output) {
        top_output_started(top->output);
    }
}

static void on_problem(void *user, const struct hl_error *error)
{
    struct top *top = user;
    if (!top->view.screen) {
        hl_output_error(error, -error->code);
        top->told = true;
    }
}

static void say_end(const struct top *top, const struct hl_session_result *result)
{
    bool attached = top->session.record.pid > 0;
    if (!result->record->started) {
        return;
    }
    if (top->view.stopping && attached) {
        hl_output_note("%s goes on", top->what);
    } else if (attached && result->data) {
        hl_output_note("%s has ended", top->what);
    } else if (!attached && result->record->exit_status >= 0) {
        hl_output_note("%s has ended with exit status %" PRId64, top->what,
                       result->record->exit_status);
    }
}

static void on_ended(void *user, const struct hl_session_result *result)
{
    struct top *top = user;
    leave_screen(top);
    top->ended = true;
    top->exit_code = result->run_id > 0 ? HL_EXIT_OK : HL_EXIT_FAILED;
    if (top->output) {
        top_output_print(top->output);
    }
    say_end(top, result);
    hl_record_report(result, top->told, false);
    hl_signals_stop(top->signals);
    top->signals = NULL;
}

/* What the terminal sends has reached the program already (signals.h). */
static void on_signal(void *user, int signal, bool from_terminal)
{
    struct top *top = user;
    struct hl_recording *recording = hl_session_recording(top->running);
    bool has_program = top->session.record.argv && !hl_recording_is_preparing(recording);
    if (signal == SIGTSTP) {
        suspend(top);
    } else if (!from_terminal || signal == SIGHUP || !has_program) {
        stop(top, signal == SIGQUIT ? SIGINT : signal);
    }
}

static void on_redraw(uv_timer_t *timer)
{
    show(timer->data);
}

static void on_output(void *user)
{
    struct top *top = user;
    if (!top->ended && !uv_is_active((uv_handle_t *)&top->redraw)) {
        uv_timer_start(&top->redraw, on_redraw, OUTPUT_MS, 0);
    }
}

/* With the screen ours a program prints into a pipe; else to standard error: the table has the other. */
static int direct_output(struct top *top)
{
    struct hl_record_options *record = &top->session.record;
    record->stdio[0] = -1;
    record->stdio[1] = record->stdio[2] = STDERR_FILENO;
    if (!top->view.screen || !record->argv) {
        return 0;
    }
    int r = top_output_create(&top->loop, on_output, top, &top->output);
    if (r == 0) {
        record->stdio[1] = record->stdio[2] = top_output_fd(top->output);
    }
    return r;
}

static int start(struct top *top, struct hl_error *error)
{
    static const struct hl_session_events EVENTS = {
        .state = on_state, .problem = on_problem, .live = on_live, .ended = on_ended};
    int r = direct_output(top);
    r = r < 0 ? r : hl_signals_start(&top->loop, on_signal, top, &top->signals);
    return r < 0 ? r : hl_session_start(&top->loop, &top->session, &EVENTS, top, &top->running, error);
}

static void finish(struct top *top)
{
    hl_session_destroy(top->running);
    top_output_destroy(top->output);
    uv_run(&top->loop, UV_RUN_DEFAULT);
    int busy = uv_loop_close(&top->loop);
    hl_assert(busy == 0);
    top_numbers_destroy(top->shown == top->newest ? NULL : top->shown);
    top_numbers_destroy(top->newest);
    hl_profile_unref(top->pending);
    hl_run_finish(&top->pending_run);
}

int top_run(struct top *top)
{
    _cleanup_error_ struct hl_error error = {0};
    if (uv_loop_init(&top->loop) < 0) {
        return hl_output_error(NULL, -ENOMEM);
    }
    take_screen(top);
    int r = start(top, &error);
    if (r < 0) {
        top->ended = true;
        leave_screen(top);
        hl_output_error(&error, r);
        top->exit_code = hl_record_start_exit_code(&top->session.record, r);
        hl_signals_stop(top->signals);
    }
    uv_run(&top->loop, UV_RUN_DEFAULT);
    finish(top);
    return top->exit_code;
}
