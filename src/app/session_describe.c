/* What is known of a run before it starts. */
#include <string.h>

#include "hotlens/app/target.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "session_private.h"

static uint32_t flags_of(const struct hl_record_options *options)
{
    return (options->subprocesses ? HL_RUN_SUBPROCESSES : 0u) |
           (options->threads ? HL_RUN_THREADS : 0u) | (options->idle ? HL_RUN_IDLE : 0u) |
           (options->gil ? HL_RUN_GIL : 0u) | (options->native ? HL_RUN_NATIVE : 0u) |
           (options->nonblocking ? HL_RUN_NONBLOCKING : 0u) |
           (options->pid > 0 ? HL_RUN_ATTACHED : 0u);
}

static const char *proc_of(const struct hl_record_options *options)
{
    return options->proc ? options->proc : "/proc";
}

static char *read_proc_link(const struct hl_record_options *options, const char *name)
{
    _cleanup_free_ char *path = hl_xasprintf("%s/%d/%s", proc_of(options), options->pid, name);
    return hl_file_real_path(path);
}

static char *folder_of(const struct hl_record_options *options)
{
    if (options->pid > 0) {
        return read_proc_link(options, "cwd");
    }
    return options->cwd ? hl_file_real_path(options->cwd) : hl_current_folder();
}

/* The interpreter as a path: only what is one by its name is ever run to be asked. */
static char *python_of(const struct hl_record_options *options, const char *cwd)
{
    if (options->pid > 0) {
        return read_proc_link(options, "exe");
    }
    const char *program = options->argv ? options->argv[0] : NULL;
    if (!program || !hl_is_python_name(program)) {
        return NULL;
    }
    if (strchr(program, '/')) {
        return hl_path_join(cwd ? cwd : "/", program);
    }
    return hl_find_in_path(program, options->environment);
}

/* What a package installs for its users stands in a folder of this name: pytest, flask. Where it is
 * says nothing about the project that it is used on. */
static bool is_installed(const char *script)
{
    _cleanup_free_ char *folder = hl_path_parent(script);
    return strcmp(hl_path_base_name(folder), "bin") == 0;
}

/* As it is written, so that paths of frames that begin so are relative to it, but from the root on. */
static char *given_workspace(const char *folder)
{
    _cleanup_free_ char *current = hl_current_folder();
    _cleanup_free_ char *whole = hl_path_join(current, folder);
    return hl_path_normalize(whole);
}

static char *workspace_of(const struct hl_session_options *options, const char *cwd,
                          const char *script)
{
    if (options->workspace) {
        return given_workspace(options->workspace);
    }
    /* Services run there: everything of the machine would be their project. */
    if (cwd && strcmp(cwd, "/") == 0) {
        return script && !is_installed(script) ? hl_path_parent(script) : NULL;
    }
    bool elsewhere = script && !(cwd && hl_path_is_within(script, cwd));
    if (elsewhere && !(cwd && is_installed(script))) {
        return hl_path_parent(script);
    }
    return hl_xstrdup(cwd);
}

void hl_session_describe(const struct hl_session_options *options, const char *uuid,
                         struct hl_run *ret_run, char **ret_code_folder)
{
    const struct hl_record_options *record = &options->record;
    struct hl_target target;
    char *cwd = folder_of(record);
    if (record->pid > 0) {
        hl_target_from_process(record->pid, record->proc, &target);
    } else {
        hl_target_from_argv(record->argv, cwd, &target);
    }
    int64_t now = hl_clock_utc();
    *ret_run = (struct hl_run){
        .uuid = hl_xstrdup(uuid),
        .target = TAKE_PTR(target.key),
        .title = TAKE_PTR(target.title),
        .argv = record->pid > 0 ? hl_process_argv(record->pid, record->proc)
                                : hl_strv_copy(record->argv),
        .cwd = cwd,
        .workspace = workspace_of(options, cwd, target.script),
        .start = now,
        .offset_minutes = hl_clock_offset_minutes(now),
        .duration = HL_UNKNOWN,
        .sampled = HL_UNKNOWN,
        .covered = HL_UNKNOWN,
        .rate = record->rate,
        .flags = flags_of(record),
        .exit_status = HL_UNKNOWN,
        .python = python_of(record, cwd),
        .sampler = hl_xstrdup("py-spy"),
        .git_dirty = -1,
        .label = hl_xstrdup(options->label),
    };
    *ret_code_folder = target.script ? hl_path_parent(target.script) : hl_xstrdup(cwd ? cwd : "/");
    hl_target_finish(&target);
}
