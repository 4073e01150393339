/* Lists of runs. */
#include <errno.h>
#include <string.h>

#include "connection.h"

/* What must be equal for two runs to be compared; the rest says how a recording went. */
#define COMPARED_FLAGS                                                                             \
    (HL_RUN_SUBPROCESSES | HL_RUN_THREADS | HL_RUN_IDLE | HL_RUN_GIL | HL_RUN_NATIVE |             \
     HL_RUN_NONBLOCKING | HL_RUN_ATTACHED | HL_RUN_STOPPED)

int hl_store_list_runs(struct hl_store *store, const struct hl_run_filter *filter,
                       struct hl_run_list *ret_list, struct hl_error *error)
{
    static const struct hl_run_filter ALL = {0};
    filter = filter ? filter : &ALL;
    _cleanup_statement_ struct statement query = {0};
    statement_prepare(store, &query,
                      "SELECT id, " RUN_COLUMNS " FROM run WHERE (?1 IS NULL OR target = ?1) "
                      "AND (?2 IS NULL OR " IN_FOLDER("?2", "?3") ") "
                      "AND (?4 IS NULL OR instr(title, ?4) OR instr(label, ?4) "
                      "     OR instr(target, ?4)) "
                      "ORDER BY start DESC, id DESC LIMIT ?5");
    bind_text(&query, filter->target);
    bind_folder(&query, filter->workspace);
    bind_text(&query, filter->text);
    bind_int(&query, filter->limit ? (int64_t)filter->limit : -1);
    return run_list_read(store, &query, ret_list, error);
}

int hl_store_baselines(struct hl_store *store, const struct hl_run *run, uint32_t limit,
                       struct hl_run_list *ret_list, struct hl_error *error)
{
    _cleanup_statement_ struct statement query = {0};
    /* A program that a signal ended did not complete, unless the signal was ours. */
    statement_prepare(
        store, &query,
        "SELECT id, " RUN_COLUMNS " FROM run AS other WHERE target IS ?1 AND id <> ?2 "
        "AND (start < ?3 OR (start = ?3 AND id < ?2)) AND rate = ?4 "
        "AND (flags & ?5) = ?6 AND NOT flags & ?7 AND python IS ?8 AND python_version IS ?9 "
        "AND (exit_status IS NULL OR exit_status < 128 OR flags & ?10) "
        "AND EXISTS (SELECT 1 FROM profile WHERE run = other.id AND metric = "
        "    (SELECT metric FROM profile WHERE run = ?2 ORDER BY id LIMIT 1)) "
        "ORDER BY start DESC, id DESC LIMIT ?11");
    bind_text(&query, run->target);
    bind_int(&query, run->id);
    bind_int(&query, run->start);
    bind_double(&query, run->rate);
    bind_int(&query, COMPARED_FLAGS);
    bind_int(&query, run->flags & COMPARED_FLAGS);
    bind_int(&query, HL_RUN_RECOVERED);
    bind_text(&query, run->python);
    bind_text(&query, run->python_version);
    bind_int(&query, HL_RUN_STOPPED);
    bind_int(&query, limit ? (int64_t)limit : -1);
    return run_list_read(store, &query, ret_list, error);
}
