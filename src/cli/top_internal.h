/* The parts of `hotlens top`.
 *
 * top.c         the command: a process or a program
 * top_run.c     its recording, keys, and how it ends
 * top_numbers.c functions in numbers: of the last window, and since the start
 * top_picture.c a table of them, on the whole screen or as lines
 * top_output.c  what the program prints while the screen is ours */
#ifndef HOTLENS_SRC_CLI_TOP_INTERNAL_H
#define HOTLENS_SRC_CLI_TOP_INTERNAL_H

#include <uv.h>

#include "flame_terminal.h"
#include "hotlens/app/save.h"
#include "hotlens/app/session.h"
#include "hotlens/app/text.h"

/* Numbers of one moment. A window is what was added since the moment before. */
struct top_numbers {
    struct hl_run_data data;
    uint64_t *own_before; /* by function of data */
    uint64_t *total_before;
    uint64_t samples; /* since the start */
    uint64_t samples_before;
};

/* Counts the profile, its texts read from disk now; with `all` the machinery of import (app/machinery.h) too,
 * and then in `before` as well. `before` (NULL for none) is what the window is told from;
 * it may be used by others meanwhile, but not change. On a worker thread. 0 or -ENOMEM, -E2BIG. */
int top_numbers_create(struct hl_profile *profile, const struct hl_run *run,
                       const struct top_numbers *before, bool all,
                       struct top_numbers **ret_numbers);
void top_numbers_destroy(struct top_numbers *numbers);

enum top_key { TOP_OWN_NOW, TOP_TOTAL_NOW, TOP_OWN, TOP_TOTAL, TOP_KEYS };

uint64_t top_value(const struct top_numbers *numbers, uint32_t function, enum top_key key);

struct top_view {
    enum top_key key;
    bool screen; /* the whole terminal, else lines */
    bool attached; /* to a process that was there */
    bool paused;
    bool stopping;
    uint32_t first; /* row that is scrolled to */
    const char *what;   /* "process 123", "train.py" */
    const char *output; /* the program's last line, or NULL */
};

/* Draws on standard output; numbers are NULL before the first window. 0 or a negative errno. */
int top_draw(struct top_view *view, const struct top_numbers *numbers);

struct top_output;

/* A pipe for standard output and error of the program, of which the last 64 KiB are kept. `changed` is called
 * for each piece that was read, however many there are. 0 or a negative errno. */
int top_output_create(uv_loop_t *loop, void (*changed)(void *user), void *user,
                      struct top_output **ret_output);
/* The descriptor that the program writes to; ours has to be closed once it has started. */
int top_output_fd(const struct top_output *output);
void top_output_started(struct top_output *output);
/* The last line that is not empty, or NULL. */
const char *top_output_line(const struct top_output *output);
/* Reads what is there still and writes all that was kept on standard output, as it is. */
void top_output_print(struct top_output *output);
/* Closes; the loop must run once more. */
void top_output_destroy(struct top_output *output);

/* One top, from its options to its end. */
struct top {
    struct hl_session_options session;
    const char *py_spy;
    bool by_total;
    bool all; /* the machinery of import too */
    uv_loop_t loop;
    struct hl_session *running;
    struct hl_signals *signals; /* cli/signals.h */
    struct top_output *output;
    uv_poll_t keys;
    uv_signal_t resize;
    uv_signal_t resume;
    uv_timer_t redraw; /* for what the program prints */
    struct top_view view;
    char *what;
    bool told;
    bool ended;
    uv_work_t work;
    bool counting;
    struct hl_profile *pending; /* the newest that is not counted yet, or NULL */
    struct hl_run pending_run;
    struct hl_profile *profile; /* that is being counted */
    struct hl_run run;
    struct top_numbers *counted; /* what the worker made; NULL when it failed */
    struct top_numbers *newest;
    struct top_numbers *shown; /* the same, unless paused */
    int exit_code;
};

/* Records and shows until the end; an exit code. The options are set, the rest is zero. */
int top_run(struct top *top);

#endif
