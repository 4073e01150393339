#include "hotlens/record/processes.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "hotlens/base/array.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "proc.h"

#define COMMAND_LIMIT (64u << 10)
#define MAPS_LIMIT (4u << 20)

struct scan {
    const char *proc;
    int64_t boot;  /* UTC ns */
    long ticks;    /* per second */
    uid_t user;    /* ours */
};

static int64_t read_boot(const char *proc)
{
    _cleanup_free_ char *path = hl_path_join(proc ? proc : "/proc", "stat");
    FILE *file = fopen(path, "re");
    if (!file) {
        return 0;
    }
    char line[256];
    int64_t boot = 0;
    while (fgets(line, sizeof(line), file)) {
        if (strncmp(line, "btime ", 6) == 0) {
            boot = strtoll(line + 6, NULL, 10) * HL_NS_PER_SECOND;
            break;
        }
    }
    (void)fclose(file);
    return boot;
}

static int64_t start_time(const struct scan *scan, uint64_t ticks)
{
    uint64_t per_second = (uint64_t)scan->ticks;
    uint64_t seconds = ticks / per_second;
    if (seconds > INT64_MAX / (2 * HL_NS_PER_SECOND)) {
        return scan->boot;
    }
    uint64_t rest = (ticks % per_second) * HL_NS_PER_SECOND / per_second;
    return scan->boot + (int64_t)(seconds * HL_NS_PER_SECOND + rest);
}

/* The effective user: the one whose permissions count when it is traced. */
static bool read_user(const struct scan *scan, pid_t pid, uid_t *ret_uid)
{
    _cleanup_buffer_ struct hl_buffer buffer = { 0 };
    if (proc_read(scan->proc, pid, "status", 16384, &buffer) < 0 || !buffer.data) {
        return false;
    }
    const char *line = strstr(buffer.data, "\nUid:");
    if (!line) {
        return false;
    }
    char *effective; /* the second number */
    (void)strtoul(line + 5, &effective, 10);
    *ret_uid = (uid_t)strtoul(effective, NULL, 10);
    return true;
}

static char *user_name(uid_t uid)
{
    struct passwd entry;
    struct passwd *found = NULL;
    _cleanup_free_ char *memory = hl_xmalloc(16384);
    if (getpwuid_r(uid, &entry, memory, 16384, &found) == 0 && found) {
        return hl_xstrdup(found->pw_name);
    }
    return hl_xasprintf("%lu", (unsigned long)uid);
}

static bool is_plain(char byte)
{
    return isalnum((unsigned char)byte) || (unsigned char)byte >= 0x80 ||
           (byte != '\0' && strchr("-_./:=,+@%^", byte));
}

/* One argument as a shell would want it; control characters as escapes, so a list stays a list. */
static void put_argument(struct hl_buffer *buffer, const char *text, size_t length)
{
    bool plain = length > 0;
    bool control = false;
    for (size_t i = 0; i < length; i++) {
        plain = plain && is_plain(text[i]);
        control = control || (unsigned char)text[i] < 0x20 || text[i] == 0x7f;
    }
    if (plain) {
        hl_buffer_append(buffer, text, length);
        return;
    }
    hl_buffer_puts(buffer, control ? "$'" : "'");
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (control && (byte == '\'' || byte == '\\')) {
            hl_buffer_printf(buffer, "\\%c", byte);
        } else if (byte == '\n') {
            hl_buffer_puts(buffer, "\\n");
        } else if (byte < 0x20 || byte == 0x7f) {
            hl_buffer_printf(buffer, "\\%03o", byte);
        } else if (byte == '\'') {
            hl_buffer_puts(buffer, "'\\''");
        } else {
            hl_buffer_putc(buffer, (char)byte);
        }
    }
    hl_buffer_putc(buffer, '\'');
}

/* "[name]" without arguments: kernel threads and zombies. */
static void read_command(const struct scan *scan, const struct proc_stat *stat,
                         struct hl_process *process)
{
    _cleanup_buffer_ struct hl_buffer raw = { 0 };
    struct hl_buffer text = { 0 };
    int result = proc_read(scan->proc, stat->pid, "cmdline", COMMAND_LIMIT, &raw);
    if (result < 0 || raw.length == 0) {
        process->command = hl_xasprintf("[%s]", stat->name);
        return;
    }
    bool cut = raw.length == COMMAND_LIMIT;
    const char *at = raw.data;
    const char *end = raw.data + raw.length;
    while (at < end) {
        size_t length = strnlen(at, (size_t)(end - at));
        if (at > raw.data) {
            hl_buffer_putc(&text, ' ');
        }
        put_argument(&text, at, length);
        at += length + 1;
    }
    if (cut) {
        hl_buffer_puts(&text, " ...");
    }
    process->command = hl_buffer_take(&text);
    process->arguments_size = raw.length;
    process->arguments = hl_buffer_take(&raw);
}

static const char *skip_digits(const char *text)
{
    while (*text >= '0' && *text <= '9') {
        text++;
    }
    return text;
}

/* The "3.11" after `word` in "python3.11" or "libpython3.11.so", or NULL. */
static char *version_after(const char *text, const char *word)
{
    const char *at = strstr(text, word);
    if (!at) {
        return NULL;
    }
    at += strlen(word);
    const char *dot = skip_digits(at);
    if (dot == at || *dot != '.' || skip_digits(dot + 1) == dot + 1) {
        return NULL;
    }
    return hl_xstrndup(at, (size_t)(skip_digits(dot + 1) - at));
}

/* "python", "python3", "python3.11", "python3.13t", "Python" and their paths; not "python-config". */
bool proc_is_python_name(const char *path)
{
    const char *name = hl_path_base_name(path);
    if (strncasecmp(name, "python", 6) != 0) {
        return false;
    }
    const char *rest = skip_digits(name + 6);
    if (*rest == '.') {
        rest = skip_digits(rest + 1);
    }
    if (*rest == 't' || *rest == 'd') {
        rest++;
    }
    return *rest == '\0' || strcmp(rest, " (deleted)") == 0;
}

/* Programs that embed Python show it in their maps, which only their user and root can read. */
static bool maps_python(const struct scan *scan, struct hl_process *process)
{
    if (!process->may_trace || !process->executable) {
        return false;
    }
    _cleanup_buffer_ struct hl_buffer maps = { 0 };
    if (proc_read(scan->proc, process->pid, "maps", MAPS_LIMIT, &maps) < 0 || !maps.data ||
        !strstr(maps.data, "/libpython")) {
        return false;
    }
    free(process->version);
    process->version = version_after(maps.data, "/libpython");
    return true;
}

static void find_python(const struct scan *scan, struct hl_process *process)
{
    const char *names[] = { process->executable, process->arguments };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (names[i] && proc_is_python_name(names[i])) {
            process->is_python = true;
            if (!process->version) {
                process->version = version_after(hl_path_base_name(names[i]), "ython");
            }
        }
    }
    process->is_python = process->is_python || maps_python(scan, process);
}

static void process_finish(struct hl_process *process)
{
    free(process->user);
    free(process->executable);
    free(process->command);
    free(process->arguments);
    free(process->cwd);
    free(process->version);
}

static void fill(const struct scan *scan, const struct proc_stat *stat, struct hl_process *process)
{
    *process = (struct hl_process){
        .pid = stat->pid,
        .parent = stat->parent,
        .threads = stat->threads,
        .start = start_time(scan, stat->start),
    };
    bool known = read_user(scan, stat->pid, &process->uid);
    process->user = known ? user_name(process->uid) : hl_xstrdup("?");
    process->may_trace = scan->user == 0 || (known && process->uid == scan->user);
    process->executable = proc_read_link(scan->proc, stat->pid, "exe");
    process->cwd = proc_read_link(scan->proc, stat->pid, "cwd");
    read_command(scan, stat, process);
    find_python(scan, process);
}

bool proc_is_python(const char *proc, pid_t pid, char **ret_version)
{
    const struct scan scan = { .proc = proc };
    const struct proc_stat stat = { .pid = pid };
    struct hl_process process = { .pid = pid, .may_trace = true };
    process.executable = proc_read_link(proc, pid, "exe");
    read_command(&scan, &stat, &process);
    find_python(&scan, &process);
    if (ret_version) {
        *ret_version = TAKE_PTR(process.version);
    }
    bool is_python = process.is_python;
    process_finish(&process);
    return is_python;
}

/* py-spy itself never is a candidate, even when it was installed as a Python script. */
static bool is_ours(const struct proc_stat *stat)
{
    return stat->pid == getpid() || strcmp(stat->name, "py-spy") == 0 ||
           strcmp(stat->name, "hotlens") == 0;
}

static int compare_newest(const void *a, const void *b)
{
    const struct hl_process *left = a;
    const struct hl_process *right = b;
    if (left->start != right->start) {
        return left->start < right->start ? 1 : -1;
    }
    return (left->pid < right->pid) - (left->pid > right->pid);
}

static void keep_python_only(struct hl_process_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].is_python) {
            list->items[kept++] = list->items[i];
        } else {
            process_finish(&list->items[i]);
        }
    }
    list->count = kept;
}

int hl_processes_list(const char *proc, bool all, struct hl_process_list *ret_list,
                      struct hl_error *error)
{
    _cleanup_free_ struct proc_stat *stats = NULL;
    size_t count;
    int result = proc_scan(proc, &stats, &count);
    if (result < 0) {
        return hl_error_set_errno(error, -result, "cannot list the processes");
    }
    struct scan scan = {
        .proc = proc,
        .boot = read_boot(proc),
        .ticks = sysconf(_SC_CLK_TCK) > 0 ? sysconf(_SC_CLK_TCK) : 100,
        .user = geteuid(),
    };
    struct hl_process_list list = { 0 };
    if (hl_array_reserve(&list.items, &list.capacity, count ? count : 1, sizeof(*list.items)) < 0) {
        return hl_error_set_errno(error, ENOMEM, "cannot list the processes");
    }
    for (size_t i = 0; i < count; i++) {
        if (proc_is_living(&stats[i]) && !is_ours(&stats[i])) {
            fill(&scan, &stats[i], &list.items[list.count++]);
        }
    }
    if (!all) {
        keep_python_only(&list);
    }
    qsort(list.items, list.count, sizeof(*list.items), compare_newest);
    *ret_list = list;
    return 0;
}

void hl_process_list_finish(struct hl_process_list *list)
{
    if (!list) {
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        process_finish(&list->items[i]);
    }
    free(list->items);
    *list = (struct hl_process_list){ 0 };
}
