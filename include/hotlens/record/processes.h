/* Running processes: candidates to attach to, and all processes of one program. */
#ifndef HOTLENS_RECORD_PROCESSES_H
#define HOTLENS_RECORD_PROCESSES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "hotlens/base/error.h"

struct hl_process {
    pid_t pid;
    pid_t parent;
    uid_t uid;
    uint32_t threads;
    int64_t start;    /* UTC ns */
    bool is_python;
    bool may_trace;   /* same user or root; a guess, the probe decides */
    char *user;
    char *executable; /* resolved, or NULL when not readable */
    char *command;    /* arguments with spaces, quoted where needed; "[name]" for none */
    char *arguments;  /* as they were given, each ended by a NUL byte; NULL for none */
    size_t arguments_size; /* bytes */
    char *cwd;        /* or NULL */
    char *version;    /* "3.11" from the executable's or library's name, or NULL */
};

struct hl_process_list {
    struct hl_process *items;
    size_t count;
    size_t capacity;
};

/* Python processes, newest first; with `all` every process. `proc` NULL is "/proc". */
int hl_processes_list(const char *proc, bool all, struct hl_process_list *ret_list,
                      struct hl_error *error);
/* Puts those first that work in one of the folders, or were given a path in one as an argument; the order
 * is the same otherwise. `folders`: absolute and normalized, ended by NULL; may be NULL. Links are not
 * followed. */
void hl_processes_prefer(struct hl_process_list *list, char *const *folders);
void hl_process_list_finish(struct hl_process_list *list);

#endif
