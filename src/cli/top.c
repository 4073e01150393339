/* hotlens top: the hot functions of a running process, while it runs. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "flame_terminal.h"
#include "hotlens/app/session.h"
#include "hotlens/app/text.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/label.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/record_report.h"
#include "hotlens/cli/record_tools.h"
#include "hotlens/cli/signals.h"

#define PLAIN_ROWS 10u
#define HEAD_ROWS 3u
#define SECOND INT64_C(1000000000)

struct top {
    struct hl_session_options session;
    const char *py_spy;
    uv_loop_t loop;
    struct hl_session *running;
    struct hl_signals *signals;
    uv_poll_t keys;
    bool screen; /* the whole terminal is ours */
    bool by_total;
    bool paused;
    bool told;
    bool ended;
    int64_t drawn; /* when, monotonic */
    struct hl_profile *profile; /* the newest */
    struct hl_scale scale;
    char *title;
    int exit_code;
};

struct row {
    uint64_t self;
    uint64_t total;
    uint32_t function;
    bool by_total;
};

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left;
    const struct row *b = right;
    uint64_t x = a->by_total ? a->total : a->self;
    uint64_t y = b->by_total ? b->total : b->self;
    if (x != y) {
        return x > y ? -1 : 1;
    }
    if (a->total != b->total) {
        return a->total > b->total ? -1 : 1;
    }
    return a->function < b->function ? -1 : a->function > b->function;
}

static int count_rows(const struct top *top, const struct hl_functions *functions,
                      struct row **ret_rows, size_t *ret_count)
{
    struct hl_groups groups = hl_functions_groups(functions);
    _cleanup_free_ uint64_t *self = hl_try_malloc(functions->count + 1, sizeof(*self));
    _cleanup_free_ uint64_t *total = hl_try_malloc(functions->count + 1, sizeof(*total));
    _cleanup_free_ struct row *rows = hl_try_malloc(functions->count + 1, sizeof(*rows));
    if (!self || !total || !rows) {
        return -ENOMEM;
    }
    int r = hl_groups_count(top->profile, &groups, self, total);
    size_t count = 0;
    for (uint32_t i = 0; r == 0 && i < functions->count; i++) {
        if (functions->items[i].kind == HL_FUNCTION_CODE && total[i] > 0) {
            rows[count++] = (struct row){self[i], total[i], i, top->by_total};
        }
    }
    qsort(rows, count, sizeof(*rows), compare_rows);
    *ret_rows = TAKE_PTR(rows);
    *ret_count = count;
    return r;
}

static void put_number(struct hl_buffer *out, const struct top *top, uint64_t samples)
{
    _cleanup_buffer_ struct hl_buffer cell = {0};
    hl_text_amount(&cell, &top->scale, samples);
    hl_output_column(out, cell.data, 10);
    hl_buffer_clear(&cell);
    hl_text_percent(&cell, samples, hl_profile_samples(top->profile));
    hl_output_column(out, cell.data, 7);
}

static void put_row(struct hl_buffer *out, const struct top *top,
                    const struct hl_functions *functions, const struct row *row, size_t width)
{
    const struct hl_function *function = &functions->items[row->function];
    _cleanup_buffer_ struct hl_buffer name = {0};
    put_number(out, top, row->self);
    put_number(out, top, row->total);
    hl_buffer_puts(out, "  ");
    hl_buffer_puts(&name, hl_strings_get(functions->strings, function->name, NULL));
    if (function->file != HL_NO_STRING) {
        const char *file = hl_strings_get(functions->strings, function->file, NULL);
        hl_buffer_printf(&name, "  %s", hl_text_path(file, top->session.workspace));
    }
    hl_label_append(out, name.data ? name.data : "", name.length, width > 38 ? width - 37 : 1);
}

static void put_head(struct hl_buffer *out, const struct top *top, size_t width)
{
    _cleanup_buffer_ struct hl_buffer line = {0};
    hl_buffer_printf(&line, "%s  ", top->title ? top->title : "");
    hl_text_counted(&line, hl_profile_samples(top->profile), "sample");
    if (top->screen) {
        hl_buffer_printf(&line, "  by %s%s   s sort, p pause, q quit",
                         top->by_total ? "total" : "own", top->paused ? ", PAUSED" : "");
    }
    hl_label_append(out, line.data ? line.data : "", line.length, width);
}

static int draw(struct top *top)
{
    _cleanup_(hl_functions_destroy_p) struct hl_functions *functions = NULL;
    _cleanup_free_ struct row *rows = NULL;
    _cleanup_buffer_ struct hl_buffer out = {0};
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    size_t count = 0;
    int r = hl_functions_from_names(top->profile, &functions);
    r = r < 0 ? r : count_rows(top, functions, &rows, &count);
    if (r < 0) {
        return r;
    }
    if (top->screen) {
        (void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    }
    size_t width = top->screen ? size.ws_col : HL_OUTPUT_WIDE;
    size_t most = !top->screen ? PLAIN_ROWS : size.ws_row > HEAD_ROWS ? size.ws_row - HEAD_ROWS : 1;
    const char *end = top->screen ? "\x1b[K\r\n" : "\n";
    hl_buffer_puts(&out, top->screen ? "\x1b[H" : "");
    put_head(&out, top, width);
    hl_buffer_printf(&out, "%s       own            total         function%s", end, end);
    for (size_t i = 0; i < count && i < most; i++) {
        put_row(&out, top, functions, &rows[i], width);
        hl_buffer_puts(&out, end);
    }
    hl_buffer_puts(&out, top->screen ? "\x1b[J" : "\n");
    top->drawn = hl_clock_monotonic();
    int fd = STDOUT_FILENO;
    return out.error ? out.error : hl_write_to_fd(&fd, out.data, out.length);
}

static void stop(struct top *top)
{
    if (!top->ended && top->running) {
        hl_recording_stop(hl_session_recording(top->running), SIGINT);
    }
}

static void show(struct top *top)
{
    if (top->profile && draw(top) < 0) {
        stop(top); /* nobody reads any more */
    }
}

static void on_live(void *user, struct hl_profile *profile, const struct hl_run *run)
{
    struct top *top = user;
    if (!profile || top->paused) {
        return;
    }
    hl_profile_unref(top->profile);
    top->profile = hl_profile_ref(profile);
    top->scale = hl_scale_of_run(run);
    free(top->title);
    top->title = hl_xstrdup(run->title);
    if (hl_clock_monotonic() - top->drawn >= SECOND * 9 / 10) { /* windows come a little early */
        show(top);
    }
}

static void on_state(void *user, enum hl_record_state state)
{
    (void)user;
    (void)state;
}

static void on_problem(void *user, const struct hl_error *error)
{
    struct top *top = user;
    if (!top->screen) {
        hl_output_error(error, -error->code);
        top->told = true;
    }
}

static void leave_screen(struct top *top)
{
    if (top->screen) {
        terminal_leave();
        uv_poll_stop(&top->keys);
        uv_close((uv_handle_t *)&top->keys, NULL);
        top->screen = false;
    }
}

static void on_ended(void *user, const struct hl_session_result *result)
{
    struct top *top = user;
    top->ended = true;
    leave_screen(top);
    top->exit_code = result->run_id > 0 ? HL_EXIT_OK : HL_EXIT_FAILED;
    hl_record_report(result, top->told, false);
    hl_signals_stop(top->signals);
    top->signals = NULL;
}

static void on_signal(void *user, int signal, bool from_terminal)
{
    (void)from_terminal;
    if (signal != SIGTSTP) {
        stop(user);
    }
}

static void on_key(uv_poll_t *handle, int status, int events)
{
    struct top *top = handle->data;
    struct terminal_key key;
    (void)status;
    (void)events;
    terminal_read_key(&key);
    if (key.key == 'q' || key.key == 3 || key.key == KEY_END) {
        stop(top);
    } else if (key.key == 's') {
        top->by_total = !top->by_total;
        show(top);
    } else if (key.key == 'p') {
        top->paused = !top->paused;
        show(top);
    }
}

/* Standard output that is a terminal is drawn on; anything else gets lines. */
static void take_screen(struct top *top)
{
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && terminal_enter() == 0) {
        top->screen = true;
        uv_poll_init(&top->loop, &top->keys, STDIN_FILENO);
        top->keys.data = top;
        uv_poll_start(&top->keys, UV_READABLE, on_key);
    }
}

static int run(struct top *top)
{
    static const struct hl_session_events EVENTS = {
        .state = on_state, .problem = on_problem, .live = on_live, .ended = on_ended};
    _cleanup_error_ struct hl_error error = {0};
    if (uv_loop_init(&top->loop) < 0) {
        return hl_output_error(NULL, -ENOMEM);
    }
    take_screen(top);
    int r = hl_signals_start(&top->loop, on_signal, top, &top->signals);
    if (r == 0) {
        r = hl_session_start(&top->loop, &top->session, &EVENTS, top, &top->running, &error);
    }
    if (r < 0) {
        leave_screen(top);
        hl_output_error(&error, r);
        hl_signals_stop(top->signals);
    }
    uv_run(&top->loop, UV_RUN_DEFAULT);
    hl_session_destroy(top->running);
    uv_run(&top->loop, UV_RUN_DEFAULT);
    int busy = uv_loop_close(&top->loop);
    hl_assert(busy == 0);
    return top->exit_code;
}

static const struct hl_option TOP_OPTIONS[] = {
    {"rate", 'r', HL_OPTION_NUMBER, offsetof(struct top, session.record.rate), "HZ",
     "samples per second (100)", 1, HL_LIMIT_RATE},
    {"idle", 'i', HL_OPTION_SET, offsetof(struct top, session.record.idle), NULL,
     "count waiting too", 0, 0},
    {"total", 't', HL_OPTION_SET, offsetof(struct top, by_total), NULL,
     "sort by total, not by own", 0, 0},
    {"py-spy", 0, HL_OPTION_TEXT, offsetof(struct top, py_spy), "FILE", "the py-spy to use", 0, 0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct top, session.db), "FILE",
     "the database ($HOTLENS_DB)", 0, 0},
};

static const struct hl_command TOP_COMMAND = {
    .name = "top",
    .usage = "[options] PID",
    .summary = "the hot functions of a running process, live",
    .details = "Once a second, of all that was sampled so far; the process goes on. The run is kept, "
               "as with\nrecord. Where standard output is no terminal it gets lines.",
    .options = TOP_OPTIONS,
    .option_count = ARRAY_SIZE(TOP_OPTIONS),
    .operand = "PID",
    .operands_least = 1,
    .operands_most = 1,
};

int hl_cli_top(int argc, char **argv)
{
    struct top top = {
        .exit_code = HL_EXIT_FAILED,
        .session =
            {
                .save = {.store_sources = true, .retention = HL_RETENTION_DEFAULT},
                .record = {.rate = 100, .threads = true, .subprocesses = true, .stdio = {-1, -1, -1}},
            },
    };
    struct hl_operands operands;
    int code = hl_options_parse(&TOP_COMMAND, argc, argv, &top, &operands);
    if (code >= 0) {
        return code;
    }
    char *end = NULL;
    long pid = strtol(operands.items[0], &end, 10);
    if (*end != '\0' || pid < 1 || pid > INT32_MAX) {
        return hl_options_misuse(&TOP_COMMAND, "PID is the number of a process, not '%s'",
                                 operands.items[0]);
    }
    _cleanup_free_ char *executable = hl_cli_executable();
    _cleanup_free_ char *py_spy = NULL;
    if (!executable ||
        hl_record_find_py_spy(top.py_spy, NULL, executable, false, &py_spy) < 0) {
        return HL_EXIT_FAILED;
    }
    top.session.record.pid = (pid_t)pid;
    top.session.record.py_spy = py_spy;
    top.session.record.hotlens = executable;
    code = run(&top);
    hl_profile_unref(top.profile);
    free(top.title);
    return code;
}
