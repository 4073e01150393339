/* hotlens top: the hot functions of a running process, or of a program that it starts, while it runs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/record_tools.h"
#include "top_internal.h"

/* As in a terminal's own top: a number that is older is not "now". */
#define WINDOW_SECONDS 1u

static const struct hl_option TOP_OPTIONS[] = {
    {"rate", 'r', HL_OPTION_NUMBER, offsetof(struct top, session.record.rate), "HZ",
     "samples per second (100)", 1, HL_LIMIT_RATE},
    {"idle", 'i', HL_OPTION_SET, offsetof(struct top, session.record.idle), NULL,
     "count waiting too", 0, 0},
    {"total", 't', HL_OPTION_SET, offsetof(struct top, by_total), NULL,
     "sort by total, not by own", 0, 0},
    {"all", 'a', HL_OPTION_SET, offsetof(struct top, all), NULL,
     "the machinery of import too", 0, 0},
    {"py-spy", 0, HL_OPTION_TEXT, offsetof(struct top, py_spy), "FILE", "the py-spy to use", 0, 0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct top, session.db), "FILE",
     "the database ($HOTLENS_DB)", 0, 0},
};

static const struct hl_command TOP_COMMAND = {
    .name = "top",
    .usage = "[options] PID | [options] -- PROGRAM [ARGUMENTS…]",
    .summary = "the hot functions of a process, live",
    .details = "Once a second: the share of the last second, and the time since the start. A process\n"
               "that runs already goes on afterwards; a program started here ends with it. What such\n"
               "a program prints is shown when the screen is given back. The run is kept, as with\n"
               "record. Where standard output is no terminal it gets lines.",
    .options = TOP_OPTIONS,
    .option_count = ARRAY_SIZE(TOP_OPTIONS),
    .operands_most = SIZE_MAX, /* a program without its "--" gets a better answer in choose() */
};

static int parse_pid(const char *text, pid_t *ret_pid)
{
    char *end = NULL;
    errno = 0;
    long pid = strtol(text, &end, 10);
    if (errno != 0 || *end != '\0' || end == text || pid < 1 || pid > INT32_MAX) {
        return hl_options_misuse(&TOP_COMMAND,
                                 "PID is the number of a process, not '%s'; a program comes after --",
                                 text);
    }
    *ret_pid = (pid_t)pid;
    return -1;
}

/* A process or a program, by what stands before and after "--". An exit code, or -1 to go on. */
static int choose(struct top *top, const struct hl_operands *operands, char **program)
{
    struct hl_record_options *record = &top->session.record;
    if ((operands->count > 0) == (program && program[0])) {
        return hl_options_misuse(&TOP_COMMAND, operands->count > 0
                                                   ? "a PID or a program, not both"
                                                   : "a PID, or -- and a program, is needed");
    }
    if (operands->count > 1) {
        return hl_options_misuse(&TOP_COMMAND, "'%s' is one too many; a program comes after --",
                                 operands->items[1]);
    }
    if (operands->count > 0) {
        return parse_pid(operands->items[0], &record->pid);
    }
    record->argv = program;
    return -1;
}

static int prepare(struct top *top, char ***ret_argv, char **ret_py_spy, char **ret_executable)
{
    struct hl_record_options *record = &top->session.record;
    if (record->argv) {
        if (hl_record_program(record->argv, NULL, ret_argv) < 0) {
            return 127;
        }
        record->argv = *ret_argv;
        top->what = hl_xstrdup(hl_path_base_name((*ret_argv)[0]));
    } else {
        top->what = hl_xasprintf("process %d", (int)record->pid);
    }
    *ret_executable = hl_cli_executable();
    if (!*ret_executable) {
        hl_output_note("cannot find the path of this program");
        return HL_EXIT_FAILED;
    }
    const char *program = record->argv ? record->argv[0] : NULL;
    if (hl_record_find_py_spy(top->py_spy, program, *ret_executable, false, ret_py_spy) < 0) {
        return HL_EXIT_FAILED;
    }
    record->py_spy = *ret_py_spy;
    record->hotlens = *ret_executable;
    record->sudo_may_ask = false; /* the terminal is not free for a question */
    record->proc = getenv("HOTLENS_PROC"); /* docs/testing.md */
    top->view.what = top->what;
    top->view.attached = record->pid > 0;
    top->view.key = top->by_total ? TOP_TOTAL_NOW : TOP_OWN_NOW;
    return -1;
}

/* Cuts the arguments at "--"; what comes after it, or NULL. */
static char **cut_program(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            *argc = i;
            argv[i] = NULL;
            return argv + i + 1;
        }
    }
    return NULL;
}

int hl_cli_top(int argc, char **argv)
{
    struct top top = {
        .exit_code = HL_EXIT_FAILED,
        .session =
            {
                .save = {.store_sources = true, .retention = HL_RETENTION_DEFAULT},
                .record = {.rate = 100,
                           .threads = true,
                           .subprocesses = true,
                           .sampler = HL_SAMPLER_ATTACH, /* numbers come with windows only */
                           .longest_window = WINDOW_SECONDS},
            },
    };
    _cleanup_(hl_strv_free_p) char **program_argv = NULL;
    _cleanup_free_ char *py_spy = NULL;
    _cleanup_free_ char *executable = NULL;
    struct hl_operands operands;
    char **program = cut_program(&argc, argv);
    int code = hl_options_parse(&TOP_COMMAND, argc, argv, &top, &operands);
    code = code >= 0 ? code : choose(&top, &operands, program);
    code = code >= 0 ? code : prepare(&top, &program_argv, &py_spy, &executable);
    code = code >= 0 ? code : top_run(&top);
    free(top.what);
    return code;
}
