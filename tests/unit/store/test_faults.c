/* Full disks, failing files and missing memory: nothing that was saved is lost, and a later try
 * works. */
#include <sqlite3.h>

#include "../suite.h"
#include "connection.h"
#include "faulty_vfs.h"
#include "scratch.h"

static void check_integrity(const char *path)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_stmt *query;
    ck_assert_int_eq(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &query, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(query), SQLITE_ROW);
    ck_assert_str_eq((const char *)sqlite3_column_text(query, 0), "ok");
    sqlite3_finalize(query);
    ck_assert_int_eq(sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &query, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(query), SQLITE_DONE);
    sqlite3_finalize(query);
    sqlite3_close(db);
}

static int try_to_save(struct hl_store *store, uint64_t seed, struct hl_error *error)
{
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, seed, &SAMPLE_SMALL);
    int64_t id = -1;
    int r = hl_store_save_run(store, &sample.run, &sample.content, &id, error);
    ck_assert(r == 0 || id == -1);
    return r;
}

static bool not_shared(const char *path)
{
    (void)path;
    return false;
}

static bool shared(const char *path)
{
    (void)path;
    return true;
}

static const struct {
    int code;
    int expected;
    bool (*is_shared)(const char *path);
} DISK_ROWS[] = {
    {SQLITE_FULL, -ENOSPC, not_shared},
    {SQLITE_FULL, -ENOSPC, shared},
    {SQLITE_IOERR_WRITE, -EIO, not_shared},
    {SQLITE_IOERR_WRITE, -EIO, shared},
};

/* One round: the nth change fails. Returns whether anything failed. */
static bool fail_once(const struct scratch *scratch, const struct hl_store_options *options,
                      int row, int nth)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open_with(scratch->path, HL_STORE_WRITE, options, &store, NULL), 0);
    faulty_vfs_fail_at(nth, DISK_ROWS[row].code);
    _cleanup_error_ struct hl_error error = {0};
    int r = try_to_save(store, 2, &error);
    bool failed = faulty_vfs_failures() > 0;
    faulty_vfs_fail_at(0, 0);
    if (r < 0) {
        ck_assert(failed);
        ck_assert_msg(r == DISK_ROWS[row].expected || r == -EIO, "%s", hl_error_text(&error, r));
        ck_assert_ptr_nonnull(error.message);
        ck_assert(is_whole(store, 1, 1));
        ck_assert_uint_eq(count_runs(store), 1);
        check_integrity(scratch->path);
        ck_assert_int_eq(try_to_save(store, 2, NULL), 0);
    }
    _cleanup_(hl_run_finish) struct hl_run run = {0};
    ck_assert_int_eq(hl_store_find_run(store, "last", &run, NULL), 0);
    ck_assert(is_whole(store, run.id, 2));
    ck_assert_int_eq(hl_store_delete_run(store, run.id, NULL), 0);
    return failed;
}

START_TEST(test_disk_fails_at_every_change)
{
    faulty_vfs_register();
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    struct hl_store_options options = {.vfs = "faulty", .is_shared = DISK_ROWS[_i].is_shared};
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open_with(scratch.path, HL_STORE_WRITE, &options, &store, NULL), 0);
    save_sample(store, 1);
    hl_store_close(TAKE_PTR(store));
    int nth = 1;
    while (fail_once(&scratch, &options, _i, nth)) {
        nth++;
    }
    ck_assert_int_gt(nth, 5);
    check_integrity(scratch.path);
}
END_TEST

START_TEST(test_full_while_opening)
{
    faulty_vfs_register();
    for (int nth = 1;; nth++) {
        _cleanup_scratch_ struct scratch scratch;
        scratch_init(&scratch);
        struct hl_store_options options = {.vfs = "faulty"};
        faulty_vfs_fail_at(nth, SQLITE_FULL);
        _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
        int r = hl_store_open_with(scratch.path, HL_STORE_WRITE, &options, &store, NULL);
        bool failed = faulty_vfs_failures() > 0;
        faulty_vfs_fail_at(0, 0);
        ck_assert(r == 0 || failed);
        hl_store_close(TAKE_PTR(store));
        store = scratch_open(&scratch, HL_STORE_WRITE);
        save_sample(store, 1);
        ck_assert(is_whole(store, 1, 1));
        if (!failed) {
            break;
        }
    }
}
END_TEST

START_TEST(test_no_page_left)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    save_sample(store, 1);
    ck_assert_int_eq(store_execute(store, "PRAGMA max_page_count = 1"), SQLITE_OK);
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 2, &(struct sample_size){2000, 20, 100, 10, 4});
    int64_t id;
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, &error), -ENOSPC);
    ck_assert_ptr_nonnull(strstr(error.remedy, "purge"));
    ck_assert(is_whole(store, 1, 1));
    ck_assert_int_eq(store_execute(store, "PRAGMA max_page_count = 1000000"), SQLITE_OK);
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    ck_assert(sample_equals(store, id, &sample));
}
END_TEST

START_TEST(test_memory_fails_at_every_allocation)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 1, &SAMPLE_SMALL);
    int64_t id = 0;
    uint64_t nth = 1;
    for (;; nth++) {
        _cleanup_error_ struct hl_error error = {0};
        hl_memory_fail_at(nth, 0);
        int r = hl_store_save_run(store, &sample.run, &sample.content, &id, &error);
        hl_memory_fail_at(0, 0);
        if (r == 0) {
            break;
        }
        ck_assert_int_eq(r, -ENOMEM);
        ck_assert_uint_eq(count_runs(store), 0);
    }
    ck_assert_uint_gt(nth, 10);
    ck_assert(sample_equals(store, id, &sample));
}
END_TEST

static int load_all(struct hl_store *store)
{
    _cleanup_(hl_rows_finish) struct hl_rows rows = {0};
    _cleanup_(hl_source_list_finish) struct hl_source_list sources = {0};
    _cleanup_(hl_run_list_finish) struct hl_run_list list = {0};
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    _cleanup_free_ struct hl_window *windows = NULL;
    size_t count;
    int r = hl_store_load_rows(store, 1, NULL, &rows, NULL);
    r = r == 0 ? hl_store_load_sources(store, 1, NULL, true, &sources, NULL) : r;
    r = r == 0 ? hl_store_list_runs(store, NULL, &list, NULL) : r;
    r = r == 0 ? hl_store_load_profile(store, 1, &profile, NULL) : r;
    return r == 0 ? hl_store_load_windows(store, 1, &windows, &count, NULL) : r;
}

START_TEST(test_memory_fails_while_loading)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    save_sample(store, 1);
    uint64_t nth = 1;
    for (;; nth++) {
        hl_memory_fail_at(nth, 0);
        int r = load_all(store);
        bool failed = hl_memory_faults() > 0;
        hl_memory_fail_at(0, 0);
        ck_assert_int_eq(r, failed ? -ENOMEM : 0);
        if (!failed) {
            break;
        }
    }
    ck_assert_uint_gt(nth, 10);
}
END_TEST

/* SQLite's own allocations. */
static sqlite3_mem_methods real_memory;
static uint64_t memory_countdown;

static bool memory_is_due(void)
{
    return memory_countdown > 0 && --memory_countdown == 0;
}

static void *failing_malloc(int size)
{
    return memory_is_due() ? NULL : real_memory.xMalloc(size);
}

static void *failing_realloc(void *memory, int size)
{
    return memory_is_due() ? NULL : real_memory.xRealloc(memory, size);
}

START_TEST(test_sqlite_memory_fails)
{
    sqlite3_shutdown(); /* where tests share a process, another has used it already */
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
    sqlite3_mem_methods failing = real_memory;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), SQLITE_OK);
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    save_sample(store, 1);
    uint64_t nth = 1;
    for (;; nth += 1 + nth / 40) {
        memory_countdown = nth;
        int r = try_to_save(store, 2, NULL);
        bool failed = memory_countdown == 0;
        memory_countdown = 0;
        ck_assert(r == 0 || (r == -ENOMEM && failed));
        if (r == 0) {
            ck_assert_int_eq(hl_store_purge(store, NULL, NULL, NULL), 0);
            save_sample(store, 1);
        }
        if (!failed) {
            break;
        }
        ck_assert_uint_eq(count_runs(store), 1);
    }
    ck_assert_uint_gt(nth, 100);
    check_integrity(scratch.path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store-faults");
    TCase *tests = tcase_create("faults");
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, test_disk_fails_at_every_change, 0, ARRAY_SIZE(DISK_ROWS));
    tcase_add_test(tests, test_full_while_opening);
    tcase_add_test(tests, test_no_page_left);
    tcase_add_test(tests, test_memory_fails_at_every_allocation);
    tcase_add_test(tests, test_memory_fails_while_loading);
    tcase_add_test(tests, test_sqlite_memory_fails);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
