/* The table of hot functions: on the whole screen, or once for each window as lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hotlens/base/label.h"
#include "hotlens/base/memory.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/place.h"
#include "top_internal.h"

#define PLAIN_ROWS 10u
#define SHARE_COLUMNS 7
#define AMOUNT_COLUMNS 11
/* Below this only shares have room beside the names. */
#define WIDE 60u

struct size {
    uint32_t columns;
    uint32_t rows;
};

static struct size measure(const struct top_view *view)
{
    struct winsize size = {0};
    if (!view->screen) {
        return (struct size){HL_OUTPUT_WIDE, 0};
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0) {
        return (struct size){80, 24};
    }
    return (struct size){size.ws_col, size.ws_row};
}

struct order {
    const struct top_numbers *numbers;
    enum top_key key;
};

/* What is equal now is ordered by what it was since the start. */
static int compare(const void *left, const void *right, void *user)
{
    static const enum top_key THEN[] = {TOP_OWN, TOP_TOTAL};
    const struct order *order = user;
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    uint64_t x = top_value(order->numbers, a, order->key);
    uint64_t y = top_value(order->numbers, b, order->key);
    for (size_t i = 0; x == y && i < ARRAY_SIZE(THEN); i++) {
        x = top_value(order->numbers, a, THEN[i]);
        y = top_value(order->numbers, b, THEN[i]);
    }
    return x != y ? (x > y ? -1 : 1) : a < b ? -1 : a > b;
}

static int sort(const struct top_numbers *numbers, enum top_key key, uint32_t **ret_rows,
                uint32_t *ret_count)
{
    const struct hl_functions *functions = numbers->data.functions;
    uint32_t *rows = hl_try_malloc(functions->count + 1, sizeof(*rows));
    uint32_t count = 0;
    if (!rows) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < functions->count; i++) {
        if (functions->items[i].kind == HL_FUNCTION_CODE && numbers->data.function_total[i] > 0) {
            rows[count++] = i;
        }
    }
    struct order order = {numbers, key};
    qsort_r(rows, count, sizeof(*rows), compare, &order);
    *ret_rows = rows;
    *ret_count = count;
    return 0;
}

static void put_share(struct hl_buffer *out, uint64_t part, uint64_t whole)
{
    _cleanup_buffer_ struct hl_buffer cell = {0};
    if (part > 0) {
        hl_text_percent(&cell, part, whole);
    }
    hl_output_column(out, cell.data ? cell.data : "", SHARE_COLUMNS);
}

static void put_amount(struct hl_buffer *out, const struct top_numbers *numbers, uint64_t samples)
{
    struct hl_scale scale = hl_scale_of_run(&numbers->data.run);
    _cleanup_buffer_ struct hl_buffer cell = {0};
    hl_text_amount(&cell, &scale, samples);
    hl_output_column(out, cell.data, AMOUNT_COLUMNS);
}

static void put_row(struct hl_buffer *out, const struct top_numbers *numbers, uint32_t index,
                    uint32_t columns)
{
    const struct hl_functions *functions = numbers->data.functions;
    const struct hl_function *function = &functions->items[index];
    uint64_t now = numbers->samples - numbers->samples_before;
    uint32_t used = 2 * SHARE_COLUMNS + 2;
    put_share(out, top_value(numbers, index, TOP_OWN_NOW), now);
    put_share(out, top_value(numbers, index, TOP_TOTAL_NOW), now);
    if (columns >= WIDE) {
        put_amount(out, numbers, top_value(numbers, index, TOP_OWN));
        put_amount(out, numbers, top_value(numbers, index, TOP_TOTAL));
        used += 2 * AMOUNT_COLUMNS;
    }
    struct hl_place place = {
        .name = hl_strings_get(functions->strings, function->name, NULL),
        .workspace = numbers->data.run.workspace,
        .line = function->line,
    };
    uint32_t room = columns > used ? columns - used : 0;
    hl_buffer_puts(out, room > 0 ? "  " : "");
    if (function->file != HL_NO_STRING && room >= 28) {
        place.file = hl_strings_get(functions->strings, function->file, NULL);
        hl_output_place(out, &place, room, false);
    } else if (room > 0) {
        hl_label_append(out, place.name, strlen(place.name), room);
    }
}

static void put_headings(struct hl_buffer *out, const struct top_view *view, uint32_t columns)
{
    static const char *const NAMES[] = {"%own", "%total", "own", "total"};
    size_t count = columns >= WIDE ? TOP_KEYS : 2;
    for (size_t i = 0; i < count; i++) {
        _cleanup_free_ char *name = hl_xasprintf("%s%s", NAMES[i], view->key == i ? "▼" : "");
        hl_output_column(out, name, i < 2 ? SHARE_COLUMNS : AMOUNT_COLUMNS);
    }
    hl_buffer_puts(out, "  function");
}

/* "train.py  12 s  1,200 samples, 98 of them in the last window". */
static void put_head(struct hl_buffer *out, const struct top_view *view,
                     const struct top_numbers *numbers)
{
    hl_buffer_puts(out, view->paused ? "PAUSED  " : view->stopping ? "ending…  " : "");
    const char *title = numbers ? numbers->data.run.title : NULL;
    if (!title || view->attached) {
        hl_buffer_printf(out, "%s  ", view->what);
    }
    if (title) {
        hl_buffer_printf(out, "%s  ", title);
    }
    if (!numbers) {
        hl_buffer_puts(out, "waiting for the first samples");
        return;
    }
    hl_text_duration(out, numbers->data.run.duration);
    hl_buffer_puts(out, ", ");
    hl_text_counted(out, numbers->samples, "sample");
    hl_buffer_puts(out, "; now: ");
    hl_text_counted(out, numbers->samples - numbers->samples_before, "sample");
}

static void end_line(struct hl_buffer *out, const struct top_view *view, struct hl_buffer *line,
                     uint32_t columns)
{
    hl_label_append(out, line->data ? line->data : "", line->length, columns);
    hl_buffer_puts(out, view->screen ? "\x1b[K\r\n" : "\n");
    hl_buffer_clear(line);
}

/* Rows of the table, and the first that is shown. */
static uint32_t choose_rows(struct top_view *view, const struct size *size, uint32_t count)
{
    uint32_t others = 3 + (view->output != NULL); /* head, headings, keys, output */
    uint32_t most = view->screen ? (size->rows > others ? size->rows - others : 0) : PLAIN_ROWS;
    uint32_t last = count > most ? count - most : 0;
    view->first = view->first < last ? view->first : last;
    return count - view->first < most ? count - view->first : most;
}

static int put_table(struct hl_buffer *out, struct top_view *view,
                     const struct top_numbers *numbers, const struct size *size)
{
    _cleanup_buffer_ struct hl_buffer line = {0};
    _cleanup_free_ uint32_t *rows = NULL;
    uint32_t count = 0;
    int r = numbers ? sort(numbers, view->key, &rows, &count) : 0;
    uint32_t shown = r < 0 ? 0 : choose_rows(view, size, count);
    put_headings(&line, view, size->columns);
    end_line(out, view, &line, size->columns);
    for (uint32_t i = 0; rows && i < shown; i++) {
        put_row(&line, numbers, rows[view->first + i], size->columns);
        end_line(out, view, &line, size->columns);
    }
    return r;
}

/* At the last rows of the screen, without a line end, which would scroll it. */
static void put_foot(struct hl_buffer *out, const struct top_view *view, const struct size *size)
{
    static const char KEYS[] = "q quit  p pause  s sort by the next, 1-4 by that  j k scroll";
    hl_buffer_puts(out, "\x1b[J");
    if (view->output && size->rows > 3) {
        hl_buffer_printf(out, "\x1b[%u;1H> ", size->rows - 1);
        hl_label_append(out, view->output, strlen(view->output), size->columns > 2 ? size->columns - 2 : 0);
    }
    if (size->rows > 2) {
        hl_buffer_printf(out, "\x1b[%u;1H", size->rows);
        hl_label_append(out, KEYS, sizeof(KEYS) - 1, size->columns);
    }
}

int top_draw(struct top_view *view, const struct top_numbers *numbers)
{
    _cleanup_buffer_ struct hl_buffer out = {0};
    _cleanup_buffer_ struct hl_buffer line = {0};
    struct size size = measure(view);
    hl_buffer_puts(&out, view->screen ? "\x1b[H" : "");
    put_head(&line, view, numbers);
    end_line(&out, view, &line, size.columns);
    int r = put_table(&out, view, numbers, &size);
    if (r < 0) {
        return r;
    }
    if (view->screen) {
        put_foot(&out, view, &size);
    } else {
        hl_buffer_putc(&out, '\n');
    }
    int fd = STDOUT_FILENO;
    return out.error ? out.error : hl_write_to_fd(&fd, out.data, out.length);
}
