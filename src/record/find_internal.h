/* What find.c, python_ask.c and install.c share. */
#ifndef HOTLENS_RECORD_FIND_INTERNAL_H
#define HOTLENS_RECORD_FIND_INTERNAL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "hotlens/base/buffer.h"

/* The variable's value, or NULL when it is missing or empty. `environment` NULL is ours. */
const char *find_variable(char *const *environment, const char *name);
/* Caller frees; NULL when unknown. */
char *find_home(char *const *environment);
/* $XDG_DATA_HOME/hotlens/tools/py-spy. Caller frees; NULL when there is no home. */
char *find_tool_folder(char *const *environment);

struct command {
    char *const *argv;
    const char *cwd;              /* NULL: ours */
    char *const *environment;     /* NULL: ours */
    int error_fd;                 /* gets its standard error; -1: /dev/null */
    size_t limit;                 /* of its output, in bytes */
    int64_t timeout;              /* ns; 0: none */
    const atomic_bool *cancelled; /* looked at now and then; may be NULL */
};

/* Runs a command to its end and blocks meanwhile: standard input is /dev/null, standard output goes to
 * `output`, or where standard error goes when that is NULL. Its group is killed after the timeout
 * (-ETIMEDOUT), past the limit (-EFBIG) and when it was cancelled (-ECANCELED). Otherwise 0 and the wait
 * status. */
int command_run(const struct command *command, struct hl_buffer *output, int *ret_status);

#endif
