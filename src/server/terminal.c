#include "terminal.h"

#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "start_recording.h"

struct asked {
    struct profile_request *request;
    void (*refused)(struct profile_request *request);
};

static void add_switch(char ***argv, bool is_on, const char *name)
{
    if (is_on) {
        hl_strv_add(argv, name);
    }
}

/* The same recording as a command line, so that a terminal and the server do alike. */
static char **command_line(const struct profile_request *request)
{
    const struct hl_context *context = request->context;
    struct hl_session_options options;
    char **argv = NULL;
    recording_options(request, &options);
    hl_strv_add(&argv, context->executable);
    hl_strv_add(&argv, "record");
    hl_strv_addf(&argv, "--py-spy=%s", request->py_spy);
    hl_strv_addf(&argv, "--rate=%u", options.record.rate);
    add_switch(&argv, !options.record.threads, "--no-threads");
    add_switch(&argv, !options.record.subprocesses, "--no-subprocesses");
    add_switch(&argv, options.record.idle, "--idle");
    add_switch(&argv, options.record.gil, "--gil");
    add_switch(&argv, options.record.native, "--native");
    add_switch(&argv, options.record.nonblocking, "--nonblocking");
    add_switch(&argv, options.record.sudo, "--sudo");
    if (options.record.duration > 0) {
        hl_strv_addf(&argv, "--duration=%u", options.record.duration);
    }
    add_switch(&argv, !options.save.store_sources, "--no-sources");
    if (request->plan.folder) {
        hl_strv_addf(&argv, "--workspace=%s", request->plan.folder);
    }
    if (context->db) {
        hl_strv_addf(&argv, "--db=%s", context->db);
    }
    hl_strv_add(&argv, "--");
    for (size_t i = 0; request->plan.argv[i]; i++) {
        hl_strv_add(&argv, request->plan.argv[i]);
    }
    return argv;
}

static void write_environment(struct hl_json *json, char *const *environment)
{
    hl_json_object_begin(json);
    for (size_t i = 0; environment && environment[i]; i++) {
        size_t length = strcspn(environment[i], "=");
        _cleanup_free_ char *name = hl_xstrndup(environment[i], length);
        hl_json_member_string(json, name, environment[i] + length + 1);
    }
    hl_json_object_end(json);
}

static void write_params(struct hl_json *json, const void *data)
{
    const struct profile_request *request = data;
    _cleanup_(hl_strv_free_p) char **argv = command_line(request);
    hl_json_object_begin(json);
    hl_json_key(json, "argv");
    hl_json_array_begin(json);
    for (size_t i = 0; argv[i]; i++) {
        hl_json_string(json, argv[i]);
    }
    hl_json_array_end(json);
    hl_json_member_string(json, "cwd", request->plan.cwd);
    hl_json_key(json, "env");
    write_environment(json, request->plan.environment);
    hl_json_member_string(json, "title", request->plan.title);
    hl_json_object_end(json);
}

static void on_answer(void *user, const cJSON *result, const cJSON *error, bool gone)
{
    struct asked *asked = user;
    (void)result;
    if (error && !gone) {
        asked->refused(asked->request);
    } else {
        profile_request_destroy(asked->request);
    }
    free(asked);
}

void run_in_terminal(struct profile_request *request,
                     void (*refused)(struct profile_request *request))
{
    struct asked *asked = hl_xmalloc(sizeof(*asked));
    *asked = (struct asked){request, refused};
    hl_ask(request->context, "hotlens/runInTerminal", write_params, request, on_answer, asked);
}
