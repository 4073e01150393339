/* A command that does not end in time. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

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
    struct command wanted = {
        .argv = argv,
        .error_fd = -1,
        .limit = 1024,
        .timeout = rows[_i].timeout,
    };
    int r = command_run(&wanted, rows[_i].output ? &output : NULL, &status);
    ck_assert_int_eq(r, rows[_i].result);
    if (r == 0) {
        ck_assert_int_eq(status, 0);
    }
}
END_TEST

/* What it finds is what it was given, not what is ours. */
START_TEST(place)
{
    char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)"pwd; echo $PLACE-$HOME", NULL };
    char *environment[] = { (char *)"PLACE=there", NULL };
    struct command wanted = {
        .argv = argv, .cwd = "/usr", .environment = environment, .error_fd = -1, .limit = 1024};
    _cleanup_buffer_ struct hl_buffer output = { 0 };
    int status = -1;
    ck_assert_int_eq(command_run(&wanted, &output, &status), 0);
    ck_assert_int_eq(status, 0);
    hl_buffer_putc(&output, '\0');
    ck_assert_str_eq(output.data, "/usr\nthere-\n");
    wanted.cwd = "/nonexistent";
    ck_assert_int_eq(command_run(&wanted, &output, &status), -ENOENT);
}
END_TEST

static void *cancel(void *flag)
{
    usleep(50000); /* it is right whenever this comes */
    atomic_store((atomic_bool *)flag, true);
    return NULL;
}

static const bool cancels[] = { true, false }; /* while its output is read; while its end is waited for */

START_TEST(cancelled)
{
    char *argv[] = { (char *)"sleep", (char *)"1000", NULL };
    atomic_bool flag = false;
    struct command wanted = {.argv = argv, .error_fd = -1, .limit = 1024, .cancelled = &flag};
    _cleanup_buffer_ struct hl_buffer output = { 0 };
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, cancel, &flag), 0);
    int status = -1;
    ck_assert_int_eq(command_run(&wanted, cancels[_i] ? &output : NULL, &status), -ECANCELED);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record-command");
    TCase *command_case = tcase_create("command");
    tcase_add_loop_test(command_case, command, 0, ARRAY_SIZE(rows));
    tcase_add_test(command_case, place);
    tcase_add_loop_test(command_case, cancelled, 0, ARRAY_SIZE(cancels));
    suite_add_tcase(suite, command_case);
    return run_suite(suite);
}
