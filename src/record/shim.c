/* See shim.h. No allocation and no libuv: this runs for a moment between fork and exec. */
#include "hotlens/record/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/macros.h"
#include "hotlens/base/utf8.h"
#include "os.h"
#include "shim_internal.h"

struct shim_options {
    int parent;
    int death_signal;
    int group;
    int stdio[3];
    int status;
    int guard;
    int hold;
    int close;
    bool own_group;
    bool allow_tracer;
    bool lifeline;
    char **program;
};

static const char usage_text[] =
    "usage: hotlens exec [--parent PID] [--death-signal N] [--own-group | --group PGID]\n"
    "                    [--stdio A,B,C] [--close FD] [--allow-tracer] [--status FD]\n"
    "                    [--setenv NAME=VALUE] [--unsetenv NAME] [--lifeline]\n"
    "                    -- PROGRAM [ARGUMENT...]\n"
    "       hotlens exec --guard FD [--hold FD]\n";

/* Text of others on what may be a terminal. */
static void print_visible(const char *text)
{
    _cleanup_buffer_ struct hl_buffer visible = { 0 };
    hl_utf8_append_visible(&visible, text, strlen(text));
    (void)fwrite(visible.data ? visible.data : "", 1, visible.length, stderr);
}

void shim_complain(const char *program, int code)
{
    (void)fputs("hotlens: cannot run ", stderr);
    print_visible(program);
    (void)fprintf(stderr, ": %s\n", strerror(code));
}

static int usage(const char *what, const char *which)
{
    (void)fprintf(stderr, "hotlens exec: %s%s", what, which ? " " : "");
    print_visible(which ? which : "");
    (void)fprintf(stderr, "\n%s", usage_text);
    return SHIM_EXIT_USAGE;
}

/* A plain decimal number from `low` on, up to `end`, which is also where it must stop. */
static bool parse_number(const char *text, char end, int low, int *ret_number, const char **ret_rest)
{
    if (*text < '0' || *text > '9') {
        return false;
    }
    char *rest;
    errno = 0;
    long number = strtol(text, &rest, 10);
    if (errno != 0 || *rest != end || number < low || number > INT_MAX) {
        return false;
    }
    *ret_number = (int)number;
    if (ret_rest) {
        *ret_rest = rest + 1;
    }
    return true;
}

static bool parse_stdio(const char *text, int stdio[3])
{
    return parse_number(text, ',', 0, &stdio[0], &text) &&
           parse_number(text, ',', 0, &stdio[1], &text) &&
           parse_number(text, '\0', 0, &stdio[2], NULL);
}

static bool parse_flag(const char *name, struct shim_options *options)
{
    if (strcmp(name, "--own-group") == 0) {
        options->own_group = true;
    } else if (strcmp(name, "--allow-tracer") == 0) {
        options->allow_tracer = true;
    } else if (strcmp(name, "--lifeline") == 0) {
        options->lifeline = true;
    } else {
        return false;
    }
    return true;
}

/* 1 when taken, 0 when there is no such option, -EINVAL for a bad value. */
static int parse_valued(const char *name, char *value, struct shim_options *options)
{
    const struct {
        const char *name;
        int low;
        int *number;
    } rows[] = {
        { "--parent", 1, &options->parent },
        { "--death-signal", 1, &options->death_signal },
        { "--group", 1, &options->group },
        { "--status", 0, &options->status },
        { "--guard", 0, &options->guard },
        { "--hold", 0, &options->hold },
        { "--close", 3, &options->close },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcmp(name, rows[i].name) == 0) {
            bool good = value && parse_number(value, '\0', rows[i].low, rows[i].number, NULL);
            return good ? 1 : -EINVAL;
        }
    }
    if (strcmp(name, "--setenv") == 0) {
        return value && value[0] != '=' && strchr(value, '=') && putenv(value) == 0 ? 1 : -EINVAL;
    }
    if (strcmp(name, "--unsetenv") == 0) {
        return value && unsetenv(value) == 0 ? 1 : -EINVAL;
    }
    if (strcmp(name, "--stdio") == 0) {
        return value && parse_stdio(value, options->stdio) ? 1 : -EINVAL;
    }
    return 0;
}

/* Returns 0 or the exit code. */
static int check_options(const struct shim_options *options)
{
    if (options->guard >= 0) {
        return options->program ? usage("--guard takes no program", NULL) : 0;
    }
    if (options->hold >= 0) {
        return usage("--hold is for --guard", NULL);
    }
    if (!options->program || !options->program[0]) {
        return usage("a program is missing after --", NULL);
    }
    if (options->own_group && options->group > 0) {
        return usage("--own-group and --group exclude each other", NULL);
    }
    if (options->death_signal >= NSIG) {
        return usage("there is no such signal", NULL);
    }
    for (int i = 0; i < 3; i++) {
        if (options->status >= 0 && options->status == options->stdio[i]) {
            return usage("--status needs a descriptor of its own", NULL);
        }
    }
    return 0;
}

static int parse(int argc, char **argv, struct shim_options *options)
{
    *options = (struct shim_options){ .stdio = { -1, -1, -1 }, .status = -1, .guard = -1,
                                      .hold = -1, .close = -1 };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            options->program = argv + i + 1;
            break;
        }
        if (parse_flag(argv[i], options)) {
            continue;
        }
        int result = parse_valued(argv[i], i + 1 < argc ? argv[i + 1] : NULL, options);
        if (result == 0) {
            return usage("unknown option", argv[i]);
        }
        if (result < 0) {
            return usage("bad or missing value of", argv[i]);
        }
        i++;
    }
    return check_options(options);
}

/* Tells whoever started us why it will not run; returns the exit code. */
static int fail(int status_fd, int code, const char *what)
{
    if (status_fd >= 0) {
        int32_t number = code;
        (void)hl_write_to_fd(&status_fd, (const char *)&number, sizeof(number));
    } else {
        shim_complain(what, code);
    }
    return code == ENOENT ? SHIM_EXIT_NOT_FOUND : SHIM_EXIT_CANNOT_RUN;
}

void shim_reset_signals(void)
{
    for (int number = 1; number < NSIG; number++) {
        (void)signal(number, SIG_DFL); /* fails for KILL and STOP, which cannot be changed anyway */
    }
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

int shim_exec(char *const *argv, int status_fd)
{
    execvp(argv[0], argv);
    return fail(status_fd, errno, argv[0]);
}

/* First copies out of the way of 0..2, since a source may be the target of another. */
static int move_stdio(const int sources[3])
{
    int copies[3];
    for (int i = 0; i < 3; i++) {
        copies[i] = fcntl(sources[i], F_DUPFD_CLOEXEC, 3);
        if (copies[i] < 0) {
            return -errno;
        }
    }
    for (int i = 0; i < 3; i++) {
        if (dup2(copies[i], i) < 0) {
            return -errno;
        }
    }
    for (int i = 0; i < 3; i++) {
        (void)close(copies[i]);
        if (sources[i] > 2) {
            (void)close(sources[i]); /* the same one twice: the second close fails, and may */
        }
    }
    return 0;
}

/* The status descriptor out of 0..2 and closed by exec. */
static int protect_status(int *fd)
{
    if (*fd < 0) {
        return 0;
    }
    if (*fd > 2) {
        return fcntl(*fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
    }
    int moved = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
    if (moved < 0) {
        return -errno;
    }
    (void)close(*fd);
    *fd = moved;
    return 0;
}

static int join_group(const struct shim_options *options)
{
    if (options->own_group && setpgid(0, 0) < 0 && getpgrp() != getpid()) {
        return -errno;
    }
    if (options->group > 0) {
        /* The group may have ended by now: then the program has no terminal to share either. */
        (void)setpgid(0, options->group);
    }
    return 0;
}

static int prepare(const struct shim_options *options)
{
    if (options->death_signal > 0) {
        (void)hl_os_death_signal(options->death_signal); /* elsewhere the lifeline does this */
    }
    /* Only now: a parent that ended before the line above would never be noticed otherwise. */
    if (options->parent > 0 && getppid() != options->parent) {
        return -ECANCELED;
    }
    int result = join_group(options);
    if (result == 0 && options->stdio[0] >= 0) {
        result = move_stdio(options->stdio);
    }
    if (options->close >= 0) {
        (void)close(options->close);
    }
    if (result == 0 && options->allow_tracer) {
        (void)hl_os_allow_tracer(); /* a help, not a condition: sampling tells if it was not enough */
    }
    return result;
}

int hl_shim_main(int argc, char **argv)
{
    struct shim_options options;
    int result = parse(argc, argv, &options);
    if (result != 0) {
        return result;
    }
    if (options.guard >= 0) {
        return guard_run(options.guard, options.hold);
    }
    hl_assert(options.program && options.program[0]);
    result = protect_status(&options.status);
    if (result < 0) {
        return fail(-1, -result, "with this --status");
    }
    result = prepare(&options);
    if (result < 0) {
        return fail(options.status, -result, options.program[0]);
    }
    shim_reset_signals();
    if (options.lifeline) {
        return lifeline_run(options.program, options.status);
    }
    return shim_exec(options.program, options.status);
}
