/* Changing one run: label, pin, delete. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "connection.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/utf8.h"

int label_check(const char *label, struct hl_error *error)
{
    size_t length = strlen(label);
    if (length == 0) {
        return hl_error_set(error, EINVAL, "a label cannot be empty");
    }
    if (length > HL_LIMIT_LABEL) {
        return hl_error_set(error, EINVAL, "a label has at most %u bytes, this has %zu",
                            HL_LIMIT_LABEL, length);
    }
    if (!hl_utf8_is_valid(label, length)) {
        return hl_error_set(error, EINVAL, "a label must be UTF-8 text");
    }
    if (strspn(label, "0123456789") == length) {
        return hl_error_set(error, EINVAL, "the label %s would be taken for a run's number", label);
    }
    if (strcmp(label, "last") == 0 || strncmp(label, "last~", 5) == 0) {
        return hl_error_set(error, EINVAL, "the label %s means the newest runs", label);
    }
    return 0;
}

int hl_store_check_label(const char *label, struct hl_error *error)
{
    return label_check(label, error);
}

/* Runs a change of one row. SQLITE_NOTFOUND when there is no such run. */
static int change(struct hl_store *store, struct statement *statement)
{
    int code = statement_run(statement);
    if (code == SQLITE_OK && sqlite3_changes(store->db) == 0) {
        return SQLITE_NOTFOUND;
    }
    return code;
}

static int end_change(struct hl_store *store, int code, int64_t run, const char *doing,
                      struct hl_error *error)
{
    if (code == SQLITE_NOTFOUND) {
        _cleanup_free_ char *name = hl_xasprintf("%" PRId64, run);
        int r = store_no_run(store, name, error);
        store_rollback(store);
        return r;
    }
    return store_end(store, code, doing, error);
}

static int set_label(struct hl_store *store, int64_t run, const char *label)
{
    _cleanup_statement_ struct statement update = {0};
    statement_prepare(store, &update, "UPDATE run SET label = ? WHERE id = ?");
    bind_text(&update, label);
    bind_int(&update, run);
    return change(store, &update);
}

/* The run that has the label, 0 for none. */
static int64_t owner_of(struct hl_store *store, const char *label)
{
    _cleanup_statement_ struct statement query = {0};
    statement_prepare(store, &query, "SELECT id FROM run WHERE label = ?");
    bind_text(&query, label);
    return statement_step(&query) == SQLITE_ROW ? read_int(&query) : 0;
}

int hl_store_set_label(struct hl_store *store, int64_t run_id, const char *label,
                       struct hl_error *error)
{
    const char *doing = "label the run";
    int r = label ? label_check(label, error) : 0;
    if (r == 0) {
        r = store_begin(store, doing, error);
    }
    if (r < 0) {
        return r;
    }
    int code = set_label(store, run_id, label);
    if ((code & 0xff) == SQLITE_CONSTRAINT) {
        int64_t owner = owner_of(store, label);
        store_rollback(store);
        return hl_error_set(error, EEXIST, "run %" PRId64 " has the label \"%s\" already", owner,
                            label);
    }
    return end_change(store, code, run_id, doing, error);
}

static int set_pinned(struct hl_store *store, int64_t run, bool pinned)
{
    _cleanup_statement_ struct statement update = {0};
    statement_prepare(store, &update, "UPDATE run SET pinned = ? WHERE id = ?");
    bind_int(&update, pinned);
    bind_int(&update, run);
    return change(store, &update);
}

int hl_store_set_pinned(struct hl_store *store, int64_t run_id, bool pinned, struct hl_error *error)
{
    const char *doing = pinned ? "pin the run" : "unpin the run";
    int r = store_begin(store, doing, error);
    if (r < 0) {
        return r;
    }
    return end_change(store, set_pinned(store, run_id, pinned), run_id, doing, error);
}

static int delete_run(struct hl_store *store, int64_t run)
{
    _cleanup_statement_ struct statement delete = {0};
    statement_prepare(store, &delete, "DELETE FROM run WHERE id = ?");
    bind_int(&delete, run);
    int code = change(store, &delete);
    return code == SQLITE_OK ? store_sweep(store) : code;
}

int hl_store_delete_run(struct hl_store *store, int64_t run_id, struct hl_error *error)
{
    const char *doing = "delete the run";
    int r = store_begin(store, doing, error);
    if (r < 0) {
        return r;
    }
    r = end_change(store, delete_run(store, run_id), run_id, doing, error);
    if (r == 0) {
        store_shrink(store);
    }
    return r;
}
