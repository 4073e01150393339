#include "live_functions.h"

#include <stdlib.h>
#include <string.h>

#include "hotlens/app/run_json.h"
#include "hotlens/base/memory.h"

bool live_functions_has(const struct hl_shown *shown)
{
    return shown && hl_shown_run(shown)->id == 0;
}

/* As the store orders them. */
static int compare(const void *left, const void *right)
{
    const struct hl_function_row *a = left;
    const struct hl_function_row *b = right;
    if (a->self != b->self) {
        return a->self > b->self ? -1 : 1;
    }
    if (a->total != b->total) {
        return a->total > b->total ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

static size_t count_functions(const struct hl_shown *shown)
{
    size_t count = 0;
    for (size_t i = 0; i < hl_shown_file_count(shown); i++) {
        count += hl_shown_file(shown, i)->function_count;
    }
    return count;
}

/* The strings stay those of the shown run. */
static void add_file(struct hl_rows *rows, const struct hl_shown_file *file)
{
    for (size_t i = 0; i < file->function_count; i++) {
        const struct hl_shown_function *function = &file->functions[i];
        rows->functions[rows->function_count++] = (struct hl_function_row){
            .name = (char *)function->name,
            .file = (char *)file->path,
            .line = function->line,
            .end_line = function->end_line,
            .ordinal = function->ordinal,
            .self = function->self,
            .total = function->total,
        };
    }
}

void live_functions_answer(const struct hl_shown *shown, const char *path, size_t limit,
                           struct hl_reply *reply)
{
    struct hl_rows rows = {0};
    rows.functions = hl_xcalloc(count_functions(shown) + 1, sizeof(*rows.functions));
    for (size_t i = 0; i < hl_shown_file_count(shown); i++) {
        const struct hl_shown_file *file = hl_shown_file(shown, i);
        if (!path || strcmp(path, file->path) == 0) {
            add_file(&rows, file);
        }
    }
    qsort(rows.functions, rows.function_count, sizeof(*rows.functions), compare);
    struct hl_json *json = hl_reply_result(reply);
    hl_json_object_begin(json);
    hl_json_key(json, "run");
    hl_run_json(json, hl_shown_run(shown));
    hl_functions_json(json, &rows, limit);
    hl_json_object_end(json);
    hl_reply_end(reply);
    free(rows.functions);
}
