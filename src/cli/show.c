/* hotlens show: functions and lines of a run; one file with its timings; callers of a function. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/run_json.h"
#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/utf8.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/place.h"
#include "hotlens/cli/show.h"

/* Columns that own and total take, and the space behind them. */
#define NUMBERS 39u

struct table {
    struct hl_buffer *out;
    const struct hl_run *run;
    struct hl_scale scale;
    bool colour;
    size_t width;
};

static enum hl_style heat(uint64_t part, uint64_t whole)
{
    if (part * 10 >= whole) {
        return HL_STYLE_HOT;
    }
    return part * 50 >= whole ? HL_STYLE_WARM : HL_STYLE_PLAIN;
}

void hl_show_amount(struct hl_buffer *out, const struct hl_scale *scale, uint64_t samples,
                    int width, bool colour)
{
    _cleanup_buffer_ struct hl_buffer cell = {0};
    if (samples > 0) {
        hl_text_amount(&cell, scale, samples);
    }
    enum hl_style style = heat(samples, scale->samples);
    hl_output_style(out, colour && style != HL_STYLE_PLAIN, style);
    hl_output_column(out, cell.data ? cell.data : "", width);
    hl_output_style(out, colour && style != HL_STYLE_PLAIN, HL_STYLE_PLAIN);
}

static void append_percent(struct table *table, uint64_t samples, int width)
{
    _cleanup_buffer_ struct hl_buffer cell = {0};
    hl_text_percent(&cell, samples, table->scale.samples);
    hl_output_column(table->out, cell.data ? cell.data : "", width);
}

static void append_header(struct table *table, const char *text)
{
    hl_output_style(table->out, table->colour, HL_STYLE_DIM);
    hl_buffer_puts(table->out, text);
    hl_output_style(table->out, table->colour, HL_STYLE_PLAIN);
}

static void append_numbers(struct table *table, uint64_t self, uint64_t total)
{
    hl_show_amount(table->out, &table->scale, self, 11, table->colour);
    append_percent(table, self, 7);
    hl_show_amount(table->out, &table->scale, total, 12, table->colour);
    append_percent(table, total, 7);
    hl_buffer_puts(table->out, "  ");
}

static size_t rest_of(const struct table *table)
{
    return table->width > NUMBERS ? table->width - NUMBERS : 0;
}

/* Samples without any function that py-spy could read: not lost, but nobody's. */
static void append_frameless(struct table *table, const struct hl_rows *rows)
{
    uint64_t known = 0;
    for (size_t i = 0; i < rows->function_count; i++) {
        known += rows->functions[i].self;
    }
    if (known < table->run->samples) {
        append_numbers(table, table->run->samples - known, table->run->samples - known);
        hl_buffer_puts(table->out, "(no Python frames)\n");
    }
}

static void append_functions(struct table *table, const struct hl_rows *rows, size_t limit)
{
    append_header(table, "        own               total         function\n");
    for (size_t i = 0; i < rows->function_count && i < limit; i++) {
        const struct hl_function_row *row = &rows->functions[i];
        append_numbers(table, row->self, row->total);
        struct hl_place place = {row->name, row->file, table->run->workspace, row->line, true};
        hl_output_place(table->out, &place, rest_of(table), table->colour);
        hl_buffer_putc(table->out, '\n');
    }
    append_frameless(table, rows);
    if (rows->function_count > limit) {
        hl_buffer_printf(table->out, "  … and %zu more (--limit N, --json for all)\n",
                         rows->function_count - limit);
    }
}

static int by_total(const void *left, const void *right)
{
    const struct hl_function_row *a = left;
    const struct hl_function_row *b = right;
    if (a->total != b->total) {
        return a->total > b->total ? -1 : 1;
    }
    return a->self != b->self ? (a->self > b->self ? -1 : 1) : strcmp(a->name, b->name);
}

static int by_line_self(const void *left, const void *right)
{
    const struct hl_line_row *a = *(const struct hl_line_row *const *)left;
    const struct hl_line_row *b = *(const struct hl_line_row *const *)right;
    if (a->self != b->self) {
        return a->self > b->self ? -1 : 1;
    }
    if (a->total != b->total) {
        return a->total > b->total ? -1 : 1;
    }
    int order = strcmp(a->file, b->file);
    return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

static void append_lines(struct table *table, const struct hl_rows *rows, size_t limit)
{
    _cleanup_free_ const struct hl_line_row **order = hl_xcalloc(rows->line_count, sizeof(*order));
    for (size_t i = 0; i < rows->line_count; i++) {
        order[i] = &rows->lines[i];
    }
    qsort(order, rows->line_count, sizeof(*order), by_line_self);
    hl_buffer_putc(table->out, '\n');
    append_header(table, "        own               total         line\n");
    for (size_t i = 0; i < rows->line_count && i < limit && order[i]->self > 0; i++) {
        append_numbers(table, order[i]->self, order[i]->total);
        const struct hl_line_row *row = order[i];
        struct hl_place place = {NULL, row->file, table->run->workspace, row->line, false};
        hl_output_place(table->out, &place, rest_of(table), table->colour);
        hl_buffer_putc(table->out, '\n');
    }
}

/* The project's own file with the most own time: where a person would look first. */
static const char *hottest_file(const struct hl_run *run, const struct hl_rows *rows)
{
    const char *best = NULL;
    uint64_t best_self = 0;
    for (size_t i = 0; i < rows->line_count;) {
        const char *file = rows->lines[i].file;
        uint64_t self = 0;
        for (; i < rows->line_count && strcmp(rows->lines[i].file, file) == 0; i++) {
            self += rows->lines[i].self;
        }
        bool own = hl_text_path(file, run->workspace) != file;
        if (own && self > best_self) {
            best = file;
            best_self = self;
        }
    }
    return best;
}

static void append_summary(struct table *table)
{
    hl_cli_append_summary(table->out, table->run, true, table->width, table->colour);
    hl_buffer_putc(table->out, '\n');
}

/* As a shell would take it as one word; control characters are shown, not pasted. */
static void append_argument(struct hl_buffer *out, const char *text)
{
    bool quote = text[strcspn(text, " \t;\"'`$&|<>()*?[]{}\\!#~")] != '\0';
    hl_buffer_puts(out, quote ? "'" : "");
    while (*text) {
        size_t piece = strcspn(text, "'");
        hl_utf8_append_visible(out, text, piece);
        text += piece;
        if (*text) {
            hl_buffer_puts(out, "'\\''");
            text++;
        }
    }
    hl_buffer_puts(out, quote ? "'" : "");
}

static int show_tables(struct hl_store *store, const struct hl_run *run, size_t limit, bool total,
                       struct hl_error *error)
{
    struct hl_rows rows = {0};
    int r = hl_store_load_rows(store, run->id, NULL, &rows, error);
    if (r < 0) {
        return r;
    }
    if (total) {
        qsort(rows.functions, rows.function_count, sizeof(*rows.functions), by_total);
    }
    struct hl_buffer out = {0};
    struct table table = {&out, run, hl_scale_of_run(run), hl_output_has_colour(1),
                          hl_output_width(1)};
    append_summary(&table);
    append_functions(&table, &rows, limit);
    append_lines(&table, &rows, hl_min_size(limit, 10));
    const char *file = hottest_file(run, &rows);
    if (file) {
        hl_buffer_printf(&out, "\nNext: hotlens show %" PRId64 " --lines ", run->id);
        append_argument(&out, hl_text_path(file, run->workspace));
        hl_buffer_putc(&out, '\n');
    }
    hl_rows_finish(&rows);
    return hl_output_finish(&out) == HL_EXIT_OK ? 0 : -EPIPE;
}

static int show_json(struct hl_store *store, const struct hl_run *run, struct hl_error *error)
{
    struct hl_rows rows = {0};
    int r = hl_store_load_rows(store, run->id, NULL, &rows, error);
    if (r < 0) {
        return r;
    }
    struct hl_buffer out = {0};
    struct hl_json json;
    hl_json_init(&json, &out);
    hl_show_json(&json, run, &rows);
    hl_buffer_putc(&out, '\n');
    hl_rows_finish(&rows);
    return hl_output_finish(&out) == HL_EXIT_OK ? 0 : -EPIPE;
}

struct show {
    const char *db;
    const char *lines;
    const char *callers;
    uint32_t limit;
    bool json;
    bool total;
};

static const struct hl_option SHOW_OPTIONS[] = {
    {"lines", 'l', HL_OPTION_TEXT, offsetof(struct show, lines), "FILE",
     "this file's source with its timings", 0, 0},
    {"callers", 'c', HL_OPTION_TEXT, offsetof(struct show, callers), "FUNCTION",
     "who called it, and what it called", 0, 0},
    {"total", 't', HL_OPTION_SET, offsetof(struct show, total), NULL,
     "sort functions by total, not own", 0, 0},
    {"limit", 'n', HL_OPTION_NUMBER, offsetof(struct show, limit), "N", "rows of a table (20)", 1,
     10000000},
    {"json", 0, HL_OPTION_SET, offsetof(struct show, json), NULL,
     "all rows as JSON, counts in samples", 0, 0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct show, db), "FILE", "the database ($HOTLENS_DB)", 0,
     0},
};

static const struct hl_command SHOW_COMMAND = {
    .name = "show",
    .usage = "[options] [RUN]",
    .summary = "functions and lines of a run",
    .details = "RUN is an id, a label, last (the default), or last~1 for the one before.\n"
               "own: time in the function or line itself; total: with everything it calls.",
    .options = SHOW_OPTIONS,
    .option_count = ARRAY_SIZE(SHOW_OPTIONS),
    .operands_most = 1,
};

int hl_cli_show(int argc, char **argv)
{
    struct show values = {.limit = 20};
    struct hl_operands operands;
    int code = hl_options_parse(&SHOW_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    if ((values.lines != NULL) + (values.callers != NULL) + values.json > 1) {
        return hl_options_misuse(&SHOW_COMMAND, "only one of --lines, --callers and --json");
    }
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    struct hl_run run = {0};
    if (hl_cli_open_store_for_reading(values.db, &store) < 0 ||
        hl_cli_find_run(store, operands.count > 0 ? operands.items[0] : NULL, &run) < 0) {
        return HL_EXIT_FAILED;
    }
    _cleanup_error_ struct hl_error error = {0};
    int r;
    if (values.json) {
        r = show_json(store, &run, &error);
    } else if (values.lines) {
        r = hl_show_lines(store, &run, values.lines, &error);
    } else if (values.callers) {
        r = hl_show_callers(store, &run, values.callers, values.limit, &error);
    } else {
        r = show_tables(store, &run, values.limit, values.total, &error);
    }
    hl_run_finish(&run);
    if (r == -EPIPE && !error.message) {
        return HL_EXIT_FAILED;
    }
    return r < 0 ? hl_output_error(&error, r) : HL_EXIT_OK;
}
