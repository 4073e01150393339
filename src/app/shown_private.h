/* The inside of a run as it is shown: files, functions and lines in one array each, all names in the
 * pool of the rows that they were made from. Changed by the thread that makes it, never afterwards. */
#ifndef HOTLENS_SRC_APP_SHOWN_PRIVATE_H
#define HOTLENS_SRC_APP_SHOWN_PRIVATE_H

#include <stdatomic.h>

#include "hotlens/app/shown.h"

/* By base name, and by that of the real path where it differs. */
struct shown_name {
    const char *base;
    uint32_t file;
};

struct hl_shown {
    atomic_uint references;
    struct hl_run run;
    struct hl_run_data data; /* .profile NULL: not kept */
    struct hl_rows rows; /* holds the strings */
    struct hl_source *sources;
    size_t source_count;
    struct hl_scale scale;
    char *focus;
    struct hl_shown_file *files; /* by path */
    size_t file_count;
    struct hl_shown_function *functions; /* by file, then line */
    size_t function_count;
    struct hl_shown_line *lines; /* by file, then line */
    size_t line_count;
    struct shown_name *names; /* by base name */
    size_t name_count;
    bool has_baseline;
    bool is_asynchronous;
    struct hl_shown_past *past;
    size_t past_count;
    uint64_t *past_totals; /* past_count for each function */
};

/* What a run is made of; texts are those that ran, undecoded. */
struct shown_parts {
    struct hl_run run;
    struct hl_rows rows;
    struct hl_source *sources;
    size_t source_count;
};

/* Takes the parts in any case. 0 or -ENOMEM. */
int shown_make(struct shown_parts *parts, struct hl_shown **ret_shown);
void shown_parts_finish(struct shown_parts *parts);

/* A name like <frozen os>, or a native module as the profiler abbreviates it, is no path. */
bool shown_is_path(const char *name);
/* Sorts the index of names. */
int shown_index_names(struct hl_shown *shown);

/* Compares with the runs before, from the store; with `baseline_id` first, unless that is 0 or gone. */
int shown_compare(struct hl_shown *shown, struct hl_store *store, int64_t baseline_id,
                  struct hl_error *error);

#endif
