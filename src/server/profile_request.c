#include "profile_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/file.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/uri.h"
#include "hotlens/server/workspace.h"

#define PYPROJECT_MOST ((size_t)4 << 20)

void profile_request_destroy(struct profile_request *request)
{
    if (!request) {
        return;
    }
    cJSON_Delete(request->token);
    free(request->subject);
    free(request->test);
    free(request->run);
    free(request->target);
    hl_strv_free(request->command);
    hl_strv_free(request->args);
    hl_strv_free(request->environment);
    free(request->cwd);
    free(request->folder);
    free(request->python_setting);
    free(request->py_spy_setting);
    free(request->executable);
    hl_named_targets_finish(&request->targets);
    hl_plan_finish(&request->last);
    hl_error_finish(&request->error);
    hl_plan_finish(&request->plan);
    free(request->python);
    free(request->py_spy);
    hl_install_plan_destroy(request->install);
    hl_error_finish(&request->py_spy_error);
    free(request);
}

/* Reading arguments */

/* An array of strings; `path` names it in the error. */
static int read_strings(const cJSON *list, const char *path, char ***ret_strings,
                        struct hl_error *error)
{
    _cleanup_(hl_strv_free_p) char **strings = NULL;
    const cJSON *item;
    size_t index = 0;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item)) {
            return hl_error_set(error, EINVAL, "%s[%zu]: a string is expected", path, index);
        }
        hl_strv_add(&strings, item->valuestring);
        index++;
    }
    hl_strv_free(*ret_strings);
    *ret_strings = TAKE_PTR(strings);
    return 0;
}

/* {"NAME": "value"} */
static int read_environment(const cJSON *object, const char *path, char ***ret_environment,
                            struct hl_error *error)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        if (!cJSON_IsString(item) || !item->string[0] || strchr(item->string, '=')) {
            return hl_error_set(error, EINVAL, "%s.%s: a string is expected", path, item->string);
        }
        hl_strv_env_set(ret_environment, item->string, item->valuestring);
    }
    return 0;
}

static int read_rate(const cJSON *arguments, uint32_t *ret_rate, struct hl_error *error)
{
    uint32_t rate = 0;
    int r = hl_field_uint_optional(arguments, "rate", &rate, error);
    if (r == 0 && rate > HL_LIMIT_RATE) {
        return hl_error_set(error, EINVAL, "rate: a number from 1 to %u is expected",
                            HL_LIMIT_RATE);
    }
    *ret_rate = rate;
    return r;
}

/* What takes the place of settings for one recording. */
static int read_tools(struct profile_request *request, const cJSON *arguments,
                      struct hl_error *error)
{
    const char *python = NULL;
    int r = hl_field_string_optional(arguments, "python", &python, error);
    request->has_native = cJSON_IsBool(cJSON_GetObjectItemCaseSensitive(arguments, "native"));
    r = r < 0 ? r : hl_field_bool_optional(arguments, "native", &request->native, error);
    if (r == 0 && python && *python) {
        free(request->python_setting);
        request->python_setting = hl_xstrdup(python);
    }
    return r;
}

static int read_common(struct profile_request *request, const cJSON *arguments,
                       struct hl_error *error)
{
    const cJSON *args = NULL;
    const cJSON *environment = NULL;
    const char *cwd = NULL;
    const char *target = NULL;
    int r = hl_field_array_optional(arguments, "args", &args, error);
    r = r < 0 ? r : hl_field_object_optional(arguments, "env", &environment, error);
    r = r < 0 ? r : hl_field_string_optional(arguments, "cwd", &cwd, error);
    r = r < 0 ? r : hl_field_string_optional(arguments, "target", &target, error);
    r = r < 0 ? r : read_rate(arguments, &request->rate, error);
    const cJSON *idle = cJSON_GetObjectItemCaseSensitive(arguments, "idle");
    request->has_idle = cJSON_IsBool(idle);
    r = r < 0 ? r : hl_field_bool_optional(arguments, "idle", &request->idle, error);
    r = r < 0 ? r : read_tools(request, arguments, error);
    if (r == 0 && args) {
        request->has_args = true;
        r = read_strings(args, "args", &request->args, error);
    }
    if (r == 0 && environment) {
        r = read_environment(environment, "env", &request->environment, error);
    }
    request->cwd = hl_xstrdup(cwd);
    request->target = hl_xstrdup(target);
    return r;
}

/* Targets in the settings, in the same words as in pyproject.toml; a wrong one is left out and named. */
static void read_setting_targets(struct profile_request *request, const cJSON *targets)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, targets)
    {
        _cleanup_error_ struct hl_error error = {0};
        const char *file = NULL;
        const char *module = NULL;
        const char *cwd = NULL;
        const cJSON *command = NULL;
        const cJSON *args = NULL;
        const cJSON *environment = NULL;
        int r = hl_field_string_optional(item, "file", &file, &error);
        r = r < 0 ? r : hl_field_string_optional(item, "module", &module, &error);
        r = r < 0 ? r : hl_field_string_optional(item, "cwd", &cwd, &error);
        r = r < 0 ? r : hl_field_array_optional(item, "command", &command, &error);
        r = r < 0 ? r : hl_field_array_optional(item, "args", &args, &error);
        r = r < 0 ? r : hl_field_object_optional(item, "env", &environment, &error);
        if (r < 0 || !item->string) {
            hl_log_message(request->context, 2, "hotlens.targets.%s.%s",
                           item->string ? item->string : "?", hl_error_text(&error, -EINVAL));
            continue;
        }
        struct hl_named_target *target = hl_named_targets_add(&request->targets, item->string);
        target->file = hl_xstrdup(file);
        target->module = hl_xstrdup(module);
        target->cwd = hl_xstrdup(cwd);
        (void)read_strings(command, "command", &target->command, NULL);
        (void)read_strings(args, "args", &target->args, NULL);
        (void)read_environment(environment, "env", &target->environment, NULL);
    }
}

int profile_request_create(const struct hl_call *call, enum request_kind kind,
                           struct profile_request **ret_request, struct hl_error *error)
{
    struct hl_context *context = call->context;
    _cleanup_(profile_request_destroy_p) struct profile_request *request =
        hl_xcalloc(1, sizeof(*request));
    request->context = context;
    request->kind = kind;
    request->token = call->token ? cJSON_Duplicate(call->token, true) : NULL;
    request->folder = hl_xstrdup(hl_workspace_folder(context, NULL));
    request->python_setting = hl_xstrdup(context->settings->python);
    request->py_spy_setting = hl_xstrdup(context->settings->py_spy);
    request->executable = hl_xstrdup(context->executable);
    int r = read_common(request, call->arguments, error);
    if (r < 0) {
        return r;
    }
    read_setting_targets(request, context->settings->targets);
    *ret_request = TAKE_PTR(request);
    return 0;
}

/* Completing, on a worker */

/* The settings come first: they are the user's own word. */
void profile_request_read_targets(struct profile_request *request)
{
    if (!request->folder || request->targets_are_read) {
        return;
    }
    request->targets_are_read = true;
    _cleanup_free_ char *path = hl_path_join(request->folder, "pyproject.toml");
    _cleanup_buffer_ struct hl_buffer text = {0};
    if (hl_file_read(path, PYPROJECT_MOST, &text, NULL) < 0 || text.length == 0) {
        return;
    }
    struct hl_named_targets targets = {0};
    _cleanup_error_ struct hl_error error = {0};
    int r = hl_named_targets_parse(text.data, text.length, &targets, &error);
    if (r < 0 && request->target) {
        hl_error_move(&request->error, &error);
        hl_error_prefix(&request->error, "pyproject.toml");
        request->result = r;
    }
    for (size_t i = 0; i < targets.count; i++) {
        struct hl_named_target *from = &targets.items[i];
        if (!hl_named_targets_find(&request->targets, from->name)) {
            struct hl_named_target *to = hl_named_targets_add(&request->targets, from->name);
            char *name = to->name;
            *to = *from;
            to->name = name;
            *from = (struct hl_named_target){.name = from->name};
        }
    }
    hl_named_targets_finish(&targets);
}
