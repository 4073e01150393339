/* A command that does not end in time. */
#include <errno.h>
#include <stdbool.h>

#include "../suite.h"
#include "find_internal.h"
#include "hotlens/base/clock.h"

static const struct {
    const char *script;
    bool output;
    int64_t timeout;
    int result;
} rows[] = {
    { "echo x", true, HL_NS_PER_SECOND * 60, 0 },
    { "exec >&-; exec sleep 1000", true, HL_NS_PER_SECOND / 5, -ETIMEDOUT },
    { "exec sleep 1000", true, HL_NS_PER_SECOND / 5, -ETIMEDOUT },
    { "exec sleep 1000", false, HL_NS_PER_SECOND / 5, -ETIMEDOUT },
    { "trap '' INT TERM; sleep 1000", false, HL_NS_PER_SECOND / 5, -ETIMEDOUT },
    { "exit 0", false, 0, 0 },
};

START_TEST(command)
{
    char *argv[] = { (char *)"sh", (char *)"-c", (char *)rows[_i].script, NULL };
    _cleanup_buffer_ struct hl_buffer output = { 0 };
    int status = -1;
    int r = command_run(argv, -1, rows[_i].output ? &output : NULL, 1024, rows[_i].timeout, &status);
    ck_assert_int_eq(r, rows[_i].result);
    if (r == 0) {
        ck_assert_int_eq(status, 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record-command");
    TCase *command_case = tcase_create("command");
    tcase_add_loop_test(command_case, command, 0, ARRAY_SIZE(rows));
    suite_add_tcase(suite, command_case);
    return run_suite(suite);
}
