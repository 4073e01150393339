#include "hotlens/cli/record_report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/output.h"

#define HOTTEST 5u

int hl_record_start_exit_code(int result)
{
    switch (result) {
    case -ENOENT:
        return 127;
    case -EACCES:
    case -ENOEXEC:
        return 126;
    default:
        return HL_EXIT_FAILED;
    }
}

/* The indices of the functions with the most own time, at most HOTTEST; returns how many. */
static size_t hottest(const struct hl_run_data *data, uint32_t ret_indices[HOTTEST])
{
    size_t count = 0;
    for (uint32_t i = 0; i < data->functions->count; i++) {
        if (data->functions->items[i].kind != HL_FUNCTION_CODE || data->function_self[i] == 0) {
            continue;
        }
        size_t at = count < HOTTEST ? count++ : HOTTEST;
        while (at > 0 && data->function_self[ret_indices[at - 1]] < data->function_self[i]) {
            if (at < HOTTEST) {
                ret_indices[at] = ret_indices[at - 1];
            }
            at--;
        }
        if (at < HOTTEST) {
            ret_indices[at] = i;
        }
    }
    return count;
}

static void append_function(struct hl_buffer *out, const struct hl_run_data *data, uint32_t index)
{
    const struct hl_function *function = &data->functions->items[index];
    struct hl_scale scale = hl_scale_of_run(&data->run);
    _cleanup_buffer_ struct hl_buffer cell = {0};
    hl_text_amount(&cell, &scale, data->function_self[index]);
    hl_output_column(out, cell.data, 12);
    hl_buffer_clear(&cell);
    hl_text_percent(&cell, data->function_self[index], data->run.samples);
    hl_output_column(out, cell.data, 8);
    hl_buffer_puts(out, "  ");
    hl_output_visible(out, hl_strings_get(data->functions->strings, function->name, NULL), 50);
    if (function->file != HL_NO_STRING) {
        const char *file = hl_strings_get(data->functions->strings, function->file, NULL);
        hl_buffer_puts(out, "  ");
        hl_output_visible(out, hl_text_path(file, data->run.workspace), 50);
        if (function->line > 0) {
            hl_buffer_printf(out, ":%u", function->line);
        }
    }
    hl_buffer_putc(out, '\n');
}

static void append_summary(struct hl_buffer *out, const struct hl_run_data *data)
{
    hl_buffer_puts(out, "hotlens: ");
    hl_cli_append_summary(out, &data->run, hl_output_has_colour(STDERR_FILENO));
    uint32_t indices[HOTTEST];
    size_t count = hottest(data, indices);
    if (count > 0) {
        hl_buffer_puts(out, "         own              function\n");
    }
    for (size_t i = 0; i < count; i++) {
        append_function(out, data, indices[i]);
    }
}

static void report_problem(const struct hl_error *error)
{
    if (error->code) {
        hl_output_error(error, -error->code);
    }
}

void hl_record_report(const struct hl_session_result *result, bool told, bool quiet)
{
    struct hl_buffer out = {0};
    if (result->data && !quiet) {
        append_summary(&out, result->data);
        if (result->run_id > 0) {
            hl_buffer_printf(&out, "Saved as run %" PRId64 ". Next: hotlens show last\n",
                             result->run_id);
        }
    }
    int fd = STDERR_FILENO;
    if (out.length > 0) {
        hl_write_to_fd(&fd, out.data, out.length); /* a terminal that is gone gets no summary */
    }
    hl_buffer_finish(&out);
    if (!told && (!result->data || result->data->run.samples == 0)) {
        report_problem(&result->record->error);
    }
    report_problem(&result->error);
}
