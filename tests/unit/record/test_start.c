/* What a recording refuses before anything runs. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/base/limits.h"
#include "hotlens/record/recording.h"

static const struct {
    uint32_t rate;
    uint32_t duration;
    const char *message; /* the first thing that is wrong; at the limits, the py-spy that is missing */
} STARTS[] = {
    {0, 0, "rate"},
    {1, 0, "py-spy"},
    {HL_LIMIT_RATE, HL_LIMIT_DURATION, "py-spy"},
    {HL_LIMIT_RATE + 1, 0, "rate"},
    {UINT32_MAX, 0, "rate"},
    {100, HL_LIMIT_DURATION + 1, "duration"},
};

START_TEST(test_limits)
{
    char program[] = "true";
    char *argv[] = {program, NULL};
    struct hl_record_options options = {
        .argv = argv,
        .py_spy = "/nonexistent/py-spy",
        .hotlens = "/bin/sh",
        .spool = "/nonexistent",
        .uuid = "u",
        .stdio = {-1, -1, -1},
        .rate = STARTS[_i].rate,
        .duration = STARTS[_i].duration,
    };
    uv_loop_t loop;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    struct hl_record_events events = {0};
    struct hl_recording *recording = NULL;
    _cleanup_error_ struct hl_error error = {0};
    ck_assert_int_lt(hl_recording_start(&loop, &options, &events, NULL, &recording, &error), 0);
    ck_assert_ptr_null(recording);
    ck_assert_ptr_nonnull(strstr(error.message, STARTS[_i].message));
    ck_assert_int_eq(uv_loop_close(&loop), 0); /* nothing was left on it */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record-start");
    TCase *tests = tcase_create("start");
    tcase_add_loop_test(tests, test_limits, 0, ARRAY_SIZE(STARTS));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
