/* Saving, finding, listing and changing runs. */
#include <sys/stat.h>

#include "../suite.h"
#include "connection.h"
#include "hotlens/base/limits.h"
#include "scratch.h"

START_TEST(test_save_and_load)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    for (uint64_t seed = 1; seed < 20; seed++) {
        ck_assert_int_eq(save_sample(store, seed), (int64_t)seed);
    }
    hl_store_close(TAKE_PTR(store));
    store = scratch_open(&scratch, HL_STORE_READ);
    ck_assert(!hl_store_can_write(store));
    for (uint64_t seed = 1; seed < 20; seed++) {
        ck_assert(is_whole(store, (int64_t)seed, seed));
    }
    ck_assert(!is_whole(store, 1, 2));
}
END_TEST

START_TEST(test_same_uuid_is_saved_once)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    int64_t first = save_sample(store, 5);
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 5, &SAMPLE_SMALL);
    int64_t id = 0;
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), -EEXIST);
    ck_assert_int_eq(id, first);
    ck_assert_uint_eq(count_runs(store), 1);
    ck_assert(is_whole(store, first, 5));
    save_sample(store, 6);
}
END_TEST

/* The ids of functions follow from their hashes, but not when others had the place. */
START_TEST(test_functions_are_shared)
{
    static const char *const MOVES[] = {
        "SELECT 1",
        "UPDATE function SET id = id + 5; UPDATE function_row SET function = function + 5",
        ("UPDATE function SET id = id + 1; UPDATE function_row SET function = function + 1;"
         "INSERT INTO function SELECT id - 1, 0, 'other', 0 FROM function"),
    };
    static const char COUNT[] = "SELECT count(*) FROM function WHERE name <> 'other'";
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    int64_t first = save_sample(store, 5);
    int64_t before = 0;
    int64_t after = 0;
    ck_assert_int_eq(store_query_int(store, COUNT, &before), SQLITE_OK);
    ck_assert_int_gt(before, 1);
    ck_assert_int_eq(store_execute(store, MOVES[_i]), SQLITE_OK);
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 5, &SAMPLE_SMALL);
    sample.run.uuid[0] = sample.run.uuid[0] == 'f' ? 'e' : 'f';
    int64_t id = 0;
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    ck_assert_int_gt(id, first);
    ck_assert_int_eq(store_query_int(store, COUNT, &after), SQLITE_OK);
    ck_assert_int_eq(after, before);
}
END_TEST

/* Functions that all want the same place, some of them twice, while some are not in the table yet. */
START_TEST(test_functions_of_one_home)
{
    static const size_t COUNTS[] = {0, 1, 2, 15, 16, 17, 32, 50};
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    char names[50][8];
    int64_t ids[50];
    for (size_t again = 0; again < 2; again++) {
        _cleanup_(function_table_finish) struct function_table table = {0};
        ck_assert_int_eq(function_table_prepare(store, &table), SQLITE_OK);
        for (size_t i = 0; i < COUNTS[_i]; i++) {
            int64_t home = i % 3 == 0 ? 640 : 320;
            size_t length = (size_t)snprintf(names[i], sizeof(names[i]), "f%zu", i);
            int64_t id = 0;
            int64_t same = 0;
            ck_assert_int_eq(function_table_get(&table, home, 1, names[i], length, 0, &id), 0);
            ck_assert_int_eq(function_table_get(&table, home, 1, names[i], length, 0, &same), 0);
            ck_assert_int_eq(id, same);
            ck_assert_int_ge(id, home);
            ck_assert_int_eq(again == 0 ? id : ids[i], id);
            ids[i] = id;
        }
        ck_assert_int_eq(function_table_flush(&table), SQLITE_OK);
        int64_t count = -1;
        ck_assert_int_eq(store_query_int(store, "SELECT count(*) FROM function", &count), 0);
        ck_assert_int_eq(count, (int64_t)COUNTS[_i]);
    }
}
END_TEST

/* Every number of rows around the size of a batch arrives, each with its own values. */
START_TEST(test_batches)
{
    static const size_t COUNTS[] = {0, 1, BATCH_ROWS - 1, BATCH_ROWS, BATCH_ROWS + 1,
                                    2 * BATCH_ROWS, 5 * BATCH_ROWS + 7};
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    ck_assert_int_eq(store_execute(store, "CREATE TEMP TABLE t (a, b)"), SQLITE_OK);
    _cleanup_(batch_finish) struct batch batch = {0};
    ck_assert_int_eq(batch_prepare(store, &batch, "INSERT INTO t", "(?, ?)", COUNTS[_i]), 0);
    for (size_t i = 0; i < COUNTS[_i]; i++) {
        struct statement *row = batch_row(&batch);
        bind_int(row, (int64_t)i);
        bind_int(row, (int64_t)(i * i));
        ck_assert_int_eq(batch_next(&batch), SQLITE_OK);
    }
    int64_t right = -1;
    ck_assert_int_eq(store_query_int(store, "SELECT count(DISTINCT a) FROM t WHERE b = a * a",
                                     &right), SQLITE_OK);
    ck_assert_int_eq(right, (int64_t)COUNTS[_i]);
    ck_assert_int_eq(store_query_int(store, "SELECT count(*) FROM t", &right), SQLITE_OK);
    ck_assert_int_eq(right, (int64_t)COUNTS[_i]);
}
END_TEST

START_TEST(test_counts_without_sign)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 1, &SAMPLE_SMALL);
    sample.self[3] = UINT64_MAX;
    sample.total[3] = UINT64_MAX;
    sample.lines[0].total = UINT64_MAX - 1;
    sample.run.samples = UINT64_MAX;
    int64_t id;
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    _cleanup_(hl_rows_finish) struct hl_rows rows = {0};
    ck_assert_int_eq(hl_store_load_rows(store, id, NULL, &rows, NULL), 0);
    ck_assert(rows.functions[0].self == UINT64_MAX && rows.functions[0].total == UINT64_MAX);
    ck_assert(rows.lines[0].total == UINT64_MAX - 1);
    _cleanup_(hl_run_finish) struct hl_run run = {0};
    ck_assert_int_eq(hl_store_find_run(store, "last", &run, NULL), 0);
    ck_assert(run.samples == UINT64_MAX);
}
END_TEST

START_TEST(test_rows_of_one_file)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    int64_t id = save_sample(store, 1);
    const char *file = "/home/user/project/package_0/module_1.py";
    _cleanup_(hl_rows_finish) struct hl_rows all = {0};
    _cleanup_(hl_rows_finish) struct hl_rows some = {0};
    ck_assert_int_eq(hl_store_load_rows(store, id, NULL, &all, NULL), 0);
    ck_assert_int_eq(hl_store_load_rows(store, id, file, &some, NULL), 0);
    size_t functions = 0;
    size_t lines = 0;
    for (size_t i = 0; i < all.function_count; i++) {
        functions += all.functions[i].file && strcmp(all.functions[i].file, file) == 0;
    }
    for (size_t i = 0; i < all.line_count; i++) {
        lines += strcmp(all.lines[i].file, file) == 0;
    }
    ck_assert_uint_gt(functions, 0);
    ck_assert_uint_eq(some.function_count, functions);
    ck_assert_uint_eq(some.line_count, lines);
    for (size_t i = 0; i < some.function_count; i++) {
        ck_assert_str_eq(some.functions[i].file, file);
    }
}
END_TEST

/* Runs 1 to 9 with growing start; 3 is labelled "base", 2 was deleted. */
static struct hl_store *open_with_runs(void)
{
    struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    for (uint64_t seed = 1; seed < 10; seed++) {
        save_sample(store, seed);
    }
    ck_assert_int_eq(hl_store_set_label(store, 3, "base", NULL), 0);
    ck_assert_int_eq(hl_store_delete_run(store, 2, NULL), 0);
    return store;
}

static const struct {
    const char *name;
    int64_t expected; /* or a negative errno */
    const char *message;
} FIND_ROWS[] = {
    {"1", 1, NULL},
    {"9", 9, NULL},
    {"last", 9, NULL},
    {"last~0", 9, NULL},
    {"last~7", 1, NULL},
    {"base", 3, NULL},
    {"2", -ENOENT, "no run 2; the newest is 9"},
    {"17", -ENOENT, "no run 17; the newest is 9"},
    {"last~8", -ENOENT, "no run last~8; there are 8"},
    {"last~", -ENOENT, "no run last~; the newest is 9"},
    {"last~x", -ENOENT, NULL},
    {"Base", -ENOENT, NULL},
    {"", -ENOENT, NULL},
    {"99999999999999999999", -ENOENT, NULL},
    {"-1", -ENOENT, NULL},
    {"' OR 1 --", -ENOENT, NULL},
    {"deadbeef", -ENOENT, NULL},
};

START_TEST(test_find)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs();
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_(hl_run_finish) struct hl_run run = {0};
    int r = hl_store_find_run(store, FIND_ROWS[_i].name, &run, &error);
    if (FIND_ROWS[_i].expected < 0) {
        ck_assert_int_eq(r, (int)FIND_ROWS[_i].expected);
        ck_assert_ptr_nonnull(error.message);
        ck_assert(!FIND_ROWS[_i].message || strcmp(error.message, FIND_ROWS[_i].message) == 0);
    } else {
        ck_assert_int_eq(r, 0);
        ck_assert_int_eq(run.id, FIND_ROWS[_i].expected);
    }
}
END_TEST

START_TEST(test_find_by_uuid)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs();
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 7, &SAMPLE_SMALL);
    for (size_t length = 8; length <= 36; length++) {
        _cleanup_free_ char *prefix = hl_xstrndup(sample.run.uuid, length);
        prefix[0] = (char)(prefix[0] >= 'a' ? prefix[0] - 'a' + 'A' : prefix[0]);
        _cleanup_(hl_run_finish) struct hl_run run = {0};
        ck_assert_int_eq(hl_store_find_run(store, prefix, &run, NULL), 0);
        ck_assert_int_eq(run.id, 7);
    }
    /* Not a digit in front: seven digits would be a number, seven others are too few. */
    sample.run.uuid[35] = (char)(sample.run.uuid[35] == '0' ? '1' : '0');
    int64_t id;
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    _cleanup_free_ char *prefix = hl_xstrndup(sample.run.uuid, 9);
    _cleanup_(hl_run_finish) struct hl_run run = {0};
    ck_assert_int_eq(hl_store_find_run(store, prefix, &run, NULL), -EINVAL);
}
END_TEST

START_TEST(test_no_runs_yet)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    static const char *const NAMES[] = {"last", "1", "x"};
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        _cleanup_error_ struct hl_error error = {0};
        struct hl_run run = {0};
        ck_assert_int_eq(hl_store_find_run(store, NAMES[i], &run, &error), -ENOENT);
        ck_assert_str_eq(error.message, "no runs yet");
        ck_assert_ptr_nonnull(strstr(error.remedy, "hotlens record"));
    }
}
END_TEST

static const struct {
    struct hl_run_filter filter;
    int64_t expected[10]; /* ids, ended by 0 */
} LIST_ROWS[] = {
    {{0}, {9, 8, 7, 6, 5, 4, 3, 1}},
    {{.limit = 2}, {9, 8}},
    {{.target = "script:/project/train.py 0"}, {9, 6, 3}},
    {{.target = "nothing"}, {0}},
    {{.workspace = "/project"}, {9, 8, 7, 6, 5, 4, 3, 1}},
    {{.workspace = "/project/below/"}, {8, 6, 4}},
    {{.workspace = "/"}, {9, 8, 7, 6, 5, 4, 3, 1}},
    {{.workspace = "/proj"}, {0}},
    {{.text = "ase"}, {3}},
    {{.text = "--fast", .limit = 1}, {9}},
    {{.text = "%"}, {0}},
    {{.text = "train.py 1"}, {7, 4, 1}},
};

START_TEST(test_list)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs();
    _cleanup_(hl_run_list_finish) struct hl_run_list list = {0};
    ck_assert_int_eq(hl_store_list_runs(store, &LIST_ROWS[_i].filter, &list, NULL), 0);
    for (size_t i = 0; i < list.count; i++) {
        ck_assert_int_eq(list.items[i].id, LIST_ROWS[_i].expected[i]);
    }
    ck_assert_int_eq(LIST_ROWS[_i].expected[list.count], 0);
}
END_TEST

static const struct {
    const char *label;
    int expected;
} LABEL_ROWS[] = {
    {"before refactoring", 0}, {"ä", 0},       {"", -EINVAL},
    {"12", -EINVAL},           {"12a", 0},     {"last", -EINVAL},
    {"last~1", -EINVAL},       {"lasting", 0}, {"\xff", -EINVAL},
    {"base", -EEXIST},         {NULL, 0},
};

START_TEST(test_label)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs();
    const char *label = LABEL_ROWS[_i].label;
    ck_assert_int_eq(hl_store_set_label(store, 5, label, NULL), LABEL_ROWS[_i].expected);
    _cleanup_(hl_run_finish) struct hl_run run = {0};
    if (LABEL_ROWS[_i].expected == 0 && label) {
        ck_assert_int_eq(hl_store_find_run(store, label, &run, NULL), 0);
        ck_assert_int_eq(run.id, 5);
    }
    ck_assert_int_eq(hl_store_set_label(store, 55, "free", NULL), -ENOENT);
    save_sample(store, 100); /* no transaction was left open */
}
END_TEST

START_TEST(test_label_length)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs();
    char label[HL_LIMIT_LABEL + 2];
    memset(label, 'x', sizeof(label));
    label[HL_LIMIT_LABEL + 1] = '\0';
    ck_assert_int_eq(hl_store_set_label(store, 5, label, NULL), -EINVAL);
    label[HL_LIMIT_LABEL] = '\0';
    ck_assert_int_eq(hl_store_set_label(store, 5, label, NULL), 0);
}
END_TEST

START_TEST(test_label_comes_with_the_run)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs();
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 20, &SAMPLE_SMALL);
    free(sample.run.label);
    sample.run.label = hl_xstrdup("slow start");
    _cleanup_free_ char *notes = hl_xstrdup(sample.run.notes);
    int64_t id;
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    _cleanup_(hl_run_finish) struct hl_run run = {0};
    ck_assert_int_eq(hl_store_find_run(store, "slow start", &run, NULL), 0);
    ck_assert_int_eq(run.id, id);
    ck_assert_str_eq(run.label, "slow start");
    ck_assert_pstr_eq(run.notes, notes);
}
END_TEST

/* What a table refuses is no recording that is there already. */
START_TEST(test_refused_row_is_not_a_saved_run)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 1, &SAMPLE_SMALL);
    char *uuid = sample.run.uuid;
    if (_i == 0) {
        sample.run.uuid = NULL;
    } else {
        ck_assert_int_eq(store_execute(store, "CREATE UNIQUE INDEX one ON window(samples < 0)"),
                         SQLITE_OK);
    }
    int64_t id = -7;
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), -EINVAL);
    ck_assert_int_eq(id, -7);
    ck_assert_uint_eq(count_runs(store), 0);
    ck_assert(hl_store_can_write(store));
    sample.run.uuid = uuid;
}
END_TEST

START_TEST(test_reset_forgets_what_was_bound)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    _cleanup_statement_ struct statement query = {0};
    ck_assert_int_eq(statement_prepare(store, &query, "SELECT ?"), SQLITE_OK);
    bind_int(&query, 5);
    ck_assert_int_eq(statement_step(&query), SQLITE_ROW);
    ck_assert_int_eq(read_int_or(&query, -1), 5);
    statement_reset(&query);
    ck_assert_int_eq(statement_step(&query), SQLITE_ROW);
    ck_assert_int_eq(read_int_or(&query, -1), -1);
}
END_TEST

START_TEST(test_taken_label_does_not_stop_a_save)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = open_with_runs();
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 20, &SAMPLE_SMALL);
    sample.run.label = hl_xstrdup("base");
    int64_t id;
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    _cleanup_(hl_run_finish) struct hl_run run = {0};
    ck_assert_int_eq(hl_store_find_run(store, "last", &run, NULL), 0);
    ck_assert_ptr_null(run.label);
    ck_assert_ptr_nonnull(strstr(run.notes, "base"));
}
END_TEST

START_TEST(test_baselines)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    /* 3, 6, 9 … have one target; what each changes makes it unfit, 18 and 3 fit for 30. */
    for (uint64_t seed = 3; seed <= 33; seed += 3) {
        _cleanup_(sample_finish) struct sample sample;
        sample_init(&sample, seed, &SAMPLE_SMALL);
        sample.run.rate = seed == 6 ? 100 : sample.run.rate;
        sample.run.flags |= seed == 9 ? HL_RUN_IDLE : 0;
        sample.run.flags |= seed == 12 ? HL_RUN_RECOVERED : 0;
        sample.run.exit_status = seed == 15 ? 137 : 1;
        sample.run.flags |= seed == 18 ? HL_RUN_BEHIND : 0;
        sample.run.python_version[3] = seed == 21 ? '2' : sample.run.python_version[3];
        sample.run.flags |= seed == 24 ? HL_RUN_STOPPED : 0;
        sample.run.target[0] = seed == 27 ? 'S' : 's';
        int64_t id;
        ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    }
    _cleanup_(hl_run_finish) struct hl_run run = {0};
    ck_assert_int_eq(hl_store_find_run(store, "last~1", &run, NULL), 0);
    _cleanup_(hl_run_list_finish) struct hl_run_list list = {0};
    ck_assert_int_eq(hl_store_baselines(store, &run, 0, &list, NULL), 0);
    ck_assert_uint_eq(list.count, 2);
    ck_assert_int_eq(list.items[0].start, 18 * INT64_C(1000000000));
    ck_assert_int_eq(list.items[1].start, 3 * INT64_C(1000000000));
}
END_TEST

static const struct {
    uint32_t flag;
    size_t baselines; /* of a run without the flag, among one run with it */
} FLAG_ROWS[] = {
    {HL_RUN_SUBPROCESSES, 0}, {HL_RUN_THREADS, 0},     {HL_RUN_IDLE, 0},
    {HL_RUN_GIL, 0},          {HL_RUN_NATIVE, 0},      {HL_RUN_NONBLOCKING, 0},
    {HL_RUN_ATTACHED, 0},     {HL_RUN_STOPPED, 0},     {HL_RUN_RECOVERED, 0},
    {HL_RUN_IMPORTED, 1},     {HL_RUN_UNVERIFIED, 1},  {HL_RUN_BEHIND, 1},
};

START_TEST(test_flags_of_a_baseline)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    for (uint64_t seed = 3; seed <= 6; seed += 3) {
        _cleanup_(sample_finish) struct sample sample;
        sample_init(&sample, seed, &SAMPLE_SMALL);
        sample.run.exit_status = 0;
        sample.run.flags = seed == 3 ? FLAG_ROWS[_i].flag : 0;
        int64_t id;
        ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    }
    _cleanup_(hl_run_finish) struct hl_run run = {0};
    ck_assert_int_eq(hl_store_find_run(store, "last", &run, NULL), 0);
    _cleanup_(hl_run_list_finish) struct hl_run_list list = {0};
    ck_assert_int_eq(hl_store_baselines(store, &run, 0, &list, NULL), 0);
    ck_assert_uint_eq(list.count, FLAG_ROWS[_i].baselines);
}
END_TEST

START_TEST(test_replace_rows)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    int64_t id = save_sample(store, 1);
    int64_t other = save_sample(store, 2);
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 1, &SAMPLE_SMALL);
    sample.content.line_count = 1;
    sample.functions->count = 4;
    ck_assert_int_eq(hl_store_replace_rows(store, id, &sample.content, NULL), 0);
    ck_assert(sample_equals(store, id, &sample));
    ck_assert(is_whole(store, other, 2));
    int version = 0;
    ck_assert_int_eq(hl_store_derive_version(store, id, &version, NULL), 0);
    ck_assert_int_eq(version, HL_DERIVE_VERSION);
    ck_assert_int_eq(hl_store_replace_rows(store, 77, &sample.content, NULL), -ENOENT);
}
END_TEST

START_TEST(test_sources_without_text)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 1, &SAMPLE_SMALL);
    for (size_t i = 0; i < 2; i++) {
        sample.sources[i].state = HL_SOURCE_HASHED;
        free(TAKE_PTR(sample.sources[i].text));
        sample.sources[i].length = 0;
    }
    int64_t id;
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    ck_assert(sample_equals(store, id, &sample));
    struct hl_store_sizes sizes;
    ck_assert_int_eq(hl_store_sizes(store, &sizes, NULL), 0);
    ck_assert_uint_eq(sizes.texts, 0);
    _cleanup_(hl_source_list_finish) struct hl_source_list list = {0};
    ck_assert_int_eq(hl_store_load_sources(store, id, "/srv/real.py", false, &list, NULL), 0);
    ck_assert_uint_eq(list.count, 2);
}
END_TEST

START_TEST(test_run_plain_data)
{
    hl_run_finish(NULL);
    hl_source_finish(NULL);
    hl_rows_finish(NULL);
    hl_store_close(NULL);
    char a[37];
    char b[37];
    hl_uuid_generate(a);
    hl_uuid_generate(b);
    ck_assert_uint_eq(strlen(a), 36);
    ck_assert_str_ne(a, b);
    ck_assert(a[14] == '4' && strchr("89ab", a[19]) && a[8] == '-' && a[23] == '-');
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store-runs");
    TCase *tests = tcase_create("runs");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, test_save_and_load);
    tcase_add_test(tests, test_same_uuid_is_saved_once);
    tcase_add_loop_test(tests, test_functions_are_shared, 0, 3);
    tcase_add_loop_test(tests, test_functions_of_one_home, 0, 8);
    tcase_add_loop_test(tests, test_batches, 0, 7);
    tcase_add_test(tests, test_counts_without_sign);
    tcase_add_test(tests, test_rows_of_one_file);
    tcase_add_loop_test(tests, test_find, 0, ARRAY_SIZE(FIND_ROWS));
    tcase_add_test(tests, test_find_by_uuid);
    tcase_add_test(tests, test_no_runs_yet);
    tcase_add_loop_test(tests, test_list, 0, ARRAY_SIZE(LIST_ROWS));
    tcase_add_loop_test(tests, test_label, 0, ARRAY_SIZE(LABEL_ROWS));
    tcase_add_test(tests, test_label_length);
    tcase_add_test(tests, test_taken_label_does_not_stop_a_save);
    tcase_add_test(tests, test_label_comes_with_the_run);
    tcase_add_loop_test(tests, test_refused_row_is_not_a_saved_run, 0, 2);
    tcase_add_test(tests, test_reset_forgets_what_was_bound);
    tcase_add_loop_test(tests, test_flags_of_a_baseline, 0, ARRAY_SIZE(FLAG_ROWS));
    tcase_add_test(tests, test_baselines);
    tcase_add_test(tests, test_replace_rows);
    tcase_add_test(tests, test_sources_without_text);
    tcase_add_test(tests, test_run_plain_data);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
