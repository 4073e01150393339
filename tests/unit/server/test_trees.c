/* Which trees of stored runs are kept, and how long. */
#include <errno.h>

#include "../suite.h"
#include "fixture.h"
#include "hotlens/base/limits.h"
#include "hotlens/server/trees.h"

#define RUNS (HL_LIMIT_TREES + 2)

static struct program program;
static struct hl_store *store;
static struct hl_trees *trees;
static int64_t ids[RUNS];

static void setup(void)
{
    program_create(&program);
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &store, NULL), 0);
    for (unsigned i = 0; i < RUNS; i++) {
        ids[i] = program_save(&program, store, (struct counts){.hot_2 = 100 + i}, 60 - i);
    }
    trees = hl_trees_create();
}

static void teardown(void)
{
    hl_trees_destroy(trees);
    hl_store_close(store);
    program_remove(&program);
}

/* The profile of a run: the same one as before when it was kept. */
static const struct hl_profile *get(unsigned run)
{
    const struct hl_run_data *data = NULL;
    ck_assert_int_eq(hl_trees_get_id(trees, store, ids[run], &data, NULL), 0);
    ck_assert_int_eq(data->run.id, ids[run]);
    ck_assert_uint_eq(hl_profile_samples(data->profile), 100 + run);
    return data->profile;
}

/* Asking again brings a run to the front; the next one takes the place of what was not asked for longest. */
START_TEST(test_kept)
{
    struct hl_profile *first = hl_profile_ref((struct hl_profile *)get(0));
    struct hl_profile *last = NULL;
    for (unsigned i = 1; i < HL_LIMIT_TREES; i++) {
        hl_profile_unref(last);
        last = hl_profile_ref((struct hl_profile *)get(i));
    }
    ck_assert_uint_eq(hl_trees_count(trees), HL_LIMIT_TREES);
    get(HL_LIMIT_TREES);
    ck_assert_uint_eq(hl_trees_count(trees), HL_LIMIT_TREES);
    ck_assert_ptr_eq(get(HL_LIMIT_TREES - 1), last);
    get(HL_LIMIT_TREES + 1);
    ck_assert_ptr_eq(get(HL_LIMIT_TREES - 1), last);
    ck_assert_ptr_ne(get(0), first);
    ck_assert_uint_eq(hl_trees_count(trees), HL_LIMIT_TREES);
    hl_profile_unref(first);
    hl_profile_unref(last);
}
END_TEST

START_TEST(test_named)
{
    const struct hl_run_data *data = NULL;
    ck_assert_int_eq(hl_trees_get(trees, store, "last", &data, NULL), 0);
    ck_assert_int_eq(data->run.id, ids[RUNS - 1]);
    ck_assert_ptr_eq(get(RUNS - 1), data->profile);
    ck_assert_int_eq(hl_trees_get(trees, store, "no such run", &data, NULL), -ENOENT);
    ck_assert_uint_eq(hl_trees_count(trees), 1);
}
END_TEST

START_TEST(test_forgotten)
{
    const struct hl_run_data *data = NULL;
    get(0);
    get(1);
    hl_trees_forget(trees, ids[1]);
    hl_trees_forget(trees, ids[2]);
    ck_assert_uint_eq(hl_trees_count(trees), 1);
    ck_assert_int_eq(hl_store_delete_run(store, ids[0], NULL), 0);
    ck_assert_int_eq(hl_trees_get_id(trees, store, ids[0], &data, NULL), -ENOENT);
    hl_trees_forget(trees, ids[0]);
    ck_assert_uint_eq(hl_trees_count(trees), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server-trees");
    TCase *tests = tcase_create("trees");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_kept);
    tcase_add_test(tests, test_named);
    tcase_add_test(tests, test_forgotten);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
