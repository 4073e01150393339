/* A run as it is shown: files by path, focus, callers, the runs before. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/app/import.h"
#include "hotlens/app/shown.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"

static char folder[64];

static void setup(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/hotlens-test-XXXXXX");
    ck_assert(mkdtemp(folder) != NULL);
}

static void teardown(void)
{
    ck_assert_int_eq(hl_folder_remove(folder), 0);
}

static void write_file(const char *name, const char *text)
{
    char *path = hl_xasprintf("%s/%s", folder, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    ck_assert_int_eq(hl_folder_make(path, 0700), 0);
    *slash = '/';
    ck_assert_int_eq(hl_file_write_atomic(path, text, strlen(text), 0600), 0);
    free(path);
}

/* A run from raw text in which every '@' stands for the folder. */
static void import(const char *raw, struct hl_run_data *data)
{
    struct hl_buffer text = {0};
    for (; *raw; raw++) {
        if (*raw == '@') {
            hl_buffer_puts(&text, folder);
        } else {
            hl_buffer_putc(&text, *raw);
        }
    }
    write_file("run.raw", text.data);
    char *path = hl_xasprintf("%s/run.raw", folder);
    struct hl_import_options options = {.rate = 100, .folder = folder};
    ck_assert_int_eq(hl_import_file(path, &options, data, NULL, NULL), 0);
    free(path);
    hl_buffer_finish(&text);
}

static struct hl_shown *shown_of(const char *raw)
{
    struct hl_run_data data;
    struct hl_shown *shown;
    import(raw, &data);
    ck_assert_int_eq(hl_shown_from_data(&data, &shown), 0);
    hl_run_data_finish(&data);
    return shown;
}

#define FILES                                                                                      \
    "f (@/here.py:1) 10\n"                                                                         \
    "f (@/pkg/util.py:1) 10\n"                                                                     \
    "f (/build/app/pkg/core.py:1) 10\n"                                                            \
    "f (/build/app/other/core.py:1) 10\n"                                                          \
    "f (/build/app/single.py:1) 10\n"                                                              \
    "f (/build/app/x/same.py:1) 10\n"                                                              \
    "f (/build/lib/x/same.py:1) 10\n"                                                              \
    "f (<frozen os>:1) 10\n"

static const struct {
    const char *asked; /* '@' at the start is the folder */
    const char *found; /* NULL: none */
} PATHS[] = {
    {"@/here.py", "@/here.py"},
    {"/elsewhere/here.py", NULL},     /* that one is where the profile says */
    {"/elsewhere/pkg/util.py", NULL}, /* so is this */
    {"/home/me/app/pkg/core.py", "/build/app/pkg/core.py"},
    {"/home/me/other/core.py", "/build/app/other/core.py"},
    {"/home/me/core.py", NULL}, /* two have the name */
    {"/home/me/single.py", "/build/app/single.py"},
    {"/home/me/x/same.py", NULL}, /* two fit equally well */
    {"/home/me/app/x/same.py", "/build/app/x/same.py"},
    {"/home/me/othersingle.py", NULL},
    {"/mapped/x/same.py", "/build/lib/x/same.py"},
    {"/p/<frozen os>", NULL},
};

START_TEST(test_find)
{
    write_file("here.py", "def f():\n    pass\n");
    write_file("pkg/util.py", "def f():\n    pass\n");
    struct hl_shown *shown = shown_of(FILES);
    struct hl_path_mapping mapping = {(char *)"/build/lib", (char *)"/mapped"};
    bool below = PATHS[_i].asked[0] == '@';
    char *path = hl_xasprintf("%s%s", below ? folder : "", PATHS[_i].asked + below);
    const struct hl_shown_file *file = hl_shown_find(shown, path, NULL, &mapping, 1);
    ck_assert_msg((file != NULL) == (PATHS[_i].found != NULL), "%s", path);
    if (file) {
        ck_assert_str_eq(file->path, below ? path : PATHS[_i].found);
    }
    /* A link elsewhere that leads here. */
    if (below) {
        ck_assert(hl_shown_find(shown, "/a/link.py", path, NULL, 0) == file);
    }
    free(path);
    hl_shown_unref(shown);
}
END_TEST

START_TEST(test_count_found)
{
    uint32_t found;
    uint32_t all;
    write_file("here.py", "def f():\n    pass\n");
    write_file("pkg/core.py", "");
    char *here = hl_xasprintf("%s/here.py", folder);
    struct hl_path_mapping mapping = {(char *)"/build/app/single.py", here};
    struct hl_shown *shown = shown_of(FILES);
    hl_shown_count_found(shown, NULL, 0, &found, &all);
    ck_assert_uint_eq(all, 7);
    ck_assert_uint_eq(found, 2); /* here.py, and core.py by its suffix in the workspace */
    hl_shown_count_found(shown, &mapping, 1, &found, &all);
    ck_assert_uint_eq(found, 3);
    free(here);
    hl_shown_unref(shown);
}
END_TEST

#define STACKS                                                                                     \
    "process 7:\"python a.py\";thread (0xA): \"Main\";main (@/a.py:2);work (@/a.py:5) 60\n"        \
    "process 7:\"python a.py\";thread (0xA): \"Main\";main (@/a.py:2);idle (/lib/b.py:9) 30\n"     \
    "process 8:\"python a.py\";thread (0xB): \"Pool\";work (@/a.py:5) 10\n"

#define SOURCE "def main():\n    work()\n\ndef work():\n    pass\n"

static const struct {
    struct hl_focus_spec focus;
    uint64_t samples; /* 0: nothing is in it */
    uint64_t work;    /* total of work */
    const char *name;
} FOCUSES[] = {
    {{.kind = HL_FOCUS_FUNCTION, .name = (char *)"main"}, 90, 60, "main()"},
    {{.kind = HL_FOCUS_FUNCTION, .name = (char *)"work"}, 70, 70, "work()"},
    {{.kind = HL_FOCUS_FUNCTION, .name = (char *)"gone"}, 0, 0, NULL},
    {{.kind = HL_FOCUS_MODULE, .file = (char *)"/lib"}, 30, 0, "/lib"},
    {{.kind = HL_FOCUS_MODULE, .file = (char *)"/lib/b.py"}, 30, 0, "/lib/b.py"},
    {{.kind = HL_FOCUS_MODULE, .file = (char *)"/li"}, 0, 0, NULL},
    {{.kind = HL_FOCUS_NODE, .node = 1}, 0, 0, NULL},
    {{.kind = HL_FOCUS_THREAD, .number = 999}, 0, 0, NULL},
    {{.kind = HL_FOCUS_PROCESS, .number = 8}, 10, 10, "process 8"},
};

static uint64_t total_of(const struct hl_shown *shown, const char *name)
{
    for (size_t i = 0; i < hl_shown_file_count(shown); i++) {
        const struct hl_shown_file *file = hl_shown_file(shown, i);
        for (size_t j = 0; j < file->function_count; j++) {
            if (strcmp(file->functions[j].name, name) == 0) {
                return file->functions[j].total;
            }
        }
    }
    return 0;
}

START_TEST(test_focus)
{
    struct hl_run_data data;
    struct hl_shown *shown = NULL;
    struct hl_error error = {0};
    write_file("a.py", SOURCE);
    import(STACKS, &data);
    int r = hl_shown_focus(&data, &FOCUSES[_i].focus, &shown, &error);
    ck_assert_int_eq(r, FOCUSES[_i].samples > 0 ? 0 : -ENOENT);
    if (r == 0) {
        ck_assert_uint_eq(hl_shown_scale(shown)->samples, FOCUSES[_i].samples);
        ck_assert_uint_eq(total_of(shown, "work"), FOCUSES[_i].work);
        ck_assert_str_eq(hl_shown_focus_name(shown), FOCUSES[_i].name);
        ck_assert_uint_eq(hl_shown_run(shown)->samples, 100);
    } else {
        ck_assert_ptr_nonnull(error.message);
    }
    hl_error_finish(&error);
    hl_shown_unref(shown);
    hl_run_data_finish(&data);
}
END_TEST

START_TEST(test_callers)
{
    struct hl_run_data data;
    struct hl_caller *callers;
    size_t count;
    write_file("a.py", SOURCE);
    import(STACKS, &data);
    char *file = hl_xasprintf("%s/a.py", folder);
    ck_assert_int_eq(hl_shown_callers(&data, NULL, file, "work", 0, 5, &callers, &count), 0);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(callers[0].name, "main");
    ck_assert_uint_eq(callers[0].samples, 60);
    ck_assert_ptr_null(callers[1].name); /* its thread */
    ck_assert_uint_eq(callers[1].samples, 10);
    hl_callers_free(callers, count);
    ck_assert_int_eq(hl_shown_callers(&data, NULL, file, "work", 0, 1, &callers, &count), 0);
    ck_assert_uint_eq(count, 1);
    hl_callers_free(callers, count);
    ck_assert_int_eq(hl_shown_callers(&data, NULL, file, "work", 1, 5, &callers, &count), -ENOENT);
    free(file);
    hl_run_data_finish(&data);
}
END_TEST

/* Totals of f in runs from the oldest to the shown one; g takes 1000 in each. */
static const struct {
    unsigned totals[5]; /* 0 ends */
    enum hl_change change;
} HISTORIES[] = {
    {{500}, HL_CHANGE_NONE},
    {{500, 520}, HL_CHANGE_UNCLEAR},
    {{500, 600}, HL_CHANGE_UNCLEAR},           /* 20 %: 10 % between runs are assumed */
    {{500, 750}, HL_CHANGE_MORE},
    {{750, 500}, HL_CHANGE_LESS},
    {{500, 505, 495, 500, 650}, HL_CHANGE_MORE}, /* this target is steadier than that */
    {{900, 400, 1000, 500, 750}, HL_CHANGE_UNCLEAR}, /* and this one is not */
    {{50000, 50000, 50000, 50000, 52000}, HL_CHANGE_UNCLEAR}, /* below 5 % */
    {{4, 9}, HL_CHANGE_UNCLEAR},
};

START_TEST(test_changes)
{
    struct hl_store *store;
    const struct hl_save_options options = {.store_sources = true};
    int64_t id = 0;
    write_file("a.py", "def f():\n    pass\n");
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    size_t count = 0;
    for (; count < 5 && HISTORIES[_i].totals[count] > 0; count++) {
        struct hl_run_data data;
        char *raw = hl_xasprintf("f (@/a.py:2) %u\n", HISTORIES[_i].totals[count]);
        import(raw, &data);
        data.run.start = hl_clock_utc() - (int64_t)(10 - count) * 60 * HL_NS_PER_SECOND;
        ck_assert_int_eq(hl_run_data_save(&data, store, &options, NULL), 0);
        id = data.run.id;
        hl_run_data_finish(&data);
        free(raw);
    }
    struct hl_shown *shown;
    ck_assert_int_eq(hl_shown_load(store, id, &shown, NULL), 0);
    const struct hl_shown_file *file = hl_shown_file(shown, 0);
    ck_assert_uint_eq(file->function_count, 1);
    ck_assert_str_eq(file->text, "def f():\n    pass\n");
    ck_assert_int_eq(file->functions[0].change, HISTORIES[_i].change);
    ck_assert_uint_eq(hl_shown_past_count(shown), count - 1);
    ck_assert_int_eq(hl_shown_baseline(shown) != NULL, count > 1);
    for (size_t i = 0; i + 1 < count; i++) {
        ck_assert_uint_eq(hl_shown_past_total(shown, &file->functions[0], i),
                          HISTORIES[_i].totals[count - 2 - i]);
    }
    hl_shown_unref(shown);
    ck_assert_int_eq(hl_shown_load(store, id + 1, &shown, NULL), -ENOENT);
    hl_store_close(store);
}
END_TEST

/* Only the hash was stored: the text comes from the file while it is the same. */
START_TEST(test_hashed)
{
    struct hl_store *store;
    struct hl_run_data data;
    struct hl_shown *shown;
    const struct hl_save_options options = {.store_sources = false};
    write_file("a.py", SOURCE);
    import(STACKS, &data);
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    ck_assert_int_eq(hl_run_data_save(&data, store, &options, NULL), 0);
    if (_i == 1) {
        write_file("a.py", SOURCE "\n");
    }
    ck_assert_int_eq(hl_shown_load(store, data.run.id, &shown, NULL), 0);
    char *path = hl_xasprintf("%s/a.py", folder);
    const struct hl_shown_file *file = hl_shown_find(shown, path, NULL, NULL, 0);
    ck_assert_int_eq(file->state, HL_SOURCE_HASHED);
    ck_assert_int_eq(file->text != NULL, _i == 0);
    free(path);
    hl_shown_unref(shown);
    hl_run_data_finish(&data);
    hl_store_close(store);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("app-shown");
    TCase *tests = tcase_create("shown");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_find, 0, ARRAY_SIZE(PATHS));
    tcase_add_test(tests, test_count_found);
    tcase_add_loop_test(tests, test_focus, 0, ARRAY_SIZE(FOCUSES));
    tcase_add_test(tests, test_callers);
    tcase_add_loop_test(tests, test_changes, 0, ARRAY_SIZE(HISTORIES));
    tcase_add_loop_test(tests, test_hashed, 0, 2);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
