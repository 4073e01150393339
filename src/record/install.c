/* Where py-spy goes and how it gets there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "find_internal.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/record/find.h"

static void add_command(struct hl_install_plan *plan, char **argv)
{
    size_t count = 0;
    while (plan->commands && plan->commands[count]) {
        count++;
    }
    plan->commands = hl_xrealloc(plan->commands, (count + 2) * sizeof(*plan->commands));
    plan->commands[count] = argv;
    plan->commands[count + 1] = NULL;
}

static void add_pip(struct hl_install_plan *plan, const char *python)
{
    static const char *const rest[] = { "-m", "pip", "install", "--disable-pip-version-check",
                                        "--no-input", "py-spy" };
    char **argv = NULL;
    hl_strv_add(&argv, python);
    for (size_t i = 0; i < ARRAY_SIZE(rest); i++) {
        hl_strv_add(&argv, rest[i]);
    }
    add_command(plan, argv);
}

static void plan_environment(struct hl_install_plan *plan, const struct hl_python_facts *python)
{
    add_pip(plan, python->executable);
    plan->sentence = hl_xasprintf("py-spy goes into the environment %s", python->prefix);
    plan->py_spy = hl_path_join(python->prefix, "bin/py-spy");
}

static void plan_uv(struct hl_install_plan *plan, const struct hl_python_facts *python,
                    const char *uv)
{
    char **argv = NULL;
    hl_strv_add(&argv, uv);
    hl_strv_add(&argv, "pip");
    hl_strv_add(&argv, "install");
    hl_strv_add(&argv, "--python");
    hl_strv_add(&argv, python->executable);
    hl_strv_add(&argv, "py-spy");
    add_command(plan, argv);
    plan->sentence = hl_xasprintf("py-spy goes into the environment %s, with uv", python->prefix);
    plan->py_spy = hl_path_join(python->prefix, "bin/py-spy");
}

static void plan_tool_folder(struct hl_install_plan *plan, const struct hl_python_facts *python,
                             const char *folder)
{
    char **argv = NULL;
    hl_strv_add(&argv, python->executable);
    hl_strv_add(&argv, "-m");
    hl_strv_add(&argv, "venv");
    hl_strv_add(&argv, folder);
    add_command(plan, argv);
    _cleanup_free_ char *inner = hl_path_join(folder, "bin/python");
    add_pip(plan, inner);
    plan->sentence = hl_xasprintf("py-spy goes into hotlens's own folder %s", folder);
    plan->py_spy = hl_path_join(folder, "bin/py-spy");
}

int hl_install_plan_create(const struct hl_python_facts *python, char *const *environment,
                           struct hl_install_plan **ret_plan, struct hl_error *error)
{
    _cleanup_free_ char *uv = hl_find_in_path("uv", environment);
    bool usable = python->is_venv && python->prefix_writable;
    _cleanup_free_ char *folder = find_tool_folder(environment);
    if (!(usable && (python->has_pip || uv)) && !folder) {
        return hl_error_set(error, ENOENT, "there is no home folder to install py-spy into");
    }
    struct hl_install_plan *plan = hl_xcalloc(1, sizeof(*plan));
    if (usable && python->has_pip) {
        plan_environment(plan, python);
    } else if (usable && uv) {
        plan_uv(plan, python, uv);
    } else {
        plan_tool_folder(plan, python, folder);
    }
    *ret_plan = plan;
    return 0;
}

void hl_install_plan_destroy(struct hl_install_plan *plan)
{
    if (!plan) {
        return;
    }
    for (size_t i = 0; plan->commands && plan->commands[i]; i++) {
        hl_strv_free(plan->commands[i]);
    }
    free(plan->commands);
    free(plan->sentence);
    free(plan->py_spy);
    free(plan);
}

static char *join_command(char *const *argv)
{
    struct hl_buffer text = { 0 };
    for (size_t i = 0; argv[i]; i++) {
        hl_buffer_puts(&text, i > 0 ? " " : "");
        hl_buffer_puts(&text, argv[i]);
    }
    return hl_buffer_take(&text);
}

static bool makes_venv(char *const *argv)
{
    return argv[0] && argv[1] && argv[2] && strcmp(argv[1], "-m") == 0 && strcmp(argv[2], "venv") == 0;
}

static int explain_failure(char *const *argv, int result, int status, struct hl_error *error)
{
    _cleanup_free_ char *command = join_command(argv);
    if (result < 0) {
        (void)hl_error_set(error, EIO, "cannot run `%s`: %s", command, strerror(-result));
    } else if (WIFSIGNALED(status)) {
        (void)hl_error_set(error, EIO, "`%s` was ended by signal %d", command, WTERMSIG(status));
    } else {
        (void)hl_error_set(error, EIO, "`%s` failed with exit status %d", command,
                           WEXITSTATUS(status));
    }
    if (makes_venv(argv)) {
        /* Debian and Ubuntu ship Python without the parts that make environments. */
        hl_error_set_remedy(error, "On Debian and Ubuntu install them with "
                                   "`apt install python3-venv`, or install py-spy with "
                                   "`pipx install py-spy` or `uv tool install py-spy`.");
    } else {
        hl_error_set_remedy(error, "Its output above says why; without a package index py-spy can "
                                   "be copied into ~/.local/bin.");
    }
    return -EIO;
}

int hl_install_plan_run(const struct hl_install_plan *plan, int output_fd, struct hl_error *error)
{
    for (size_t i = 0; plan->commands && plan->commands[i]; i++) {
        char *const *argv = plan->commands[i];
        if (makes_venv(argv)) {
            _cleanup_free_ char *parent = hl_path_parent(argv[3]);
            int made = hl_folder_make(parent, 0700);
            if (made < 0) {
                return hl_error_set(error, EIO, "cannot make %s: %s", parent, strerror(-made));
            }
        }
        struct command command = { .argv = argv, .error_fd = output_fd };
        int status = 0;
        int result = command_run(&command, NULL, &status);
        if (result < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            return explain_failure(argv, result, status, error);
        }
    }
    return 0;
}
