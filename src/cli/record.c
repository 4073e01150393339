/* hotlens record: run a program, or attach to one, and keep where its time goes. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hotlens/app/session.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "hotlens/cli/candidates.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/record_report.h"
#include "hotlens/cli/record_tools.h"
#include "hotlens/cli/signals.h"

/* A command line as parsed, before it becomes a session. */
struct wanted {
    struct hl_session_options session;
    const char *sampler;
    const char *py_spy;
    uint32_t pid;
    uint32_t grace;
    bool install;
    bool list;
    bool json;
    bool quiet;
};

struct recorder {
    uv_loop_t loop;
    const struct wanted *wanted;
    struct hl_session *session;
    struct hl_signals *signals;
    bool told; /* why there are no samples */
    int exit_code;
};

static int parse_sampler(const char *name, enum hl_sampler *ret_sampler)
{
    static const char *const NAMES[] = {
        [HL_SAMPLER_AUTO] = "auto", [HL_SAMPLER_ATTACH] = "attach", [HL_SAMPLER_LAUNCH] = "launch"};
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        if (strcmp(NAMES[i], name) == 0) {
            *ret_sampler = (enum hl_sampler)i;
            return 0;
        }
    }
    return -EINVAL;
}

/* What the terminal sends has reached the program already, unless we are only attached to it. But for
 * SIGHUP: that goes to the session's leader alone. */
static void on_signal(void *user, int signal, bool from_terminal)
{
    struct recorder *recorder = user;
    struct hl_recording *recording = hl_session_recording(recorder->session);
    if (signal == SIGTSTP) {
        hl_recording_pause(recording);
        hl_signals_suspend();
        hl_recording_resume(recording);
        return;
    }
    bool has_program = recorder->wanted->pid == 0 && !hl_recording_is_preparing(recording);
    if (from_terminal && signal != SIGHUP && has_program) {
        return;
    }
    hl_recording_stop(recording, signal == SIGQUIT ? SIGINT : signal);
}

static void on_state(void *user, enum hl_record_state state)
{
    const struct recorder *recorder = user;
    if (state == HL_RECORD_SAMPLING && recorder->wanted->pid > 0 && !recorder->wanted->quiet) {
        hl_output_note("recording process %u; Ctrl+C ends the recording, the process goes on",
                       recorder->wanted->pid);
    }
}

/* The program goes on without being sampled: its user should know now, not at its end. */
static void on_problem(void *user, const struct hl_error *error)
{
    struct recorder *recorder = user;
    hl_output_error(error, -error->code);
    recorder->told = true;
}

/* The program's own exit code; ours only when there was no program, or nothing to tell of it. */
static int exit_code_of(const struct hl_session_result *result)
{
    if (result->record->exit_status >= 0) {
        return (int)(result->record->exit_status & 0xFF);
    }
    return result->run_id > 0 ? HL_EXIT_OK : HL_EXIT_FAILED;
}

static void on_ended(void *user, const struct hl_session_result *result)
{
    struct recorder *recorder = user;
    recorder->exit_code = exit_code_of(result);
    hl_record_report(result, recorder->told, recorder->wanted->quiet);
    hl_signals_stop(recorder->signals);
    recorder->signals = NULL;
}

static int run_loop(struct wanted *wanted)
{
    static const struct hl_session_events EVENTS = {
        .state = on_state, .problem = on_problem, .ended = on_ended};
    struct recorder recorder = {.wanted = wanted, .exit_code = HL_EXIT_FAILED};
    _cleanup_error_ struct hl_error error = {0};
    if (uv_loop_init(&recorder.loop) < 0) {
        return hl_output_error(NULL, -ENOMEM);
    }
    int r = hl_signals_start(&recorder.loop, on_signal, &recorder, &recorder.signals);
    if (r == 0) {
        r = hl_session_start(&recorder.loop, &wanted->session, &EVENTS, &recorder,
                             &recorder.session, &error);
    }
    if (r < 0) {
        hl_output_error(&error, r);
        recorder.exit_code = hl_record_start_exit_code(&wanted->session.record, r);
        hl_signals_stop(recorder.signals);
    }
    uv_run(&recorder.loop, UV_RUN_DEFAULT);
    hl_session_destroy(recorder.session);
    uv_run(&recorder.loop, UV_RUN_DEFAULT);
    int busy = uv_loop_close(&recorder.loop);
    hl_assert(busy == 0);
    return recorder.exit_code;
}

/* Fills in what has to be found on this machine. */
static int complete(struct wanted *wanted, char **ret_py_spy, char **ret_executable)
{
    struct hl_record_options *record = &wanted->session.record;
    _cleanup_free_ char *executable = hl_cli_executable();
    if (!executable) {
        hl_output_note("cannot find the path of this program");
        return -ENOENT;
    }
    _cleanup_free_ char *py_spy = NULL;
    int r = hl_record_find_py_spy(wanted->py_spy, record->argv ? record->argv[0] : NULL, executable,
                                  wanted->install, &py_spy);
    if (r < 0) {
        return r;
    }
    record->py_spy = py_spy;
    record->hotlens = executable;
    *ret_py_spy = TAKE_PTR(py_spy);
    *ret_executable = TAKE_PTR(executable);
    return 0;
}

/* Other recordings' leftovers first, so that they are in the list before the new run. */
static int recover(const char *db)
{
    if (!db && hl_cli_nothing_is_there(db)) {
        return 0; /* made when there is a run to save */
    }
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    return hl_cli_open_store(db, &store);
}

/* What a person may have mistyped is said before the program runs, not after. */
static int check_folder(const char *option, const char *folder)
{
    struct stat status;
    if (!folder || (stat(folder, &status) == 0 && S_ISDIR(status.st_mode))) {
        return 0;
    }
    hl_output_note("%s: there is no folder %s", option, folder);
    return -ENOENT;
}

/* A database that cannot be asked is trouble of its own, and told as such elsewhere. */
static int check_label_is_free(const char *db, const char *label, struct hl_error *error)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    struct hl_run run = {0};
    if (hl_store_open(db, HL_STORE_READ, &store, NULL) < 0 ||
        hl_store_find_run(store, label, &run, NULL) < 0) {
        return 0;
    }
    int r = 0;
    if (run.label && strcmp(run.label, label) == 0) { /* and not the start of a uuid */
        r = hl_error_set(error, EEXIST, "run %" PRId64 " has the label \"%s\" already", run.id,
                         label);
    }
    hl_run_finish(&run);
    return r;
}

/* Whether the run can have it, as far as one can know before it is saved. */
static int check_label(const char *db, const char *label)
{
    _cleanup_error_ struct hl_error error = {0};
    int r = label ? hl_store_check_label(label, &error) : 0;
    if (r == 0 && label) {
        r = check_label_is_free(db, label, &error);
    }
    if (r < 0) {
        hl_output_error(&error, r);
    }
    return r;
}

static int record(struct wanted *wanted)
{
    struct hl_record_options *record = &wanted->session.record;
    _cleanup_free_ char *py_spy = NULL;
    _cleanup_free_ char *executable = NULL;
    _cleanup_(hl_strv_free_p) char **argv = NULL;
    if (check_folder("--cwd", record->cwd) < 0 ||
        check_folder("--workspace", wanted->session.workspace) < 0) {
        return HL_EXIT_FAILED;
    }
    if (record->argv && hl_record_program(record->argv, record->cwd, &argv) < 0) {
        return 127;
    }
    record->argv = argv;
    if (recover(wanted->session.db) < 0 && wanted->session.db) {
        return HL_EXIT_FAILED; /* a database that was asked for by name has to work */
    }
    if (check_label(wanted->session.db, wanted->session.label) < 0) { /* after what was recovered */
        return HL_EXIT_FAILED;
    }
    if (complete(wanted, &py_spy, &executable) < 0) {
        return HL_EXIT_FAILED;
    }
    return run_loop(wanted);
}

static int check(const struct hl_command *command, struct wanted *wanted,
                 const struct hl_operands *operands)
{
    struct hl_record_options *record = &wanted->session.record;
    if (wanted->list && (operands->count > 0 || wanted->pid > 0)) {
        return hl_options_misuse(command, "--list records nothing: leave it or the program out");
    }
    if (wanted->json && !wanted->list) {
        return hl_options_misuse(command, "--json goes with --list; numbers as JSON are in: "
                                          "hotlens show last --json");
    }
    if (wanted->list) {
        return hl_cli_list_candidates(record->proc, wanted->json);
    }
    if ((operands->count > 0) == (wanted->pid > 0)) {
        return hl_options_misuse(command, operands->count > 0
                                              ? "a program or --pid, not both"
                                              : "a program to run, or --pid, is needed");
    }
    if (parse_sampler(wanted->sampler, &record->sampler) < 0) {
        return hl_options_misuse(command, "--sampler is auto, attach or launch, not '%s'",
                                 wanted->sampler);
    }
    if (wanted->pid > 0 && record->sampler == HL_SAMPLER_LAUNCH) {
        return hl_options_misuse(command, "a running process cannot be launched");
    }
    if (record->native && record->nonblocking) {
        return hl_options_misuse(command, "py-spy cannot combine --native and --nonblocking");
    }
    if (record->idle && record->gil) {
        return hl_options_misuse(command, "--idle and --gil exclude each other");
    }
    record->argv = operands->count > 0 ? operands->items : NULL;
    record->pid = (pid_t)wanted->pid;
    record->grace_ms = wanted->grace * 1000;
    record->sudo_may_ask = hl_cli_can_ask();
    record->proc = getenv("HOTLENS_PROC"); /* docs/testing.md */
    return -1;
}

static const struct hl_option RECORD_OPTIONS[] = {
    {"pid", 'p', HL_OPTION_NUMBER, offsetof(struct wanted, pid), "N",
     "attach to this process instead", 1, INT32_MAX},
    {"list", 0, HL_OPTION_SET, offsetof(struct wanted, list), NULL,
     "list the running Python processes, and do nothing", 0, 0},
    {"json", 0, HL_OPTION_SET, offsetof(struct wanted, json), NULL, "with --list: as JSON", 0, 0},
    {"rate", 'r', HL_OPTION_NUMBER, offsetof(struct wanted, session.record.rate), "HZ",
     "samples per second (100)", 1, HL_LIMIT_RATE},
    {"duration", 'd', HL_OPTION_NUMBER, offsetof(struct wanted, session.record.duration), "S",
     "stop after so many seconds of it", 1, HL_LIMIT_DURATION},
    {"no-subprocesses", 0, HL_OPTION_CLEAR, offsetof(struct wanted, session.record.subprocesses),
     NULL, "only the process itself", 0, 0},
    {"no-threads", 0, HL_OPTION_CLEAR, offsetof(struct wanted, session.record.threads), NULL,
     "do not keep threads apart", 0, 0},
    {"idle", 'i', HL_OPTION_SET, offsetof(struct wanted, session.record.idle), NULL,
     "count waiting too", 0, 0},
    {"gil", 'g', HL_OPTION_SET, offsetof(struct wanted, session.record.gil), NULL,
     "count only the thread that holds the interpreter lock", 0, 0},
    {"native", 'n', HL_OPTION_SET, offsetof(struct wanted, session.record.native), NULL,
     "C, C++ and Cython frames too", 0, 0},
    {"nonblocking", 0, HL_OPTION_SET, offsetof(struct wanted, session.record.nonblocking), NULL,
     "do not pause the program for a sample (less exact)", 0, 0},
    {"sampler", 0, HL_OPTION_TEXT, offsetof(struct wanted, sampler), "HOW",
     "auto, attach or launch (docs/recording.md)", 0, 0},
    {"sudo", 0, HL_OPTION_SET, offsetof(struct wanted, session.record.sudo), NULL,
     "run py-spy as root through sudo", 0, 0},
    {"py-spy", 0, HL_OPTION_TEXT, offsetof(struct wanted, py_spy), "FILE", "the py-spy to use", 0,
     0},
    {"install-py-spy", 0, HL_OPTION_SET, offsetof(struct wanted, install), NULL,
     "install py-spy if it is missing, without asking", 0, 0},
    {"cwd", 'C', HL_OPTION_TEXT, offsetof(struct wanted, session.record.cwd), "FOLDER",
     "run the program there", 0, 0},
    {"workspace", 'w', HL_OPTION_TEXT, offsetof(struct wanted, session.workspace), "FOLDER",
     "the project's folder (this one, or a script's elsewhere)", 0, 0},
    {"no-sources", 0, HL_OPTION_CLEAR, offsetof(struct wanted, session.save.store_sources), NULL,
     "keep hashes of source texts, not the texts", 0, 0},
    {"label", 0, HL_OPTION_TEXT, offsetof(struct wanted, session.label), "TEXT", "name the run", 0, 0},
    {"grace", 0, HL_OPTION_NUMBER, offsetof(struct wanted, grace), "S",
     "seconds between the signals of a stop (5)", 1, 3600},
    {"quiet", 'q', HL_OPTION_SET, offsetof(struct wanted, quiet), NULL, "no summary, only errors",
     0, 0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct wanted, session.db), "FILE",
     "the database ($HOTLENS_DB)", 0, 0},
};

static const struct hl_command RECORD_COMMAND = {
    .name = "record",
    .usage = "[options] -- PROGRAM [ARGUMENTS…] | [options] --pid N",
    .summary = "record a program or a running process",
    .details = "The program has the terminal as always. When it ends, or with Ctrl+C, the run is\n"
               "saved, a summary is printed, and its exit status is returned.",
    .options = RECORD_OPTIONS,
    .option_count = ARRAY_SIZE(RECORD_OPTIONS),
    .operands_most = SIZE_MAX,
    .stops_at_operand = true,
};

int hl_cli_record(int argc, char **argv)
{
    struct wanted wanted = {
        .sampler = "auto",
        .session =
            {
                .save = {.store_sources = true, .retention = HL_RETENTION_DEFAULT},
                .record = {.rate = 100, .threads = true, .subprocesses = true, .stdio = {0, 1, 2}},
            },
    };
    struct hl_operands operands;
    int code = hl_options_parse(&RECORD_COMMAND, argc, argv, &wanted, &operands);
    if (code < 0) {
        code = check(&RECORD_COMMAND, &wanted, &operands);
    }
    return code >= 0 ? code : record(&wanted);
}
