#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/app/save.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/place.h"
#include "hotlens/cli/show.h"

/* Columns of time and share. */
#define NUMBERS 22u

static const char *name_of(const struct hl_functions *functions, uint32_t index)
{
    return hl_strings_get(functions->strings, functions->items[index].name, NULL);
}

static const char *file_of(const struct hl_functions *functions, uint32_t index)
{
    uint32_t file = functions->items[index].file;
    return file == HL_NO_STRING ? NULL : hl_strings_get(functions->strings, file, NULL);
}

/* 0: no match; 1: the last part of the qualified name; 2: the qualified name itself. */
static int match_name(const char *name, const char *wanted)
{
    if (strcmp(name, wanted) == 0) {
        return 2;
    }
    size_t name_length = strlen(name);
    size_t wanted_length = strlen(wanted);
    return name_length > wanted_length && hl_path_has_suffix(name, wanted) &&
           name[name_length - wanted_length - 1] == '.';
}

/* NAME or FILE:NAME; FILE is the end of a path. */
static int match_function(const struct hl_functions *functions, uint32_t index, const char *wanted)
{
    if (functions->items[index].kind != HL_FUNCTION_CODE) {
        return 0;
    }
    const char *colon = hl_place_colon(wanted);
    const char *file = file_of(functions, index);
    if (colon && file) {
        _cleanup_free_ char *suffix = hl_xstrndup(wanted, (size_t)(colon - wanted));
        if (hl_path_has_suffix(file, suffix)) {
            return match_name(name_of(functions, index), colon + 1);
        }
    }
    return match_name(name_of(functions, index), wanted);
}

/* The best match; among equals the one with the largest total, which the reader will mean. */
static int find_function(const struct hl_run_data *data, const char *wanted, uint32_t *ret_index,
                         struct hl_error *error)
{
    int best = 0;
    for (uint32_t i = 0; i < data->functions->count; i++) {
        int match = match_function(data->functions, i, wanted);
        if (match > best || (match > 0 && match == best &&
                             data->function_total[i] > data->function_total[*ret_index])) {
            best = match;
            *ret_index = i;
        }
    }
    if (best == 0) {
        hl_error_set(error, ENOENT, "no function '%s' in this run", wanted);
        hl_error_set_remedy(error, "use its name as hotlens show prints it, or FILE:NAME");
        return -ENOENT;
    }
    return 0;
}

struct caller {
    uint32_t group;
    uint64_t samples;
};

static int by_samples(const void *left, const void *right)
{
    const struct caller *a = left;
    const struct caller *b = right;
    if (a->samples != b->samples) {
        return a->samples > b->samples ? -1 : 1;
    }
    return (a->group > b->group) - (a->group < b->group);
}

static void append_name(struct hl_buffer *out, const struct hl_run_data *data, uint32_t group,
                        const char *nothing)
{
    if (group == data->functions->count) {
        hl_buffer_puts(out, nothing);
        return;
    }
    struct hl_place place = {name_of(data->functions, group), file_of(data->functions, group),
                             data->run.workspace, data->functions->items[group].line, false};
    size_t width = hl_output_width(STDOUT_FILENO);
    hl_output_place(out, &place, width > NUMBERS ? width - NUMBERS : 0, false);
}

static void append_list(struct hl_buffer *out, const struct hl_run_data *data,
                        const uint64_t *samples, uint64_t whole, const char *nothing,
                        uint32_t limit)
{
    size_t count = data->functions->count + 1;
    _cleanup_free_ struct caller *order = hl_xcalloc(count, sizeof(*order));
    for (uint32_t i = 0; i < count; i++) {
        order[i] = (struct caller){i, samples[i]};
    }
    qsort(order, count, sizeof(*order), by_samples);
    struct hl_scale scale = hl_scale_of_run(&data->run);
    for (size_t i = 0; i < count && i < limit && order[i].samples > 0; i++) {
        _cleanup_buffer_ struct hl_buffer share = {0};
        hl_text_percent(&share, order[i].samples, whole);
        hl_show_amount(out, &scale, order[i].samples, 12, false);
        hl_output_column(out, share.data, 8);
        hl_buffer_puts(out, "  ");
        append_name(out, data, order[i].group, nothing);
        hl_buffer_putc(out, '\n');
    }
}

static int append_both(struct hl_buffer *out, const struct hl_run_data *data, uint32_t index,
                       uint32_t limit)
{
    struct hl_groups groups = hl_functions_groups(data->functions);
    _cleanup_free_ uint64_t *samples = hl_try_calloc((size_t)groups.count + 1, sizeof(*samples));
    if (!samples) {
        return -ENOMEM;
    }
    uint64_t whole = data->function_total[index];
    int r = hl_groups_callers(data->profile, &groups, index, samples);
    if (r < 0) {
        return r;
    }
    hl_buffer_puts(out, "called by\n");
    append_list(out, data, samples, whole, "(started here)", limit);
    r = hl_groups_callees(data->profile, &groups, index, samples);
    if (r < 0) {
        return r;
    }
    hl_buffer_puts(out, "spent in\n");
    append_list(out, data, samples, whole, "(own)", limit);
    return 0;
}

int hl_show_callers(struct hl_store *store, const struct hl_run *run, const char *function,
                    uint32_t limit, struct hl_error *error)
{
    _cleanup_free_ char *name = hl_xasprintf("%" PRId64, run->id);
    struct hl_run_data data = {0};
    int r = hl_run_data_load(store, name, &data, error);
    if (r < 0) {
        return r;
    }
    uint32_t index = 0;
    r = find_function(&data, function, &index, error);
    if (r == 0) {
        struct hl_buffer out = {0};
        append_name(&out, &data, index, "");
        hl_buffer_puts(&out, "\n");
        r = append_both(&out, &data, index, limit);
        if (r < 0) {
            hl_buffer_finish(&out);
            hl_error_set_errno(error, -r, "the callers cannot be counted");
        } else {
            r = hl_output_finish(&out) == HL_EXIT_OK ? 0 : -EPIPE;
        }
    }
    hl_run_data_finish(&data);
    return r;
}
