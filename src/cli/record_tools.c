#include "hotlens/cli/record_tools.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/app/target.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/output.h"
#include "hotlens/record/find.h"

static int find_python(struct hl_found *ret_found, struct hl_error *error)
{
    _cleanup_free_ char *folder = hl_current_folder();
    struct hl_find_options options = {.folder = folder};
    return hl_find_python(&options, ret_found, error);
}

/* As the kernel looks at a file: without its "#!" a shell would run it, and `import` is a command. */
static bool has_interpreter(const char *path)
{
    char start[2] = "";
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return fd >= 0 && read(fd, start, sizeof(start)) == 2 && start[0] == '#' && start[1] == '!';
}

/* A Python file that is there, relative to where the program will run. */
static bool is_python_file(const char *path)
{
    struct stat status;
    return hl_path_has_suffix(path, ".py") && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool runs_by_itself(const char *path)
{
    return access(path, X_OK) == 0 && has_interpreter(path);
}

/* "train.py" of this folder is meant also where a shell would want "./train.py". Caller frees. */
static char *spelled_out(const char *program)
{
    _cleanup_free_ char *found = strchr(program, '/') ? NULL : hl_find_in_path(program, NULL);
    return strchr(program, '/') || found ? hl_xstrdup(program) : hl_xasprintf("./%s", program);
}

/* The interpreter for it, or NULL and 0 when it needs none. */
static int interpreter_for(const char *path, char **ret_python)
{
    if (!is_python_file(path) || runs_by_itself(path)) {
        return 0;
    }
    struct hl_found python = {0};
    _cleanup_error_ struct hl_error error = {0};
    int r = find_python(&python, &error);
    if (r < 0) {
        hl_output_error(&error, r);
        return r;
    }
    *ret_python = hl_xstrdup(python.path);
    hl_found_finish(&python);
    return 0;
}

int hl_record_program(char *const *argv, const char *cwd, char ***ret_argv)
{
    _cleanup_free_ char *path = cwd ? hl_path_join(cwd, argv[0]) : hl_xstrdup(argv[0]);
    char *python = NULL;
    int r = interpreter_for(path, &python);
    if (r < 0) {
        return r;
    }
    /* Not word by word: there may be 100,000. */
    char **vector = hl_xcalloc(hl_strv_length(argv) + 2, sizeof(char *));
    size_t count = 0;
    if (python) {
        vector[count++] = python;
    }
    vector[count++] = !python && is_python_file(path) ? spelled_out(argv[0]) : hl_xstrdup(argv[0]);
    for (size_t i = 1; argv[i]; i++) {
        vector[count++] = hl_xstrdup(argv[i]);
    }
    *ret_argv = vector;
    return 0;
}

static int install(const char *python, char **ret_path, struct hl_error *error)
{
    struct hl_python_facts facts = {0};
    int r = hl_python_ask(python, &facts, error);
    _cleanup_(hl_install_plan_destroy_p) struct hl_install_plan *plan = NULL;
    if (r == 0) {
        r = hl_install_plan_create(&facts, NULL, &plan, error);
    }
    hl_python_facts_finish(&facts);
    if (r == 0) {
        hl_output_note("%s", plan->sentence);
        r = hl_install_plan_run(plan, STDERR_FILENO, error);
    }
    if (r == 0) {
        *ret_path = hl_xstrdup(plan->py_spy);
    }
    return r;
}

/* The interpreter that the program runs under, if it names one; else what would be found. */
static int python_of(const char *program, struct hl_found *ret_python, struct hl_error *error)
{
    if (program && hl_is_python_name(program)) {
        char *path = strchr(program, '/') ? hl_xstrdup(program) : hl_find_in_path(program, NULL);
        if (path) {
            *ret_python = (struct hl_found){.path = path, .why = hl_xstrdup("the program")};
            return 0;
        }
    }
    return find_python(ret_python, error);
}

static int offer_install(const char *python, bool install_now, char **ret_path,
                         struct hl_error *error)
{
    if (!python) {
        return -ENOENT;
    }
    if (!install_now) {
        hl_output_note("py-spy, which takes the samples, was not found");
        if (!hl_cli_ask("Install it now?")) {
            hl_error_set(error, ENOENT, "py-spy is needed for a recording");
            hl_error_set_remedy(error,
                                "hotlens record --install-py-spy … installs it, or:\n"
                                "%s -m pip install py-spy",
                                python);
            return -ENOENT;
        }
    }
    return install(python, ret_path, error);
}

int hl_record_find_py_spy(const char *setting, const char *program, const char *executable,
                          bool install_now, char **ret_path)
{
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_error_ struct hl_error python_error = {0};
    struct hl_found python = {0};
    bool has_python = python_of(program, &python, &python_error) == 0;
    struct hl_find_options options = {
        .setting = setting, .python = python.path, .hotlens = executable};
    struct hl_found found = {0};
    int r = hl_find_py_spy(&options, &found, &error);
    if (r == 0) {
        *ret_path = hl_xstrdup(found.path);
    } else if (!setting) {
        r = offer_install(has_python ? python.path : NULL, install_now, ret_path, &error);
    }
    if (r < 0) {
        hl_output_error(&error, r);
    }
    hl_found_finish(&found);
    hl_found_finish(&python);
    return r;
}
