/* Purging: every run of a folder, or all, kept ones too. */
#include <errno.h>

#include "connection.h"

/* Like one row after the other, not by dropping tables: then cascades and counts are right. */
static int purge(struct hl_store *store, const char *folder, uint32_t *deleted)
{
    _cleanup_statement_ struct statement delete = {0};
    statement_prepare(store, &delete,
                      "DELETE FROM run WHERE ?1 IS NULL OR " IN_FOLDER("?1", "?2"));
    bind_folder(&delete, folder);
    int code = statement_run(&delete);
    if (code != SQLITE_OK) {
        return code;
    }
    *deleted = (uint32_t)sqlite3_changes(store->db);
    return store_sweep(store);
}

int hl_store_purge(struct hl_store *store, const char *workspace, uint32_t *ret_deleted,
                   struct hl_error *error)
{
    const char *doing = "delete runs";
    if (workspace && workspace[0] == '\0') {
        /* As a key this would be the folder "/", in which everything lies. */
        return hl_error_set(error, EINVAL, "cannot %s: no folder is named", doing);
    }
    int r = store_begin(store, doing, error);
    if (r < 0) {
        return r;
    }
    uint32_t deleted = 0;
    r = store_end(store, purge(store, workspace, &deleted), doing, error);
    if (r < 0) {
        return r;
    }
    store_shrink(store);
    if (ret_deleted) {
        *ret_deleted = deleted;
    }
    return 0;
}
