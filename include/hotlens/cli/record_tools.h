/* What `hotlens record` has to find before it starts. Each prints the reason when it fails. */
#ifndef HOTLENS_CLI_RECORD_TOOLS_H
#define HOTLENS_CLI_RECORD_TOOLS_H

#include <stdbool.h>

/* The py-spy to use: the one given, else what is found beside the program's Python, in PATH and so on.
 * When there is none, offers to install it (`install`: without asking). Caller frees. */
int hl_record_find_py_spy(const char *setting, const char *program, const char *executable,
                          bool install, char **ret_path);
/* The vector to run: as it is, but a Python file that is there (relative to `cwd`, if not NULL) and
 * cannot be executed by itself (no x bit, no "#!") gets an interpreter in front, and one that can "./" where
 * PATH has no such program. Free with hl_strv_free. */
int hl_record_program(char *const *argv, const char *cwd, char ***ret_argv);

#endif
