/* The record room: processes, on libuv. It launches or attaches, lets py-spy sample in windows, stops,
 * and explains what went wrong. It knows nothing of trees or the database: what comes out is one raw
 * file per window in a spool folder, and facts.
 *
 * recording.h    one recording, as a state machine on a loop
 * spool.h        the folder that outlives a crash
 * find.h         which Python, which py-spy; how to install py-spy
 * probe.h        what this process may trace, really tried
 * explain.h      failures in words, with a remedy
 * processes.h    candidates for attach; all processes of a program
 * shim.h         `hotlens exec`: what runs before py-spy and before the program; the guard
 *
 * Two samplers (docs/recording.md): ATTACH, where we launch the program and py-spy attaches to it in
 * overlapping windows, and LAUNCH, where py-spy launches the program and there is one window. */
#ifndef HOTLENS_RECORD_RECORDING_H
#define HOTLENS_RECORD_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "hotlens/base/error.h"

enum hl_sampler {
    HL_SAMPLER_AUTO, /* by probe: attach where allowed, else launch */
    HL_SAMPLER_ATTACH,
    HL_SAMPLER_LAUNCH,
};

struct hl_record_options {
    char *const *argv;       /* program and arguments, NULL-terminated; NULL with pid */
    pid_t pid;               /* attach to this process; 0 with argv */
    const char *cwd;         /* NULL: ours */
    char *const *environment; /* NULL: ours; the whole environment of the program */
    const char *py_spy;      /* path */
    const char *hotlens;     /* path of our own executable, for the shim */
    const char *spool;       /* folder of this run's raw files; exists, 0700 */
    int spool_lock;          /* its locked descriptor, which the guard holds too; 0 for none */
    const char *uuid;        /* of the run; marks the program's processes */
    enum hl_sampler sampler;
    uint32_t rate;           /* 1 … HL_LIMIT_RATE */
    uint32_t duration;       /* seconds, then stop; 0 is until the program ends. From the program's start,
                              * or, attached to a process, from the first sample */
    bool threads, subprocesses, idle, gil, native, nonblocking, sudo;
    bool sudo_may_ask;       /* a terminal is there for sudo's question */
    int stdio[3];            /* descriptors the program gets; -1 is /dev/null. They have to stay open
                              * while the state is HL_RECORD_STARTING */
    uint32_t longest_window; /* seconds, for who wants numbers often; 0 is the default 30 */
    uint32_t grace_ms;       /* between SIGINT, SIGTERM and SIGKILL; 0 is the default 5000 */
    uint32_t patience_ms;    /* how late py-spy may be, attaching three times that; 0 is 10000 */
    const char *proc;        /* NULL is "/proc"; another in tests */
};

/* One finished window. `path` is its raw file, which may be missing or empty. */
struct hl_record_window {
    uint32_t index;
    const char *path;
    int64_t start;    /* ns since the recording's start */
    int64_t covered;  /* ns that were sampled: intervals / rate for a whole window, else measured;
                       * failed intervals are taken away */
    uint64_t samples; /* py-spy's own count */
    uint64_t errors;
    bool verified;    /* the closing line with the counts was seen and the file is not missing or,
                       * with samples, empty; whether its counts sum to `samples` is for the reader */
};

enum hl_record_state {
    HL_RECORD_STARTING, /* launched or found; not sampled yet */
    HL_RECORD_SAMPLING, /* the first window is attached */
    HL_RECORD_STOPPING,
    HL_RECORD_ENDED,
};

struct hl_record_result {
    enum hl_sampler sampler;
    bool started;            /* the program ran (or was there to attach to) */
    int64_t exit_status;     /* as a shell gives it; INT64_MIN when attached or unknown */
    int64_t start;           /* UTC ns */
    int64_t duration;        /* monotonic ns from start to end, stops by job control left out */
    int64_t sampled;         /* the same from the first attach on: seconds of anything in the profile are
                              * samples / rate * sampled / sum of covered (docs/recording.md) */
    uint32_t windows;
    uint32_t os_threads;     /* the most that the program was seen to have; over 32 costs a lot */
    bool stopped;            /* by us: stop, duration */
    bool behind;             /* py-spy said that it could not keep up */
    uint64_t behind_ms;      /* at worst */
    char *python_version;    /* what the target runs, or NULL */
    char *py_spy_version;    /* "0.4.3", or NULL */
    struct hl_error error;   /* why there are no samples, or fewer than there could be; may be empty */
};

struct hl_recording;

/* Called on the loop thread. `window` of any number, then `ended` once; none before
 * hl_recording_start has returned. In `ended` the result is borrowed; the recording may be destroyed
 * there or later. */
struct hl_record_events {
    void (*state)(void *user, enum hl_record_state state);
    /* Sampling was given up while the program goes on, or is tried only every few seconds from now on; may
     * be NULL. Unless a later try went well the same is in the result. */
    void (*problem)(void *user, const struct hl_error *error);
    void (*window)(void *user, const struct hl_record_window *window);
    void (*ended)(void *user, const struct hl_record_result *result);
};

/* Starts. The options are copied. On failure nothing runs and nothing is left behind. What takes longer to
 * find out (what may be traced, which interpreter a version manager's script stands for) is found out on a
 * worker thread, and a failure is then told by `ended`, with `started` false. */
int hl_recording_start(uv_loop_t *loop, const struct hl_record_options *options,
                       const struct hl_record_events *events, void *user,
                       struct hl_recording **ret_recording, struct hl_error *error);
/* Ends it early, keeping what there is: `signal` (SIGINT, SIGTERM, SIGHUP) goes to every process of
 * the program, then after the grace SIGTERM, then SIGKILL; an attached or detached program goes on. A
 * second call shortens the grace to nothing. */
void hl_recording_stop(struct hl_recording *recording, int signal);
/* Ends sampling but lets the program that we launched go on (attach sampler only; otherwise
 * -ENOTSUP). The recording still waits for its exit. */
int hl_recording_detach(struct hl_recording *recording);
/* Pauses and goes on around a stop by job control: that time counts nowhere. */
void hl_recording_pause(struct hl_recording *recording);
void hl_recording_resume(struct hl_recording *recording);
/* Whether nothing of it runs yet: a stop then is all that there will be. */
bool hl_recording_is_preparing(const struct hl_recording *recording);
/* The launched or attached process; 0 before. */
pid_t hl_recording_pid(const struct hl_recording *recording);
/* Only after `ended`. All handles are closed by then. */
void hl_recording_destroy(struct hl_recording *recording);
void hl_record_result_finish(struct hl_record_result *result);

HL_DEFINE_CLEANUP(struct hl_recording *, hl_recording_destroy);

#endif
