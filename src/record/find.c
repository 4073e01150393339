#include "hotlens/record/find.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "find_internal.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"

/* What execvp searches without a PATH, without the current folder. */
static const char default_path[] = "/bin:/usr/bin";

const char *find_variable(char *const *environment, const char *name)
{
    const char *value = hl_strv_env_get(environment ? environment : environ, name);
    return value && value[0] ? value : NULL;
}

/* A regular file that may be run; a broken link is not one. */
static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

char *find_home(char *const *environment)
{
    const char *home = find_variable(environment, "HOME");
    if (home) {
        return hl_xstrdup(home);
    }
    if (environment) {
        return NULL; /* an explicit environment says all there is */
    }
    const struct passwd *entry = getpwuid(getuid());
    return entry && entry->pw_dir ? hl_xstrdup(entry->pw_dir) : NULL;
}

/* Consumes `path`; takes it when it is a program. */
static bool take(char *path, const char *why, struct hl_found *found)
{
    if (!path || !is_program(path)) {
        free(path);
        return false;
    }
    *found = (struct hl_found){ .path = path, .why = hl_xstrdup(why) };
    return true;
}

static bool take_in(const char *folder, const char *name, const char *why, struct hl_found *found)
{
    return folder && take(hl_path_join(folder, name), why, found);
}

char *hl_find_in_path(const char *name, char *const *environment)
{
    if (strchr(name, '/')) {
        return is_program(name) ? hl_xstrdup(name) : NULL;
    }
    const char *at = find_variable(environment, "PATH");
    at = at ? at : default_path;
    for (;;) {
        size_t length = strcspn(at, ":");
        _cleanup_free_ char *folder = length > 0 ? hl_xstrndup(at, length) : hl_xstrdup(".");
        _cleanup_free_ char *path = hl_path_join(folder, name);
        if (is_program(path)) {
            return TAKE_PTR(path);
        }
        if (at[length] == '\0') {
            return NULL;
        }
        at += length + 1;
    }
}

/* A setting as people write it: "~", relative to the folder, or a bare name for PATH. */
static char *expand_setting(const struct hl_find_options *options)
{
    const char *setting = options->setting;
    if (setting[0] == '~' && (setting[1] == '/' || setting[1] == '\0')) {
        _cleanup_free_ char *home = find_home(options->environment);
        return home ? hl_path_join(home, setting[1] ? setting + 2 : "") : hl_xstrdup(setting);
    }
    if (!strchr(setting, '/')) {
        char *path = hl_find_in_path(setting, options->environment);
        if (path) {
            return path;
        }
    }
    return options->folder ? hl_path_join(options->folder, setting) : hl_xstrdup(setting);
}

/* A setting is an order: when it does not hold nothing else is looked for. 1 found, 0 no setting. */
static int find_by_setting(const struct hl_find_options *options, const char *what,
                           struct hl_found *ret_found, struct hl_error *error)
{
    if (!options->setting || !options->setting[0]) {
        return 0;
    }
    _cleanup_free_ char *path = expand_setting(options);
    struct hl_found found;
    if (take(hl_xstrdup(path), "setting", &found)) {
        *ret_found = found;
        return 1;
    }
    bool exists = access(path, F_OK) == 0;
    int result = hl_error_set(error, exists ? EACCES : ENOENT,
                              exists ? "the %s that was asked for is not an executable file: %s"
                                     : "the %s that was asked for does not exist: %s",
                              what, path);
    hl_error_set_remedy(error, "Correct its path, or leave it out to have it looked for.");
    return result;
}

static bool find_in_environment(const char *root, const char *why, struct hl_found *found)
{
    return take_in(root, "bin/python3", why, found) || take_in(root, "bin/python", why, found);
}

static bool find_in_folder(const char *folder, struct hl_found *found)
{
    static const struct {
        const char *name;
        const char *why;
    } rows[] = {
        { ".venv", ".venv of the folder" },
        { "venv", "venv of the folder" },
    };
    for (size_t i = 0; folder && i < ARRAY_SIZE(rows); i++) {
        _cleanup_free_ char *root = hl_path_join(folder, rows[i].name);
        if (find_in_environment(root, rows[i].why, found)) {
            return true;
        }
    }
    return false;
}

int hl_find_python(const struct hl_find_options *options, struct hl_found *ret_found,
                   struct hl_error *error)
{
    int result = find_by_setting(options, "Python", ret_found, error);
    if (result != 0) {
        return result < 0 ? result : 0;
    }
    char *const *environment = options->environment;
    struct hl_found found;
    if (find_in_environment(find_variable(environment, "VIRTUAL_ENV"), "VIRTUAL_ENV", &found) ||
        find_in_folder(options->folder, &found) ||
        find_in_environment(find_variable(environment, "CONDA_PREFIX"), "CONDA_PREFIX", &found) ||
        take(hl_find_in_path("python3", environment), "PATH", &found) ||
        take(hl_find_in_path("python", environment), "PATH", &found)) {
        *ret_found = found;
        return 0;
    }
    result = hl_error_set(error, ENOENT, "no Python was found");
    hl_error_set_remedy(error, "Install Python 3, activate its environment, or set the path of the "
                               "interpreter.");
    return result;
}

char *find_tool_folder(char *const *environment)
{
    _cleanup_free_ char *base = NULL;
    const char *data = find_variable(environment, "XDG_DATA_HOME");
    if (data && hl_path_is_absolute(data)) {
        base = hl_xstrdup(data);
    } else {
        _cleanup_free_ char *home = find_home(environment);
        base = home ? hl_path_join(home, ".local/share") : NULL;
    }
    return base ? hl_path_join(base, "hotlens/tools/py-spy") : NULL;
}

/* Beside a program: where it is, and where it is when links are followed. */
static bool take_beside(const char *program, const char *why, struct hl_found *found)
{
    if (!program || !strchr(program, '/')) {
        return false;
    }
    _cleanup_free_ char *folder = hl_path_parent(program);
    if (take_in(folder, "py-spy", why, found)) {
        return true;
    }
    _cleanup_free_ char *real = hl_file_real_path(program);
    _cleanup_free_ char *real_folder = real ? hl_path_parent(real) : NULL;
    return take_in(real_folder, "py-spy", why, found);
}

int hl_find_py_spy(const struct hl_find_options *options, struct hl_found *ret_found,
                   struct hl_error *error)
{
    int result = find_by_setting(options, "py-spy", ret_found, error);
    if (result != 0) {
        return result < 0 ? result : 0;
    }
    _cleanup_free_ char *home = find_home(options->environment);
    _cleanup_free_ char *tools = find_tool_folder(options->environment);
    struct hl_found found;
    if (take_beside(options->python, "beside Python", &found) ||
        take_beside(options->hotlens, "beside hotlens", &found) ||
        take(hl_find_in_path("py-spy", options->environment), "PATH", &found) ||
        take_in(home, ".local/bin/py-spy", "~/.local/bin", &found) ||
        take_in(home, ".cargo/bin/py-spy", "~/.cargo/bin", &found) ||
        take_in(tools, "bin/py-spy", "tool folder of hotlens", &found)) {
        *ret_found = found;
        return 0;
    }
    result = hl_error_set(error, ENOENT, "py-spy was not found");
    hl_error_set_remedy(error, "Install it with `pip install py-spy`, or let hotlens do that.");
    return result;
}

void hl_found_finish(struct hl_found *found)
{
    if (found) {
        free(found->path);
        free(found->why);
        *found = (struct hl_found){ 0 };
    }
}
