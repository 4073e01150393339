#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/log.h"
#include "hotlens/base/macros.h"
#include "hotlens/base/path.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/output.h"
#include "hotlens/record/shim.h"

#define LONGEST_TYPO 10u /* distance() takes exponentially long */

struct subcommand {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary; /* NULL: not listed */
};

static const struct subcommand SUBCOMMANDS[] = {
    {"record", hl_cli_record, "record a program or a running process"},
    {"runs", hl_cli_runs, "list the recorded runs"},
    {"show", hl_cli_show, "functions and lines of a run"},
    {"flame", hl_cli_flame, "the call tree of a run"},
    {"top", hl_cli_top, "the hot functions of a running process, live"},
    {"import", hl_cli_import, "take profile files in as runs"},
    {"export", hl_cli_export, "write a run in another format"},
    {"label", hl_cli_label, "name a run"},
    {"pin", hl_cli_pin, "keep a run for ever"},
    {"rm", hl_cli_rm, "delete runs"},
    {"purge", hl_cli_purge, "delete all runs of a folder, or all"},
    {"doctor", hl_cli_doctor, "what was found, what is allowed, and why"},
    {"exec", hl_shim_main, NULL},
};

static void print_usage(FILE *out)
{
    fprintf(out, "hotlens %s - where the time of a Python program goes\n\n", HOTLENS_VERSION);
    fprintf(out, "usage: hotlens COMMAND [options]\n\n");
    for (size_t i = 0; i < ARRAY_SIZE(SUBCOMMANDS); i++) {
        if (SUBCOMMANDS[i].summary) {
            fprintf(out, "  %-8s %s\n", SUBCOMMANDS[i].name, SUBCOMMANDS[i].summary);
        }
    }
    fprintf(out, "  %-8s %s\n", "serve", "the language server, for editors");
    fprintf(out, "\nStart with:  hotlens record -- python your_program.py\n");
    fprintf(out, "hotlens COMMAND --help explains one command; hotlens --version tells which "
                 "this is.\n");
}

/* How many letters to add, drop, change or swap with the next make one word the other. */
static unsigned distance(const char *from, const char *to)
{
    if (!*from || !*to) {
        return (unsigned)(strlen(from) + strlen(to));
    }
    if (*from == *to) {
        return distance(from + 1, to + 1);
    }
    if (from[1] && from[0] == to[1] && from[1] == to[0]) {
        return 1 + distance(from + 2, to + 2);
    }
    unsigned changed = distance(from + 1, to + 1);
    unsigned dropped = distance(from + 1, to);
    unsigned added = distance(from, to + 1);
    unsigned least = changed < dropped ? changed : dropped;
    return 1 + (least < added ? least : added);
}

/* One typo in three letters, or no more than the first letters. */
static bool is_similar(const char *name, const char *command)
{
    size_t length = strlen(name);
    return (length > 1 && strncmp(command, name, length) == 0) ||
           (length <= LONGEST_TYPO && distance(name, command) * 3 <= strlen(command));
}

/* The command that was meant, or NULL. */
static const char *find_similar(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(SUBCOMMANDS); i++) {
        if (SUBCOMMANDS[i].summary && is_similar(name, SUBCOMMANDS[i].name)) {
            return SUBCOMMANDS[i].name;
        }
    }
    return is_similar(name, "serve") ? "serve" : NULL;
}

/* Short: under the whole usage nobody finds what was wrong. */
static int explain_unknown(const char *name)
{
    const char *similar = find_similar(name);
    if (name[0] == '-') {
        hl_output_note("the command comes before its options, and %s is none", name);
    } else if (hl_path_has_suffix(name, ".py") || strncmp(name, "python", strlen("python")) == 0) {
        hl_output_note("there is no command '%s'; to record a program: hotlens record -- %s …",
                       name, name);
    } else if (similar) {
        hl_output_note("there is no command '%s'; did you mean '%s'?", name, similar);
    } else {
        hl_output_note("there is no command '%s'", name);
    }
    fprintf(stderr, "(hotlens --help lists the commands)\n");
    return HL_EXIT_USAGE;
}

/* A standard stream that is closed would be the next file that is opened, a database even. In its
 * place comes one that fails as a closed one does. A recorded program gets one that works. */
static void fill_standard_streams(bool working)
{
    static const int BROKEN[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            (void)!open("/dev/null", working ? O_RDWR : BROKEN[fd]);
        }
    }
}

/* What went through stdio, such as help, may not have arrived. */
static int finish_output(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return code;
    }
    fprintf(stderr, "hotlens: standard output cannot be written: %s\n", strerror(errno));
    return code == HL_EXIT_OK ? HL_EXIT_FAILED : code;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return HL_EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        printf("hotlens %s\n", HOTLENS_VERSION);
        return HL_EXIT_OK;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_usage(stdout);
        return HL_EXIT_OK;
    }
    for (size_t i = 0; i < ARRAY_SIZE(SUBCOMMANDS); i++) {
        if (strcmp(name, SUBCOMMANDS[i].name) == 0) {
            return SUBCOMMANDS[i].run(argc - 1, argv + 1);
        }
    }
    return explain_unknown(name);
}

int hl_cli_main(int argc, char **argv)
{
    hl_log_set_level_named(getenv("HOTLENS_LOG")); /* for bug reports */
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "exec") == 0) {
        return run(argc, argv); /* the program gets its streams just as they are */
    }
    fill_standard_streams(strcmp(name, "record") == 0);
    return finish_output(run(argc, argv));
}
