#include "hotlens/base/strv.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/memory.h"

void hl_strv_free(char **strings)
{
    for (size_t i = 0; strings && strings[i]; i++) {
        free(strings[i]);
    }
    free(strings);
}

size_t hl_strv_length(char *const *strings)
{
    size_t length = 0;
    while (strings && strings[length]) {
        length++;
    }
    return length;
}

void hl_strv_add_owned(char ***strings, char *text)
{
    size_t length = hl_strv_length(*strings);
    *strings = hl_xrealloc(*strings, (length + 2) * sizeof(char *));
    (*strings)[length] = text;
    (*strings)[length + 1] = NULL;
}

void hl_strv_add(char ***strings, const char *text)
{
    hl_strv_add_owned(strings, hl_xstrdup(text));
}

void hl_strv_addf(char ***strings, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    hl_assert(length >= 0);
    hl_strv_add_owned(strings, text);
}

char **hl_strv_copy(char *const *strings)
{
    size_t length = hl_strv_length(strings);
    char **copy = hl_xcalloc(length + 1, sizeof(char *));
    for (size_t i = 0; i < length; i++) {
        copy[i] = hl_xstrdup(strings[i]);
    }
    return copy;
}

/* The index of NAME=…, or the length. */
static size_t env_find(char *const *environment, const char *name)
{
    size_t name_length = strlen(name);
    size_t i = 0;
    while (environment && environment[i] &&
           !(strncmp(environment[i], name, name_length) == 0 &&
             environment[i][name_length] == '=')) {
        i++;
    }
    return i;
}

const char *hl_strv_env_get(char *const *environment, const char *name)
{
    size_t at = env_find(environment, name);
    return environment && environment[at] ? environment[at] + strlen(name) + 1 : NULL;
}

void hl_strv_env_set(char ***environment, const char *name, const char *value)
{
    size_t at = env_find(*environment, name);
    bool there = *environment && (*environment)[at];
    if (!value) {
        for (size_t i = at; there && (*environment)[i]; i++) {
            if (i == at) {
                free((*environment)[i]);
            }
            (*environment)[i] = (*environment)[i + 1];
        }
        return;
    }
    char *entry = hl_xasprintf("%s=%s", name, value);
    if (there) {
        free((*environment)[at]);
        (*environment)[at] = entry;
    } else {
        hl_strv_add_owned(environment, entry);
    }
}
