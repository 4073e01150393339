/* Which run is shown where. */
#include "../suite.h"
#include "fake_jobs.h"
#include "hotlens/server/trees.h"

static struct program program;
static struct hl_documents *documents;
static struct hl_document *document;
static struct hl_settings settings;
static struct hl_jobs jobs;
static struct hl_shelf *shelf;
static unsigned changes;
static unsigned failures;

static void on_changed(void *user)
{
    changes++;
}

static void on_failed(void *user, const struct hl_error *error)
{
    ck_assert_ptr_nonnull(error->message);
    failures++;
}

static struct hl_trees *trees;

static void setup(void)
{
    static const struct hl_shelf_events EVENTS = {on_changed, on_failed};
    program_create(&program);
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &jobs.store, NULL), 0);
    hl_settings_init(&settings);
    changes = 0;
    failures = 0;
    documents = hl_documents_create();
    document = open_document(documents, program.uri, PROGRAM);
    trees = hl_trees_create();
    shelf = hl_shelf_create(&jobs, trees, &settings, &EVENTS, NULL);
}

static void teardown(void)
{
    run_jobs(&jobs);
    hl_shelf_destroy(shelf);
    hl_trees_destroy(trees);
    hl_documents_destroy(documents);
    hl_settings_finish(&settings);
    hl_store_close(jobs.store);
    program_remove(&program);
}

/* The id of the run that the document shows, -1 for none, -2 while it is loading. */
static int64_t shown_id(void)
{
    struct hl_shown *shown;
    bool is_loading;
    const struct hl_numbers *numbers = hl_shelf_numbers(shelf, document, &shown, &is_loading);
    ck_assert(!numbers || shown);
    return shown ? hl_shown_run(shown)->id : is_loading ? -2 : -1;
}

START_TEST(test_restore)
{
    int64_t age = _i == 1 ? 25 * 3600 : 3600;
    settings.restore = _i != 2;
    int64_t id = program_save(&program, jobs.store, USUAL, age);
    hl_shelf_add_folder(shelf, program.folder);
    ck_assert_int_eq(shown_id(), -2);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), _i == 0 ? id : -1);
    ck_assert_uint_eq(changes, _i == 0 ? 1 : 0);

    /* A run that another process saves appears by itself. */
    int64_t newer = program_save(&program, jobs.store, USUAL, 0);
    hl_shelf_refresh(shelf);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), newer);
    /* Nothing new: nothing changes. */
    unsigned before = changes;
    hl_shelf_refresh(shelf);
    run_jobs(&jobs);
    ck_assert_uint_eq(changes, before);
}
END_TEST

START_TEST(test_selected_run_stays)
{
    int64_t old = program_save(&program, jobs.store, USUAL, 3600);
    int64_t last = program_save(&program, jobs.store, USUAL, 1800);
    hl_shelf_add_folder(shelf, program.folder);
    hl_shelf_show_run(shelf, NULL, old);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), old);
    program_save(&program, jobs.store, USUAL, 60);
    hl_shelf_refresh(shelf);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), old);

    /* Of two calls the later one wins, whichever is loaded first. */
    hl_shelf_show_run(shelf, program.folder, old);
    hl_shelf_show_run(shelf, program.folder, last);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), last);
    hl_shelf_show_run(shelf, program.folder, old);
    hl_shelf_show_nothing(shelf, program.folder);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), -1);
    hl_shelf_refresh(shelf);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), -1);
    /* One that is deleted is not shown any longer. */
    hl_shelf_show_run(shelf, program.folder, last);
    run_jobs(&jobs);
    ck_assert_int_eq(hl_store_delete_run(jobs.store, last, NULL), 0);
    hl_shelf_refresh(shelf);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), -1);
    ck_assert_uint_eq(failures, 0);
}
END_TEST

START_TEST(test_outside)
{
    int64_t id = program_save(&program, jobs.store, USUAL, 3600);
    hl_shelf_add_folder(shelf, "/elsewhere");
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), -2);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), id);
    ck_assert_uint_eq(jobs.count, 0);
    int64_t newer = program_save(&program, jobs.store, USUAL, 0);
    hl_shelf_refresh(shelf);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), newer);
}
END_TEST

/* What is outside every folder is kept for open documents only. */
START_TEST(test_closed_while_searching)
{
    int64_t id = program_save(&program, jobs.store, USUAL, 3600);
    ck_assert_int_eq(shown_id(), -2);
    hl_shelf_close(shelf, document);
    ck_assert_uint_eq(run_jobs(&jobs), 1);
    hl_shelf_refresh(shelf);
    ck_assert_uint_eq(jobs.count, 0);
    ck_assert_int_eq(shown_id(), -2);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), id);
}
END_TEST

/* The answers for the folder as it was do not count for the one that came in its place. */
START_TEST(test_folder_comes_again)
{
    int64_t id = program_save(&program, jobs.store, USUAL, 3600);
    hl_shelf_add_folder(shelf, program.folder);
    hl_shelf_remove_folder(shelf, program.folder);
    hl_shelf_add_folder(shelf, program.folder);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), id);
    ck_assert_int_eq(hl_store_delete_run(jobs.store, id, NULL), 0);
    hl_shelf_run_deleted(shelf, id);
    ck_assert_int_eq(shown_id(), -1);
}
END_TEST

START_TEST(test_deleted_run)
{
    int64_t older = program_save(&program, jobs.store, USUAL, 3600);
    int64_t id = program_save(&program, jobs.store, USUAL, 60);
    if (_i == 0) {
        hl_shelf_add_folder(shelf, program.folder);
    }
    (void)shown_id();
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), id);
    ck_assert_int_eq(hl_store_delete_run(jobs.store, id, NULL), 0);
    hl_shelf_run_deleted(shelf, id);
    ck_assert_int_eq(shown_id(), _i == 0 ? -1 : -2);
    run_jobs(&jobs);
    ck_assert_int_eq(shown_id(), _i == 0 ? -1 : older);
}
END_TEST

START_TEST(test_memory)
{
    hl_shelf_add_folder(shelf, program.folder);
    run_jobs(&jobs);
    struct hl_shown *live = program_shown(&program, USUAL);
    hl_shelf_show(shelf, program.folder, live);
    ck_assert_int_eq(shown_id(), 0);
    ck_assert_uint_eq(changes, 1);
    /* Live numbers: at most one change a second. */
    hl_shelf_show(shelf, program.folder, live);
    ck_assert_uint_eq(changes, 1);
    hl_shown_unref(live);
    hl_shelf_remove_folder(shelf, program.folder);
    ck_assert_uint_eq(changes, 2);
    ck_assert_ptr_null(hl_shelf_first_folder(shelf));
}
END_TEST

static int focus_result;

static void on_focus(void *user, int result, const struct hl_error *error)
{
    focus_result = result;
}

static size_t caller_count;
static char caller_name[64];

static void on_callers(void *user, const struct hl_caller *callers, size_t count)
{
    caller_count = count;
    (void)snprintf(caller_name, sizeof(caller_name), "%s", count > 0 ? callers[0].name : "");
}

START_TEST(test_focus)
{
    int64_t id = program_save(&program, jobs.store, USUAL, 3600);
    struct hl_focus_spec hot = {.kind = HL_FOCUS_FUNCTION, .name = (char *)"hot"};
    struct hl_focus_spec none = {.kind = HL_FOCUS_FUNCTION, .name = (char *)"cold"};
    hl_shelf_set_focus(shelf, NULL, &hot, on_focus, NULL);
    ck_assert_int_eq(focus_result, -ENOENT);
    hl_shelf_add_folder(shelf, program.folder);
    run_jobs(&jobs);

    hl_shelf_set_focus(shelf, NULL, &hot, on_focus, NULL);
    run_jobs(&jobs);
    ck_assert_int_eq(focus_result, 0);
    struct hl_shown *shown = hl_shelf_shown(shelf, NULL);
    ck_assert_uint_eq(hl_shown_scale(shown)->samples, 800);
    ck_assert_str_eq(hl_shown_focus_name(shown), "hot()");
    ck_assert_int_eq(shown_id(), id);

    hl_shelf_set_focus(shelf, NULL, &none, on_focus, NULL);
    run_jobs(&jobs);
    ck_assert_int_eq(focus_result, -ENOENT);
    ck_assert_str_eq(hl_shown_focus_name(hl_shelf_shown(shelf, NULL)), "hot()");

    /* The focus stays when another run comes. */
    program_save(&program, jobs.store, (struct counts){50, 50, 100, 1}, 0);
    hl_shelf_refresh(shelf);
    run_jobs(&jobs);
    ck_assert_uint_eq(hl_shown_scale(hl_shelf_shown(shelf, NULL))->samples, 100);
    hl_shelf_set_focus(shelf, NULL, NULL, on_focus, NULL);
    ck_assert_int_eq(focus_result, 0);
    ck_assert_uint_eq(hl_shown_scale(hl_shelf_shown(shelf, NULL))->samples, 201);
}
END_TEST

/* A run in memory, as a recording that goes on has it. */
static struct hl_shown *recorded(struct counts counts, const char *uuid)
{
    struct hl_shown *shown = NULL;
    int64_t id = program_save(&program, jobs.store, counts, 7200);
    _cleanup_free_ char *name = hl_xasprintf("%d", (int)id);
    struct hl_run_data data = {0};
    ck_assert_int_eq(hl_run_data_load(jobs.store, name, &data, NULL), 0);
    ck_assert_int_eq(hl_store_delete_run(jobs.store, id, NULL), 0);
    free(data.run.uuid);
    data.run.uuid = hl_xstrdup(uuid);
    data.run.id = 0;
    ck_assert_int_eq(hl_shown_adopt(&data, &shown), 0);
    hl_run_data_finish(&data);
    return shown;
}

/* Neither has an id yet: the focus that was asked of the one is not shown as the other's. */
START_TEST(test_focus_of_two_recordings)
{
    struct hl_focus_spec hot = {.kind = HL_FOCUS_FUNCTION, .name = (char *)"hot"};
    struct hl_shown *one = recorded(USUAL, "one");
    struct hl_shown *two = recorded((struct counts){50, 50, 100, 1}, "two");
    hl_shelf_add_folder(shelf, program.folder);
    run_jobs(&jobs);
    hl_shelf_show(shelf, program.folder, one);
    hl_shelf_set_focus(shelf, NULL, &hot, on_focus, NULL);
    hl_shelf_show(shelf, program.folder, two);
    run_jobs(&jobs);
    ck_assert_int_eq(focus_result, 0);
    ck_assert_uint_eq(hl_shown_scale(hl_shelf_shown(shelf, NULL))->samples, 100);
    ck_assert_ptr_eq(hl_shelf_whole(shelf, NULL), two);
    hl_shelf_show(shelf, program.folder, one);
    hl_shelf_show(shelf, program.folder, two);
    hl_shelf_show(shelf, program.folder, one);
    run_jobs(&jobs);
    ck_assert_uint_eq(hl_shown_scale(hl_shelf_shown(shelf, NULL))->samples, 800);
    ck_assert_ptr_eq(hl_shelf_whole(shelf, NULL), one);
    hl_shown_unref(one);
    hl_shown_unref(two);
}
END_TEST

START_TEST(test_callers)
{
    program_save(&program, jobs.store, USUAL, 3600);
    hl_shelf_add_folder(shelf, program.folder);
    run_jobs(&jobs);
    struct hl_shown *shown;
    bool is_loading;
    const struct hl_numbers *numbers = hl_shelf_numbers(shelf, document, &shown, &is_loading);
    ck_assert_uint_eq(numbers->function_count, 2);
    ck_assert_str_eq(numbers->functions[0].function->name, "hot");
    hl_shelf_ask_callers(shelf, shown, numbers->file, numbers->functions[0].function, on_callers,
                         NULL);
    run_jobs(&jobs);
    ck_assert_uint_eq(caller_count, 1);
    ck_assert_str_eq(caller_name, "K.m");
}
END_TEST

static void count_load(void *user)
{
    ++*(unsigned *)user;
}

START_TEST(test_await_and_failure)
{
    unsigned loaded = 0;
    unsigned other = 0;
    hl_shelf_add_folder(shelf, program.folder);
    hl_shelf_await(shelf, count_load, &loaded);
    hl_shelf_await(shelf, count_load, &other);
    hl_shelf_stop_awaiting(shelf, &other);
    struct hl_store *store = jobs.store;
    jobs.store = NULL;
    run_jobs(&jobs);
    ck_assert_uint_eq(loaded, 1);
    ck_assert_uint_eq(other, 0);
    ck_assert_uint_eq(failures, 1);
    ck_assert_int_eq(shown_id(), -1);
    jobs.store = store;
    hl_shelf_show_run(shelf, program.folder, 12345);
    run_jobs(&jobs);
    ck_assert_uint_eq(failures, 2);
}
END_TEST

START_TEST(test_cache)
{
    program_save(&program, jobs.store, USUAL, 3600);
    hl_shelf_add_folder(shelf, program.folder);
    run_jobs(&jobs);
    struct hl_shown *shown;
    bool is_loading;
    const struct hl_numbers *first = hl_shelf_numbers(shelf, document, &shown, &is_loading);
    uint32_t line = first->lines[0].line;
    ck_assert_ptr_eq(hl_shelf_numbers(shelf, document, &shown, &is_loading), first);
    insert_text(documents, program.uri, 0, "\n");
    const struct hl_numbers *moved = hl_shelf_numbers(shelf, document, &shown, &is_loading);
    ck_assert_uint_eq(moved->lines[0].line, line + 1);
    hl_shelf_forget(shelf, document);
    ck_assert_ptr_nonnull(hl_shelf_numbers(shelf, document, &shown, &is_loading));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server-shelf");
    TCase *tests = tcase_create("shelf");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_restore, 0, 3);
    tcase_add_test(tests, test_selected_run_stays);
    tcase_add_test(tests, test_outside);
    tcase_add_test(tests, test_closed_while_searching);
    tcase_add_test(tests, test_folder_comes_again);
    tcase_add_loop_test(tests, test_deleted_run, 0, 2);
    tcase_add_test(tests, test_memory);
    tcase_add_test(tests, test_focus);
    tcase_add_test(tests, test_focus_of_two_recordings);
    tcase_add_test(tests, test_callers);
    tcase_add_test(tests, test_await_and_failure);
    tcase_add_test(tests, test_cache);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
