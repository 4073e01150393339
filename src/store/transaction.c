/* Transactions: nothing is written outside of one, and none writes to a newer program's tables. */
#include <errno.h>

#include "connection.h"

void store_rollback(struct hl_store *store)
{
    /* Some failures (disk full, I/O) have rolled back already. */
    if (!sqlite3_get_autocommit(store->db)) {
        store_execute(store, "ROLLBACK");
    }
}

int store_begin(struct hl_store *store, const char *doing, struct hl_error *error)
{
    if (store->newer) {
        return store_newer(store, doing, error);
    }
    if (!store->can_write && store->full) {
        return store_failed(store, SQLITE_FULL, doing, error);
    }
    if (!store->can_write) {
        hl_error_set(error, EROFS, "cannot %s: database %s can only be read", doing, store->path);
        hl_error_set_remedy(error, "Make it and its folder writable, or name another file with --db "
                                   "or HOTLENS_DB");
        return -EROFS;
    }
    int code = store_execute(store, "BEGIN IMMEDIATE");
    if (code != SQLITE_OK) {
        return store_failed(store, code, doing, error);
    }
    int64_t version;
    code = store_query_int(store, "PRAGMA user_version", &version);
    if (code != SQLITE_OK) {
        int r = store_failed(store, code, doing, error);
        store_rollback(store);
        return r;
    }
    if (version > STORE_SCHEMA_VERSION) {
        store_rollback(store);
        return store_newer(store, doing, error);
    }
    if (version < 0) {
        store_rollback(store);
        return store_damaged(store, "its version is below zero", error);
    }
    return 0;
}

int store_end(struct hl_store *store, int result, const char *doing, struct hl_error *error)
{
    if (result == SQLITE_OK) {
        result = store_execute(store, "COMMIT");
    }
    if (result == SQLITE_OK) {
        return 0;
    }
    int r = store_failed(store, result, doing, error);
    store_rollback(store);
    return r;
}

int store_begin_read(struct hl_store *store, const char *doing, struct hl_error *error)
{
    int code = store_execute(store, "BEGIN");
    return code == SQLITE_OK ? 0 : store_failed(store, code, doing, error);
}

void store_end_read(struct hl_store *store)
{
    store_rollback(store);
}
