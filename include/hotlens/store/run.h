/* A run: one recording with its facts. Plain data that the store saves and loads; who fills it is the
 * pipeline (app/session.h) or an import. All strings are owned, UTF-8 or raw bytes as the system gave
 * them, and NULL when unknown. */
#ifndef HOTLENS_STORE_RUN_H
#define HOTLENS_STORE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotlens/profile/functions.h"
#include "hotlens/profile/profile.h"

#define HL_UNKNOWN INT64_MIN /* of an integer fact */

enum hl_run_flag {
    HL_RUN_SUBPROCESSES = 1 << 0,
    HL_RUN_THREADS = 1 << 1,
    HL_RUN_IDLE = 1 << 2, /* waiting counts: elapsed, not busy */
    HL_RUN_GIL = 1 << 3,
    HL_RUN_NATIVE = 1 << 4,
    HL_RUN_NONBLOCKING = 1 << 5,
    HL_RUN_ATTACHED = 1 << 6,   /* the program was running before and went on */
    HL_RUN_IMPORTED = 1 << 7,   /* from a file; facts are what the caller said */
    HL_RUN_RECOVERED = 1 << 8,  /* from a spool whose recorder had died */
    HL_RUN_UNVERIFIED = 1 << 9, /* the sampler's own sample count was missing or different */
    HL_RUN_BEHIND = 1 << 10,    /* the sampler could not keep up: times are lower bounds */
    HL_RUN_STOPPED = 1 << 11,   /* ended by us, not by the program */
};

struct hl_run {
    int64_t id;          /* given by the store */
    char *uuid;          /* 36 characters, unique */
    char *target;        /* what was profiled, as a comparable key: never a pid */
    char *title;         /* for people: "train.py --fast" */
    char **argv;         /* NULL-terminated; NULL for none */
    char *cwd;
    char *workspace;     /* the folder that paths are shown relative to */
    int64_t start;       /* UTC ns */
    int offset_minutes;  /* of local time at start */
    int64_t duration;    /* monotonic ns, pauses left out; HL_UNKNOWN */
    int64_t sampled;     /* ns of that from the first attach on: what seconds are spread over;
                          * HL_UNKNOWN */
    int64_t covered;     /* ns that were sampled, all windows together; HL_UNKNOWN */
    double rate;         /* samples per second; 0 is unknown, then no seconds are ever shown */
    uint32_t flags;      /* enum hl_run_flag */
    uint64_t samples;    /* of the first profile */
    uint64_t errors;     /* failed samples */
    int64_t exit_status; /* as a shell gives it: 128 + signal; HL_UNKNOWN */
    uint32_t processes;  /* seen in the profile; at least 1 when it has samples */
    uint32_t threads;
    char *python;        /* path of the interpreter */
    char *python_version;
    char *sampler;       /* "py-spy 0.4.3" */
    char *sampler_mode;  /* "attach", "launch", "import" */
    char *git_commit;
    char *git_branch;
    int git_dirty;       /* 1, 0, or -1 when unknown */
    char *label;         /* given by the user, unique, or NULL */
    bool pinned;
    char *notes;         /* what went wrong or is missing, a line each */
};

struct hl_window {
    int64_t start;   /* ns since the run's start */
    int64_t covered; /* ns */
    uint64_t samples;
    uint64_t errors;
};

enum hl_source_state {
    HL_SOURCE_STORED,   /* the text that ran */
    HL_SOURCE_IMPORTED, /* as of the import; may be another text than ran */
    HL_SOURCE_CHANGED,  /* changed while the program ran: no line numbers can be trusted */
    HL_SOURCE_HASHED,   /* only the hash is kept (storeSources: false) */
    HL_SOURCE_MISSING,  /* not found or not readable when the run was saved */
};

struct hl_source {
    char *path;      /* as the profiler printed it */
    char *real_path; /* resolved at recording, or NULL */
    enum hl_source_state state;
    uint8_t hash[32]; /* SHA-256 of the bytes; for STORED, IMPORTED, HASHED */
    char *text;       /* bytes of the file, or NULL; only for STORED and IMPORTED */
    size_t length;
};

/* What one run holds besides its facts. Borrowed by hl_store_save_run. */
struct hl_run_content {
    struct hl_profile *profile;
    const struct hl_functions *functions;
    const uint64_t *function_self; /* one per function */
    const uint64_t *function_total;
    const struct hl_line *lines;
    size_t line_count;
    const struct hl_window *windows;
    size_t window_count;
    const struct hl_source *sources;
    size_t source_count;
};

void hl_run_copy(const struct hl_run *run, struct hl_run *ret_copy);
void hl_run_finish(struct hl_run *run);
void hl_source_finish(struct hl_source *source);
/* A fresh random uuid in text. */
void hl_uuid_generate(char ret_uuid[37]);

#endif
