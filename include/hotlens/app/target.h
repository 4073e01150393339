/* Targets: what was profiled, as a key that is the same next time. */
#ifndef HOTLENS_APP_TARGET_H
#define HOTLENS_APP_TARGET_H

struct hl_target {
    char *key;    /* "file:/p/train.py --fast", "module:pytest -q", "code:HASH",
                  "input:-", "command:…", "process:…", "import:…" */
    char *title;  /* "train.py --fast", "python -m pytest -q" */
    char *script; /* absolute path of the program's file, or NULL */
};

/* From the vector that is run: python [options] FILE|-m MODULE|-c CODE|- [arguments], a script with a
 * #! line, or any command. Interpreter and its options are not part of the key. */
void hl_target_from_argv(char *const *argv, const char *cwd, struct hl_target *ret_target);
/* For an attach: from the process's command line, so that the same program compares with itself. */
void hl_target_from_process(int pid, const char *proc, struct hl_target *ret_target);
/* The arguments of a process, NULL when they cannot be read. Free with hl_strv_free. `proc` NULL is
 * "/proc", here and above. */
char **hl_process_argv(int pid, const char *proc);
/* For an import: the file's base name. */
void hl_target_from_file(const char *path, struct hl_target *ret_target);
void hl_target_finish(struct hl_target *target);
/* Whether argv[0] is a Python interpreter by its name (python, python3.11, pypy is not). */
int hl_is_python_name(const char *program);

#endif
