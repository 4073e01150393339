/* Our own requests: each is answered once, in any order, or never. */
#include "../suite.h"
#include "hotlens/lsp/pending.h"

struct seen {
    int count;
    bool gone;
    bool had_result;
};

static void on_answer(void *user, const cJSON *result, const cJSON *error, bool gone)
{
    struct seen *seen = user;
    (void)error;
    seen->count++;
    seen->gone = gone;
    seen->had_result = result != NULL;
}

static bool resolve(struct hl_pending *pending, int64_t id, bool failed)
{
    cJSON value = {.type = cJSON_True};
    struct hl_message message = {.kind = HL_MESSAGE_RESPONSE,
                                 .id = {.kind = HL_RPC_ID_NUMBER, .number = (double)id},
                                 .result = failed ? NULL : &value,
                                 .error = failed ? &value : NULL};
    return hl_pending_resolve(pending, &message);
}

START_TEST(test_once_in_any_order)
{
    struct hl_pending *pending = hl_pending_create();
    struct seen seen[4] = {0};
    int64_t ids[4];
    for (int i = 0; i < 4; i++) {
        ids[i] = hl_pending_add(pending, on_answer, &seen[i]);
    }
    ck_assert(resolve(pending, ids[2], false));
    ck_assert(resolve(pending, ids[0], true));
    ck_assert(!resolve(pending, ids[0], false));
    ck_assert(!resolve(pending, 4711, false));
    ck_assert_uint_eq(hl_pending_count(pending), 2);
    hl_pending_destroy(pending);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(seen[i].count, 1);
        ck_assert_int_eq(seen[i].gone, i == 1 || i == 3);
        ck_assert_int_eq(seen[i].had_result, i == 2);
    }
}
END_TEST

START_TEST(test_nobody_waits)
{
    struct hl_pending *pending = hl_pending_create();
    int64_t id = hl_pending_add(pending, NULL, NULL);
    ck_assert(resolve(pending, id, false));
    (void)hl_pending_add(pending, NULL, NULL);
    hl_pending_destroy(pending);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lsp-pending");
    TCase *tcase = tcase_create("all");
    tcase_add_test(tcase, test_once_in_any_order);
    tcase_add_test(tcase, test_nobody_waits);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
