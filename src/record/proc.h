/* The few files of /proc that this room reads. `proc` is the root, so that tests can have their own. */
#ifndef HOTLENS_RECORD_PROC_H
#define HOTLENS_RECORD_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "hotlens/base/buffer.h"

struct proc_stat {
    pid_t pid;
    pid_t parent;
    char state;
    uint32_t threads;
    int32_t exit_code; /* a wait status; 0 to those who may not see it, and where it is not told */
    uint64_t start; /* ticks since boot: with the pid it names a process for good */
    char name[64];  /* as the kernel has it, any bytes */
};

/* Appends at most `limit` bytes of PROC/PID/NAME; what is longer is cut. */
int proc_read(const char *proc, pid_t pid, const char *name, size_t limit,
              struct hl_buffer *buffer);
int proc_read_stat(const char *proc, pid_t pid, struct proc_stat *ret_stat);
/* The target of PROC/PID/NAME, or NULL. Caller frees. */
char *proc_read_link(const char *proc, pid_t pid, const char *name);
/* Zombies have ended; only their parent does not know yet. */
bool proc_is_living(const struct proc_stat *stat);

/* Whether a path is named as an interpreter is: "python", "python3.11" … */
bool proc_is_python_name(const char *path);

/* Whether this process is Python, by its names or, where they may be read, its libraries. `ret_version`
 * (may be NULL) gets "3.11" or NULL; caller frees. */
bool proc_is_python(const char *proc, pid_t pid, char **ret_version);

/* The stat of every process that could be read, in the order of /proc. At most HL_LIMIT_PROCESSES,
 * then -E2BIG. Caller frees. */
int proc_scan(const char *proc, struct proc_stat **ret_stats, size_t *ret_count);

/* What makes a process one of a program. */
struct proc_program {
    const pid_t *roots; /* it is one of these or descends from one; 0 is nobody */
    size_t root_count;
    const char *uuid;   /* or it has the mark of this run in its environment; may be NULL */
    uint64_t since;     /* ticks since boot: nobody with the mark is older; 0 when unknown */
};

/* The living among `stats` that belong to the program; never this process. Sets member[i]. */
void proc_mark_program(const char *proc, const struct proc_stat *stats, size_t count,
                       const struct proc_program *program, bool *member);

#endif
