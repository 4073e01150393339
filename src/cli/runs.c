/* hotlens runs: what was recorded, newest first. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hotlens/app/run_json.h"
#include "hotlens/app/text.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/json.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/utf8.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"

/* Columns before the program. */
#define NUMBERS 48u

static void append_marks(struct hl_buffer *out, const struct hl_run *run)
{
    if (run->pinned) {
        hl_buffer_puts(out, " [pinned]");
    }
    if (run->label) {
        hl_buffer_puts(out, " [");
        hl_output_visible(out, run->label, 0);
        hl_buffer_puts(out, "]");
    }
    if (run->flags & HL_RUN_RECOVERED) {
        hl_buffer_puts(out, " [recovered]");
    }
}

/* The day, too, unless it is today's: "2026-05-01 14:02". */
static void append_start(struct hl_buffer *out, const struct hl_run *run)
{
    char text[40];
    hl_clock_format_iso(run->start, run->offset_minutes, text, sizeof(text));
    text[10] = ' ';
    text[16] = '\0';
    hl_buffer_puts(out, text);
}

static void append_run(struct hl_buffer *out, const struct hl_run *run, bool colour)
{
    char number[24];
    snprintf(number, sizeof(number), "%lld", (long long)run->id);
    hl_output_style(out, colour, HL_STYLE_BOLD);
    hl_output_column(out, number, 5);
    hl_output_style(out, colour, HL_STYLE_PLAIN);
    hl_buffer_puts(out, "  ");
    append_start(out, run);

    struct hl_scale scale = hl_scale_of_run(run);
    _cleanup_buffer_ struct hl_buffer cell = {0};
    if (run->rate > 0) { /* else there are only samples, and those are in the next column */
        hl_text_amount(&cell, &scale, run->samples);
    } else {
        hl_buffer_puts(&cell, "-");
    }
    hl_output_column(out, cell.data ? cell.data : "", 13);
    hl_buffer_clear(&cell);
    hl_buffer_put_u64(&cell, run->samples);
    hl_output_column(out, cell.data, 10);
    hl_buffer_puts(out, "  ");
    hl_buffer_clear(&cell);
    append_marks(&cell, run);
    size_t marks = cell.data ? hl_utf8_width(cell.data, cell.length) : 0;
    size_t width = hl_output_width(STDOUT_FILENO);
    width = width > NUMBERS + marks + 12 ? width - NUMBERS - marks : 12;
    hl_output_visible(out, run->title ? run->title : run->target, width < 60 ? width : 60);
    hl_buffer_append(out, cell.data, cell.length);
    hl_buffer_putc(out, '\n');
}

static void print_none(struct hl_buffer *out, const struct hl_run_filter *filter, const char *db)
{
    if (filter->text) {
        hl_buffer_puts(out, "no run matches '");
        hl_output_visible(out, filter->text, 0);
        hl_buffer_puts(out, "'\n");
    } else if (filter->workspace) {
        hl_buffer_puts(out, "no run is of ");
        hl_output_visible(out, filter->workspace, 0);
        hl_buffer_putc(out, '\n');
    } else {
        hl_buffer_puts(out, "No runs yet");
        if (db) {
            hl_buffer_puts(out, " in ");
            hl_output_visible(out, db, 0);
        }
        hl_buffer_puts(out, ". Record one with: hotlens record -- python PROGRAM\n");
    }
}

static void print_table(struct hl_buffer *out, const struct hl_run_list *list,
                        const struct hl_run_filter *filter, const char *db)
{
    bool colour = hl_output_has_colour(1);
    if (list->count == 0) {
        print_none(out, filter, db);
        return;
    }
    hl_output_style(out, colour, HL_STYLE_DIM);
    hl_buffer_puts(out, "  run  start                     time   samples  program\n");
    hl_output_style(out, colour, HL_STYLE_PLAIN);
    for (size_t i = 0; i < list->count; i++) {
        append_run(out, &list->items[i], colour);
    }
}

static void print_json(struct hl_buffer *out, const struct hl_run_list *list)
{
    struct hl_json json;
    hl_json_init(&json, out);
    hl_json_object_begin(&json);
    hl_json_key(&json, "runs");
    hl_json_array_begin(&json);
    for (size_t i = 0; i < list->count; i++) {
        hl_run_json(&json, &list->items[i]);
    }
    hl_json_array_end(&json);
    hl_json_object_end(&json);
    hl_buffer_putc(out, '\n');
}

struct runs {
    const char *db;
    const char *workspace;
    uint32_t limit;
    bool all;
    bool json;
};

static const struct hl_option RUNS_OPTIONS[] = {
    {"limit", 'n', HL_OPTION_NUMBER, offsetof(struct runs, limit), "N",
     "how many, newest first (20)", 1, 1000000},
    {"all", 'a', HL_OPTION_SET, offsetof(struct runs, all), NULL, "all of them", 0, 0},
    {"workspace", 'w', HL_OPTION_TEXT, offsetof(struct runs, workspace), "FOLDER",
     "only runs of this folder and those in it", 0, 0},
    {"json", 0, HL_OPTION_SET, offsetof(struct runs, json), NULL, "as JSON, with all facts", 0, 0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct runs, db), "FILE", "the database ($HOTLENS_DB)", 0,
     0},
};

static const struct hl_command RUNS_COMMAND = {
    .name = "runs",
    .usage = "[options] [TEXT]",
    .summary = "list the recorded runs",
    .details = "TEXT keeps the runs whose program, label or target contains it.",
    .options = RUNS_OPTIONS,
    .option_count = ARRAY_SIZE(RUNS_OPTIONS),
    .operands_most = 1,
};

int hl_cli_runs(int argc, char **argv)
{
    struct runs values = {.limit = 20};
    struct hl_operands operands;
    int code = hl_options_parse(&RUNS_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    if (hl_cli_open_store_for_reading(values.db, &store) < 0) {
        return HL_EXIT_FAILED;
    }
    _cleanup_free_ char *folder = values.workspace ? hl_file_real_path(values.workspace) : NULL;
    struct hl_run_filter filter = {.workspace = folder ? folder : values.workspace,
                                   .text = operands.items[0],
                                   .limit = values.all ? 0 : values.limit};
    struct hl_run_list list = {0};
    _cleanup_error_ struct hl_error error = {0};
    int r = hl_store_list_runs(store, &filter, &list, &error);
    if (r < 0) {
        return hl_output_error(&error, r);
    }
    struct hl_buffer out = {0};
    if (values.json) {
        print_json(&out, &list);
    } else {
        print_table(&out, &list, &filter, values.db);
    }
    hl_run_list_finish(&list);
    return hl_output_finish(&out);
}
