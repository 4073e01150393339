#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/uri.h"

/* For people: a flame graph in text has a few hundred lines. */
#define OUTPUT_MOST ((size_t)4 << 20)

struct report {
    struct hl_context *context;
    char **argv;
    char *document;
    char *page;
    char *message;
    bool failure_is_told;
    struct hl_buffer output; /* both streams */
    int exit_code;
    char *path; /* of the document that was written */
    bool external; /* not for the editor */
    int result;
};

static void destroy(struct report *report)
{
    hl_strv_free(report->argv);
    free(report->document);
    free(report->page);
    free(report->message);
    free(report->path);
    hl_buffer_finish(&report->output);
    free(report);
}

/* On a worker */

static int spawn(const struct report *report, int output, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, output, 2);
    posix_spawnattr_init(&attributes);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int r = posix_spawn(ret_pid, report->argv[0], &actions, &attributes, report->argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -r;
}

static void read_all(int fd, struct hl_buffer *output)
{
    while (output->length < OUTPUT_MOST) {
        char *room = hl_buffer_reserve(output, 4096);
        ssize_t got = room ? read(fd, room, 4096) : 0;
        if (got > 0) {
            output->length += (size_t)got;
            output->data[output->length] = '\0';
        } else if (got == 0 || errno != EINTR) {
            return;
        }
    }
}

static int run(struct report *report)
{
    int ends[2];
    pid_t pid = 0;
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return -errno;
    }
    int r = spawn(report, ends[1], &pid);
    close(ends[1]);
    if (r == 0) {
        read_all(ends[0], &report->output);
    }
    close(ends[0]);
    int status = 0;
    while (r == 0 && waitpid(pid, &status, 0) < 0) {
        r = errno == EINTR ? 0 : -errno;
    }
    report->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return r;
}

static int write_document(struct report *report)
{
    _cleanup_free_ char *folder = hl_folder_xdg("CACHE");
    if (!folder) {
        return -ENOENT;
    }
    int r = hl_folder_make(folder, 0700);
    _cleanup_free_ char *path = hl_path_join(folder, report->document);
    r = r < 0 ? r : hl_file_write_atomic(path, report->output.data, report->output.length, 0600);
    if (r == 0) {
        report->path = TAKE_PTR(path);
    }
    return r;
}

static void work(void *job, const atomic_bool *cancelled)
{
    struct report *report = job;
    (void)cancelled;
    report->result = run(report);
    bool worked = report->exit_code == 0 || report->failure_is_told;
    if (report->result == 0 && worked && report->document && report->output.length > 0) {
        report->result = write_document(report);
    } else if (report->result == 0 && worked && report->page) {
        report->path = TAKE_PTR(report->page);
        report->external = true;
    }
}

/* On the loop thread */

static void write_show(struct hl_json *json, const void *data)
{
    const struct report *report = data;
    _cleanup_free_ char *uri = hl_uri_from_path(report->path);
    hl_json_object_begin(json);
    hl_json_member_string(json, "uri", uri);
    if (report->external) {
        hl_json_member_bool(json, "external", true);
    }
    hl_json_member_bool(json, "takeFocus", true);
    hl_json_object_end(json);
}

static void tell(struct report *report)
{
    struct hl_context *context = report->context;
    const char *output = report->output.data ? report->output.data : "";
    static const char NAME[] = "hotlens: ";
    output += strncmp(output, NAME, sizeof(NAME) - 1) == 0 ? sizeof(NAME) - 1 : 0;
    if (report->result < 0) {
        hl_show_message(context, 1, "hotlens %s: %s", report->argv[1], strerror(-report->result));
    } else if (report->path && context->client->show_document) {
        hl_ask(context, "window/showDocument", write_show, report, NULL, NULL);
    } else if (report->path) {
        hl_show_message(context, 3, "Written to %s", report->path);
    } else if (report->exit_code != 0) {
        hl_show_message(context, 1, "%.*s", (int)strcspn(output, "\n"), output);
    } else if (report->message) {
        hl_show_message(context, 3, "%s", report->message);
    }
}

static void done(void *job, bool cancelled)
{
    struct report *report = job;
    if (!cancelled && !report->context->leaving) {
        tell(report);
    }
    destroy(report);
}

void report_start(struct hl_context *context, const struct report_request *request)
{
    struct report *report = hl_xcalloc(1, sizeof(*report));
    report->context = context;
    report->document = hl_xstrdup(request->document);
    report->page = hl_xstrdup(request->page);
    report->message = hl_xstrdup(request->message);
    report->failure_is_told = request->failure_is_told;
    hl_strv_add(&report->argv, context->executable);
    for (size_t i = 0; request->arguments[i]; i++) {
        hl_strv_add(&report->argv, request->arguments[i]);
    }
    hl_strv_free(request->arguments);
    if (context->db) {
        hl_strv_addf(&report->argv, "--db=%s", context->db);
    }
    hl_jobs_run(context->jobs, work, done, report);
}
