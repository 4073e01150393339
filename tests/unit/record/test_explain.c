#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/base/macros.h"
#include "hotlens/record/explain.h"

#define SAMPLING "py-spy> Sampling process 100 times a second for 1 seconds. Press Control-C to exit.\n\n"
#define DENIED                                                                                     \
    "Permission Denied: Try running again with elevated permissions by going 'sudo env "           \
    "\"PATH=$PATH\" !!'\n"

/* What py-spy 0.4.3 really printed, and after those what its source says it prints elsewhere. */
static const struct {
    const char *name;
    int exit_code;
    int signal;
    const char *output;
    enum hl_failure expected;
    const char *in_text; /* part of the message or of the remedy */
} rows[] = {
    { "no such pid", 1, 0,
      "Error: Failed to get process executable name. Check that the process is running.\n\n"
      "Caused by:\n    0: No such file or directory (os error 2)\n"
      "    1: No such file or directory (os error 2)\n", HL_FAILURE_GONE, "ended before" },
    { "sleep", 1, 0, "Error: Failed to find python version from target process\n",
      HL_FAILURE_NOT_PYTHON, "subprocesses" },
    { "sleep with -s", 1, 0,
      "Error: No python processes found in process 16281 or any of its subprocesses\n",
      HL_FAILURE_NOT_PYTHON, "uv run" },
    { "another user", 1, 0, DENIED, HL_FAILURE_PERMISSION, "setcap cap_sys_ptrace+ep /opt/py-spy" },
    { "no program", 1, 0,
      "Error: Failed to create process 'nonexistentprog': No such file or directory (os error 2)\n",
      HL_FAILURE_PROGRAM, "could not be started" },
    { "not executable", 1, 0,
      "Error: Failed to create process '/etc/passwd': Permission denied (os error 13)\n",
      HL_FAILURE_PROGRAM, "os error 13" },
    { "no output folder", 1, 0, SAMPLING "Error: No such file or directory (os error 2)\n",
      HL_FAILURE_OUTPUT, "could not write" },
    { "output not writable", 1, 0, SAMPLING DENIED, HL_FAILURE_OUTPUT, "writable" },
    { "unknown option in colour", 2, 0,
      "\033[1m\033[31merror:\033[0m unexpected argument '\033[33m--bogus\033[0m' found\n",
      HL_FAILURE_USAGE, "unexpected argument '--bogus' found" },
    { "backtrace", 1, 0,
      "Error: Failed to find python version from target process\n\nStack backtrace:\n"
      "   0: anyhow::error::<impl anyhow::Error>::msg\n"
      "   1: py_spy::python_process_info::get_python_version\n", HL_FAILURE_NOT_PYTHON, "42" },
    { "bad duration", 101, 0,
      "\nthread 'main' (16391) panicked at src/config.rs:398:65:\n"
      "invalid duration: ParseIntError { kind: InvalidDigit }\n", HL_FAILURE_USAGE, "too old" },
    { "written", 0, 0,
      SAMPLING "py-spy> Wrote raw flamegraph data to 'x.raw'. Samples: 3 Errors: 0\n",
      HL_FAILURE_NONE, NULL },
    { "reaped at the wrong moment", 1, 0,
      SAMPLING "py-spy> Wrote raw flamegraph data to 'x.raw'. Samples: 3 Errors: 0\n"
      "Error: No child process (os error 10)\n", HL_FAILURE_NONE, NULL },
    { "stop refused", 1, 0,
      "Error: Failed to suspend process\n\nCaused by:\n    EPERM: Operation not permitted\n",
      HL_FAILURE_PERMISSION, "not allowed" },
    { "macOS", 1, 0, "This program requires root on OSX.\n", HL_FAILURE_PERMISSION, "sudo" },
    { "too new", 1, 0, "Error: Unsupported version of Python: 3.15.0\n", HL_FAILURE_TOO_NEW,
      "3.15.0" },
    { "no interpreter", 1, 0,
      "Error: Failed to find a python interpreter in the .data section\n",
      HL_FAILURE_NO_INTERPRETER, "locate" },
    { "GIL", 1, 0,
      "Error: Cannot detect GIL holding in version '3.6.15' on the current platform (reason: x)\n",
      HL_FAILURE_GIL, "without the GIL option" },
    { "panic", 101, 0, "\nthread 'main' panicked at src/main.rs:1:1:\nboom\n",
      HL_FAILURE_CRASHED, "panicked" },
    { "killed", -1, SIGKILL, SAMPLING, HL_FAILURE_CRASHED, "killed" },
    { "unknown", 1, 0, "\033[32mpy-spy>\033[0m hm\nError: something odd\n", HL_FAILURE_OTHER,
      ": something odd" },
    { "nothing said", 1, 0, NULL, HL_FAILURE_OTHER, "doctor" },
    { "unfinished escape", 1, 0, "\033]0;title\033", HL_FAILURE_OTHER, "failed" },
    { "lone escape", 1, 0, "\033", HL_FAILURE_OTHER, "failed" },
};

START_TEST(row)
{
    ck_assert_msg(hl_failure_classify(rows[_i].exit_code, rows[_i].signal, rows[_i].output) ==
                      rows[_i].expected, "%s: wrong kind", rows[_i].name);
    struct hl_failure_context context = {
        .pid = 42, .program = "x.py", .py_spy = "/opt/py-spy", .output = rows[_i].output };
    struct hl_error error = { 0 };
    int result = hl_failure_explain(rows[_i].expected, &context, &error);
    if (rows[_i].expected == HL_FAILURE_NONE) {
        ck_assert_int_eq(result, 0);
        ck_assert_int_eq(error.code, 0);
        return;
    }
    ck_assert_int_eq(result, -error.code);
    ck_assert_int_gt(error.code, 0);
    ck_assert_ptr_nonnull(error.remedy);
    ck_assert_ptr_nonnull(strstr(error.message, "process 42 (x.py)"));
    ck_assert_ptr_null(strchr(error.message, '\033'));
    ck_assert_msg(strstr(error.message, rows[_i].in_text) || strstr(error.remedy, rows[_i].in_text),
                  "%s: %s / %s", rows[_i].name, error.message, error.remedy);
    hl_error_finish(&error);
}
END_TEST

static const struct {
    struct hl_probe probe;
    bool sudo, attach;
    const char *expected;
    const char *absent;
} remedies[] = {
    { { .trace = HL_TRACE_CHILDREN, .ptrace_scope = 1 }, false, true, "launch sampler", NULL },
    { { .trace = HL_TRACE_CHILDREN, .ptrace_scope = 1 }, false, true, "kernel.yama.ptrace_scope=0",
      NULL },
    { { .trace = HL_TRACE_NOTHING, .ptrace_scope = 2 }, false, true, "setcap", "launch sampler" },
    { { .trace = HL_TRACE_NOTHING, .ptrace_scope = 3 }, false, true, "boot", "sysctl kernel" },
    { { .trace = HL_TRACE_NOTHING, .ptrace_scope = -1, .container = true }, false, true,
      "--cap-add SYS_PTRACE", "setcap" },
    { { .trace = HL_TRACE_SIBLINGS, .ptrace_scope = -1 }, false, true, "with sudo", "sysctl" },
    { { .trace = HL_TRACE_SIBLINGS, .ptrace_scope = 1 }, true, true,
      "ALL=(root) NOPASSWD: /opt/hot\\ lens exec --lifeline -- /opt/py-spy record *", NULL },
};

START_TEST(remedy)
{
    struct hl_failure_context context = { .pid = 7, .py_spy = "/opt/py-spy", .hotlens = "/opt/hot lens",
        .probe = &remedies[_i].probe, .sudo = remedies[_i].sudo, .attach = remedies[_i].attach };
    struct hl_error error = { 0 };
    ck_assert_int_eq(hl_failure_explain(HL_FAILURE_PERMISSION, &context, &error), -EPERM);
    ck_assert_msg(strstr(error.remedy, remedies[_i].expected) != NULL, "%s", error.remedy);
    ck_assert(!remedies[_i].absent || !strstr(error.remedy, remedies[_i].absent));
    hl_error_finish(&error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record-explain");
    TCase *tcase = tcase_create("explain");
    tcase_add_loop_test(tcase, row, 0, ARRAY_SIZE(rows));
    tcase_add_loop_test(tcase, remedy, 0, ARRAY_SIZE(remedies));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
