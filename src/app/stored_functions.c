#include "stored_functions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/memory.h"

static int compare(const struct hl_function_row *a, const char *file, uint32_t line,
                   const char *name)
{
    int order = strcmp(a->file, file);
    if (order == 0) {
        order = (a->line > line) - (a->line < line);
    }
    return order != 0 ? order : strcmp(a->name, name);
}

static int compare_rows(const void *left, const void *right)
{
    const struct hl_function_row *a = *(const struct hl_function_row *const *)left;
    const struct hl_function_row *b = *(const struct hl_function_row *const *)right;
    return compare(a, b->file, b->line, b->name);
}

int stored_functions_init(struct stored_functions *stored, const struct hl_rows *rows)
{
    *stored = (struct stored_functions){
        .rows = hl_try_calloc(rows->function_count + 1, sizeof(void *)),
        .reach = hl_try_calloc(rows->function_count + 1, sizeof(*stored->reach)),
    };
    if (!stored->rows || !stored->reach) {
        stored_functions_finish(stored);
        return -ENOMEM;
    }
    for (size_t i = 0; i < rows->function_count; i++) {
        if (rows->functions[i].file) {
            stored->rows[stored->count++] = &rows->functions[i];
        }
    }
    qsort(stored->rows, stored->count, sizeof(void *), compare_rows);
    for (size_t i = 0; i < stored->count; i++) {
        bool same = i > 0 && strcmp(stored->rows[i]->file, stored->rows[i - 1]->file) == 0;
        uint32_t before = same ? stored->reach[i - 1] : 0;
        uint32_t end = stored->rows[i]->end_line;
        stored->reach[i] = end > before ? end : before;
    }
    return 0;
}

void stored_functions_finish(struct stored_functions *stored)
{
    free(stored->rows);
    free(stored->reach);
    *stored = (struct stored_functions){0};
}

/* How many rows come before this place. */
static size_t count_before(const struct stored_functions *stored, const char *file, uint32_t line,
                           const char *name)
{
    size_t low = 0;
    size_t high = stored->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(stored->rows[middle], file, line, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const struct hl_function_row *row_at(const struct stored_functions *stored, size_t index,
                                            const char *file)
{
    const struct hl_function_row *row = index < stored->count ? stored->rows[index] : NULL;
    return row && strcmp(row->file, file) == 0 ? row : NULL;
}

/* One without lines: a name as it was printed, or <module>. */
static const struct hl_function_row *find_bare(const struct stored_functions *stored,
                                               const char *file, const char *name)
{
    const struct hl_function_row *row = row_at(stored, count_before(stored, file, 0, name), file);
    return row && row->line == 0 && strcmp(row->name, name) == 0 ? row : NULL;
}

static const char *last_part(const char *name)
{
    size_t length = strlen(name);
    if (length > 0 && name[length - 1] == '>') {
        const char *open = strrchr(name, '<');
        return open ? open : name;
    }
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* The innermost row around the line; with `part` only one that is called so. */
static const struct hl_function_row *find_around(const struct stored_functions *stored,
                                                 const char *file, const char *part, uint32_t line,
                                                 size_t end)
{
    for (size_t i = end; i-- > 0;) {
        const struct hl_function_row *row = row_at(stored, i, file);
        if (!row || row->line == 0 || stored->reach[i] < line) {
            break;
        }
        if (row->end_line >= line && (!part || strcmp(last_part(row->name), part) == 0)) {
            return row;
        }
    }
    return NULL;
}

const struct hl_function_row *stored_functions_find(const struct stored_functions *stored,
                                                    const char *file, const char *name,
                                                    uint32_t line)
{
    if (strcmp(name, "<module>") == 0) {
        return find_bare(stored, file, name);
    }
    if (line == 0 || line == UINT32_MAX) {
        return NULL;
    }
    const char *part = last_part(name);
    bool is_named = *part != '<';
    size_t end = count_before(stored, file, line + 1, "");
    const struct hl_function_row *row =
        find_around(stored, file, is_named ? part : NULL, line, end);
    if (row || find_bare(stored, file, name)) {
        return row; /* or no text explained it then, either */
    }
    if (!is_named) {
        return find_bare(stored, file, "<module>");
    }
    /* A line of its decorators, which are not in the row. */
    row = row_at(stored, end, file);
    return row && strcmp(last_part(row->name), part) == 0 ? row : NULL;
}
