#include "hotlens/record/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "os.h"
#include "proc.h"

static int read_scope(const char *proc)
{
    _cleanup_free_ char *path = hl_path_join(proc ? proc : "/proc", "sys/kernel/yama/ptrace_scope");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    char text[16] = "";
    ssize_t got = read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    if (got <= 0 || text[0] < '0' || text[0] > '9') {
        return -1;
    }
    return (int)strtol(text, NULL, 10);
}

/* The files that container engines leave are beside /proc. */
static bool has_container_file(const char *proc)
{
    static const char *const names[] = { ".dockerenv", "run/.containerenv" };
    _cleanup_free_ char *root = proc ? hl_path_parent(proc) : hl_xstrdup("/");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        _cleanup_free_ char *path = hl_path_join(root, names[i]);
        if (access(path, F_OK) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_container(const char *proc)
{
    static const char *const words[] = { "docker", "kubepods", "libpod", "containerd", "lxc" };
    if (has_container_file(proc)) {
        return true;
    }
    _cleanup_buffer_ struct hl_buffer buffer = { 0 };
    if (proc_read(proc, 1, "cgroup", 65536, &buffer) < 0 || !buffer.data) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strstr(buffer.data, words[i])) {
            return true;
        }
    }
    return false;
}

/* Tries from what is best for us to what is least. */
static enum hl_trace try_tracing(int *ret_refusal, bool *ret_memory)
{
    static const struct {
        enum hl_os_trial trial;
        enum hl_trace trace;
    } rows[] = {
        { HL_OS_TRIAL_SIBLING, HL_TRACE_SIBLINGS },
        { HL_OS_TRIAL_CONSENT, HL_TRACE_WITH_CONSENT },
        { HL_OS_TRIAL_CHILD, HL_TRACE_CHILDREN },
    };
    *ret_refusal = 0;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        bool memory = false;
        int result = hl_os_trace_trial(rows[i].trial, &memory);
        if (result == 0) {
            return rows[i].trace;
        }
        *ret_refusal = result;
        *ret_memory = memory;
    }
    return HL_TRACE_NOTHING;
}

/* Another /proc stands for another kernel: what that one would refuse us cannot be had by trying here. Of
 * what this one allows, an ordinary user has that much under each ptrace_scope. */
static enum hl_trace restrict_to_scope(enum hl_trace trace, int scope)
{
    enum hl_trace most = scope <= 0   ? HL_TRACE_SIBLINGS
                         : scope == 1 ? HL_TRACE_WITH_CONSENT
                                      : HL_TRACE_NOTHING;
    return trace > most ? trace : most;
}

static char *nothing_reason(const struct hl_probe *probe, int refusal, bool memory)
{
    const char *what = memory ? "reading another process's memory" : "tracing other processes";
    if (refusal == -ENOTSUP) {
        return hl_xasprintf("this system only lets root trace processes");
    }
    if (probe->ptrace_scope >= 2 && !probe->root) {
        return hl_xasprintf("the kernel's ptrace_scope is %d, which refuses tracing without "
                            "CAP_SYS_PTRACE", probe->ptrace_scope);
    }
    if (probe->container) {
        return hl_xasprintf("this container refuses %s (%s)", what, strerror(-refusal));
    }
    return hl_xasprintf("the system refuses %s (%s)", what, strerror(-refusal));
}

static char *make_reason(const struct hl_probe *probe, int refusal, bool memory)
{
    switch (probe->trace) {
    case HL_TRACE_SIBLINGS:
        return hl_xstrdup(probe->root ? "root may trace every process here"
                                      : "processes of this user may be traced");
    case HL_TRACE_WITH_CONSENT:
        return hl_xstrdup("a process may be traced when it allowed that itself (ptrace_scope 1)");
    case HL_TRACE_CHILDREN:
        return hl_xstrdup("only a process's own children may be traced");
    case HL_TRACE_NOTHING:
        break;
    }
    return nothing_reason(probe, refusal, memory);
}

int hl_probe_run(const char *proc, struct hl_probe *ret_probe, struct hl_error *error)
{
    struct hl_probe probe = {
        .ptrace_scope = read_scope(proc),
        .root = geteuid() == 0,
        .container = is_container(proc),
    };
    int refusal;
    bool memory = false;
    probe.trace = try_tracing(&refusal, &memory);
    if (proc && strcmp(proc, "/proc") != 0) {
        probe.trace = restrict_to_scope(probe.trace, probe.ptrace_scope);
        probe.root = false;
    }
    if (refusal == -ENOTSUP && probe.root) {
        probe.trace = HL_TRACE_SIBLINGS; /* cannot be tried; root is what such systems ask for */
    }
    if (refusal == -EAGAIN || refusal == -ENOMEM || refusal == -EMFILE || refusal == -ENFILE) {
        return hl_error_set_errno(error, -refusal, "cannot find out what may be traced");
    }
    probe.reason = make_reason(&probe, refusal, memory);
    *ret_probe = probe;
    return 0;
}

void hl_probe_finish(struct hl_probe *probe)
{
    if (probe) {
        free(probe->reason);
        *probe = (struct hl_probe){ 0 };
    }
}
