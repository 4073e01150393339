/* hotlens.profileFile, .profileTest, .profileModule, .profileCommand, .profileAgain */
#include <errno.h>
#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/uri.h"
#include "hotlens/server/picker.h"
#include "hotlens/server/workspace.h"
#include "run_pick.h"
#include "start_recording.h"
#include "words.h"

/* The last plan of this session whose arguments name the file (NULL: any plan). */
static void remember_last(struct profile_request *request, const char *path)
{
    const struct hl_memory *memory = request->context->memory;
    for (size_t i = memory->plan_count; i-- > 0;) {
        const struct hl_plan *plan = &memory->plans[i];
        bool is_it = !path;
        for (size_t j = 0; path && plan->argv && plan->argv[j]; j++) {
            is_it |= strcmp(plan->argv[j], path) == 0;
        }
        if (is_it) {
            hl_plan_copy(plan, &request->last);
            request->has_last = true;
            return;
        }
    }
}

static void warn_unsaved(struct hl_context *context, const struct hl_document *document)
{
    if (document && !document->is_saved && document->path) {
        hl_show_message(context, 2,
                        "%s has unsaved changes: the saved text is what runs and gets the numbers",
                        hl_path_base_name(document->path));
    }
}

/* The file to profile: by its URI or path, or the current document. */
static int find_file(const struct hl_call *call, struct profile_request *request,
                     struct hl_document **ret_document, struct hl_error *error)
{
    struct hl_documents *documents = call->context->documents;
    const char *uri = NULL;
    int r = hl_field_string_optional(call->arguments, "uri", &uri, error);
    if (r < 0) {
        return r;
    }
    struct hl_document *document =
        uri ? hl_documents_find(documents, uri) : hl_documents_current(documents);
    if (uri && hl_path_is_absolute(uri)) {
        request->subject = hl_path_normalize(uri);
    } else if (uri) {
        _cleanup_free_ char *path = hl_uri_to_path(uri);
        request->subject = path ? hl_path_normalize(path) : NULL;
    } else if (document) {
        request->subject = hl_xstrdup(document->path);
    }
    if (uri && !request->subject) {
        return hl_error_set(error, EINVAL, "uri: the URI of a file is expected, not \"%.200s\"",
                            uri);
    }
    if (!request->subject && document) {
        hl_error_set(error, ENOENT, "%s is not a file yet", document->uri);
        hl_error_set_remedy(error, "save it first");
        return -ENOENT;
    }
    *ret_document = document;
    return 0;
}

int hl_cmd_profile_file(const struct hl_call *call, struct hl_error *error)
{
    _cleanup_(profile_request_destroy_p) struct profile_request *request = NULL;
    struct hl_document *document = NULL;
    int r = profile_request_create(call, REQUEST_FILE, &request, error);
    if (r == 0 && !request->target) {
        r = find_file(call, request, &document, error);
    }
    if (r < 0) {
        return r;
    }
    if (!request->target && !request->subject) {
        hl_error_set(error, ENOENT, "no Python file is open");
        hl_error_set_remedy(error, "open one, or give {\"uri\": \"file:///…\"}");
        return -ENOENT;
    }
    if (document) {
        free(request->folder);
        request->folder = hl_xstrdup(hl_workspace_folder(call->context, document));
    }
    warn_unsaved(call->context, document);
    remember_last(request, request->subject ? request->subject : "");
    start_recording(TAKE_PTR(request));
    return 0;
}

/* {uri, test}: the test of a file, "K::test_a" as pytest writes it; without, all tests of the file. */
int hl_cmd_profile_test(const struct hl_call *call, struct hl_error *error)
{
    _cleanup_(profile_request_destroy_p) struct profile_request *request = NULL;
    struct hl_document *document = NULL;
    const char *test = NULL;
    int r = profile_request_create(call, REQUEST_TEST, &request, error);
    r = r < 0 ? r : hl_field_string_optional(call->arguments, "test", &test, error);
    r = r < 0 ? r : find_file(call, request, &document, error);
    if (r < 0) {
        return r;
    }
    if (!request->subject) {
        hl_error_set(error, ENOENT, "no file with tests is open");
        hl_error_set_remedy(error, "open one, or give {\"uri\": \"file:///…\"}");
        return -ENOENT;
    }
    request->test = test && *test ? hl_xstrdup(test) : NULL;
    if (document) {
        free(request->folder);
        request->folder = hl_xstrdup(hl_workspace_folder(call->context, document));
    }
    warn_unsaved(call->context, document);
    start_recording(TAKE_PTR(request));
    return 0;
}

/* pkg/mod.py below the folder is pkg.mod; pkg/__main__.py and pkg/__init__.py are pkg. */
static char *module_of(const char *path, const char *folder)
{
    const char *below = folder ? hl_path_below(path, folder) : NULL;
    if (!below || !hl_path_has_suffix(below, ".py")) {
        return NULL;
    }
    char *name = hl_xstrndup(below, strlen(below) - strlen(".py"));
    static const char *const OWN[] = {"/__main__", "/__init__"};
    for (size_t i = 0; i < ARRAY_SIZE(OWN); i++) {
        size_t length = strlen(name);
        if (hl_path_has_suffix(name, OWN[i] + 1) && length > strlen(OWN[i])) {
            name[length - strlen(OWN[i])] = '\0';
        }
    }
    for (char *at = name; *at; at++) {
        *at = *at == '/' ? '.' : *at;
    }
    return name;
}

int hl_cmd_profile_module(const struct hl_call *call, struct hl_error *error)
{
    _cleanup_(profile_request_destroy_p) struct profile_request *request = NULL;
    const char *module = NULL;
    int r = profile_request_create(call, REQUEST_MODULE, &request, error);
    r = r < 0 ? r : hl_field_string_optional(call->arguments, "module", &module, error);
    if (r < 0) {
        return r;
    }
    const struct hl_document *document = hl_documents_current(call->context->documents);
    request->subject = hl_xstrdup(module);
    if (!module && document && document->path) {
        request->subject = module_of(document->path, request->folder);
        warn_unsaved(call->context, document);
    }
    if (!request->subject && !request->target) {
        hl_error_set(error, ENOENT, "the open file is no module of the workspace folder");
        hl_error_set_remedy(error, "give {\"module\": \"package.module\"}");
        return -ENOENT;
    }
    start_recording(TAKE_PTR(request));
    return 0;
}

static int read_command(const struct hl_call *call, struct profile_request *request,
                        struct hl_error *error)
{
    const cJSON *command = cJSON_GetObjectItemCaseSensitive(call->arguments, "command");
    if (!command || cJSON_IsNull(command)) {
        return 0;
    }
    if (cJSON_IsString(command)) {
        request->command = split_words(command->valuestring);
    } else if (cJSON_IsArray(command)) {
        const cJSON *item;
        cJSON_ArrayForEach(item, command)
        {
            if (!cJSON_IsString(item)) {
                return hl_error_set(error, EINVAL, "command: strings are expected");
            }
            hl_strv_add(&request->command, item->valuestring);
        }
    }
    if (!request->command) {
        return hl_error_set(error, EINVAL, "command: an array of strings, or a command line, is expected");
    }
    return 0;
}

static void on_target_picked(void *user, int index)
{
    struct profile_request *request = user;
    if (index < 0 || request->context->leaving) {
        profile_request_destroy(request);
        return;
    }
    request->target = hl_xstrdup(request->targets.items[index].name);
    start_recording(request);
}

static void read_targets(void *job, const atomic_bool *cancelled)
{
    (void)cancelled;
    profile_request_read_targets(job);
}

/* Without a command: one of the targets that have a name. */
static void pick_target(void *job, bool cancelled)
{
    struct profile_request *request = job;
    const struct hl_named_targets *targets = &request->targets;
    bool is_leaving = cancelled || request->context->leaving;
    if (is_leaving || targets->count == 0) {
        if (!is_leaving) {
            hl_show_message(request->context, 1,
                            "no command is given, and the workspace has no named targets. give "
                            "{\"command\": [\"…\"]}, or name one in [tool.hotlens.targets] of "
                            "pyproject.toml");
        }
        profile_request_destroy(request);
        return;
    }
    const char *titles[HL_PICKER_MOST] = {0};
    size_t count = hl_min_size(targets->count, HL_PICKER_MOST);
    for (size_t i = 0; i < count; i++) {
        titles[i] = targets->items[i].name;
    }
    hl_pick(request->context, "Which target shall be profiled?", titles, count, on_target_picked,
            request);
}

int hl_cmd_profile_command(const struct hl_call *call, struct hl_error *error)
{
    _cleanup_(profile_request_destroy_p) struct profile_request *request = NULL;
    int r = profile_request_create(call, REQUEST_COMMAND, &request, error);
    r = r < 0 ? r : read_command(call, request, error);
    if (r < 0) {
        return r;
    }
    if (!request->command && !request->target) {
        hl_jobs_run(call->context->jobs, read_targets, pick_target, TAKE_PTR(request));
        return 0;
    }
    start_recording(TAKE_PTR(request));
    return 0;
}

int hl_cmd_profile_again(const struct hl_call *call, struct hl_error *error)
{
    _cleanup_(profile_request_destroy_p) struct profile_request *request = NULL;
    int r = profile_request_create(call, REQUEST_AGAIN, &request, error);
    r = r < 0 ? r : run_argument(call->arguments, &request->run, error);
    if (r < 0) {
        return r;
    }
    remember_last(request, NULL);
    start_recording(TAKE_PTR(request));
    return 0;
}
