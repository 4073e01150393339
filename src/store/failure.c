/* What SQLite's result codes mean for the person who reads about them. */
#include <errno.h>
#include <string.h>

#include "connection.h"

static int errno_of_io(struct hl_store *store, int code)
{
    if (code == SQLITE_IOERR_NOMEM) {
        return ENOMEM;
    }
    int reason = store->db ? sqlite3_system_errno(store->db) : 0;
    switch (reason) {
    case ENOSPC:
    case EDQUOT:
        return ENOSPC;
    case EROFS:
        return EROFS;
    default:
        return EIO;
    }
}

static int errno_of_open(struct hl_store *store)
{
    int reason = store->db ? sqlite3_system_errno(store->db) : 0;
    return reason > 0 ? reason : EACCES;
}

int store_errno(struct hl_store *store, int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return EBUSY;
    case SQLITE_READONLY:
        return EROFS;
    case SQLITE_FULL:
        return ENOSPC;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_MISMATCH:
        return EBADMSG;
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:
        /* Our SQL is right for our tables, so the tables are not ours. */
        return store->newer ? EPROTO : EBADMSG;
    case SQLITE_NOMEM:
        return ENOMEM;
    case SQLITE_TOOBIG:
        return EFBIG;
    case SQLITE_CONSTRAINT:
        /* Never EEXIST, which tells a caller that the run is saved: those who know say so. */
        return EINVAL;
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return EACCES;
    case SQLITE_CANTOPEN:
        return errno_of_open(store);
    default:
        return errno_of_io(store, code);
    }
}

static void add_remedy(struct hl_store *store, int code, int reason, struct hl_error *error)
{
    if ((code & 0xff) == SQLITE_NOTADB) {
        hl_error_set_remedy(error, "The file was not changed. Name another one with --db or "
                                   "HOTLENS_DB, or move it away if it was a database once");
        return;
    }
    switch (reason) {
    case EBADMSG:
        hl_error_set_remedy(error,
                            "The file was not changed. To save what can be saved: sqlite3 '%s' "
                            ".recover; to start anew, move it away",
                            store->path);
        break;
    case EBUSY:
        hl_error_set_remedy(error, "Another program has it locked; try again");
        break;
    case ENOSPC:
        hl_error_set_remedy(error, "Make room on the disk, or delete runs: hotlens rm, hotlens purge");
        break;
    case EPROTO:
        hl_error_set_remedy(error, "Update this hotlens");
        break;
    case EROFS:
        /* Those two keep the mode that it had when they were made. */
        hl_error_set_remedy(error, "Make it, its -wal, its -shm and their folder writable, or name "
                                   "another file with --db or HOTLENS_DB");
        break;
    default:
        break;
    }
}

int store_newer(struct hl_store *store, const char *doing, struct hl_error *error)
{
    store->newer = true;
    store->can_write = false;
    hl_error_set(error, EPROTO, "cannot %s: database %s was written by a newer hotlens", doing,
                 store->path);
    hl_error_set_remedy(error, "Update this hotlens; its runs can still be read");
    return -EPROTO;
}

/* A program that stays open for days may find tables that it does not know. */
static bool has_been_migrated(struct hl_store *store)
{
    int64_t version = 0;
    return store->newer || (store_query_int(store, "PRAGMA user_version", &version) == SQLITE_OK &&
                            version > STORE_SCHEMA_VERSION);
}

static bool speaks_of_tables(int code)
{
    return (code & 0xff) == SQLITE_ERROR || (code & 0xff) == SQLITE_SCHEMA;
}

static bool is_corrupt(int code)
{
    return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

int store_failed(struct hl_store *store, int code, const char *doing, struct hl_error *error)
{
    int reason = store_errno(store, code);
    /* The message of the connection may be that of another call: only of the same kind it helps. */
    const char *text = sqlite3_errstr(code);
    if (store->db && (sqlite3_errcode(store->db) & 0xff) == (code & 0xff)) {
        text = sqlite3_errmsg(store->db);
    }
    hl_error_set(error, reason, "cannot %s: database %s: %s", doing, store->path, text);
    add_remedy(store, code, reason, error);
    if (is_corrupt(code) && store->db && sqlite3_txn_state(store->db, NULL) == SQLITE_TXN_WRITE) {
        store->can_write = false;
    }
    if (speaks_of_tables(code) && store->db && has_been_migrated(store)) {
        return store_newer(store, doing, error);
    }
    return -reason;
}

int store_no_memory(const char *doing, struct hl_error *error)
{
    return hl_error_set(error, ENOMEM, "cannot %s: out of memory", doing);
}

int store_damaged(struct hl_store *store, const char *what, struct hl_error *error)
{
    if (has_been_migrated(store)) {
        return store_newer(store, "read the run", error);
    }
    hl_error_set(error, EBADMSG, "database %s is damaged: %s", store->path, what);
    add_remedy(store, SQLITE_CORRUPT, EBADMSG, error);
    return -EBADMSG;
}
