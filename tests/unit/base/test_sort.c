/* Sorting by numbers. */
#include <errno.h>
#include <stdlib.h>

#include "../suite.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/sort.h"

#define MOST 5000

/* The value tells where an item was, so this is the one right order. */
static int compare_items(const void *a, const void *b)
{
    const struct hl_sort_item *x = a;
    const struct hl_sort_item *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->value < y->value ? -1 : x->value > y->value;
}

static void check_order(size_t count, uint64_t mask)
{
    static struct hl_sort_item sorted[MOST];
    static struct hl_sort_item expected[MOST];
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = (struct hl_sort_item){.key = hl_hash_mix(i, count) & mask, .value = i};
        expected[i] = sorted[i];
    }
    ck_assert_int_eq(hl_sort_by_key(sorted, count), 0);
    qsort(expected, count, sizeof(*expected), compare_items);
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        wrong += compare_items(&sorted[i], &expected[i]) != 0;
    }
    ck_assert_uint_eq(wrong, 0);
}

START_TEST(test_sort)
{
    static const uint64_t MASKS[] = {0, 1, 0xff, 0xff00, UINT64_C(0xff000000000000ff),
                                     UINT64_C(0x00f0f0f000000000), UINT64_MAX};
    static const size_t COUNTS[] = {0, 1, 2, 31, 32, 33, 256, 1000, MOST};
    for (size_t i = 0; i < ARRAY_SIZE(COUNTS); i++) {
        check_order(COUNTS[i], MASKS[_i]);
    }
}
END_TEST

START_TEST(test_sort_without_memory)
{
    struct hl_sort_item items[100];
    for (uint32_t i = 0; i < 100; i++) {
        items[i] = (struct hl_sort_item){.key = 100 - i, .value = i};
    }
    hl_memory_fail_at(1, 0);
    ck_assert_int_eq(hl_sort_by_key(items, 100), -ENOMEM);
    hl_memory_fail_at(0, 0);
    ck_assert_uint_eq(items[0].key, 100);
    ck_assert_uint_eq(items[99].key, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base-sort");
    TCase *tests = tcase_create("sort");
    tcase_add_loop_test(tests, test_sort, 0, 7);
    tcase_add_test(tests, test_sort_without_memory);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
