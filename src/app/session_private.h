/* The parts of a session: session.c runs on the loop thread, session_describe.c finds what is known
 * at the start, session_jobs.c does the work on worker threads. A job owns what it touches until its
 * `done` has run; at any time at most one job has the run's data and the spool. */
#ifndef HOTLENS_SRC_APP_SESSION_PRIVATE_H
#define HOTLENS_SRC_APP_SESSION_PRIVATE_H

#include "hotlens/app/git.h"
#include "hotlens/app/session.h"
#include "hotlens/record/find.h"
#include "hotlens/record/spool.h"

/* Facts that take a while to find out; asked while the program starts. */
struct session_facts {
    char *folder;  /* of the code, for git */
    char *python;  /* an interpreter to ask, or NULL */
    char *cwd;     /* the program's, where it is asked; NULL: ours */
    char **environment; /* the same */
    char *proc;
    pid_t pid;     /* attached: its start is looked up */
    struct hl_git_facts git;
    struct hl_python_facts answer;
    bool answered;
    int64_t process_start; /* UTC ns; 0 unknown */
    char *process_version; /* or NULL */
};

/* A window on its way from raw file to profile. */
struct session_window {
    char *path;
    uint32_t index;
    bool verified;
    uint64_t expected; /* samples by py-spy's own count */
    int64_t ended;     /* monotonic ns since the start */
    struct hl_window window;
};

struct session_merge {
    struct session_window item;
    struct hl_profile *before; /* referenced; NULL for the first */
    struct hl_profile *after;
    struct hl_spool_facts manifest;
    struct hl_spool *spool;   /* borrowed */
    struct hl_run notes;      /* only its notes */
    uint64_t samples;
    int result;
    struct hl_error error;
};

struct session_save {
    struct hl_run_data *data; /* borrowed */
    struct hl_spool *spool;   /* owned */
    const struct hl_spool_facts *window_facts;
    const struct hl_snapshot *snapshot;
    const struct hl_save_options *options;
    const char *db;
    int64_t code_start; /* texts must be older than this */
    bool discard;       /* nothing to save: only remove the spool */
    int result;
    struct hl_error error;
};

/* A snapshot of the workspace that is taken before the program starts, but never holds it up for
 * long: one that is not there in time is not used, and the times of files alone have to tell. */
struct session_snapshot {
    uv_thread_t thread;
    uv_mutex_t mutex;
    uv_cond_t condition;
    bool running; /* there is a thread to join */
    bool done;    /* under the mutex */
    atomic_bool cancelled;
    char *folder;
    struct hl_snapshot *snapshot;
};

/* Returns what was taken in time, borrowed, or NULL. */
const struct hl_snapshot *hl_session_snapshot_take(struct session_snapshot *snapshot,
                                                   const char *folder);
/* Stops the thread. */
void hl_session_snapshot_finish(struct session_snapshot *snapshot);

/* Facts known before the start; the rest is unknown. ret_code_folder is where the code lies. */
void hl_session_describe(const struct hl_session_options *options, const char *uuid,
                         struct hl_run *ret_run, char **ret_code_folder);
void hl_session_facts_work(struct session_facts *facts);
void hl_session_facts_finish(struct session_facts *facts);
void hl_session_merge_work(struct session_merge *merge);
void hl_session_merge_finish(struct session_merge *merge);
void hl_session_save_work(struct session_save *save);

#endif
