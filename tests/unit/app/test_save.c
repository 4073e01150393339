/* Import, save, load, export: nothing is lost on the way. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../suite.h"
#include "hotlens/app/import.h"
#include "hotlens/app/run_json.h"
#include "hotlens/base/file.h"
#include "hotlens/base/macros.h"
#include "hotlens/base/memory.h"

static const char *const FILES[] = {
    "black_F.raw",      "cmdodd.raw",      "import_pandas.raw",  "nolineno.raw",    "numpy_native.raw",
    "threads_s_t.raw",  "threads_s_t_i.raw", "work_3.12.1.raw",  "work_3.13.0.raw", "work_3.8.18.raw",
};

static const struct hl_save_options SAVE = {.store_sources = true};

static struct hl_store *store;

static void setup(void)
{
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
}

static void teardown(void)
{
    hl_store_close(store);
    store = NULL;
}

static char *data_path(const char *name)
{
    const char *root = getenv("HOTLENS_TEST_DATA");
    return hl_xasprintf("%s/py-spy/%s", root ? root : "tests/data", name);
}

static void import(const char *name, struct hl_run_data *data)
{
    struct hl_import_options options = {.rate = 100};
    struct hl_raw_report report;
    struct hl_error error = {0};
    char *path = data_path(name);
    int result = hl_import_file(path, &options, data, &report, &error);
    ck_assert_msg(result == 0, "%s: %s", path, hl_error_text(&error, result));
    ck_assert_uint_eq(data->run.samples, report.samples);
    ck_assert_str_eq(data->run.title, name);
    free(path);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Records of several lines are only moved as a whole, so the multiset of lines is that of records. */
static char **sorted_lines(struct hl_buffer *text, size_t *ret_count)
{
    char **lines = hl_xcalloc(text->length + 1, sizeof(*lines));
    char *rest = NULL;
    *ret_count = 0;
    for (char *line = strtok_r(text->data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        lines[(*ret_count)++] = line;
    }
    qsort(lines, *ret_count, sizeof(*lines), by_text);
    return lines;
}

static void check_same_lines(struct hl_buffer *left, struct hl_buffer *right)
{
    size_t left_count;
    size_t right_count;
    char **a = sorted_lines(left, &left_count);
    char **b = sorted_lines(right, &right_count);
    ck_assert_uint_eq(left_count, right_count);
    for (size_t i = 0; i < left_count; i++) {
        ck_assert_str_eq(a[i], b[i]);
    }
    free(a);
    free(b);
}

static void check_same_rows(const struct hl_rows *a, const struct hl_rows *b)
{
    struct hl_buffer left = {0};
    struct hl_buffer right = {0};
    struct hl_json json;
    struct hl_run run = {0};
    hl_json_init(&json, &left);
    hl_show_json(&json, &run, a);
    hl_json_init(&json, &right);
    hl_show_json(&json, &run, b);
    ck_assert_str_eq(left.data, right.data);
    hl_buffer_finish(&left);
    hl_buffer_finish(&right);
}

START_TEST(test_round_trip)
{
    struct hl_run_data data;
    struct hl_run_data loaded;
    struct hl_rows before;
    struct hl_rows after;
    struct hl_buffer original = {0};
    struct hl_buffer exported = {0};
    import(FILES[_i], &data);
    ck_assert_int_eq(hl_run_data_rows(&data, &before), 0);
    ck_assert_int_eq(hl_run_data_save(&data, store, &SAVE, NULL), 0);
    ck_assert_int_gt(data.run.id, 0);
    ck_assert_int_eq(hl_store_load_rows(store, data.run.id, NULL, &after, NULL), 0);
    check_same_rows(&before, &after);
    hl_rows_finish(&after);

    ck_assert_int_eq(hl_run_data_load(store, "last", &loaded, NULL), 0);
    ck_assert_int_eq(hl_run_data_rows(&loaded, &after), 0);
    check_same_rows(&before, &after);
    ck_assert_uint_eq(loaded.run.samples, data.run.samples);
    ck_assert_uint_eq(loaded.run.processes, data.run.processes);
    ck_assert_uint_eq(loaded.run.threads, data.run.threads);
    ck_assert_str_eq(loaded.run.uuid, data.run.uuid);

    char *path = data_path(FILES[_i]);
    ck_assert_int_eq(hl_file_read(path, 1u << 30, &original, NULL), 0);
    hl_raw_write(loaded.profile, &exported);
    check_same_lines(&original, &exported);
    free(path);
    hl_buffer_finish(&original);
    hl_buffer_finish(&exported);
    hl_rows_finish(&before);
    hl_rows_finish(&after);
    hl_run_data_finish(&data);
    hl_run_data_finish(&loaded);
}
END_TEST

static uint32_t count_runs(void)
{
    struct hl_run_list list;
    ck_assert_int_eq(hl_store_list_runs(store, &(struct hl_run_filter){0}, &list, NULL), 0);
    uint32_t count = (uint32_t)list.count;
    hl_run_list_finish(&list);
    return count;
}

START_TEST(test_twice)
{
    struct hl_run_data first;
    struct hl_run_data second;
    import("work_3.12.1.raw", &first);
    import("work_3.12.1.raw", &second);
    ck_assert_int_eq(hl_run_data_save(&first, store, &SAVE, NULL), 0);
    ck_assert_int_eq(hl_run_data_save(&second, store, &SAVE, NULL), 0);
    ck_assert_int_ne(first.run.id, second.run.id);
    ck_assert_int_eq(hl_run_data_save(&second, store, &SAVE, NULL), -EEXIST);
    ck_assert_uint_eq(count_runs(), 2);
    hl_run_data_finish(&first);
    hl_run_data_finish(&second);
}
END_TEST

/* -EEXIST makes a recorder delete its spool, so no other failure may look like it. */
START_TEST(test_refused_run_is_not_there_already)
{
    struct hl_run_data data;
    import("work_3.12.1.raw", &data);
    char *uuid = TAKE_PTR(data.run.uuid);
    ck_assert_int_eq(hl_run_data_save(&data, store, &SAVE, NULL), -EINVAL);
    data.run.uuid = uuid;
    ck_assert_int_eq(data.run.id, 0);
    ck_assert_uint_eq(count_runs(), 0);
    hl_run_data_finish(&data);
}
END_TEST

START_TEST(test_structure)
{
    static const struct {
        const char *file;
        uint32_t processes, threads, flags;
    } EXPECTED[] = {
        {"work_3.12.1.raw", 1, 1, HL_RUN_IMPORTED},
        {"threads_s_t.raw", 4, 10, HL_RUN_IMPORTED | HL_RUN_SUBPROCESSES | HL_RUN_THREADS},
    };
    for (size_t i = 0; i < ARRAY_SIZE(EXPECTED); i++) {
        struct hl_run_data data;
        import(EXPECTED[i].file, &data);
        ck_assert_uint_eq(data.run.flags, EXPECTED[i].flags);
        ck_assert_uint_eq(data.run.processes, EXPECTED[i].processes);
        ck_assert_uint_eq(data.run.threads, EXPECTED[i].threads);
        hl_run_data_finish(&data);
    }
}
END_TEST

static void check_raw(const char *text, int expected, uint64_t samples, const char *note)
{
    char path[] = "/tmp/hotlens-import-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq((int)write(fd, text, strlen(text)), (int)strlen(text));
    close(fd);
    struct hl_import_options options = {.rate = 100};
    struct hl_run_data data;
    struct hl_error error = {0};
    ck_assert_int_eq(hl_import_file(path, &options, &data, NULL, &error), expected);
    unlink(path);
    if (expected < 0) {
        ck_assert_ptr_nonnull(error.message);
        hl_error_finish(&error);
        return;
    }
    ck_assert_uint_eq(data.run.samples, samples);
    if (note) {
        ck_assert_ptr_nonnull(data.run.notes);
        ck_assert_msg(strstr(data.run.notes, note) != NULL, "%s", data.run.notes);
    } else {
        ck_assert_ptr_null(data.run.notes);
    }
    hl_run_data_finish(&data);
}

START_TEST(test_notes)
{
    check_raw("f (a.py:1) 3\n", 0, 3, NULL);
    check_raw("", -ENODATA, 0, NULL);
    check_raw("f (a.py:1) 0\n", -ENODATA, 0, NULL);
    check_raw("text\nf (a.py:1) 3\n", 0, 3, "1 record");
    check_raw("text\nmore text\nf (a.py:1) 3\n", -ENODATA, 0, NULL);
    check_raw("f (a.py:1) 3\ng (b.py:2", 0, 3, "middle of a record");
    check_raw("f (a.py:1) 18446744073709551615\nf (a.py:2) 1\n", 0, UINT64_MAX, "64 bits");
    check_raw("not a profile at all\n", -ENODATA, 0, NULL);
}
END_TEST

START_TEST(test_missing)
{
    struct hl_import_options options = {.rate = 0};
    struct hl_run_data data;
    struct hl_error error = {0};
    ck_assert_int_eq(hl_import_file("/nonexistent/x.raw", &options, &data, NULL, &error), -ENOENT);
    ck_assert_ptr_nonnull(error.message);
    hl_error_finish(&error);
    ck_assert_int_eq(hl_run_data_load(store, "last", &data, &error), -ENOENT);
    hl_error_finish(&error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("app/save");
    TCase *tests = tcase_create("save");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_round_trip, 0, (int)ARRAY_SIZE(FILES));
    tcase_add_test(tests, test_twice);
    tcase_add_test(tests, test_refused_run_is_not_there_already);
    tcase_add_test(tests, test_structure);
    tcase_add_test(tests, test_notes);
    tcase_add_test(tests, test_missing);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
