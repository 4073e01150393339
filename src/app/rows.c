/* Rows of a run that is in memory only (hotlens/app/run_json.h). */
#include <errno.h>
#include <string.h>

#include "hotlens/app/run_json.h"
#include "hotlens/base/memory.h"

/* One pool holds all strings: sized first, then filled, so that no pointer into it ever moves. */
struct pool {
    char *data;
    size_t length;
};

static size_t size_of(const struct hl_strings *strings, uint32_t id)
{
    size_t length = 0;
    if (id != HL_NO_STRING) {
        (void)hl_strings_get(strings, id, &length);
        length++;
    }
    return length;
}

static char *put(struct pool *pool, const struct hl_strings *strings, uint32_t id)
{
    if (id == HL_NO_STRING) {
        return NULL;
    }
    size_t length;
    const char *text = hl_strings_get(strings, id, &length);
    char *copy = pool->data + pool->length;
    memcpy(copy, text, length);
    copy[length] = '\0';
    pool->length += length + 1;
    return copy;
}

static size_t pool_size(const struct hl_run_data *data, const struct hl_strings *files)
{
    size_t size = 1;
    for (size_t i = 0; i < data->functions->count; i++) {
        const struct hl_function *function = &data->functions->items[i];
        size += size_of(data->functions->strings, function->name);
        size += size_of(data->functions->strings, function->file);
    }
    for (size_t i = 0; i < data->line_count; i++) {
        bool repeats = i > 0 && data->lines[i].file == data->lines[i - 1].file;
        size += repeats ? 0 : size_of(files, data->lines[i].file);
    }
    return size;
}

static int by_weight(const void *left, const void *right)
{
    const struct hl_function_row *a = left;
    const struct hl_function_row *b = right;
    if (a->self != b->self) {
        return a->self > b->self ? -1 : 1;
    }
    if (a->total != b->total) {
        return a->total > b->total ? -1 : 1;
    }
    int order = strcmp(a->name, b->name);
    if (order == 0) {
        order = strcmp(a->file ? a->file : "", b->file ? b->file : "");
    }
    return order != 0 ? order : (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

static void fill_functions(const struct hl_run_data *data, struct pool *pool, struct hl_rows *rows)
{
    const struct hl_strings *strings = data->functions->strings;
    for (size_t i = 0; i < data->functions->count; i++) {
        const struct hl_function *function = &data->functions->items[i];
        if (function->kind != HL_FUNCTION_CODE) {
            continue;
        }
        rows->functions[rows->function_count++] = (struct hl_function_row){
            .name = put(pool, strings, function->name),
            .file = put(pool, strings, function->file),
            .line = function->line,
            .end_line = function->end_line,
            .ordinal = function->ordinal,
            .self = data->function_self[i],
            .total = data->function_total[i],
        };
    }
    if (rows->function_count > 1) {
        qsort(rows->functions, rows->function_count, sizeof(*rows->functions), by_weight);
    }
}

static void fill_lines(const struct hl_run_data *data, const struct hl_strings *files,
                       struct pool *pool, struct hl_rows *rows)
{
    for (size_t i = 0; i < data->line_count; i++) {
        const struct hl_line *line = &data->lines[i];
        bool repeats = i > 0 && line->file == data->lines[i - 1].file;
        rows->lines[rows->line_count++] = (struct hl_line_row){
            .file = repeats ? rows->lines[i - 1].file : put(pool, files, line->file),
            .line = line->line,
            .self = line->self,
            .total = line->total,
        };
    }
}

int hl_run_data_rows(const struct hl_run_data *data, struct hl_rows *ret_rows)
{
    const struct hl_strings *files = hl_frames_strings(hl_profile_frames(data->profile));
    struct hl_rows rows = {
        .functions = hl_try_calloc(data->functions->count + 1, sizeof(*rows.functions)),
        .lines = hl_try_calloc(data->line_count + 1, sizeof(*rows.lines)),
        .pool = hl_try_malloc(pool_size(data, files), 1),
    };
    if (!rows.functions || !rows.lines || !rows.pool) {
        hl_rows_finish(&rows);
        return -ENOMEM;
    }
    struct pool pool = {.data = rows.pool};
    fill_functions(data, &pool, &rows);
    fill_lines(data, files, &pool, &rows);
    *ret_rows = rows;
    return 0;
}
