/* What goes, what stays, and that the space comes back. */
#include <sys/stat.h>

#include "../suite.h"
#include "connection.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/path.h"
#include "hotlens/base/sha256.h"
#include "scratch.h"

#define DAY (INT64_C(86400) * 1000000000)

/* Runs 1 … 12, a day apart, three targets in turn; 1 is pinned, 2 is labelled. */
static struct hl_store *open_with_runs(const struct scratch *scratch)
{
    struct hl_store *store = scratch_open(scratch, HL_STORE_WRITE);
    for (uint64_t seed = 1; seed <= 12; seed++) {
        _cleanup_(sample_finish) struct sample sample;
        sample_init(&sample, seed, &SAMPLE_SMALL);
        sample.run.start = (int64_t)seed * DAY;
        int64_t id;
        ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    }
    ck_assert_int_eq(hl_store_set_pinned(store, 1, true, NULL), 0);
    ck_assert_int_eq(hl_store_set_label(store, 2, "kept", NULL), 0);
    return store;
}

static const struct {
    struct hl_retention retention;
    int64_t now;
    int64_t left[13];
} ROWS[] = {
    {{0, 0, 0}, 100 * DAY, {12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
    {{50, 90, UINT64_C(1) << 30}, 20 * DAY, {12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
    {{2, 0, 0}, 20 * DAY, {12, 11, 10, 9, 8, 7, 2, 1}},
    {{1, 0, 0}, 20 * DAY, {12, 11, 10, 2, 1}},
    {{0, 10, 0}, 20 * DAY, {12, 11, 10, 2, 1}},
    {{0, 10, 0}, 1000 * DAY, {12, 2, 1}},
    {{0, 106752, 0}, 20 * DAY, {12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}}, /* more ns than fit */
    {{0, UINT32_MAX, 0}, 20 * DAY, {12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
    {{0, 1, 0}, 0, {12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
    {{0, 0, 1}, 20 * DAY, {12, 2, 1}},
};

START_TEST(test_retention)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs(&scratch);
    uint32_t deleted = 0;
    ck_assert_int_eq(hl_store_retain(store, &ROWS[_i].retention, ROWS[_i].now, &deleted, NULL), 0);
    _cleanup_(hl_run_list_finish) struct hl_run_list list = {0};
    ck_assert_int_eq(hl_store_list_runs(store, NULL, &list, NULL), 0);
    for (size_t i = 0; i < list.count; i++) {
        ck_assert_int_eq(list.items[i].id, ROWS[_i].left[i]);
    }
    ck_assert_int_eq(ROWS[_i].left[list.count], 0);
    ck_assert_uint_eq(deleted, 12 - list.count);
}
END_TEST

/* One that was recovered late is older than all others. */
START_TEST(test_the_last_saved_stays)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs(&scratch);
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 13, &SAMPLE_SMALL);
    sample.run.start = DAY / 2;
    int64_t id;
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    static const struct hl_retention STRICT = {1, 1, 1};
    uint32_t deleted = 0;
    ck_assert_int_eq(hl_store_retain(store, &STRICT, 1000 * DAY, &deleted, NULL), 0);
    _cleanup_(hl_run_list_finish) struct hl_run_list list = {0};
    ck_assert_int_eq(hl_store_list_runs(store, NULL, &list, NULL), 0);
    static const int64_t LEFT[] = {12, 2, 1, 13};
    ck_assert_uint_eq(list.count, ARRAY_SIZE(LEFT));
    for (size_t i = 0; i < list.count; i++) {
        ck_assert_int_eq(list.items[i].id, LEFT[i]);
    }
}
END_TEST

static int64_t count_of(struct hl_store *store, const char *sql)
{
    int64_t count = -1;
    ck_assert_int_eq(store_query_int(store, sql, &count), SQLITE_OK);
    return count;
}

START_TEST(test_bytes_leave_the_newest_that_fit)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs(&scratch);
    uint64_t used = (uint64_t)(count_of(store, "PRAGMA page_count") -
                               count_of(store, "PRAGMA freelist_count")) *
                    4096;
    struct hl_retention retention = {.bytes = used - 10000};
    uint32_t deleted = 0;
    ck_assert_int_eq(hl_store_retain(store, &retention, 0, &deleted, NULL), 0);
    ck_assert(deleted > 0 && deleted < 9);
    struct hl_store_sizes sizes;
    ck_assert_int_eq(hl_store_sizes(store, &sizes, NULL), 0);
    ck_assert_uint_le(sizes.file_bytes, retention.bytes);
    _cleanup_(hl_run_list_finish) struct hl_run_list list = {0};
    ck_assert_int_eq(hl_store_list_runs(store, NULL, &list, NULL), 0);
    for (size_t i = 0; i + 2 < list.count; i++) {
        ck_assert_int_eq(list.items[i].id, 12 - (int64_t)i);
    }
}
END_TEST

START_TEST(test_shared_texts_stay_until_the_last)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    save_sample(store, 1);
    save_sample(store, 2);
    /* One text of both, one of each. */
    ck_assert_int_eq(count_of(store, "SELECT count(*) FROM text"), 3);
    ck_assert_int_eq(hl_store_delete_run(store, 1, NULL), 0);
    ck_assert_int_eq(count_of(store, "SELECT count(*) FROM text"), 2);
    ck_assert(is_whole(store, 2, 2));
    ck_assert_int_eq(hl_store_delete_run(store, 1, NULL), -ENOENT);
    ck_assert_int_eq(hl_store_delete_run(store, 2, NULL), 0);
    static const char *const TABLES[] = {"run",          "profile",  "window", "function",
                                         "function_row", "line_row", "text",   "source"};
    for (size_t i = 0; i < ARRAY_SIZE(TABLES); i++) {
        _cleanup_free_ char *sql = hl_xasprintf("SELECT count(*) FROM %s", TABLES[i]);
        ck_assert_msg(count_of(store, sql) == 0, "%s", TABLES[i]);
    }
    ck_assert_int_eq(count_of(store, "SELECT count(*) FROM file"), 1);
    ck_assert_int_eq(save_sample(store, 3), 3); /* no number comes twice */
}
END_TEST

#define TEXT_SIZE 200000

/* A text that no other run has and that cannot be packed. */
static void give_large_text(struct sample *sample, uint64_t seed)
{
    struct hl_source *source = &sample->sources[0];
    free(source->text);
    source->state = HL_SOURCE_STORED;
    source->length = TEXT_SIZE;
    source->text = hl_xmalloc(TEXT_SIZE);
    for (uint64_t i = 0; i < TEXT_SIZE; i++) {
        source->text[i] = (char)hl_hash_mix(i, seed);
    }
    hl_sha256(source->text, source->length, source->hash);
}

START_TEST(test_bytes_delete_no_more_than_needed)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        _cleanup_(sample_finish) struct sample sample;
        sample_init(&sample, seed, &SAMPLE_SMALL);
        /* 1 and 3 share theirs: as 1 is pinned, that of 3 frees next to nothing. */
        give_large_text(&sample, seed == 3 ? 1 : seed);
        int64_t id;
        ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    }
    ck_assert_int_eq(hl_store_set_pinned(store, 1, true, NULL), 0);
    uint64_t used = (uint64_t)(count_of(store, "PRAGMA page_count") -
                               count_of(store, "PRAGMA freelist_count")) *
                    4096;
    /* 2, 3 and 4 to 8 are needed. */
    struct hl_retention retention = {.bytes = used - 6 * TEXT_SIZE};
    uint32_t deleted = 0;
    ck_assert_int_eq(hl_store_retain(store, &retention, 0, &deleted, NULL), 0);
    ck_assert_uint_eq(deleted, 7);
    ck_assert_int_eq(count_of(store, "SELECT count(*) FROM source WHERE text IS NOT NULL "
                                     "AND text NOT IN (SELECT id FROM text)"),
                     0);
    ck_assert_int_eq(count_of(store, "SELECT count(*) FROM run WHERE id = 1 OR id > 8"), 13);
    /* Again on the same connection. */
    ck_assert_int_eq(hl_store_retain(store, &retention, 0, &deleted, NULL), 0);
    ck_assert_uint_eq(deleted, 0);
    retention.bytes = 1;
    ck_assert_int_eq(hl_store_retain(store, &retention, 0, &deleted, NULL), 0);
    ck_assert_uint_eq(deleted, 11);
}
END_TEST

START_TEST(test_purge_of_no_folder)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs(&scratch);
    uint32_t deleted = 77;
    ck_assert_int_eq(hl_store_purge(store, "", &deleted, NULL), -EINVAL);
    ck_assert_uint_eq(deleted, 77);
    ck_assert_uint_eq(count_runs(store), 12);
}
END_TEST

static const struct {
    const char *workspace;
    size_t left;
} PURGE_ROWS[] = {{NULL, 0}, {"/", 0}, {"/project", 0}, {"/project/below", 6}, {"/pro", 12}};

START_TEST(test_purge)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs(&scratch);
    struct hl_store_sizes before;
    struct hl_store_sizes after;
    ck_assert_int_eq(hl_store_sizes(store, &before, NULL), 0);
    uint32_t deleted = 0;
    ck_assert_int_eq(hl_store_purge(store, PURGE_ROWS[_i].workspace, &deleted, NULL), 0);
    ck_assert_uint_eq(count_runs(store), PURGE_ROWS[_i].left);
    ck_assert_uint_eq(deleted, 12 - PURGE_ROWS[_i].left);
    ck_assert_int_eq(hl_store_sizes(store, &after, NULL), 0);
    ck_assert_int_eq(count_of(store, "PRAGMA freelist_count"), 0);
    ck_assert(deleted == 0 || after.file_bytes < before.file_bytes);
    ck_assert(after.runs == PURGE_ROWS[_i].left && after.schema_version == STORE_SCHEMA_VERSION);
}
END_TEST

/* What was recorded in a folder is found by a link to it, and the other way round. */
START_TEST(test_purge_by_a_link)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_free_ char *real = hl_path_join(scratch.folder, "real");
    _cleanup_free_ char *link = hl_path_join(scratch.folder, "link");
    _cleanup_free_ char *below = hl_path_join(link, "below");
    _cleanup_free_ char *really_below = hl_path_join(real, "below");
    ck_assert(mkdir(real, 0700) == 0 && symlink(real, link) == 0 && mkdir(below, 0700) == 0);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    const char *const workspaces[] = {real, link, below, scratch.folder, "/gone"};
    for (uint64_t i = 0; i < ARRAY_SIZE(workspaces); i++) {
        _cleanup_(sample_finish) struct sample sample;
        sample_init(&sample, i + 1, &SAMPLE_SMALL);
        free(sample.run.workspace);
        sample.run.workspace = hl_xstrdup(workspaces[i]);
        int64_t id;
        ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    }
    uint32_t deleted = 0;
    ck_assert_int_eq(hl_store_purge(store, really_below, &deleted, NULL), 0);
    ck_assert_uint_eq(deleted, 1);
    ck_assert_int_eq(hl_store_purge(store, link, &deleted, NULL), 0);
    ck_assert_uint_eq(deleted, 2);
    ck_assert_int_eq(hl_store_purge(store, "/gone", &deleted, NULL), 0);
    ck_assert_uint_eq(deleted, 1);
    ck_assert_uint_eq(count_runs(store), 1);
}
END_TEST

START_TEST(test_purged_text_is_gone_from_the_file)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs(&scratch);
    ck_assert_int_eq(hl_store_purge(store, NULL, NULL, NULL), 0);
    hl_store_close(TAKE_PTR(store));
    struct hl_buffer file = {0};
    ck_assert_int_eq(hl_file_read(scratch.path, (size_t)1 << 30, &file, NULL), 0);
    ck_assert_ptr_null(memmem(file.data, file.length, "module_1.py", 11));
    ck_assert_ptr_null(memmem(file.data, file.length, "train.py", 8));
    hl_buffer_finish(&file);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store-retention");
    TCase *tests = tcase_create("retention");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_retention, 0, ARRAY_SIZE(ROWS));
    tcase_add_test(tests, test_the_last_saved_stays);
    tcase_add_test(tests, test_purge_by_a_link);
    tcase_add_test(tests, test_bytes_leave_the_newest_that_fit);
    tcase_add_test(tests, test_bytes_delete_no_more_than_needed);
    tcase_add_test(tests, test_purge_of_no_folder);
    tcase_add_test(tests, test_shared_texts_stay_until_the_last);
    tcase_add_loop_test(tests, test_purge, 0, ARRAY_SIZE(PURGE_ROWS));
    tcase_add_test(tests, test_purged_text_is_gone_from_the_file);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
