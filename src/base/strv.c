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

/* Removes NAME=… from `start` on. */
static void env_remove_from(char **environment, size_t start, const char *name)
{
    while (environment && environment[start]) {
        size_t at = start + env_find(environment + start, name);
        char *removed = environment[at];
        for (size_t i = at; environment[i]; i++) {
            environment[i] = environment[i + 1];
        }
        free(removed);
        start = at;
    }
}

const char *hl_strv_env_get(char *const *environment, const char *name)
{
    size_t at = env_find(environment, name);
    return environment && environment[at] ? environment[at] + strlen(name) + 1 : NULL;
}

void hl_strv_env_set(char ***environment, const char *name, const char *value)
{
    char *entry = value ? hl_xasprintf("%s=%s", name, value) : NULL;
    size_t at = env_find(*environment, name);
    if (entry && *environment && (*environment)[at]) {
        free((*environment)[at]);
        (*environment)[at++] = entry;
    } else if (entry) {
        hl_strv_add_owned(environment, entry);
        return;
    }
    /* An environment may hold a name twice, and programs differ in which one they see. */
    env_remove_from(*environment, at, name);
}
