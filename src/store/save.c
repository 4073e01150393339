/* Saving a run: everything in one transaction. */
#include <errno.h>

#include "connection.h"
#include "hotlens/store/tree_blob.h"

#define DOING "save the run"

/* The id of the run with this uuid, 0 for none. */
static int find_uuid(struct hl_store *store, const char *uuid, int64_t *ret_id)
{
    _cleanup_statement_ struct statement query = {0};
    statement_prepare(store, &query, "SELECT id FROM run WHERE uuid = ?");
    bind_text(&query, uuid);
    int code = statement_step(&query);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        return code;
    }
    *ret_id = code == SQLITE_ROW ? read_int(&query) : 0;
    return SQLITE_OK;
}

/* A run is never refused for its label: it is saved without one, and says so. */
static int free_label(struct hl_store *store, const struct hl_run *run, char **ret_notes)
{
    if (!run->label) {
        return SQLITE_OK;
    }
    if (label_check(run->label, NULL) == 0) {
        _cleanup_statement_ struct statement query = {0};
        statement_prepare(store, &query, "SELECT 1 FROM run WHERE label = ?");
        bind_text(&query, run->label);
        int code = statement_step(&query);
        if (code != SQLITE_ROW) {
            return code == SQLITE_DONE ? SQLITE_OK : code;
        }
    }
    *ret_notes = hl_xasprintf("%s%sthe label \"%s\" could not be given: it is taken or not allowed",
                              run->notes ? run->notes : "", run->notes ? "\n" : "", run->label);
    return SQLITE_OK;
}

static int save_facts(struct hl_store *store, const struct hl_run *run, int64_t *ret_id)
{
    _cleanup_free_ char *notes = NULL;
    int code = free_label(store, run, &notes);
    if (code != SQLITE_OK) {
        return code;
    }
    struct hl_run saved = *run;
    if (notes) {
        saved.notes = notes;
        saved.label = NULL;
    }
    _cleanup_buffer_ struct hl_buffer argv = {0};
    _cleanup_statement_ struct statement insert = {0};
    statement_prepare(store, &insert,
                      "INSERT INTO run (" RUN_COLUMNS ") VALUES (" RUN_PARAMETERS ")");
    run_bind(&insert, &saved, &argv);
    code = statement_run(&insert);
    if (code == SQLITE_OK) {
        *ret_id = sqlite3_last_insert_rowid(store->db);
    }
    return code;
}

static int save_profile(struct hl_store *store, int64_t run, const struct hl_profile *profile,
                        const struct hl_buffer *blob, int64_t *ret_id)
{
    _cleanup_statement_ struct statement insert = {0};
    statement_prepare(
        store, &insert,
        "INSERT INTO profile (run, metric, derive_version, tree) VALUES (?, ?, ?, ?)");
    bind_int(&insert, run);
    bind_text(&insert, hl_metric_name(hl_profile_metric(profile)));
    bind_int(&insert, HL_DERIVE_VERSION);
    bind_blob(&insert, blob->data, blob->length);
    int code = statement_run(&insert);
    if (code == SQLITE_OK) {
        *ret_id = sqlite3_last_insert_rowid(store->db);
    }
    return code;
}

int windows_save(struct hl_store *store, int64_t run, const struct hl_run_content *content)
{
    _cleanup_statement_ struct statement insert = {0};
    int code =
        statement_prepare(store, &insert,
                          "INSERT INTO window (run, number, start, covered, samples, errors) "
                          "VALUES (?, ?, ?, ?, ?, ?)");
    for (size_t i = 0; code == SQLITE_OK && i < content->window_count; i++) {
        const struct hl_window *window = &content->windows[i];
        bind_int(&insert, run);
        bind_int(&insert, (int64_t)i);
        bind_int(&insert, window->start);
        bind_int(&insert, window->covered);
        bind_int(&insert, (int64_t)window->samples);
        bind_int(&insert, (int64_t)window->errors);
        code = statement_run(&insert);
    }
    return code;
}

/* Inside the transaction. An SQLite result code; `*ret_old` is set when the uuid is there. */
static int save_all(struct hl_store *store, const struct hl_run *run,
                    const struct hl_run_content *content, const struct hl_buffer *blob,
                    int64_t *ret_id, int64_t *ret_old)
{
    int64_t profile = 0;
    int code = find_uuid(store, run->uuid, ret_old);
    if (code == SQLITE_OK && *ret_old == 0) {
        code = save_facts(store, run, ret_id);
    }
    if (code != SQLITE_OK || *ret_old != 0) {
        return code;
    }
    code = save_profile(store, *ret_id, content->profile, blob, &profile);
    if (code == SQLITE_OK) {
        code = rows_save(store, profile, content);
    }
    if (code == SQLITE_OK) {
        code = windows_save(store, *ret_id, content);
    }
    if (code == SQLITE_OK) {
        code = sources_save(store, *ret_id, content);
    }
    return code;
}

int hl_store_save_run(struct hl_store *store, const struct hl_run *run,
                      const struct hl_run_content *content, int64_t *ret_id, struct hl_error *error)
{
    _cleanup_buffer_ struct hl_buffer blob = {0};
    /* Before the transaction, so that nobody waits for it. */
    if (hl_tree_blob_encode(content->profile, &blob) < 0) {
        return store_no_memory(DOING, error);
    }
    int r = store_begin(store, DOING, error);
    if (r < 0) {
        return r;
    }
    int64_t id = 0;
    int64_t old = 0;
    int code = save_all(store, run, content, &blob, &id, &old);
    if (code == SQLITE_OK && old != 0) {
        store_rollback(store);
        *ret_id = old;
        return hl_error_set(error, EEXIST, "this recording is saved already, as run %lld",
                            (long long)old);
    }
    r = store_end(store, code, DOING, error);
    if (r == 0) {
        *ret_id = id;
    }
    return r;
}
