/* Writing the rows per function and per line. */
#include <errno.h>

#include "connection.h"

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

struct function_writer {
    struct file_cache files;
    struct statement find;
    struct statement add;
    struct statement row;
};

static void function_writer_finish(struct function_writer *writer)
{
    cache_finish(&writer->files);
    statement_finish(&writer->find);
    statement_finish(&writer->add);
    statement_finish(&writer->row);
}

static int function_writer_init(struct hl_store *store, struct function_writer *writer,
                                const struct hl_strings *strings)
{
    int code = cache_init(store, &writer->files, strings);
    if (code == SQLITE_OK) {
        code = statement_prepare(
            store, &writer->find,
            "SELECT id FROM function WHERE file = ? AND name = ? AND ordinal = ?");
    }
    if (code == SQLITE_OK) {
        code = statement_prepare(store, &writer->add,
                                 "INSERT INTO function (file, name, ordinal) VALUES (?, ?, ?)");
    }
    if (code == SQLITE_OK) {
        code = statement_prepare(
            store, &writer->row,
            "INSERT INTO function_row (profile, function, line, end_line, self, total) "
            "VALUES (?, ?, ?, ?, ?, ?)");
    }
    return code;
}

static void bind_identity(struct statement *statement, int64_t file, const char *name,
                          size_t length, uint32_t ordinal)
{
    bind_int(statement, file);
    bind_bytes_as_text(statement, name, length);
    bind_int(statement, ordinal);
}

static int function_id(struct hl_store *store, struct function_writer *writer,
                       const struct hl_functions *functions, const struct hl_function *function,
                       int64_t *ret_id)
{
    int64_t file = 0;
    int code = cache_get(store, &writer->files, functions->strings, function->file, &file);
    if (code != SQLITE_OK) {
        return code;
    }
    size_t length;
    const char *name = hl_strings_get(functions->strings, function->name, &length);
    bind_identity(&writer->find, file, name, length, function->ordinal);
    code = statement_step(&writer->find);
    if (code == SQLITE_ROW) {
        *ret_id = read_int(&writer->find);
    }
    statement_reset(&writer->find);
    if (code != SQLITE_DONE) {
        return code == SQLITE_ROW ? SQLITE_OK : code;
    }
    bind_identity(&writer->add, file, name, length, function->ordinal);
    code = statement_run(&writer->add);
    if (code == SQLITE_OK) {
        *ret_id = sqlite3_last_insert_rowid(store->db);
    }
    return code;
}

static int save_function(struct hl_store *store, struct function_writer *writer, int64_t profile,
                         const struct hl_run_content *content, size_t index)
{
    const struct hl_function *function = &content->functions->items[index];
    int64_t id = 0;
    int code = function_id(store, writer, content->functions, function, &id);
    if (code != SQLITE_OK) {
        return code;
    }
    bind_int(&writer->row, profile);
    bind_int(&writer->row, id);
    bind_int(&writer->row, function->line);
    bind_int(&writer->row, function->end_line);
    bind_int(&writer->row, (int64_t)content->function_self[index]);
    bind_int(&writer->row, (int64_t)content->function_total[index]);
    return statement_run(&writer->row);
}

static int save_functions(struct hl_store *store, int64_t profile,
                          const struct hl_run_content *content)
{
    const struct hl_functions *functions = content->functions;
    if (!functions) {
        return SQLITE_OK;
    }
    _cleanup_(function_writer_finish) struct function_writer writer = {0};
    int code = function_writer_init(store, &writer, functions->strings);
    for (size_t i = 0; code == SQLITE_OK && i < functions->count; i++) {
        /* Threads and processes are structure, not functions. */
        if (functions->items[i].kind == HL_FUNCTION_CODE) {
            code = save_function(store, &writer, profile, content, i);
        }
    }
    return code;
}

static int save_line(struct hl_store *store, struct file_cache *files, struct statement *insert,
                     int64_t profile, const struct hl_strings *strings, const struct hl_line *line)
{
    int64_t file = 0;
    int code = cache_get(store, files, strings, line->file, &file);
    if (code != SQLITE_OK) {
        return code;
    }
    bind_int(insert, profile);
    bind_int(insert, file);
    bind_int(insert, line->line);
    bind_int(insert, (int64_t)line->self);
    bind_int(insert, (int64_t)line->total);
    return statement_run(insert);
}

static int save_lines(struct hl_store *store, int64_t profile, const struct hl_run_content *content)
{
    if (content->line_count == 0) {
        return SQLITE_OK;
    }
    const struct hl_strings *strings = hl_frames_strings(hl_profile_frames(content->profile));
    _cleanup_(cache_finish) struct file_cache files = {0};
    _cleanup_statement_ struct statement insert = {0};
    int code = cache_init(store, &files, strings);
    if (code == SQLITE_OK) {
        code = statement_prepare(store, &insert,
                                 "INSERT INTO line_row (profile, file, line, self, total) "
                                 "VALUES (?, ?, ?, ?, ?)");
    }
    for (size_t i = 0; code == SQLITE_OK && i < content->line_count; i++) {
        code = save_line(store, &files, &insert, profile, strings, &content->lines[i]);
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
