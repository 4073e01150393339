#include "profile_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/target.h"
#include "hotlens/base/file.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/uri.h"
#include "hotlens/server/workspace.h"

#define PYPROJECT_MOST ((size_t)4 << 20)
/* Runs looked at for the arguments of last time. */
#define RUNS_LOOKED_AT 50u

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

static char *resolve(const struct profile_request *request, const char *path)
{
    const char *base = request->folder ? request->folder : "/";
    _cleanup_free_ char *joined = hl_path_join(base, path);
    return hl_path_normalize(joined);
}

static void use_target(struct profile_request *request, const struct hl_named_target *target)
{
    if (target->file) {
        request->kind = REQUEST_FILE;
        free(request->subject);
        request->subject = resolve(request, target->file);
    } else if (target->module) {
        request->kind = REQUEST_MODULE;
        free(request->subject);
        request->subject = hl_xstrdup(target->module);
    } else {
        request->kind = REQUEST_COMMAND;
        hl_strv_free(request->command);
        request->command = hl_strv_copy(target->command);
    }
    if (!request->has_args) {
        request->args = hl_strv_copy(target->args);
        request->has_args = true;
    }
    if (!request->environment) {
        request->environment = hl_strv_copy(target->environment);
    }
    if (!request->cwd && target->cwd) {
        request->cwd = resolve(request, target->cwd);
    }
}

static int find_named(struct profile_request *request)
{
    const struct hl_named_target *target =
        hl_named_targets_find(&request->targets, request->target);
    if (!target || (!target->file && !target->module && !target->command)) {
        hl_error_set(&request->error, ENOENT, "there is no target \"%s\"", request->target);
        hl_error_set_remedy(&request->error, "name it in [tool.hotlens.targets] of pyproject.toml");
        return -ENOENT;
    }
    use_target(request, target);
    return 0;
}

/* A file that a target is about gets that target's arguments. */
static bool find_target_of_file(struct profile_request *request)
{
    for (size_t i = 0; i < request->targets.count; i++) {
        const struct hl_named_target *target = &request->targets.items[i];
        _cleanup_free_ char *path = target->file ? resolve(request, target->file) : NULL;
        if (path && strcmp(path, request->subject) == 0) {
            use_target(request, target);
            return true;
        }
    }
    return false;
}

static void take_plan(struct profile_request *request, char *const *argv, const char *cwd,
                      char *const *environment)
{
    request->plan.argv = hl_strv_copy(argv);
    if (!request->cwd) {
        request->cwd = hl_xstrdup(cwd);
    }
    if (!request->environment) {
        request->environment = hl_strv_copy(environment);
    }
}

/* What follows the file in a command line that runs it. NULL when it does not. */
static char *const *arguments_after(char *const *argv, const char *cwd, const char *path)
{
    for (size_t i = 0; argv && argv[i]; i++) {
        _cleanup_free_ char *joined = hl_path_join(cwd ? cwd : "/", argv[i]);
        _cleanup_free_ char *whole = hl_path_normalize(joined);
        if (strcmp(whole, path) == 0) {
            return argv + i + 1;
        }
    }
    return NULL;
}

/* The newest run that `take` accepts. */
static bool search_runs(struct profile_request *request, struct hl_store *store,
                        bool (*take)(struct profile_request *request, const struct hl_run *run))
{
    struct hl_run_filter filter = {.workspace = request->folder, .limit = RUNS_LOOKED_AT};
    struct hl_run_list list = {0};
    if (!store || hl_store_list_runs(store, &filter, &list, NULL) < 0) {
        return false;
    }
    bool found = false;
    for (size_t i = 0; i < list.count && !found; i++) {
        const struct hl_run *run = &list.items[i];
        bool was_launched = !(run->flags & (HL_RUN_ATTACHED | HL_RUN_IMPORTED)) && run->argv;
        found = was_launched && take(request, run);
    }
    hl_run_list_finish(&list);
    return found;
}

static bool take_arguments(struct profile_request *request, const struct hl_run *run)
{
    char *const *rest = arguments_after(run->argv, run->cwd, request->subject);
    if (!rest) {
        return false;
    }
    request->args = hl_strv_copy(rest);
    if (!request->cwd) {
        request->cwd = hl_xstrdup(run->cwd);
    }
    return true;
}

static bool take_run(struct profile_request *request, const struct hl_run *run)
{
    take_plan(request, run->argv, run->cwd, NULL);
    return true;
}

static void remember_arguments(struct profile_request *request, struct hl_store *store)
{
    if (find_target_of_file(request)) {
        return;
    }
    char *const *rest = request->has_last ? arguments_after(request->last.argv, request->last.cwd,
                                                            request->subject)
                                          : NULL;
    if (!rest) {
        (void)search_runs(request, store, take_arguments);
        return;
    }
    request->args = hl_strv_copy(rest);
    if (!request->cwd) {
        request->cwd = hl_xstrdup(request->last.cwd);
    }
    if (!request->environment) {
        request->environment = hl_strv_copy(request->last.environment);
    }
}

static int complete_again(struct profile_request *request, struct hl_store *store)
{
    if (request->run) {
        struct hl_run run = {0};
        int r = store ? hl_store_find_run(store, request->run, &run, &request->error) : -EIO;
        if (r == 0 && ((run.flags & (HL_RUN_ATTACHED | HL_RUN_IMPORTED)) || !run.argv)) {
            r = hl_error_set(&request->error, EINVAL, "run %s was not started by hotlens",
                             request->run);
        }
        if (r == 0) {
            take_plan(request, run.argv, run.cwd, NULL);
        }
        hl_run_finish(&run);
        return r;
    }
    if (request->has_last) {
        request->pid = request->last.pid;
        take_plan(request, request->last.argv, request->last.cwd, request->last.environment);
        return 0;
    }
    if (search_runs(request, store, take_run)) {
        return 0;
    }
    hl_error_set(&request->error, ENOENT, "nothing was profiled here yet");
    hl_error_set_remedy(&request->error, "profile a file first");
    return -ENOENT;
}

static int find_tools(struct profile_request *request)
{
    struct hl_find_options options = {.setting = request->python_setting,
                                      .folder = request->folder,
                                      .hotlens = request->executable};
    struct hl_found found = {0};
    bool needs_python = request->kind == REQUEST_FILE || request->kind == REQUEST_MODULE ||
                        request->kind == REQUEST_TEST;
    _cleanup_error_ struct hl_error error = {0};
    int r = hl_find_python(&options, &found, &error);
    if (r < 0 && needs_python) {
        hl_error_move(&request->error, &error);
        return r;
    }
    request->python = hl_xstrdup(r == 0 ? found.path : NULL);
    hl_found_finish(&found);
    found = (struct hl_found){0};
    options.setting = request->py_spy_setting;
    options.python = request->python;
    if (hl_find_py_spy(&options, &found, &request->py_spy_error) == 0) {
        request->py_spy = hl_xstrdup(found.path);
        hl_found_finish(&found);
    }
    return 0;
}

static void add_all(char ***vector, char *const *more)
{
    for (size_t i = 0; more && more[i]; i++) {
        hl_strv_add(vector, more[i]);
    }
}

/* As one would type it in the folder: python -m pytest tests/test_a.py::K::test_b */
static void add_test(struct profile_request *request)
{
    char ***argv = &request->plan.argv;
    const char *below = request->folder ? hl_path_below(request->subject, request->folder) : NULL;
    const char *path = below && !request->cwd ? below : request->subject;
    hl_strv_add(argv, request->python);
    hl_strv_add(argv, "-m");
    hl_strv_add(argv, "pytest");
    if (request->test) {
        hl_strv_addf(argv, "%s::%s", path, request->test);
    } else {
        hl_strv_add(argv, path);
    }
}

static void make_plan(struct profile_request *request)
{
    struct hl_plan *plan = &request->plan;
    if (request->kind == REQUEST_FILE) {
        hl_strv_add(&plan->argv, request->python);
        hl_strv_add(&plan->argv, request->subject);
        add_all(&plan->argv, request->args);
    } else if (request->kind == REQUEST_MODULE) {
        hl_strv_add(&plan->argv, request->python);
        hl_strv_add(&plan->argv, "-m");
        hl_strv_add(&plan->argv, request->subject);
        add_all(&plan->argv, request->args);
    } else if (request->kind == REQUEST_TEST) {
        add_test(request);
        add_all(&plan->argv, request->args);
    } else if (request->kind == REQUEST_COMMAND) {
        add_all(&plan->argv, request->command);
        add_all(&plan->argv, request->args);
    }
    plan->pid = request->pid;
    plan->folder = hl_xstrdup(request->folder);
    plan->environment = hl_strv_copy(request->environment);
    if (request->cwd) {
        plan->cwd = resolve(request, request->cwd);
    } else if (request->folder) {
        plan->cwd = hl_xstrdup(request->folder);
    } else if (request->kind == REQUEST_FILE) {
        plan->cwd = hl_path_parent(request->subject);
    }
    struct hl_target target;
    if (plan->pid > 0) {
        hl_target_from_process(plan->pid, NULL, &target);
    } else {
        hl_target_from_argv(plan->argv, plan->cwd, &target);
    }
    plan->title = TAKE_PTR(target.title);
    hl_target_finish(&target);
}

void profile_request_complete(struct profile_request *request, struct hl_store *store)
{
    profile_request_read_targets(request);
    int r = request->result;
    if (r == 0 && request->target) {
        r = find_named(request);
    } else if (r == 0 && request->kind == REQUEST_FILE && !request->has_args) {
        remember_arguments(request, store);
    } else if (r == 0 && request->kind == REQUEST_AGAIN) {
        r = complete_again(request, store);
    }
    r = r < 0 ? r : find_tools(request);
    if (r == 0) {
        make_plan(request);
    }
    request->result = r;
}
