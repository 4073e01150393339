#include "hotlens/cli/candidates.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/app/text.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/json.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/output.h"
#include "hotlens/record/processes.h"

/* Columns before the command. */
#define LEFT_COLUMNS 42u

static void append_number(struct hl_buffer *out, uint64_t number, int width)
{
    char text[24];
    snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    hl_output_column(out, text, width);
}

static void append_row(struct hl_buffer *out, const struct hl_process *process, size_t width,
                       bool colour)
{
    bool dim = colour && !process->may_trace;
    hl_output_style(out, dim, HL_STYLE_DIM);
    append_number(out, (uint64_t)process->pid, 8);
    hl_buffer_puts(out, "  ");
    hl_output_column(out, process->user ? process->user : "?", -10);
    append_number(out, process->threads, 8);
    _cleanup_buffer_ struct hl_buffer age = {0};
    hl_text_duration(&age, hl_clock_utc() - process->start);
    hl_output_column(out, age.data ? age.data : "", 13);
    hl_buffer_puts(out, "  ");
    hl_output_visible(out, process->command, width > LEFT_COLUMNS + 20 ? width - LEFT_COLUMNS : 20);
    hl_output_style(out, dim, HL_STYLE_PLAIN);
    hl_buffer_putc(out, '\n');
}

static void append_table(struct hl_buffer *out, const struct hl_process_list *list)
{
    bool colour = hl_output_has_colour(STDOUT_FILENO);
    size_t width = hl_output_width(STDOUT_FILENO);
    if (list->count == 0) {
        hl_buffer_puts(out, "No Python process is running.\n");
        return;
    }
    hl_output_style(out, colour, HL_STYLE_DIM);
    hl_buffer_puts(out, "     pid  user       threads          age  command\n");
    hl_output_style(out, colour, HL_STYLE_PLAIN);
    for (size_t i = 0; i < list->count; i++) {
        append_row(out, &list->items[i], width, colour);
    }
}

static void write_process(struct hl_json *json, const struct hl_process *process)
{
    char start[40];
    hl_clock_format_iso(process->start, hl_clock_offset_minutes(process->start), start,
                        sizeof(start));
    hl_json_object_begin(json);
    hl_json_member_i64(json, "pid", process->pid);
    hl_json_member_i64(json, "parent", process->parent);
    hl_json_member_string(json, "user", process->user);
    hl_json_member_u64(json, "threads", process->threads);
    hl_json_member_string(json, "start", start);
    hl_json_member_string(json, "version", process->version);
    hl_json_member_string(json, "command", process->command);
    hl_json_member_string(json, "cwd", process->cwd);
    hl_json_member_string(json, "executable", process->executable);
    hl_json_member_bool(json, "mayTrace", process->may_trace);
    hl_json_object_end(json);
}

static void append_json(struct hl_buffer *out, const struct hl_process_list *list)
{
    struct hl_json json;
    hl_json_init(&json, out);
    hl_json_object_begin(&json);
    hl_json_key(&json, "processes");
    hl_json_array_begin(&json);
    for (size_t i = 0; i < list->count; i++) {
        write_process(&json, &list->items[i]);
    }
    hl_json_array_end(&json);
    hl_json_object_end(&json);
    hl_buffer_putc(out, '\n');
}

int hl_cli_list_candidates(const char *proc, bool json)
{
    struct hl_process_list list = {0};
    _cleanup_error_ struct hl_error error = {0};
    int r = hl_processes_list(proc, false, &list, &error);
    if (r < 0) {
        return hl_output_error(&error, r);
    }
    struct hl_buffer out = {0};
    if (json) {
        append_json(&out, &list);
    } else {
        append_table(&out, &list);
    }
    hl_process_list_finish(&list);
    return hl_output_finish(&out);
}
