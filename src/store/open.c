/* Opening: which way the file can be used, what it is, and the settings of a connection. */
#include <errno.h>
#include <string.h>

#include "connection.h"
#include "filesystem.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/path.h"
#include "location.h"

#define DEFAULT_TIMEOUT_MS 5000

/* Ways to use a file, tried in this order. */
enum way {
    WAY_WRITE,
    WAY_READ,
    /* Reading that may need to write: a journal left by a crash is rolled back first. */
    WAY_RECOVER,
    /* A folder where nothing can be made cannot have the log's shared memory: with no journal there
     * is nothing but the file to read. */
    WAY_IMMUTABLE,
    /* Where there is no room for the shared memory (the disk is full) but there is a log to be read: alone,
     * with that memory of its own, and nothing of the log is moved. */
    WAY_ALONE,
};

static bool way_fits(enum way way, enum hl_store_mode mode, const struct location *location)
{
    switch (way) {
    case WAY_WRITE:
        return mode == HL_STORE_WRITE && location->can_write;
    case WAY_READ:
        return !location->memory;
    case WAY_RECOVER:
        return location->can_write && location->has_journal;
    case WAY_IMMUTABLE:
        return !location->memory && !location->has_journal;
    case WAY_ALONE:
        return location->can_write && location->has_journal;
    default:
        return false;
    }
}

/* The path as a URI, so that no character of it means anything. */
static char *uri_of(const char *path, bool immutable)
{
    _cleanup_buffer_ struct hl_buffer uri = {0};
    hl_buffer_puts(&uri, "file:");
    if (path[0] != '/') {
        hl_buffer_puts(&uri, strcmp(path, ":memory:") == 0 ? "" : "./");
    } else {
        hl_buffer_puts(&uri, "//");
    }
    for (const char *at = path; *at; at++) {
        if (*at == '%' || *at == '?' || *at == '#') {
            hl_buffer_printf(&uri, "%%%02X", (unsigned)*at);
        } else {
            hl_buffer_putc(&uri, *at);
        }
    }
    hl_buffer_puts(&uri, immutable ? "?immutable=1" : "");
    return uri.error ? NULL : hl_buffer_take(&uri);
}

/* A file from elsewhere may hold anything: no code in it runs, and no cell is trusted. */
static int harden(struct hl_store *store, int timeout)
{
    static const int SWITCHES[][2] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
    };
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, timeout);
    for (size_t i = 0; i < ARRAY_SIZE(SWITCHES); i++) {
        int code = sqlite3_db_config(store->db, SWITCHES[i][0], SWITCHES[i][1], NULL);
        if (code != SQLITE_OK) {
            return code;
        }
    }
    return store_execute(store, "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                                "PRAGMA secure_delete = ON");
}

/* Opens and reads once, as only that shows whether the way works. An SQLite result code. */
static int open_way(struct hl_store *store, enum way way, const struct hl_store_options *options)
{
    _cleanup_free_ char *uri = uri_of(store->path, way == WAY_IMMUTABLE);
    if (!uri) {
        return SQLITE_NOMEM;
    }
    bool writing = way == WAY_WRITE || way == WAY_RECOVER || way == WAY_ALONE;
    int code = sqlite3_open_v2(uri, &store->db,
                               SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                                   (writing ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY),
                               options->vfs);
    if (code == SQLITE_OK && way == WAY_ALONE) { /* before anything is read */
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        code = store_execute(store, "PRAGMA locking_mode = EXCLUSIVE");
    }
    if (code == SQLITE_OK) {
        code = harden(store, options->timeout ? options->timeout : DEFAULT_TIMEOUT_MS);
    }
    if (code == SQLITE_OK) {
        code = store_add_functions(store);
    }
    if (code == SQLITE_OK && (way == WAY_RECOVER || way == WAY_ALONE)) {
        code = store_execute(store, "PRAGMA query_only = ON");
    }
    int64_t ignored;
    if (code == SQLITE_OK) {
        code = store_query_int(store, "PRAGMA schema_version", &ignored);
    }
    if (code == SQLITE_OK) {
        store->can_write = way == WAY_WRITE && sqlite3_db_readonly(store->db, "main") == 0;
    }
    return code;
}

/* A full disk has no room for the shared memory of a log; runs can be read all the same. */
static bool is_full(struct hl_store *store, int code)
{
    return code != SQLITE_OK && store_errno(store, code) == ENOSPC;
}

static bool another_way_may_work(struct hl_store *store, int code)
{
    switch (code & 0xff) {
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return true;
    default:
        return is_full(store, code);
    }
}

static int open_any_way(struct hl_store *store, enum hl_store_mode mode,
                        const struct location *location, const struct hl_store_options *options,
                        struct hl_error *error)
{
    int code = SQLITE_CANTOPEN;
    for (enum way way = WAY_WRITE; way <= WAY_ALONE; way++) {
        if (!way_fits(way, mode, location)) {
            continue;
        }
        sqlite3_close(TAKE_PTR(store->db));
        code = open_way(store, way, options);
        store->full = store->full || is_full(store, code);
        if (code == SQLITE_OK || !another_way_may_work(store, code)) {
            break;
        }
    }
    return code == SQLITE_OK ? 0 : store_failed(store, code, "open", error);
}

static int not_ours(const struct hl_store *store, struct hl_error *error)
{
    hl_error_set(error, EINVAL, "%s is a database of another program", store->path);
    hl_error_set_remedy(error, "Name another file with --db or HOTLENS_DB");
    return -EINVAL;
}

struct identity {
    int64_t application;
    int64_t version;
    int64_t tables;
};

/* In one transaction: another process may be making the tables right now. */
static int identify(struct hl_store *store, struct identity *ret_identity, struct hl_error *error)
{
    int r = store_begin_read(store, "open", error);
    if (r < 0) {
        return r;
    }
    struct identity found = {0};
    int code = store_query_int(store, "PRAGMA application_id", &found.application);
    if (code == SQLITE_OK) {
        code = store_query_int(store, "PRAGMA user_version", &found.version);
    }
    if (code == SQLITE_OK) {
        code = store_query_int(store, "SELECT count(*) FROM sqlite_schema", &found.tables);
    }
    store_end_read(store);
    if (code != SQLITE_OK) {
        return store_failed(store, code, "open", error);
    }
    *ret_identity = found;
    return 0;
}

/* Best effort: whatever stays as it was is right too, only slower. */
static void choose_journal(struct hl_store *store, const struct hl_store_options *options)
{
    bool shared =
        options->is_shared ? options->is_shared(store->path) : filesystem_is_shared(store->path);
    store_execute(store, shared ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL");
    /* The spool of a recording is removed after its commit, so a commit must survive a power cut.
     */
    store_execute(store, "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304");
}

static int set_up(struct hl_store *store, const struct identity *identity,
                  const struct hl_store_options *options, struct hl_error *error)
{
    if (identity->tables == 0) {
        /* Has no effect later than this. */
        int code = store_execute(store, "PRAGMA auto_vacuum = INCREMENTAL");
        if (code != SQLITE_OK) {
            return store_failed(store, code, "set up the tables", error);
        }
    }
    if (identity->version < STORE_SCHEMA_VERSION) {
        int r = schema_migrate(store, error);
        if (r < 0) {
            return r;
        }
    }
    choose_journal(store, options);
    return 0;
}

static int recognize(struct hl_store *store, const struct hl_store_options *options,
                     struct hl_error *error)
{
    struct identity identity = {0};
    int r = identify(store, &identity, error);
    if (r < 0) {
        return r;
    }
    bool blank = identity.application == 0 && identity.version == 0 && identity.tables == 0;
    if (identity.application != STORE_APPLICATION_ID && !blank) {
        return not_ours(store, error);
    }
    if (identity.version < 0) {
        return store_damaged(store, "its version is below zero", error);
    }
    store->newer = identity.version > STORE_SCHEMA_VERSION;
    store->can_write = store->can_write && !store->newer;
    if (store->can_write) {
        return set_up(store, &identity, options, error);
    }
    if (blank) {
        return hl_error_set(error, ENOENT, "no runs yet: database %s is empty", store->path);
    }
    return 0;
}

int hl_store_open_with(const char *path, enum hl_store_mode mode,
                       const struct hl_store_options *options, struct hl_store **ret_store,
                       struct hl_error *error)
{
    _cleanup_free_ char *name = path ? hl_xstrdup(path) : hl_store_default_path();
    if (!name) {
        return hl_error_set(error, ENOENT, "no home folder to keep the database in");
    }
    struct location location;
    int r = location_prepare(name, mode, &location, error);
    if (r < 0) {
        return r;
    }
    if (mode == HL_STORE_WRITE && location_is_default(name)) {
        location_make_private(name);
    }
    _cleanup_(hl_store_close_p) struct hl_store *store = hl_xcalloc(1, sizeof(*store));
    store->path = TAKE_PTR(name);
    r = open_any_way(store, mode, &location, options, error);
    if (r < 0) {
        return r;
    }
    r = recognize(store, options, error);
    if (r < 0) {
        return r;
    }
    *ret_store = TAKE_PTR(store);
    return 0;
}

int hl_store_open(const char *path, enum hl_store_mode mode, struct hl_store **ret_store,
                  struct hl_error *error)
{
    return hl_store_open_with(path, mode, &(struct hl_store_options){0}, ret_store, error);
}

void hl_store_close(struct hl_store *store)
{
    if (!store) {
        return;
    }
    sqlite3_close(store->db);
    free(store->path);
    free(store);
}

const char *hl_store_path(const struct hl_store *store)
{
    return store->path;
}

bool hl_store_can_write(const struct hl_store *store)
{
    return store->can_write;
}

int hl_store_data_version(struct hl_store *store, int64_t *ret_version)
{
    int code = store_query_int(store, "PRAGMA data_version", ret_version);
    return code == SQLITE_OK ? 0 : -store_errno(store, code);
}
