/* Reading the rows per function and per line. */
#include <errno.h>
#include <string.h>

#include "connection.h"
#include "hotlens/base/array.h"
#include "hotlens/base/buffer.h"
#include "varint.h"

#define DOING "read the numbers of the run"
#define NO_TEXT SIZE_MAX

/* Rows while they are read: the pool may move, so texts are offsets until the end. */
struct loader {
    struct hl_rows rows;
    size_t function_capacity;
    size_t line_capacity;
    size_t *offsets; /* name and file of each function, then file of each line */
    size_t offset_count;
    size_t offset_capacity;
    struct hl_buffer pool;
    size_t last_file; /* offset of the newest file: rows come sorted by it */
};

static void loader_finish(struct loader *loader)
{
    free(loader->offsets);
    hl_buffer_finish(&loader->pool);
    hl_rows_finish(&loader->rows);
}

static int add_offset(struct loader *loader, size_t offset)
{
    if (hl_array_reserve(&loader->offsets, &loader->offset_capacity, loader->offset_count + 1,
                         sizeof(*loader->offsets)) < 0) {
        return SQLITE_NOMEM;
    }
    loader->offsets[loader->offset_count++] = offset;
    return SQLITE_OK;
}

static size_t add_to_pool(struct loader *loader, const char *text, size_t length)
{
    size_t offset = loader->pool.length;
    hl_buffer_append(&loader->pool, text, length);
    hl_buffer_putc(&loader->pool, '\0');
    return offset;
}

static int add_text(struct loader *loader, struct statement *query)
{
    size_t length;
    const char *text = read_bytes(query, &length);
    return add_offset(loader, add_to_pool(loader, text, length));
}

static int add_file(struct loader *loader, struct statement *query)
{
    bool none = sqlite3_column_type(query->handle, query->next) == SQLITE_NULL;
    size_t length;
    const char *path = read_bytes(query, &length);
    if (none) {
        return add_offset(loader, NO_TEXT);
    }
    const char *last = loader->last_file == NO_TEXT ? NULL : loader->pool.data + loader->last_file;
    if (!last || strlen(last) != length || (length > 0 && memcmp(last, path, length) != 0)) {
        loader->last_file = add_to_pool(loader, path, length);
    }
    return add_offset(loader, loader->pool.error ? NO_TEXT : loader->last_file);
}

static int add_function(struct loader *loader, struct statement *query)
{
    struct hl_rows *rows = &loader->rows;
    if (hl_array_reserve(&rows->functions, &loader->function_capacity, rows->function_count + 1,
                         sizeof(*rows->functions)) < 0) {
        return SQLITE_NOMEM;
    }
    struct hl_function_row *row = &rows->functions[rows->function_count];
    *row = (struct hl_function_row){0};
    int code = add_text(loader, query);
    if (code == SQLITE_OK) {
        code = add_file(loader, query);
    }
    row->line = (uint32_t)read_int(query);
    row->end_line = (uint32_t)read_int(query);
    row->ordinal = (uint32_t)read_int(query);
    row->self = (uint64_t)read_int(query);
    row->total = (uint64_t)read_int(query);
    rows->function_count++;
    return code;
}

static int add_line(struct loader *loader, struct cursor *in, uint32_t *line)
{
    struct hl_rows *rows = &loader->rows;
    if (hl_array_reserve(&rows->lines, &loader->line_capacity, rows->line_count + 1,
                         sizeof(*rows->lines)) < 0) {
        return SQLITE_NOMEM;
    }
    *line += (uint32_t)get_varint(in);
    struct hl_line_row *row = &rows->lines[rows->line_count++];
    *row = (struct hl_line_row){.line = *line};
    row->self = get_varint(in);
    row->total = get_varint(in);
    return in->bad ? SQLITE_CORRUPT : SQLITE_OK;
}

/* All lines of one file; each gets the offset of its name. */
static int add_lines(struct loader *loader, struct statement *query)
{
    int code = add_file(loader, query);
    size_t length;
    const uint8_t *packed = (const uint8_t *)read_bytes(query, &length);
    if (code != SQLITE_OK || length == 0) {
        return code != SQLITE_OK ? code : SQLITE_CORRUPT;
    }
    size_t file = loader->offsets[loader->offset_count - 1];
    struct cursor in = {.at = packed, .end = packed + length};
    uint32_t line = 0;
    code = add_line(loader, &in, &line);
    while (code == SQLITE_OK && in.at < in.end) {
        code = add_line(loader, &in, &line);
        if (code == SQLITE_OK) {
            code = add_offset(loader, file);
        }
    }
    return code;
}

static int load(struct hl_store *store, struct loader *loader, const char *sql, int64_t profile,
                const char *file, int (*add)(struct loader *, struct statement *))
{
    _cleanup_statement_ struct statement query = {0};
    statement_prepare(store, &query, sql);
    bind_int(&query, profile);
    bind_text(&query, file);
    int code;
    while ((code = statement_step(&query)) == SQLITE_ROW) {
        code = add(loader, &query);
        code = loader->pool.error ? SQLITE_NOMEM : code;
        if (code != SQLITE_OK) {
            return code;
        }
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int load_all(struct hl_store *store, struct loader *loader, int64_t profile,
                    const char *file)
{
    int code = load(store, loader,
                    "SELECT function.name, file.path, line, end_line, ordinal, self, total "
                    "FROM function_row CROSS JOIN function ON function.id = function "
                    "CROSS JOIN file ON file.id = function.file "
                    "WHERE profile = ?1 AND (?2 IS NULL OR file.path = ?2) ORDER BY function.file",
                    profile, file, add_function);
    if (code != SQLITE_OK) {
        return code;
    }
    return load(store, loader,
                "SELECT file.path, lines "
                "FROM line_row CROSS JOIN file ON file.id = file "
                "WHERE profile = ?1 AND file.path NOT NULL AND (?2 IS NULL OR file.path = ?2) "
                "ORDER BY file.path",
                profile, file, add_lines);
}

static int compare_u64_down(uint64_t a, uint64_t b)
{
    return a < b ? 1 : a > b ? -1 : 0;
}

static int compare_u32(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

/* In C, as SQLite would take counts over 2^63 for negative ones. */
static int compare_functions(const void *left, const void *right)
{
    const struct hl_function_row *a = left;
    const struct hl_function_row *b = right;
    int order = compare_u64_down(a->self, b->self);
    order = order ? order : compare_u64_down(a->total, b->total);
    order = order ? order : strcmp(a->name, b->name);
    order = order ? order : strcmp(a->file ? a->file : "", b->file ? b->file : "");
    return order ? order : compare_u32(a->ordinal, b->ordinal);
}

/* Turns offsets into pointers and hands everything over. */
static void complete(struct loader *loader, struct hl_rows *ret_rows)
{
    struct hl_rows *rows = &loader->rows;
    rows->pool = TAKE_PTR(loader->pool.data);
    const size_t *offset = loader->offsets;
    for (size_t i = 0; i < rows->function_count; i++) {
        rows->functions[i].name = rows->pool + *offset++;
        rows->functions[i].file = *offset == NO_TEXT ? NULL : rows->pool + *offset;
        offset++;
    }
    for (size_t i = 0; i < rows->line_count; i++) {
        rows->lines[i].file = *offset == NO_TEXT ? NULL : rows->pool + *offset;
        offset++;
    }
    if (rows->function_count > 0) {
        qsort(rows->functions, rows->function_count, sizeof(*rows->functions), compare_functions);
    }
    *ret_rows = *rows;
    *rows = (struct hl_rows){0};
}

int hl_store_load_rows(struct hl_store *store, int64_t run_id, const char *file,
                       struct hl_rows *ret_rows, struct hl_error *error)
{
    int r = store_begin_read(store, DOING, error);
    if (r < 0) {
        return r;
    }
    int64_t profile;
    r = store_profile_of(store, run_id, &profile, error);
    if (r == 0) {
        _cleanup_(loader_finish) struct loader loader = {.last_file = NO_TEXT};
        int code = load_all(store, &loader, profile, file);
        if (code == SQLITE_OK) {
            complete(&loader, ret_rows);
        } else {
            r = store_failed(store, code, DOING, error);
        }
    }
    store_end_read(store);
    return r;
}

void hl_rows_finish(struct hl_rows *rows)
{
    if (!rows) {
        return;
    }
    free(rows->functions);
    free(rows->lines);
    free(rows->pool);
    *rows = (struct hl_rows){0};
}
