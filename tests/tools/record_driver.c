/* Runs one recording and prints its events as lines of KEY=VALUE fields, for recording.py.
 *
 *   record-driver [options] -- PROGRAM…      record-driver [options] --pid N
 *   record-driver exec …                     the shim
 *
 * Options: --py-spy P, --spool DIR, --sampler attach|launch|auto, --rate N, --duration N,
 * --sudo 1, --hotlens PATH, --proc DIR, --grace MS, --patience MS, --flags LETTERS (t s i g n b), --null
 * (the program's stdio).
 * Commands come on standard input: "stop SIGNAL", "detach", "pause", "resume". SIGINT is ignored, as the
 * terminal sends it to the program as well. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/memory.h"
#include "hotlens/record/recording.h"
#include "hotlens/record/shim.h"

struct driver {
    struct hl_recording *recording;
    uv_pipe_t commands;
    char line[256];
    size_t length;
    char buffer[256];
    bool ended;
};

static void on_state(void *user, enum hl_record_state state)
{
    static const char *const NAMES[] = {"starting", "sampling", "stopping", "ended"};
    const struct driver *driver = user;
    printf("state name=%s pid=%d\n", NAMES[state], (int)hl_recording_pid(driver->recording));
}

static void on_problem(void *user, const struct hl_error *error)
{
    printf("problem %s\n", error->message);
}

static void on_window(void *user, const struct hl_record_window *window)
{
    printf("window index=%u start=%" PRId64 " covered=%" PRId64 " samples=%" PRIu64
           " errors=%" PRIu64 " verified=%d path=%s\n",
           window->index, window->start, window->covered, window->samples, window->errors,
           window->verified, window->path);
}

static void on_ended(void *user, const struct hl_record_result *result)
{
    struct driver *driver = user;
    printf("result sampler=%s started=%d status=%" PRId64 " duration=%" PRId64
           " sampled=%" PRId64 " threads=%u windows=%u stopped=%d behind=%d behind_ms=%" PRIu64
           " py_spy=%s python=%s\n",
           result->sampler == HL_SAMPLER_ATTACH ? "attach" : "launch", result->started,
           result->exit_status, result->duration, result->sampled, result->os_threads,
           result->windows, result->stopped,
           result->behind, result->behind_ms, result->py_spy_version ? result->py_spy_version : "-",
           result->python_version ? result->python_version : "-");
    if (result->error.code != 0) {
        printf("error code=%d message=%s\n", result->error.code, result->error.message);
    }
    driver->ended = true;
    hl_recording_destroy(driver->recording);
    uv_close((uv_handle_t *)&driver->commands, NULL);
}

static void obey(struct driver *driver, const char *line)
{
    if (driver->ended) {
        return;
    }
    if (strncmp(line, "stop ", 5) == 0) {
        hl_recording_stop(driver->recording, (int)strtol(line + 5, NULL, 10));
    } else if (strcmp(line, "detach") == 0) {
        printf("detach result=%d\n", hl_recording_detach(driver->recording));
    } else if (strcmp(line, "pause") == 0) {
        hl_recording_pause(driver->recording);
    } else if (strcmp(line, "resume") == 0) {
        hl_recording_resume(driver->recording);
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct driver *driver = handle->data;
    *buffer = uv_buf_init(driver->buffer, sizeof(driver->buffer));
}

static void on_command(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct driver *driver = stream->data;
    for (ssize_t i = 0; i < length; i++) {
        if (buffer->base[i] == '\n') {
            driver->line[driver->length] = '\0';
            driver->length = 0;
            obey(driver, driver->line);
        } else if (driver->length + 1 < sizeof(driver->line)) {
            driver->line[driver->length++] = buffer->base[i];
        }
    }
    if (length < 0) {
        uv_read_stop(stream);
    }
}

static void set_flags(struct hl_record_options *options, const char *letters)
{
    options->threads = strchr(letters, 't') != NULL;
    options->subprocesses = strchr(letters, 's') != NULL;
    options->idle = strchr(letters, 'i') != NULL;
    options->gil = strchr(letters, 'g') != NULL;
    options->native = strchr(letters, 'n') != NULL;
    options->nonblocking = strchr(letters, 'b') != NULL;
}

static enum hl_sampler parse_sampler(const char *name)
{
    return strcmp(name, "attach") == 0   ? HL_SAMPLER_ATTACH
           : strcmp(name, "launch") == 0 ? HL_SAMPLER_LAUNCH
                                         : HL_SAMPLER_AUTO;
}

static void set_option(struct hl_record_options *options, const char *name, const char *value)
{
    const struct {
        const char *name;
        uint32_t *number;
    } numbers[] = {
        {"--rate", &options->rate},
        {"--duration", &options->duration},
        {"--grace", &options->grace_ms},
        {"--patience", &options->patience_ms},
    };
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        if (strcmp(name, numbers[i].name) == 0) {
            *numbers[i].number = (uint32_t)strtoul(value, NULL, 10);
        }
    }
    if (strcmp(name, "--py-spy") == 0) {
        options->py_spy = value;
    } else if (strcmp(name, "--spool") == 0) {
        options->spool = value;
    } else if (strcmp(name, "--cwd") == 0) {
        options->cwd = value;
    } else if (strcmp(name, "--uuid") == 0) {
        options->uuid = value;
    } else if (strcmp(name, "--flags") == 0) {
        set_flags(options, value);
    } else if (strcmp(name, "--sampler") == 0) {
        options->sampler = parse_sampler(value);
    } else if (strcmp(name, "--hotlens") == 0) {
        options->hotlens = value;
    } else if (strcmp(name, "--proc") == 0) {
        options->proc = value;
    } else if (strcmp(name, "--sudo") == 0) {
        options->sudo = true;
    } else if (strcmp(name, "--pid") == 0) {
        options->pid = (pid_t)strtol(value, NULL, 10);
    }
}

static void parse(int argc, char **argv, struct hl_record_options *options)
{
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--") == 0) {
            options->argv = argv + i + 1;
            return;
        }
        if (i + 1 < argc) {
            set_option(options, argv[i], argv[i + 1]);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "exec") == 0) {
        return hl_shim_main(argc - 1, argv + 1);
    }
    char self[4096] = "";
    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0) {
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGINT, SIG_IGN);
    struct hl_record_options options = {
        .hotlens = self,
        .uuid = "00000000-0000-4000-8000-000000000001",
        .rate = 100,
        .stdio = {-1, 2, 2},
    };
    parse(argc, argv, &options);
    struct driver driver = {0};
    uv_loop_t loop;
    uv_loop_init(&loop);
    const struct hl_record_events events = {on_state, on_problem, on_window, on_ended};
    struct hl_error error = {0};
    if (hl_recording_start(&loop, &options, &events, &driver, &driver.recording, &error) < 0) {
        printf("refused code=%d message=%s\n", error.code, error.message);
        hl_error_finish(&error);
        int left = uv_loop_close(&loop);
        printf("loop close=%d\n", left);
        return left == 0 ? 0 : 1;
    }
    uv_pipe_init(&loop, &driver.commands, 0);
    driver.commands.data = &driver;
    uv_pipe_open(&driver.commands, 0);
    uv_read_start((uv_stream_t *)&driver.commands, on_alloc, on_command);
    uv_run(&loop, UV_RUN_DEFAULT);
    int left = uv_loop_close(&loop);
    printf("loop close=%d\n", left);
    return left == 0 ? 0 : 1;
}
