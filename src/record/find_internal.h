/* What find.c, python_ask.c and install.c share. */
#ifndef HOTLENS_RECORD_FIND_INTERNAL_H
#define HOTLENS_RECORD_FIND_INTERNAL_H

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

/* Runs a command to its end and blocks meanwhile: standard input is /dev/null, standard error goes to
 * `error_fd` (-1: /dev/null), standard output to `output` up to `limit` bytes, or where standard error
 * goes when `output` is NULL. After `timeout` ns (0: none) its group is killed: -ETIMEDOUT. -EFBIG past
 * the limit. Otherwise 0 and the wait status. */
int command_run(char *const *argv, int error_fd, struct hl_buffer *output, size_t limit,
                int64_t timeout, int *ret_status);

#endif
