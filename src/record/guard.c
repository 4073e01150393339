/* The guard: what is left of a recording that was killed. It waits for the end of a pipe, and when that
 * comes without "done" it ends the program and the samplers, and then itself.
 *
 * A process is known by its number and the tick it started at, so a number that was given to another
 * process meanwhile is never signalled. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/array.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "os.h"
#include "proc.h"
#include "shim_internal.h"

#define LINE_LIMIT 256u
#define ROUND_MS 20
#define LONGEST_ROUND_MS 200
#define TERM_AFTER (2 * HL_NS_PER_SECOND)
#define KILL_AFTER (TERM_AFTER + 3 * HL_NS_PER_SECOND / 2)
#define SAMPLER_KILL_AFTER (2 * HL_NS_PER_SECOND)
#define GIVE_UP_AFTER (4 * HL_NS_PER_SECOND + HL_NS_PER_SECOND / 2)

/* What is open besides 0, 1 and 2. */
enum { PIPE_FD = 3, HOLD_FD, FIRST_OTHER };

struct target {
    pid_t pid;
    uint64_t start;
    bool sampler;
    int sent; /* the last signal */
};

struct guard {
    struct target *targets;
    size_t count;
    size_t capacity;
    char uuid[64];
    uint64_t since; /* our own start: what we look after is younger */
    bool done;
    char line[LINE_LIMIT];
    size_t line_length;
    bool line_too_long;
};

static struct target *find_target(struct guard *guard, pid_t pid, uint64_t start)
{
    for (size_t i = 0; i < guard->count; i++) {
        if (guard->targets[i].pid == pid && guard->targets[i].start == start) {
            return &guard->targets[i];
        }
    }
    return NULL;
}

static void add_target(struct guard *guard, pid_t pid, uint64_t start, bool sampler)
{
    if (find_target(guard, pid, start) ||
        hl_array_reserve(&guard->targets, &guard->capacity, guard->count + 1,
                         sizeof(*guard->targets)) < 0) {
        return;
    }
    guard->targets[guard->count++] =
        (struct target){ .pid = pid, .start = start, .sampler = sampler };
}

static void remove_target(struct guard *guard, size_t index)
{
    guard->targets[index] = guard->targets[--guard->count];
}

static void forget_pid(struct guard *guard, pid_t pid)
{
    for (size_t i = guard->count; i-- > 0;) {
        if (guard->targets[i].pid == pid) {
            remove_target(guard, i);
        }
    }
}

static pid_t parse_pid(const char *text)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && number > 1 && number <= INT32_MAX
               ? (pid_t)number
               : 0;
}

static void learn_process(struct guard *guard, const char *text, bool sampler)
{
    pid_t pid = parse_pid(text);
    struct proc_stat stat;
    if (pid > 1 && pid != getpid() && proc_read_stat(NULL, pid, &stat) == 0) {
        add_target(guard, pid, stat.start, sampler);
    }
}

static void obey(struct guard *guard, const char *line)
{
    if (strncmp(line, "program ", 8) == 0) {
        learn_process(guard, line + 8, false);
    } else if (strncmp(line, "sampler ", 8) == 0) {
        learn_process(guard, line + 8, true);
    } else if (strncmp(line, "gone ", 5) == 0) {
        forget_pid(guard, parse_pid(line + 5));
    } else if (strncmp(line, "uuid ", 5) == 0) {
        size_t length = strlen(line + 5);
        if (length > 0 && length < sizeof(guard->uuid)) {
            memcpy(guard->uuid, line + 5, length + 1);
        }
    } else if (strcmp(line, "done") == 0) {
        guard->done = true;
    }
}

static void take_byte(struct guard *guard, char byte)
{
    if (byte == '\n') {
        guard->line[guard->line_length] = '\0';
        if (!guard->line_too_long) {
            obey(guard, guard->line);
        }
        guard->line_length = 0;
        guard->line_too_long = false;
    } else if (guard->line_length + 1 < sizeof(guard->line)) {
        guard->line[guard->line_length++] = byte;
    } else {
        guard->line_too_long = true;
    }
}

/* Until "done" or the end, whatever ends it. */
static void listen_to(struct guard *guard, int fd)
{
    while (!guard->done) {
        char bytes[512];
        ssize_t got = read(fd, bytes, sizeof(bytes));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && errno == EAGAIN) {
            (void)poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1);
            continue;
        }
        if (got <= 0) {
            return;
        }
        for (ssize_t i = 0; i < got && !guard->done; i++) {
            take_byte(guard, bytes[i]);
        }
    }
}

/* Ended targets go, new processes of the program come. Descendants of one that ended between two
 * rounds are still found by the marker. */
static int refresh(struct guard *guard)
{
    for (size_t i = guard->count; i-- > 0;) {
        struct proc_stat stat;
        if (proc_read_stat(NULL, guard->targets[i].pid, &stat) < 0 || !proc_is_living(&stat) ||
            stat.start != guard->targets[i].start) {
            remove_target(guard, i);
        }
    }
    _cleanup_free_ struct proc_stat *stats = NULL;
    size_t count;
    int result = proc_scan(NULL, &stats, &count);
    if (result < 0) {
        return result;
    }
    _cleanup_free_ pid_t *roots = hl_try_calloc(guard->count + 1, sizeof(*roots));
    _cleanup_free_ bool *member = hl_try_calloc(count + 1, sizeof(*member));
    if (!roots || !member) {
        return -ENOMEM;
    }
    size_t root_count = 0;
    for (size_t i = 0; i < guard->count; i++) {
        if (!guard->targets[i].sampler) {
            roots[root_count++] = guard->targets[i].pid;
        }
    }
    struct proc_program program = {
        .roots = roots,
        .root_count = root_count,
        .uuid = guard->uuid[0] ? guard->uuid : NULL,
        .since = guard->since,
    };
    proc_mark_program(NULL, stats, count, &program, member);
    for (size_t i = 0; i < count; i++) {
        if (member[i]) {
            add_target(guard, stats[i].pid, stats[i].start, false);
        }
    }
    return 0;
}

static int signal_due(const struct target *target, int64_t elapsed)
{
    if (target->sampler) {
        return elapsed >= SAMPLER_KILL_AFTER ? SIGKILL : SIGINT;
    }
    return elapsed >= KILL_AFTER ? SIGKILL : elapsed >= TERM_AFTER ? SIGTERM : SIGINT;
}

static void signal_targets(struct guard *guard, int64_t elapsed)
{
    for (size_t i = 0; i < guard->count; i++) {
        struct target *target = &guard->targets[i];
        int due = signal_due(target, elapsed);
        if (target->sent != due) {
            target->sent = due;
            (void)hl_os_signal(target->pid, target->start, due);
            (void)hl_os_signal(target->pid, target->start, SIGCONT); /* it may be stopped */
        }
    }
}

static void end_everything(struct guard *guard)
{
    int64_t begin = hl_clock_monotonic();
    int round = ROUND_MS;
    for (;;) {
        (void)refresh(guard); /* without a new look the known ones are still dealt with */
        int64_t elapsed = hl_clock_monotonic() - begin;
        if (guard->count == 0 || elapsed >= GIVE_UP_AFTER) {
            return;
        }
        signal_targets(guard, elapsed);
        (void)poll(NULL, 0, round);
        round = round < LONGEST_ROUND_MS / 2 ? round * 2 : LONGEST_ROUND_MS;
    }
}

/* Nothing that happens to the terminal, to our parent or to its group may end this process, and it keeps
 * nothing open that somebody waits to see closed. */
static int detach(int *fd, int hold)
{
    static const int ignored[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
                                   SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU };
    shim_reset_signals();
    for (size_t i = 0; i < ARRAY_SIZE(ignored); i++) {
        (void)signal(ignored[i], SIG_IGN);
    }
    (void)setsid(); /* fails for the leader of a group, which is as far from ours as we need */
    int pipe_fd = fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_OTHER);
    int hold_fd = hold >= 0 ? fcntl(hold, F_DUPFD_CLOEXEC, FIRST_OTHER) : -1;
    if (pipe_fd < 0 || (hold >= 0 && hold_fd < 0)) {
        return -errno;
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) {
        return -errno;
    }
    for (int i = 0; i < 3; i++) {
        (void)dup2(null, i);
    }
    if (dup2(pipe_fd, PIPE_FD) < 0 || (hold_fd >= 0 && dup2(hold_fd, HOLD_FD) < 0)) {
        return -errno;
    }
    hl_os_close_from(hold_fd >= 0 ? FIRST_OTHER : HOLD_FD);
    if (chdir("/") < 0) {
        return -errno; /* a folder of ours would keep its file system busy */
    }
    *fd = PIPE_FD;
    return 0;
}

int guard_run(int fd, int hold)
{
    if (detach(&fd, hold) < 0) {
        return SHIM_EXIT_CANNOT_RUN;
    }
    struct guard guard = { 0 };
    struct proc_stat self;
    guard.since = proc_read_stat(NULL, getpid(), &self) == 0 ? self.start : 0;
    listen_to(&guard, fd);
    if (!guard.done) {
        end_everything(&guard);
    }
    free(guard.targets);
    (void)close(fd);
    return 0;
}
