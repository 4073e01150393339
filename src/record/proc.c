#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/array.h"
#include "hotlens/base/file.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"

/* A stat line has 52 numbers and a name of at most 64 bytes. */
#define STAT_LIMIT 4096u
/* The marker is looked for in this much of an environment; the kernel's own limit is 6 MiB. */
#define ENVIRONMENT_LIMIT (8u << 20)

static const char *proc_root(const char *proc)
{
    return proc ? proc : "/proc";
}

/* The path of a file of a process; false when it does not fit, which no real one does. */
static bool proc_path(const char *proc, pid_t pid, const char *name, char path[PATH_MAX])
{
    int length = snprintf(path, PATH_MAX, "%s/%d/%s", proc_root(proc), (int)pid, name);
    return length > 0 && length < PATH_MAX;
}

/* These files have no size that could be asked for: read until the end or the limit. */
int proc_read(const char *proc, pid_t pid, const char *name, size_t limit,
              struct hl_buffer *buffer)
{
    char path[PATH_MAX];
    if (!proc_path(proc, pid, name, path)) {
        return -ENAMETOOLONG;
    }
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return -errno;
    }
    size_t done = 0;
    while (done < limit) {
        size_t piece = hl_min_size(limit - done, 16384);
        char *place = hl_buffer_reserve(buffer, piece);
        if (!place) {
            return buffer->error;
        }
        ssize_t got = read(fd, place, piece);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -errno;
        }
        if (got == 0) {
            break;
        }
        buffer->length += (size_t)got;
        done += (size_t)got;
    }
    hl_buffer_append(buffer, "", 0);
    return buffer->error;
}

/* One decimal field; moves on to the next. */
static bool next_number(char **text, uint64_t *ret_number)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(*text, &end, 10);
    if (end == *text || errno != 0) {
        return false;
    }
    *text = end;
    *ret_number = number;
    return true;
}

/* What follows the name: state, parent, … The name itself may hold anything, ") R 1" too, so it ends
 * at the last parenthesis. */
static bool parse_stat(char *text, struct proc_stat *stat)
{
    char *open = strchr(text, '(');
    char *close = strrchr(text, ')');
    if (!open || !close || close < open || close[1] != ' ' || close[2] == '\0') {
        return false;
    }
    size_t length = hl_min_size((size_t)(close - open - 1), sizeof(stat->name) - 1);
    memcpy(stat->name, open + 1, length);
    stat->name[length] = '\0';
    stat->state = close[2];
    char *rest = close + 3;
    uint64_t number = 0;
    for (int field = 4; field <= 22; field++) {
        if (!next_number(&rest, &number)) {
            return false;
        }
        if (field == 4) {
            stat->parent = (pid_t)number;
        } else if (field == 20) {
            stat->threads = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
        } else if (field == 22) {
            stat->start = number;
        }
    }
    for (int field = 23; field <= 52 && next_number(&rest, &number); field++) {
        stat->exit_code = field == 52 ? (int32_t)number : 0;
    }
    return true;
}

int proc_read_stat(const char *proc, pid_t pid, struct proc_stat *ret_stat)
{
    _cleanup_buffer_ struct hl_buffer buffer = { 0 };
    int result = proc_read(proc, pid, "stat", STAT_LIMIT, &buffer);
    if (result < 0) {
        return result;
    }
    struct proc_stat stat = { .pid = pid };
    if (!buffer.data) {
        return -EBADMSG;
    }
    if (!parse_stat(buffer.data, &stat)) {
        return -EBADMSG;
    }
    *ret_stat = stat;
    return 0;
}

char *proc_read_link(const char *proc, pid_t pid, const char *name)
{
    char path[PATH_MAX];
    char target[PATH_MAX];
    if (!proc_path(proc, pid, name, path)) {
        return NULL;
    }
    ssize_t length = readlink(path, target, sizeof(target));
    if (length <= 0 || (size_t)length >= sizeof(target)) {
        return NULL;
    }
    return hl_xstrndup(target, (size_t)length);
}

bool proc_is_living(const struct proc_stat *stat)
{
    return stat->state != 'Z' && stat->state != 'X' && stat->state != 'x';
}

static pid_t entry_pid(const char *name)
{
    if (name[0] < '1' || name[0] > '9') {
        return 0;
    }
    char *end;
    errno = 0;
    long number = strtol(name, &end, 10);
    return errno == 0 && *end == '\0' && number <= INT_MAX ? (pid_t)number : 0;
}

static void close_folder(DIR **folder)
{
    if (*folder) {
        (void)closedir(*folder);
    }
}

int proc_scan(const char *proc, struct proc_stat **ret_stats, size_t *ret_count)
{
    _cleanup_(close_folder) DIR *folder = opendir(proc_root(proc));
    if (!folder) {
        return -errno;
    }
    _cleanup_free_ struct proc_stat *stats = NULL;
    size_t count = 0;
    size_t capacity = 0;
    struct dirent *entry;
    while ((entry = readdir(folder))) {
        pid_t pid = entry_pid(entry->d_name);
        struct proc_stat stat;
        if (pid <= 0 || proc_read_stat(proc, pid, &stat) < 0) {
            continue; /* not a process, or it ended meanwhile */
        }
        if (count >= HL_LIMIT_PROCESSES) {
            return -E2BIG;
        }
        if (hl_array_reserve(&stats, &capacity, count + 1, sizeof(*stats)) < 0) {
            return -ENOMEM;
        }
        stats[count++] = stat;
    }
    *ret_stats = TAKE_PTR(stats);
    *ret_count = count;
    return 0;
}

static bool has_marker(const char *proc, pid_t pid, const char *marker)
{
    _cleanup_buffer_ struct hl_buffer buffer = { 0 };
    if (proc_read(proc, pid, "environ", ENVIRONMENT_LIMIT, &buffer) < 0 || buffer.length == 0) {
        return false;
    }
    size_t size = strlen(marker) + 1; /* with its NUL */
    const char *at = buffer.data;
    const char *end = buffer.data + buffer.length;
    while (at < end) {
        const char *stop = memchr(at, '\0', (size_t)(end - at));
        size_t length = stop ? (size_t)(stop - at) : (size_t)(end - at);
        if (length == size - 1 && memcmp(at, marker, length) == 0) {
            return true;
        }
        at += length + 1;
    }
    return false;
}

static int compare_pids(const void *a, const void *b)
{
    pid_t left = *(const pid_t *)a;
    pid_t right = *(const pid_t *)b;
    return (left > right) - (left < right);
}

/* Members' children become members until nothing changes. Each round costs one search per process and
 * there are as many as the tree is deep. */
static void mark_descendants(const struct proc_stat *stats, size_t count, bool *member)
{
    _cleanup_free_ pid_t *known = hl_try_calloc(count ? count : 1, sizeof(*known));
    if (!known) {
        return;
    }
    pid_t self = getpid();
    bool changed = true;
    while (changed) {
        changed = false;
        size_t known_count = 0;
        for (size_t i = 0; i < count; i++) {
            if (member[i]) {
                known[known_count++] = stats[i].pid;
            }
        }
        qsort(known, known_count, sizeof(*known), compare_pids);
        for (size_t i = 0; i < count; i++) {
            if (!member[i] && stats[i].pid != self &&
                bsearch(&stats[i].parent, known, known_count, sizeof(*known), compare_pids)) {
                member[i] = changed = true;
            }
        }
    }
}

/* Those that left the tree, known by their mark alone. An environment is the dearest thing to read here, so
 * it is read of nobody who is known already, and of nobody who is too old to have inherited the mark. */
static bool mark_marked(const char *proc, const struct proc_stat *stats, size_t count,
                        const struct proc_program *program, bool *member)
{
    _cleanup_free_ char *marker = hl_xasprintf("HOTLENS_RUN=%s", program->uuid);
    pid_t self = getpid();
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        if (!member[i] && stats[i].pid != self && stats[i].start >= program->since &&
            proc_is_living(&stats[i]) && has_marker(proc, stats[i].pid, marker)) {
            member[i] = found = true;
        }
    }
    return found;
}

void proc_mark_program(const char *proc, const struct proc_stat *stats, size_t count,
                       const struct proc_program *program, bool *member)
{
    pid_t self = getpid();
    for (size_t i = 0; i < count; i++) {
        member[i] = false;
        for (size_t k = 0; k < program->root_count; k++) {
            pid_t root = program->roots[k];
            member[i] = member[i] || (root > 0 && root != self && stats[i].pid == root);
        }
    }
    mark_descendants(stats, count, member);
    if (program->uuid && mark_marked(proc, stats, count, program, member)) {
        mark_descendants(stats, count, member);
    }
    for (size_t i = 0; i < count; i++) {
        /* Only now: a zombie's children are still found through it. */
        member[i] = member[i] && proc_is_living(&stats[i]);
    }
}
