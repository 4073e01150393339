/* From what a client said to what is run: a named target, the arguments of last time, and which tools. */
#include <string.h>

#include "hotlens/app/target.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "profile_request.h"

/* Runs looked at for the arguments of last time. */
#define RUNS_LOOKED_AT 50u

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
