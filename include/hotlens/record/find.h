/* Finding Python and py-spy, and how to install py-spy. Looking executes nothing: only
 * hl_python_ask runs an interpreter, and only when the user has asked for a recording. */
#ifndef HOTLENS_RECORD_FIND_H
#define HOTLENS_RECORD_FIND_H

#include <stdatomic.h>
#include <stdbool.h>

#include "hotlens/base/error.h"

struct hl_find_options {
    const char *setting;          /* a path the user configured, or NULL */
    const char *folder;           /* workspace folder, or NULL */
    const char *python;           /* for py-spy: the interpreter it should sit beside, or NULL */
    const char *hotlens;          /* our own executable, or NULL */
    char *const *environment;     /* NULL: ours */
};

struct hl_found {
    char *path;
    char *why; /* "VIRTUAL_ENV", ".venv of the folder", "PATH" … for `doctor` */
};

/* Setting, $VIRTUAL_ENV, .venv or venv of the folder, $CONDA_PREFIX, PATH (python3, python). */
int hl_find_python(const struct hl_find_options *options, struct hl_found *ret_found,
                   struct hl_error *error);
/* Setting, beside that Python, beside hotlens, PATH, ~/.local/bin, ~/.cargo/bin, our tool folder. */
int hl_find_py_spy(const struct hl_find_options *options, struct hl_found *ret_found,
                   struct hl_error *error);
/* Searches PATH as execvp would. NULL when there is none. Caller frees. */
char *hl_find_in_path(const char *name, char *const *environment);
void hl_found_finish(struct hl_found *found);

struct hl_python_facts {
    char *executable; /* sys.executable, resolved: version-manager shims are scripts */
    char *prefix;     /* sys.prefix */
    char *version;    /* "3.11.2" */
    bool is_venv;
    bool has_pip;
    bool externally_managed; /* PEP 668 */
    bool prefix_writable;
};

/* Where a version manager's script is asked which interpreter it stands for: its answer depends on both. */
struct hl_python_place {
    const char *cwd;              /* NULL: ours */
    char *const *environment;     /* NULL: ours */
    const atomic_bool *cancelled; /* from another thread, ends the wait; may be NULL */
};

/* Runs the interpreter (at most 10 s) and asks. Blocks, so it is called from a worker thread. */
int hl_python_ask(const char *python, struct hl_python_facts *ret_facts, struct hl_error *error);
int hl_python_ask_in(const char *python, const struct hl_python_place *place,
                     struct hl_python_facts *ret_facts, struct hl_error *error);
void hl_python_facts_finish(struct hl_python_facts *facts);

/* How py-spy would be installed: commands to run one after the other, each an argument vector, and one
 * sentence that says where it goes. Into the interpreter's environment when that is a venv with pip;
 * with `uv pip` when it has none and uv is there; else into our own tool folder (a venv in the XDG data
 * folder). Runs nothing. */
struct hl_install_plan {
    char ***commands; /* NULL-terminated list of NULL-terminated vectors */
    char *sentence;
    char *py_spy;     /* where it will be */
};

int hl_install_plan_create(const struct hl_python_facts *python, char *const *environment,
                           struct hl_install_plan **ret_plan, struct hl_error *error);
void hl_install_plan_destroy(struct hl_install_plan *plan);
/* Runs the plan; output goes to `output_fd`. -EIO with the failing command in `error`. */
int hl_install_plan_run(const struct hl_install_plan *plan, int output_fd, struct hl_error *error);

HL_DEFINE_CLEANUP(struct hl_install_plan *, hl_install_plan_destroy);

#endif
