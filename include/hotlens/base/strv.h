/* NULL-terminated vectors of owned strings, as execve() takes them. NULL is an empty vector. */
#ifndef HOTLENS_BASE_STRV_H
#define HOTLENS_BASE_STRV_H

#include <stddef.h>

#include "hotlens/base/macros.h"

void hl_strv_free(char **strings);
size_t hl_strv_length(char *const *strings);
/* Appends a copy. */
void hl_strv_add(char ***strings, const char *text);
/* Appends a string and takes ownership. */
void hl_strv_add_owned(char ***strings, char *text);
void hl_strv_addf(char ***strings, const char *format, ...) HL_PRINTF(2, 3);
char **hl_strv_copy(char *const *strings);
/* The value of NAME in a vector of NAME=VALUE, or NULL. Not a copy. */
const char *hl_strv_env_get(char *const *environment, const char *name);
/* Sets or replaces NAME=VALUE; value NULL removes. */
void hl_strv_env_set(char ***environment, const char *name, const char *value);

HL_DEFINE_CLEANUP(char **, hl_strv_free);

#endif
