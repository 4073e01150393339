/* The main() that all unit-test programs share: run one suite and report it. */
#ifndef HOTLENS_TESTS_UNIT_SUITE_H
#define HOTLENS_TESTS_UNIT_SUITE_H

#include <check.h>

static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

#endif
