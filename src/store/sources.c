/* The files of a run. */
#include <errno.h>
#include <string.h>

#include "connection.h"
#include "hotlens/base/array.h"
#include "hotlens/base/limits.h"
#include "text.h"

/* All texts of one run; a large project has a hundredth. */
#define TEXTS_MOST (UINT64_C(512) << 20)

#define DOING "read the sources of the run"

static bool has_hash(enum hl_source_state state)
{
    return state == HL_SOURCE_STORED || state == HL_SOURCE_IMPORTED || state == HL_SOURCE_HASHED;
}

static int save_source(struct hl_store *store, struct file_table *files, struct statement *insert,
                       int64_t run, const struct hl_source *source)
{
    int64_t file = 0;
    int64_t text = 0;
    int code = file_table_get(store, files, source->path, strlen(source->path), &file);
    bool with_text = source->text && source->length <= HL_LIMIT_SOURCE &&
                     (source->state == HL_SOURCE_STORED || source->state == HL_SOURCE_IMPORTED);
    if (code == SQLITE_OK && with_text) {
        code = text_save(store, source, &text);
    }
    if (code != SQLITE_OK) {
        return code;
    }
    bind_int(insert, run);
    bind_int(insert, file);
    bind_text(insert, source->real_path);
    bind_int(insert, source->state);
    bind_blob(insert, has_hash(source->state) ? source->hash : NULL, sizeof(source->hash));
    bind_int_or_null(insert, text, 0);
    return statement_run(insert);
}

int sources_save(struct hl_store *store, int64_t run, const struct hl_run_content *content)
{
    _cleanup_(file_table_finish) struct file_table files = {0};
    _cleanup_statement_ struct statement insert = {0};
    int code = file_table_prepare(store, &files);
    if (code == SQLITE_OK) {
        code = statement_prepare(store, &insert,
                                 "INSERT INTO source (run, file, real_path, state, hash, text) "
                                 "VALUES (?, ?, ?, ?, ?, ?)");
    }
    for (size_t i = 0; code == SQLITE_OK && i < content->source_count; i++) {
        code = save_source(store, &files, &insert, run, &content->sources[i]);
    }
    return code;
}

static int read_hash(struct statement *query, struct hl_source *source)
{
    size_t length;
    const char *hash = read_bytes(query, &length);
    if (has_hash(source->state) ? length != sizeof(source->hash) : length != 0) {
        return -EBADMSG;
    }
    if (length > 0) {
        memcpy(source->hash, hash, length);
    }
    return 0;
}

/* `room`: what all texts together may still take, as a file can have many rows of one text. */
static int read_source(struct statement *query, uint64_t *room, struct hl_source *ret_source)
{
    ret_source->path = read_text(query);
    ret_source->real_path = read_text(query);
    int64_t state = read_int(query);
    if (query->code == SQLITE_NOMEM) {
        return -ENOMEM;
    }
    if (!ret_source->path || state < HL_SOURCE_STORED || state > HL_SOURCE_MISSING) {
        return -EBADMSG;
    }
    ret_source->state = (enum hl_source_state)state;
    int r = read_hash(query, ret_source);
    int64_t plain_length = read_int_or(query, -1);
    size_t length;
    const char *data = read_bytes(query, &length);
    if (r < 0 || plain_length < 0) {
        return r;
    }
    if ((uint64_t)plain_length > *room) {
        return -EBADMSG;
    }
    *room -= (uint64_t)plain_length;
    ret_source->length = (size_t)plain_length;
    return text_unpack(data, length, (size_t)plain_length, ret_source->hash, &ret_source->text);
}

static int read_list(struct hl_store *store, struct statement *query, struct hl_source_list *list,
                     struct hl_error *error)
{
    size_t capacity = 0;
    uint64_t room = TEXTS_MOST;
    int code;
    while ((code = statement_step(query)) == SQLITE_ROW) {
        if (hl_array_reserve(&list->items, &capacity, list->count + 1, sizeof(*list->items)) < 0) {
            return store_no_memory(DOING, error);
        }
        struct hl_source *source = &list->items[list->count++];
        *source = (struct hl_source){0};
        int r = read_source(query, &room, source);
        if (r == -EBADMSG) {
            return store_damaged(store, "a source text of the run cannot be read", error);
        }
        if (r < 0) {
            return store_no_memory(DOING, error);
        }
    }
    return code == SQLITE_DONE ? 0 : store_failed(store, code, DOING, error);
}

int hl_store_load_sources(struct hl_store *store, int64_t run_id, const char *path, bool with_text,
                          struct hl_source_list *ret_list, struct hl_error *error)
{
    _cleanup_statement_ struct statement query = {0};
    statement_prepare(store, &query,
                      "SELECT file.path, real_path, state, source.hash, text.length, text.data "
                      "FROM source CROSS JOIN file ON file.id = file "
                      "LEFT JOIN text ON text.id = text AND ?1 "
                      "WHERE run = ?2 AND (?3 IS NULL OR file.path = ?3 OR real_path = ?3) "
                      "ORDER BY file.path");
    bind_int(&query, with_text);
    bind_int(&query, run_id);
    bind_text(&query, path);
    struct hl_source_list list = {0};
    int r = read_list(store, &query, &list, error);
    if (r < 0) {
        hl_source_list_finish(&list);
        return r;
    }
    *ret_list = list;
    return 0;
}

void hl_source_list_finish(struct hl_source_list *list)
{
    if (!list) {
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        hl_source_finish(&list->items[i]);
    }
    free(list->items);
    *list = (struct hl_source_list){0};
}
