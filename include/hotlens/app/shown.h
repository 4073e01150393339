/* A run as it is shown: rows in memory, ready to answer a hint in microseconds. Immutable, refcounted,
 * made on a worker thread, shared with the loop thread without locks. */
#ifndef HOTLENS_APP_SHOWN_H
#define HOTLENS_APP_SHOWN_H

#include "hotlens/app/save.h"
#include "hotlens/app/source_find.h"
#include "hotlens/app/text.h"
#include "hotlens/python/line_map.h"

/* A function's numbers in this run, and in the run it is compared with. */
struct hl_shown_function {
    const char *name; /* qualified */
    uint32_t line;    /* of def in the text that ran; 0 unknown */
    uint32_t end_line;
    uint32_t ordinal;
    uint64_t self;
    uint64_t total;
    enum hl_change {
        HL_CHANGE_NONE,    /* no baseline, or the function is not in it */
        HL_CHANGE_UNCLEAR, /* "no clear change" */
        HL_CHANGE_MORE,
        HL_CHANGE_LESS,
    } change;
    double baseline_seconds; /* total in the baseline, scaled as this run's; for MORE and LESS */
};

struct hl_shown_line {
    uint32_t line; /* in the text that ran */
    uint64_t self;
    uint64_t total;
};

struct hl_shown_file {
    const char *path;      /* as the profiler printed it */
    const char *real_path; /* or NULL */
    enum hl_source_state state;
    bool is_here;          /* the file exists where the profile says */
    const struct hl_shown_function *functions; /* by line */
    size_t function_count;
    const struct hl_shown_line *lines; /* by line */
    size_t line_count;
    uint64_t total;                /* at most the samples with this file anywhere: its largest row */
    const char *text;              /* the text that ran, decoded to UTF-8; NULL when there is none */
    size_t text_length;
    struct hl_line_hashes hashes;  /* of text */
};

struct hl_shown;

/* Loads rows, texts (up to 64 MB, those of the run's workspace first) and the comparison with the
 * baseline. A text of which only the hash is kept is read from its file while that is the same. Worker
 * thread. */
int hl_shown_load(struct hl_store *store, int64_t run_id, struct hl_shown **ret_shown,
                  struct hl_error *error);
/* The same, compared with a run that the user chose; 0, and one that is gone, is the default. */
int hl_shown_load_compared(struct hl_store *store, int64_t run_id, int64_t baseline_id,
                           struct hl_shown **ret_shown, struct hl_error *error);
/* From a run in memory: live windows, an unsaved run, a focus. Copies what it needs. */
int hl_shown_from_data(const struct hl_run_data *data, struct hl_shown **ret_shown);
/* The same, and the data itself, with the tree, is kept with it: *data is taken, empty afterwards, when 0 is
 * returned. For runs that are in no store, or not yet. */
int hl_shown_adopt(struct hl_run_data *data, struct hl_shown **ret_shown);
/* What was adopted, or NULL. Borrowed; changed by nobody. */
const struct hl_run_data *hl_shown_data(const struct hl_shown *shown);
struct hl_shown *hl_shown_ref(struct hl_shown *shown);
void hl_shown_unref(struct hl_shown *shown);

const struct hl_run *hl_shown_run(const struct hl_shown *shown);
/* How samples become seconds; .samples is of the focus when there is one. */
const struct hl_scale *hl_shown_scale(const struct hl_shown *shown);
/* "14:02" of the baseline, or NULL. */
const char *hl_shown_baseline(const struct hl_shown *shown);
/* The runs of the same target before this one, newest first, at most five; and a function's total in one
 * of them, UINT64_MAX where it has none. `function` is one of this run's. */
struct hl_shown_past {
    int64_t run_id;
    char *name; /* "14:02", "2026-05-01 14:02" on another day, or its label */
    struct hl_scale scale;
};
size_t hl_shown_past_count(const struct hl_shown *shown);
const struct hl_shown_past *hl_shown_past(const struct hl_shown *shown, size_t index);
uint64_t hl_shown_past_total(const struct hl_shown *shown, const struct hl_shown_function *function,
                             size_t index);
/* What the numbers are restricted to, for people ("train()"), or NULL. */
const char *hl_shown_focus_name(const struct hl_shown *shown);
/* An event loop ran in it (asyncio, uvloop, trio): most of its waiting is part of its work. */
bool hl_shown_is_asynchronous(const struct hl_shown *shown);
size_t hl_shown_file_count(const struct hl_shown *shown);
const struct hl_shown_file *hl_shown_file(const struct hl_shown *shown, size_t index);

/* The file of the run that is `path` here: exact, realpath, mapped, or, for files that do not exist where
 * the profile says, the longest suffix of at least two parts (or a base name that is unique in the run);
 * two that fit equally well are none. NULL when none. O(files with this base name). */
const struct hl_shown_file *hl_shown_find(const struct hl_shown *shown, const char *path,
                                          const char *real_path,
                                          const struct hl_path_mapping *mappings,
                                          size_t mapping_count);
/* "31 of 40 files found": how many of the run's files are there, by the same rules. stat()s; worker. */
void hl_shown_count_found(const struct hl_shown *shown, const struct hl_path_mapping *mappings,
                          size_t mapping_count, uint32_t *ret_found, uint32_t *ret_all);

/* Restriction to the stacks through something. */
enum hl_focus_kind {
    HL_FOCUS_NODE,     /* of the flame graph, by id */
    HL_FOCUS_FUNCTION, /* file and qualified name */
    HL_FOCUS_THREAD,   /* thread id */
    HL_FOCUS_PROCESS,  /* pid */
    HL_FOCUS_MODULE,   /* a file, or all files below a folder */
};

struct hl_focus_spec {
    enum hl_focus_kind kind;
    uint64_t node;
    uint64_t number;
    char *file;
    char *name;
};

/* The same run with numbers of the focus only. `data` has its tree. -ENOENT when nothing matches. */
int hl_shown_focus(const struct hl_run_data *data, const struct hl_focus_spec *focus,
                   struct hl_shown **ret_shown, struct hl_error *error);
void hl_focus_spec_copy(const struct hl_focus_spec *focus, struct hl_focus_spec *ret_copy);
void hl_focus_spec_finish(struct hl_focus_spec *focus);

/* Who called a function, largest first; within the focus unless that is NULL. name NULL: nothing did, it
 * was started by its thread. */
struct hl_caller {
    char *name;
    uint64_t samples;
};

/* The function of a shown file (path as the profiler printed it). Linear in the tree; worker thread. */
int hl_shown_callers(const struct hl_run_data *data, const struct hl_focus_spec *focus,
                     const char *file, const char *name, uint32_t ordinal, size_t limit,
                     struct hl_caller **ret_callers, size_t *ret_count);
void hl_callers_free(struct hl_caller *callers, size_t count);

HL_DEFINE_CLEANUP(struct hl_shown *, hl_shown_unref);

#endif
