/* Loading what a run holds: its tree and its windows. */
#include <errno.h>

#include "connection.h"
#include "hotlens/base/array.h"
#include "hotlens/store/tree_blob.h"

#define FIRST_PROFILE " FROM profile WHERE run = ? ORDER BY id LIMIT 1"

/* Runs a query of one column of a run's first profile, and stops at its row. */
static int step_to_profile(struct hl_store *store, struct statement *query, const char *sql,
                           int64_t run, const char *doing, struct hl_error *error)
{
    statement_prepare(store, query, sql);
    bind_int(query, run);
    int code = statement_step(query);
    if (code == SQLITE_DONE) {
        _cleanup_free_ char *name = hl_xasprintf("%lld", (long long)run);
        return store_no_run(store, name, error);
    }
    return code == SQLITE_ROW ? 0 : store_failed(store, code, doing, error);
}

int store_profile_of(struct hl_store *store, int64_t run, int64_t *ret_profile,
                     struct hl_error *error)
{
    _cleanup_statement_ struct statement query = {0};
    int r = step_to_profile(store, &query, "SELECT id" FIRST_PROFILE, run, "read the run", error);
    if (r == 0) {
        *ret_profile = read_int(&query);
    }
    return r;
}

int hl_store_derive_version(struct hl_store *store, int64_t run_id, int *ret_version,
                            struct hl_error *error)
{
    _cleanup_statement_ struct statement query = {0};
    int r = step_to_profile(store, &query, "SELECT derive_version" FIRST_PROFILE, run_id,
                            "read the run", error);
    if (r == 0) {
        *ret_version = (int)read_int(&query);
    }
    return r;
}

static int decode(struct hl_store *store, struct statement *query, struct hl_profile **ret_profile,
                  struct hl_error *error)
{
    size_t length;
    const char *blob = read_bytes(query, &length);
    if (query->code != SQLITE_OK) {
        return store_no_memory("load the profile", error);
    }
    int r = hl_tree_blob_decode(blob, length, ret_profile);
    switch (r) {
    case -ENOMEM:
        return store_no_memory("load the profile", error);
    case -EBADMSG:
        return store_damaged(store, "the tree of the run cannot be read", error);
    case -EPROTO:
        hl_error_set(error, EPROTO, "the tree of the run was written by a newer hotlens");
        hl_error_set_remedy(error, "Update this hotlens");
        return r;
    default:
        return r;
    }
}

int hl_store_load_profile(struct hl_store *store, int64_t run_id, struct hl_profile **ret_profile,
                          struct hl_error *error)
{
    _cleanup_statement_ struct statement query = {0};
    int r = step_to_profile(store, &query, "SELECT tree" FIRST_PROFILE, run_id, "load the profile",
                            error);
    return r < 0 ? r : decode(store, &query, ret_profile, error);
}

int hl_store_load_windows(struct hl_store *store, int64_t run_id, struct hl_window **ret_windows,
                          size_t *ret_count, struct hl_error *error)
{
    const char *doing = "read the windows of the run";
    _cleanup_statement_ struct statement query = {0};
    statement_prepare(store, &query,
                      "SELECT start, covered, samples, errors FROM window "
                      "WHERE run = ? ORDER BY number");
    bind_int(&query, run_id);
    _cleanup_free_ struct hl_window *windows = NULL;
    size_t capacity = 0;
    size_t count = 0;
    int code;
    while ((code = statement_step(&query)) == SQLITE_ROW) {
        if (hl_array_reserve(&windows, &capacity, count + 1, sizeof(*windows)) < 0) {
            return store_no_memory(doing, error);
        }
        struct hl_window *window = &windows[count++];
        window->start = read_int(&query);
        window->covered = read_int(&query);
        window->samples = (uint64_t)read_int(&query);
        window->errors = (uint64_t)read_int(&query);
    }
    if (code != SQLITE_DONE) {
        return store_failed(store, code, doing, error);
    }
    *ret_windows = TAKE_PTR(windows);
    *ret_count = count;
    return 0;
}
