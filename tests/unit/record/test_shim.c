/* Drives the shim as a program of its own; $SHIM is its path. Waits are for events only. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "../suite.h"
#include "hotlens/base/buffer.h"
#include "tree.h"

struct run {
    pid_t pid;
    int out; /* reads what it writes to 1 and 2 */
    int in;  /* writes to its 0 */
};

/* `keep` stays open in the child under its own number; -1 for none. */
static struct run start(const char *const *argv, int keep)
{
    int in[2];
    int out[2];
    ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(out[1], 2);
        if (keep >= 0) {
            fcntl(keep, F_SETFD, 0);
        }
        execv(getenv("SHIM"), (char *const *)argv);
        _exit(99);
    }
    close(in[0]);
    close(out[1]);
    return (struct run){ .pid = pid, .out = out[0], .in = in[1] };
}

static char *read_all(int fd)
{
    struct hl_buffer text = { 0 };
    char bytes[4096];
    ssize_t got;
    while ((got = read(fd, bytes, sizeof(bytes))) > 0) {
        hl_buffer_append(&text, bytes, (size_t)got);
    }
    return hl_buffer_take(&text);
}

static void read_line(int fd, char *line, size_t size)
{
    size_t length = 0;
    while (length + 1 < size && read(fd, line + length, 1) == 1 && line[length] != '\n') {
        length++;
    }
    line[length] = '\0';
}

static int wait_exit(pid_t pid)
{
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static const struct {
    const char *argv[12];
    int code;
    const char *output; /* part of it */
} rows[] = {
    { { "exec", "--", "/bin/sh", "-c", "exit 7" }, 7, "" },
    { { "exec", "--", "sh", "-c", "echo found in PATH" }, 0, "found in PATH" },
    { { "exec", "--", "nonexistent-program" }, 127, "cannot run nonexistent-program: No such file" },
    { { "exec", "--", "a\x1b[31mb\nc" }, 127, "cannot run a\\x1b[31mb\\nc: No such file" },
    { { "exec", "\x1b[31m\xff" }, 2, "unknown option \\x1b[31m\\xff" },
    { { "exec", "--", "/etc/passwd" }, 126, "Permission denied" },
    { { "exec" }, 2, "usage: hotlens exec" },
    { { "exec", "--" }, 2, "program is missing" },
    { { "exec", "sh" }, 2, "unknown option sh" },
    { { "exec", "--bogus", "--", "sh" }, 2, "unknown option --bogus" },
    { { "exec", "--stdio", "0,1", "--", "sh" }, 2, "--stdio" },
    { { "exec", "--stdio", "0,1,2x", "--", "sh" }, 2, "--stdio" },
    { { "exec", "--parent", "-1", "--", "sh" }, 2, "--parent" },
    { { "exec", "--parent" }, 2, "--parent" },
    { { "exec", "--group", "99999999999999999999", "--", "sh" }, 2, "--group" },
    { { "exec", "--own-group", "--group", "1", "--", "sh" }, 2, "exclude" },
    { { "exec", "--death-signal", "999", "--", "sh" }, 2, "no such signal" },
    { { "exec", "--guard", "9", "--", "sh" }, 2, "takes no program" },
    { { "exec", "--hold", "9", "--", "sh" }, 2, "--hold is for --guard" },
    { { "exec", "--status", "1", "--stdio", "0,1,2", "--", "sh" }, 2, "of its own" },
    { { "exec", "--parent", "1", "--", "sh", "-c", "echo ran" }, 126, "cancel" },
    { { "exec", "--stdio", "1,0,2", "--", "sh", "-c", "echo swapped <&0 >&0" }, 0, "swapped" },
    { { "exec", "--stdio", "2,2,1", "--", "sh", "-c", "echo a; echo b >&2" }, 0, "a\nb" },
    { { "exec", "--own-group", "--", "sh", "-c", "read -r a b c d e f </proc/$$/stat; test $e = $$" },
      0, "" },
    { { "exec", "--close", "2", "--", "sh" }, 2, "--close" },
    { { "exec", "--", "sh", "-c",
        "exec \"$SHIM\" --close 9 -- sh -c '(: >&9) 2>/dev/null || echo closed' 9>&1" }, 0, "closed" },
    { { "exec", "--lifeline", "--", "sh", "-c", "exit 9" }, 9, "" },
    { { "exec", "--lifeline", "--", "sh", "-c", "kill -9 $$" }, 137, "" },
    { { "exec", "--lifeline", "--", "nonexistent-program" }, 127, "No such file" },
};

START_TEST(row)
{
    struct run run = start(rows[_i].argv, -1);
    _cleanup_free_ char *text = read_all(run.out);
    int code = wait_exit(run.pid);
    ck_assert_msg(code == rows[_i].code, "exit %d: %s", code, text);
    ck_assert_msg(strstr(text, rows[_i].output) != NULL, "%s", text);
}
END_TEST

/* The program of a careless parent: everything blocked, everything ignored. */
START_TEST(resets_signals)
{
    sigset_t all;
    sigfillset(&all);
    for (int number = 1; number < NSIG; number++) {
        (void)signal(number, SIG_IGN);
    }
    (void)signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_SETMASK, &all, NULL);
    const char *argv[] = { "exec", "--", "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status", NULL };
    struct run run = start(argv, -1);
    _cleanup_free_ char *text = read_all(run.out);
    ck_assert_str_eq(text, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    ck_assert_int_eq(wait_exit(run.pid), 0);
}
END_TEST

START_TEST(status)
{
    const char *programs[] = { "nonexistent-program", "true" };
    int expected[] = { ENOENT, 0 };
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    char number[12];
    snprintf(number, sizeof(number), "%d", fds[1]);
    const char *argv[] = { "exec", "--status", number, "--", programs[_i], NULL };
    struct run run = start(argv, fds[1]);
    close(fds[1]);
    int code = 0;
    ssize_t got = read(fds[0], &code, sizeof(code));
    ck_assert_int_eq(got, expected[_i] ? (ssize_t)sizeof(code) : 0);
    ck_assert_int_eq(code, expected[_i]);
    _cleanup_free_ char *text = read_all(run.out);
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(wait_exit(run.pid), expected[_i] ? 127 : 0);
}
END_TEST

static const struct {
    const char *trap; /* what the program does on the first signals */
    int code;
} cuts[] = {
    { "trap 'echo stopped; exit 5' INT", 5 }, /* SIGINT is enough */
    { "trap '' INT", 143 },                   /* then SIGTERM */
};

START_TEST(lifeline_cut)
{
    _cleanup_free_ char *script = hl_xasprintf("%s; echo ready; while :; do sleep 0.05; done",
                                               cuts[_i].trap);
    const char *argv[] = { "exec", "--lifeline", "--", "sh", "-c", script, NULL };
    struct run run = start(argv, -1);
    char line[32];
    read_line(run.out, line, sizeof(line));
    ck_assert_str_eq(line, "ready");
    close(run.in);
    ck_assert_int_eq(wait_exit(run.pid), cuts[_i].code);
}
END_TEST

START_TEST(death_signal)
{
    int report[2];
    ck_assert_int_eq(pipe(report), 0);
    pid_t middle = fork();
    if (middle == 0) {
        _cleanup_free_ char *self = hl_xasprintf("%d", (int)getpid());
        _cleanup_free_ char *script =
            hl_xasprintf("trap 'echo orphan >&%d; exit' INT; echo ready; "
                         "while :; do sleep 0.05; done", report[1]);
        const char *argv[] = { "exec", "--parent", self, "--death-signal", "2",
                               "--",   "sh",       "-c", script,           NULL };
        struct run run = start(argv, -1);
        char line[32];
        read_line(run.out, line, sizeof(line));
        _exit(strcmp(line, "ready") == 0 ? 0 : 1);
    }
    close(report[1]);
    ck_assert_int_eq(wait_exit(middle), 0);
    _cleanup_free_ char *text = read_all(report[0]);
    ck_assert_str_eq(text, "orphan\n");
}
END_TEST

static void say(int fd, const char *word, const char *value)
{
    _cleanup_free_ char *text = hl_xasprintf("%s %s\n", word, value);
    ck_assert_int_eq(hl_write_to_fd(&fd, text, strlen(text)), 0);
}

static pid_t start_program(const char *marker, const char *script, int *ret_out)
{
    if (marker) {
        setenv("HOTLENS_RUN", marker, 1);
    } else {
        unsetenv("HOTLENS_RUN");
    }
    const char *argv[] = { "exec", "--", "sh", "-c", script, NULL };
    struct run run = start(argv, -1);
    unsetenv("HOTLENS_RUN");
    char line[32];
    read_line(run.out, line, sizeof(line));
    ck_assert_str_eq(line, "ready");
    *ret_out = run.out;
    return run.pid;
}

static const char forever[] = "echo ready; while :; do sleep 0.05; done";
static const char stubborn[] = "trap '' INT; echo ready; while :; do sleep 0.05; done";

static const struct {
    bool done;
    bool tell;
    const char *marker;
    const char *script;
    int code; /* 0: lives */
} guarded[] = {
    { false, true, NULL, forever, 128 + SIGINT },
    { false, false, "u-7", forever, 128 + SIGINT },
    { false, true, "u-7", stubborn, 128 + SIGTERM },
    { false, false, "u-77", forever, 0 }, /* of another run */
    { false, false, NULL, forever, 0 },
    { true, true, "u-7", forever, 0 },
};

START_TEST(guard)
{
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    char number[12];
    snprintf(number, sizeof(number), "%d", fds[0]);
    const char *argv[] = { "exec", "--guard", number, NULL };
    struct run run = start(argv, fds[0]); /* first, as always: nothing that it looks after is older */
    close(fds[0]);
    int out;
    pid_t program = start_program(guarded[_i].marker, guarded[_i].script, &out);
    _cleanup_free_ char *pid = hl_xasprintf("%d", (int)program);
    say(fds[1], "uuid", "u-7");
    say(fds[1], guarded[_i].tell ? "program" : "nonsense", pid);
    if (guarded[_i].done) {
        ck_assert_int_eq(write(fds[1], "done\n", 5), 5);
    }
    close(fds[1]);
    /* Reaped only afterwards, so the guard sees a zombie, which counts as ended. */
    ck_assert_int_eq(wait_exit(run.pid), 0);
    if (guarded[_i].code == 0) {
        ck_assert_int_eq(waitpid(program, NULL, WNOHANG), 0);
        kill(program, SIGKILL);
    }
    ck_assert_int_eq(wait_exit(program), guarded[_i].code ? guarded[_i].code : 128 + SIGKILL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record-shim");
    TCase *tcase = tcase_create("shim");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, row, 0, ARRAY_SIZE(rows));
    tcase_add_test(tcase, resets_signals);
    tcase_add_loop_test(tcase, status, 0, 2);
    tcase_add_loop_test(tcase, lifeline_cut, 0, ARRAY_SIZE(cuts));
    tcase_add_test(tcase, death_signal);
    tcase_add_loop_test(tcase, guard, 0, ARRAY_SIZE(guarded));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
