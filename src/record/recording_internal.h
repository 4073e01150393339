/* One recording, as its files see it. recording.c owns the life cycle; each other file has one part:
 *
 * preparation.c what is found out on a worker thread before anything runs
 * program.c     the program that we launch, or the process that is watched
 * windows.c     when a window starts, and what its end means
 * window.c      one window: one py-spy, its command line, its watchdog
 * stop.c        SIGINT, grace, SIGTERM, SIGKILL
 * guard_link.c  what the guard is told
 *
 * Parts are told of events by plain calls; none of them ends the recording itself: they call
 * recording_check, which does when nothing runs any more. */
#ifndef HOTLENS_RECORD_RECORDING_INTERNAL_H
#define HOTLENS_RECORD_RECORDING_INTERNAL_H

#include <stdatomic.h>

#include "child.h"
#include "exit_watch.h"
#include "hotlens/base/buffer.h"
#include "hotlens/record/explain.h"
#include "hotlens/record/probe.h"
#include "hotlens/record/recording.h"
#include "py_spy_output.h"

enum recording_timer {
    TIMER_NEXT,     /* start a window */
    TIMER_DURATION, /* stop */
    TIMER_STOP,     /* the stages of a stop */
    TIMER_SETTLE,   /* the program has ended: windows that do not end by themselves */
    TIMER_FIND,     /* look for the program that py-spy launches */
    TIMER_COUNT,
};

enum window_stage {
    WINDOW_ATTACHING,
    WINDOW_RUNNING,
    WINDOW_INTERRUPT_DUE, /* a moment after attaching, before which SIGINT would be fatal */
    WINDOW_INTERRUPTED,
    WINDOW_KILLED,
};

struct window {
    struct hl_recording *recording;
    struct window *next;
    struct child child;
    struct py_spy_output output;
    uv_timer_t watchdog;
    unsigned open; /* child and watchdog */
    enum window_stage stage;
    bool timed_out;
    uint32_t index;
    uint32_t seconds; /* -d, or 0 for none */
    char *path;
    int lifeline;     /* what to close to interrupt a py-spy under sudo, or -1 */
    int64_t spawned;  /* monotonic ns */
    int64_t attached; /* 0 before */
    int64_t stopped;  /* when py-spy said that it stopped, or 0 */
    int64_t cut;      /* when we or the program's end cut it short, or 0 */
    int64_t paused;   /* the recording's paused time when it attached */
    unsigned processes; /* of the program when it attached, at least 1 */
};

struct windows {
    struct window *first;
    uint32_t next_index;
    bool closed;         /* none is started any more */
    bool attached_once;
    unsigned failures;   /* in a row */
    int64_t attach_cost; /* ns, of late */
    int64_t lead;        /* ns: the lower of the last two costs */
    int64_t first_start; /* monotonic, of the first window that attached; 0 before */
    int64_t first_paused; /* the recording's paused time then */
    bool slow;           /* told that it is tried again only now and then */
    bool filled;         /* there is a window with samples */
    bool lost;           /* a window that had attached did not end well; below is about it */
    int exit_code;       /* of the last failure */
    int signal;
    bool timed_out;
    char *text;
    pid_t abandoned;     /* the first process that did not end, whatever was done; 0 for none */
};

struct program {
    struct child child;
    struct exit_watch watch; /* where the process is not our child */
    pid_t pid;               /* 0 when not known */
    uint8_t status[4];       /* errno from the shim */
    size_t status_length;
    bool ours;               /* our child runs or will */
    bool expected;           /* its end is to be waited for */
    bool ended;
    bool looked;    /* its version was asked for */
    bool abandoned; /* it did not end, whatever was sent */
};

struct stop {
    bool active;
    bool done;
    int stage; /* signals sent */
    uint64_t tick; /* ms until the next look */
    int signal;
    int64_t grace;    /* ns */
    int64_t deadline; /* monotonic, of the stage */
};

/* Of the worker thread until recording_prepared is called; `probe` stays here for explanations. */
struct preparation {
    uv_work_t work;
    struct hl_recording *recording;
    const struct hl_record_options *options;
    atomic_bool cancelled;
    struct hl_probe probe;
    enum hl_sampler sampler;
    char *executable; /* to launch instead of argv[0], or NULL */
    int result;
    struct hl_error error;
};

struct hl_recording {
    uv_loop_t *loop;
    struct hl_record_options options; /* a deep copy */
    struct hl_record_events events;
    void *user;
    struct hl_record_result result;
    struct preparation preparation;
    bool prepared;
    bool allow_tracer;
    enum hl_record_state state;
    bool finishing;
    bool detached;
    unsigned holds; /* parts that have handles open */
    uv_timer_t timers[TIMER_COUNT];
    struct windows windows;
    struct program program;
    struct stop stop;
    struct child guard;
    int guard_fd;
    uint64_t since;    /* ticks since boot when the guard started, before everything else; or 0 */
    struct child version;
    struct hl_buffer version_text;
    int64_t origin;    /* monotonic start */
    int64_t ended_at;  /* 0 while it is sampled */
    int64_t paused_at; /* 0 when not paused */
    int64_t paused;    /* ns */
    uint64_t duration_left; /* ms, while paused */
};

static inline bool is_launch(const struct hl_recording *recording)
{
    return recording->result.sampler == HL_SAMPLER_LAUNCH;
}

/* recording.c */
void recording_hold(struct hl_recording *recording);
void recording_release(struct hl_recording *recording);
void recording_set_state(struct hl_recording *recording, enum hl_record_state state);
void recording_check(struct hl_recording *recording);
void recording_timer(struct hl_recording *recording, enum recording_timer timer, uint64_t ms);
/* How long the recording had been paused at this moment, a pause in progress included. */
int64_t recording_paused(const struct hl_recording *recording, int64_t at);
/* The same for what is sampled: nothing where py-spy goes on and sees a program that is idle. */
int64_t recording_unsampled(const struct hl_recording *recording, int64_t at);
/* The clock starts here, and the first window does. */
void recording_begin(struct hl_recording *recording);
/* Starts the time that `duration` gives. */
void recording_start_duration(struct hl_recording *recording);
void recording_program_started(struct hl_recording *recording);
void recording_program_ended(struct hl_recording *recording);
/* Tells the owner, once, that sampling is tried again only now and then. */
void recording_slow(struct hl_recording *recording, enum hl_failure failure);
void recording_give_up(struct hl_recording *recording, enum hl_failure failure);

/* options.c: the deep copy */
void options_copy(struct hl_record_options *to, const struct hl_record_options *from);
void options_finish(struct hl_record_options *options);

/* preparation.c */
void preparation_start(struct hl_recording *recording);
void preparation_cancel(struct preparation *preparation);
void preparation_finish(struct preparation *preparation);

/* program.c */
void program_look(struct hl_recording *recording);
int program_launch(struct hl_recording *recording);
int program_watch(struct hl_recording *recording, pid_t pid);
void program_find(struct hl_recording *recording);
void program_signal(struct hl_recording *recording, int number);
void program_abandon(struct hl_recording *recording);
bool program_runs(const struct hl_recording *recording);

/* windows.c */
void windows_start_next(struct hl_recording *recording);
void windows_attached(struct window *window);
void windows_ended(struct window *window);
void windows_program_ended(struct hl_recording *recording);
void windows_settle(struct hl_recording *recording);
void windows_close(struct hl_recording *recording);
void windows_interrupt_all(struct hl_recording *recording);
void windows_finish(struct hl_recording *recording);

/* window.c */
int window_start(struct hl_recording *recording, uint32_t index, uint32_t seconds);
void window_interrupt(struct window *window);
int64_t window_covered(const struct window *window);

/* stop.c */
void stop_begin(struct hl_recording *recording, int signal);
/* The Python processes of the program, at least 1. */
unsigned program_processes(const struct hl_recording *recording);
void stop_tick(struct hl_recording *recording);

/* guard_link.c */
int guard_start(struct hl_recording *recording);
void guard_tell(struct hl_recording *recording, const char *word, pid_t pid);
void guard_dismiss(struct hl_recording *recording);

#endif
