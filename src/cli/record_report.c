#include "hotlens/cli/record_report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/place.h"
#include "hotlens/record/find.h"

#define HOTTEST 5u
/* Columns of own time and share. */
#define NUMBERS 22u

/* Whether it was the program that could not be started, and not something of ours. */
static bool program_is_there(const struct hl_record_options *options)
{
    const char *program = options->argv[0];
    if (!strchr(program, '/')) {
        _cleanup_free_ char *path = hl_find_in_path(program, options->environment);
        return path && access(path, X_OK) == 0;
    }
    _cleanup_free_ char *path = options->cwd ? hl_path_join(options->cwd, program)
                                             : hl_xstrdup(program);
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

int hl_record_start_exit_code(const struct hl_record_options *options, int result)
{
    if (!options->argv || program_is_there(options)) {
        return HL_EXIT_FAILED;
    }
    return result == -ENOENT ? 127 : result == -EACCES ? 126 : HL_EXIT_FAILED;
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

static void append_amounts(struct hl_buffer *out, const struct hl_run_data *data, uint64_t samples)
{
    struct hl_scale scale = hl_scale_of_run(&data->run);
    _cleanup_buffer_ struct hl_buffer cell = {0};
    hl_text_amount(&cell, &scale, samples);
    hl_output_column(out, cell.data, 12);
    hl_buffer_clear(&cell);
    hl_text_percent(&cell, samples, data->run.samples);
    hl_output_column(out, cell.data, 8);
    hl_buffer_puts(out, "  ");
}

static void append_function(struct hl_buffer *out, const struct hl_run_data *data, uint32_t index)
{
    const struct hl_function *function = &data->functions->items[index];
    append_amounts(out, data, data->function_self[index]);
    struct hl_place place = {
        .name = hl_strings_get(data->functions->strings, function->name, NULL),
        .workspace = data->run.workspace,
        .line = function->line,
    };
    if (function->file != HL_NO_STRING) {
        place.file = hl_strings_get(data->functions->strings, function->file, NULL);
    }
    size_t width = hl_output_width(STDERR_FILENO);
    hl_output_place(out, &place, width > NUMBERS ? width - NUMBERS : 0, false);
    hl_buffer_putc(out, '\n');
}

static void append_frameless(struct hl_buffer *out, const struct hl_run_data *data)
{
    uint64_t missing = data->run.samples;
    for (uint32_t i = 0; i < data->functions->count; i++) {
        bool code = data->functions->items[i].kind == HL_FUNCTION_CODE;
        uint64_t known = code ? data->function_self[i] : 0;
        missing -= known < missing ? known : missing;
    }
    if (missing * 100 >= data->run.samples && missing > 0) {
        append_amounts(out, data, missing);
        hl_buffer_puts(out, "(no Python frames)\n");
    }
}

static void append_summary(struct hl_buffer *out, const struct hl_run_data *data)
{
    hl_cli_append_summary(out, &data->run, false, hl_output_width(STDERR_FILENO),
                          hl_output_has_colour(STDERR_FILENO));
    uint32_t indices[HOTTEST];
    size_t count = hottest(data, indices);
    if (count > 0) {
        hl_buffer_puts(out, "         own              function\n");
    }
    for (size_t i = 0; i < count; i++) {
        append_function(out, data, indices[i]);
    }
    append_frameless(out, data);
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
