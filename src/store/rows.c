/* Writing the rows per function and per line. */
#include <errno.h>
#include <string.h>

#include "connection.h"
#include "hotlens/base/sort.h"
#include "varint.h"

/* Strings of one table that have been looked up in `file` already; -1 is not yet. */
struct file_cache {
    struct file_table table;
    int64_t *ids;
    uint32_t count;
};

static int cache_init(struct hl_store *store, struct file_cache *cache,
                      const struct hl_strings *strings)
{
    *cache = (struct file_cache){.count = hl_strings_count(strings)};
    cache->ids = hl_try_malloc(cache->count, sizeof(*cache->ids));
    if (!cache->ids) {
        return SQLITE_NOMEM;
    }
    for (uint32_t i = 0; i < cache->count; i++) {
        cache->ids[i] = -1;
    }
    return file_table_prepare(store, &cache->table);
}

static void cache_finish(struct file_cache *cache)
{
    file_table_finish(&cache->table);
    free(cache->ids);
}

static int cache_get(struct hl_store *store, struct file_cache *cache,
                     const struct hl_strings *strings, uint32_t string, int64_t *ret_file)
{
    if (string == HL_NO_STRING) {
        *ret_file = 0;
        return SQLITE_OK;
    }
    hl_assert(string < cache->count);
    if (cache->ids[string] < 0) {
        size_t length;
        const char *path = hl_strings_get(strings, string, &length);
        int code = file_table_get(store, &cache->table, path, length, &cache->ids[string]);
        if (code != SQLITE_OK) {
            return code;
        }
    }
    *ret_file = cache->ids[string];
    return SQLITE_OK;
}

/* A function of the run on its way into the tables. */
struct function_row {
    uint32_t index; /* in content->functions */
    int64_t file;
    int64_t id;
};

static int collect_functions(struct hl_store *store, const struct hl_run_content *content,
                             struct function_row *rows, size_t *ret_count)
{
    const struct hl_functions *functions = content->functions;
    _cleanup_(cache_finish) struct file_cache files = {0};
    int code = cache_init(store, &files, functions->strings);
    size_t count = 0;
    for (uint32_t i = 0; code == SQLITE_OK && i < functions->count; i++) {
        const struct hl_function *function = &functions->items[i];
        if (function->kind != HL_FUNCTION_CODE) {
            continue; /* threads and processes are structure, not functions */
        }
        struct function_row *row = &rows[count++];
        *row = (struct function_row){.index = i};
        code = cache_get(store, &files, functions->strings, function->file, &row->file);
        size_t length;
        const char *name = hl_strings_get(functions->strings, function->name, &length);
        row->id = function_home(row->file, name, length, function->ordinal);
    }
    *ret_count = count;
    return code;
}

/* Where a function would like to be tells its place in both tables. */
static int sort_functions(struct function_row *rows, size_t count)
{
    _cleanup_free_ struct hl_sort_item *keys = hl_try_malloc(count, sizeof(*keys));
    _cleanup_free_ struct function_row *unsorted = hl_try_malloc(count, sizeof(*unsorted));
    if (!keys || !unsorted) {
        return SQLITE_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        keys[i] = (struct hl_sort_item){.key = (uint64_t)rows[i].id, .value = (uint32_t)i};
    }
    if (hl_sort_by_key(keys, count) < 0) {
        return SQLITE_NOMEM;
    }
    memcpy(unsorted, rows, count * sizeof(*rows));
    for (size_t i = 0; i < count; i++) {
        rows[i] = unsorted[keys[i].value];
    }
    return SQLITE_OK;
}

/* Turns the place where each function would like to be into its id. */
static int intern_functions(struct hl_store *store, const struct hl_functions *functions,
                            struct function_row *rows, size_t count)
{
    _cleanup_(function_table_finish) struct function_table table = {0};
    int code = function_table_prepare(store, &table);
    for (size_t i = 0; code == SQLITE_OK && i < count; i++) {
        const struct hl_function *function = &functions->items[rows[i].index];
        size_t length;
        const char *name = hl_strings_get(functions->strings, function->name, &length);
        code = function_table_get(&table, rows[i].id, rows[i].file, name, length,
                                  function->ordinal, &rows[i].id);
    }
    return code == SQLITE_OK ? function_table_flush(&table) : code;
}

static int insert_function_rows(struct hl_store *store, int64_t profile,
                                const struct hl_run_content *content,
                                const struct function_row *rows, size_t count)
{
    _cleanup_(batch_finish) struct batch batch = {0};
    int code = batch_prepare(
        store, &batch, "INSERT INTO function_row (profile, function, line, end_line, self, total)",
        "(?, ?, ?, ?, ?, ?)", count);
    for (size_t i = 0; code == SQLITE_OK && i < count; i++) {
        uint32_t index = rows[i].index;
        const struct hl_function *function = &content->functions->items[index];
        struct statement *insert = batch_row(&batch);
        bind_int(insert, profile);
        bind_int(insert, rows[i].id);
        bind_int(insert, function->line);
        bind_int(insert, function->end_line);
        bind_int(insert, (int64_t)content->function_self[index]);
        bind_int(insert, (int64_t)content->function_total[index]);
        code = batch_next(&batch);
    }
    return code;
}

/* In the order of their ids, so that both tables grow at their ends. */
static int save_functions(struct hl_store *store, int64_t profile,
                          const struct hl_run_content *content)
{
    const struct hl_functions *functions = content->functions;
    if (!functions || functions->count == 0) {
        return SQLITE_OK;
    }
    _cleanup_free_ struct function_row *rows = hl_try_malloc(functions->count, sizeof(*rows));
    if (!rows) {
        return SQLITE_NOMEM;
    }
    size_t count = 0;
    int code = collect_functions(store, content, rows, &count);
    if (code == SQLITE_OK && count > 0) {
        code = sort_functions(rows, count);
    }
    if (code == SQLITE_OK) {
        code = intern_functions(store, functions, rows, count);
    }
    return code == SQLITE_OK ? insert_function_rows(store, profile, content, rows, count) : code;
}

/* The lines of one file from `index` on as varints, each its distance from the line before, self and
 * total: a row of their own each would take most of the time of a save. */
static size_t pack_lines(const struct hl_run_content *content, size_t index, struct hl_buffer *out)
{
    uint32_t file = content->lines[index].file;
    uint32_t last = 0;
    hl_buffer_clear(out);
    for (; index < content->line_count && content->lines[index].file == file; index++) {
        const struct hl_line *line = &content->lines[index];
        put_varint(out, line->line - last);
        put_varint(out, line->self);
        put_varint(out, line->total);
        last = line->line;
    }
    return index;
}

static int save_lines(struct hl_store *store, int64_t profile, const struct hl_run_content *content)
{
    if (content->line_count == 0) {
        return SQLITE_OK;
    }
    const struct hl_strings *strings = hl_frames_strings(hl_profile_frames(content->profile));
    _cleanup_(cache_finish) struct file_cache files = {0};
    _cleanup_statement_ struct statement insert = {0};
    _cleanup_buffer_ struct hl_buffer packed = {0};
    int code = cache_init(store, &files, strings);
    if (code == SQLITE_OK) {
        code = statement_prepare(store, &insert,
                                 "INSERT INTO line_row (profile, file, lines) VALUES (?, ?, ?)");
    }
    for (size_t i = 0; code == SQLITE_OK && i < content->line_count;) {
        int64_t file = 0;
        code = cache_get(store, &files, strings, content->lines[i].file, &file);
        i = pack_lines(content, i, &packed);
        if (code == SQLITE_OK) {
            bind_int(&insert, profile);
            bind_int(&insert, file);
            bind_blob(&insert, packed.data, packed.length);
            code = packed.error ? SQLITE_NOMEM : statement_run(&insert);
        }
    }
    return code;
}

int rows_save(struct hl_store *store, int64_t profile, const struct hl_run_content *content)
{
    int code = save_functions(store, profile, content);
    return code == SQLITE_OK ? save_lines(store, profile, content) : code;
}

static int set_derive_version(struct hl_store *store, int64_t profile)
{
    _cleanup_statement_ struct statement update = {0};
    statement_prepare(store, &update, "UPDATE profile SET derive_version = ? WHERE id = ?");
    bind_int(&update, HL_DERIVE_VERSION);
    bind_int(&update, profile);
    return statement_run(&update);
}

static int replace(struct hl_store *store, int64_t profile, const struct hl_run_content *content)
{
    static const char *const STEPS[] = {
        "DELETE FROM function_row WHERE profile = ?",
        "DELETE FROM line_row WHERE profile = ?",
    };
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < ARRAY_SIZE(STEPS); i++) {
        _cleanup_statement_ struct statement statement = {0};
        statement_prepare(store, &statement, STEPS[i]);
        bind_int(&statement, profile);
        code = statement_run(&statement);
    }
    if (code == SQLITE_OK) {
        code = set_derive_version(store, profile);
    }
    if (code == SQLITE_OK) {
        code = rows_save(store, profile, content);
    }
    return code == SQLITE_OK ? store_sweep(store) : code;
}

int hl_store_replace_rows(struct hl_store *store, int64_t run_id,
                          const struct hl_run_content *content, struct hl_error *error)
{
    const char *doing = "update the numbers of the run";
    int r = store_begin(store, doing, error);
    if (r < 0) {
        return r;
    }
    int64_t profile;
    r = store_profile_of(store, run_id, &profile, error);
    if (r < 0) {
        store_rollback(store);
        return r;
    }
    return store_end(store, replace(store, profile, content), doing, error);
}
