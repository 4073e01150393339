/* Retention: which runs go. */
#include <errno.h>

#include "connection.h"
#include "hotlens/base/clock.h"

#define NS_PER_DAY (INT64_C(86400) * HL_NS_PER_SECOND)

/* Runs that may go: neither pinned nor labelled, and never the newest, nor the one that was saved last, which
 * is another where a recording was recovered late or a clock went back. */
#define EXPENDABLE                                                                                 \
    "pinned = 0 AND label IS NULL "                                                                \
    "AND id <> (SELECT id FROM run ORDER BY start DESC, id DESC LIMIT 1) "                         \
    "AND id <> (SELECT max(id) FROM run)"

static int delete_with(struct hl_store *store, const char *sql, int64_t value, uint32_t *deleted)
{
    _cleanup_statement_ struct statement delete = {0};
    statement_prepare(store, &delete, sql);
    bind_int(&delete, value);
    int code = statement_run(&delete);
    if (code == SQLITE_OK) {
        *deleted += (uint32_t)sqlite3_changes(store->db);
    }
    return code;
}

static int delete_surplus(struct hl_store *store, uint32_t runs_per_target, uint32_t *deleted)
{
    /* Kept runs do not use up the places of the others. */
    return delete_with(store,
                       "DELETE FROM run WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER "
                       "(PARTITION BY target ORDER BY start DESC, id DESC) AS place FROM run "
                       "WHERE pinned = 0 AND label IS NULL) WHERE place > ?) AND " EXPENDABLE,
                       runs_per_target, deleted);
}

static int used_bytes(struct hl_store *store, uint64_t *ret_bytes)
{
    static const char *const QUERIES[] = {
        "PRAGMA page_count",
        "PRAGMA freelist_count",
        "PRAGMA page_size",
    };
    int64_t values[ARRAY_SIZE(QUERIES)] = {0};
    for (size_t i = 0; i < ARRAY_SIZE(QUERIES); i++) {
        int code = store_query_int(store, QUERIES[i], &values[i]);
        if (code != SQLITE_OK) {
            return code;
        }
    }
    *ret_bytes = (uint64_t)(values[0] - values[1]) * (uint64_t)values[2];
    return SQLITE_OK;
}

/* Which run takes a text with it when runs go oldest first: the newest that has it, or one that
 * stays. A sweep would find that out too, but by looking at every row for every run. */
static const char NOTE_LAST_USES[] =
    "CREATE TEMP TABLE last_use AS SELECT run, text FROM (SELECT run, text, row_number() OVER ("
    "    PARTITION BY text ORDER BY run.pinned OR run.label IS NOT NULL DESC,"
    "    run.start DESC, run.id DESC) AS place"
    "  FROM source JOIN run ON run.id = source.run WHERE text IS NOT NULL) WHERE place = 1;"
    "CREATE INDEX temp.last_use_run ON last_use(run)";

static int delete_oldest(struct hl_store *store, uint32_t *deleted)
{
    int64_t run = 0;
    int code = store_query_int(
        store, "SELECT id FROM run WHERE " EXPENDABLE " ORDER BY start, id LIMIT 1", &run);
    if (code != SQLITE_OK) {
        return code;
    }
    uint32_t texts = 0;
    code = delete_with(
        store, "DELETE FROM text WHERE id IN (SELECT text FROM temp.last_use WHERE run = ?)", run,
        &texts);
    return code == SQLITE_OK ? delete_with(store, "DELETE FROM run WHERE id = ?", run, deleted)
                             : code;
}

/* One after the other, oldest first, as nothing tells beforehand what a run's going frees. */
static int delete_until(struct hl_store *store, uint64_t limit, uint32_t *deleted)
{
    for (;;) {
        uint64_t bytes = 0;
        int code = used_bytes(store, &bytes);
        if (code != SQLITE_OK || bytes <= limit) {
            return code;
        }
        code = delete_oldest(store, deleted);
        if (code != SQLITE_OK) {
            return code == SQLITE_DONE ? SQLITE_OK : code;
        }
    }
}

static int delete_to_fit(struct hl_store *store, uint64_t limit, uint32_t *deleted)
{
    uint64_t bytes = 0;
    int code = used_bytes(store, &bytes);
    if (code != SQLITE_OK || bytes <= limit) {
        return code;
    }
    code = store_execute(store, NOTE_LAST_USES);
    if (code == SQLITE_OK) {
        code = delete_until(store, limit, deleted);
    }
    /* After a failure the rollback takes the table away. */
    return code == SQLITE_OK ? store_execute(store, "DROP TABLE temp.last_use") : code;
}

/* More days than there have been are for ever. */
static int delete_old(struct hl_store *store, uint32_t days, int64_t now, uint32_t *deleted)
{
    if (days > now / NS_PER_DAY) {
        return SQLITE_OK;
    }
    return delete_with(store, "DELETE FROM run WHERE start < ? AND " EXPENDABLE,
                       now - (int64_t)days * NS_PER_DAY, deleted);
}

static int retain(struct hl_store *store, const struct hl_retention *retention, int64_t now,
                  uint32_t *deleted)
{
    int code = SQLITE_OK;
    if (retention->runs_per_target > 0) {
        code = delete_surplus(store, retention->runs_per_target, deleted);
    }
    if (code == SQLITE_OK && retention->days > 0) {
        code = delete_old(store, retention->days, now, deleted);
    }
    if (code == SQLITE_OK && *deleted > 0) {
        code = store_sweep(store);
    }
    if (code == SQLITE_OK && retention->bytes > 0) {
        code = delete_to_fit(store, retention->bytes, deleted);
    }
    return code == SQLITE_OK && *deleted > 0 ? store_sweep(store) : code;
}

int hl_store_retain(struct hl_store *store, const struct hl_retention *retention, int64_t now,
                    uint32_t *ret_deleted, struct hl_error *error)
{
    const char *doing = "delete old runs";
    int r = store_begin(store, doing, error);
    if (r < 0) {
        return r;
    }
    uint32_t deleted = 0;
    r = store_end(store, retain(store, retention, now, &deleted), doing, error);
    if (r < 0) {
        return r;
    }
    if (deleted > 0) {
        store_shrink(store);
    }
    if (ret_deleted) {
        *ret_deleted = deleted;
    }
    return 0;
}
