#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/log.h"
#include "hotlens/base/macros.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/output.h"
#include "hotlens/record/shim.h"

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
    hl_output_note("there is no command '%s'\n", name);
    print_usage(stderr);
    return HL_EXIT_USAGE;
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
