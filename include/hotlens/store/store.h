/* The store room: runs in SQLite. The only room that knows SQL.
 *
 * One struct hl_store is one connection and must be used by one thread at a time (a lane of jobs);
 * several processes may have the same file open. Every function returns 0 or a negative errno and
 * says why in `error`: -EROFS read-only, -ENOSPC full, -EBUSY locked for longer than the time-out,
 * -EBADMSG corrupt, -EPROTO written by a newer program (reading goes on as far as it can), -ENOENT
 * no such run. A save is one transaction: after a crash it is there whole or not at all.
 *
 * store.h      open, save, list, load, edit, purge
 * run.h        what a run is
 * tree_blob.h  the tree as bytes; self-contained and versioned */
#ifndef HOTLENS_STORE_STORE_H
#define HOTLENS_STORE_STORE_H

#include "hotlens/base/error.h"
#include "hotlens/store/run.h"

struct hl_store;

enum hl_store_mode {
    HL_STORE_WRITE, /* make the file and its folder (0700, 0600) when missing */
    HL_STORE_READ,  /* changes no run; SQLite may make its log's files, and rolls back what a crash left */
};

/* `path` NULL: $HOTLENS_DB, else profiles.db in the XDG data folder. Opens, checks and migrates.
 * A file that is read-only, or was migrated by a newer program, opens for reading;
 * hl_store_can_write tells. A corrupt file is never touched, nor is a database of another program
 * (-EINVAL). -EISDIR, -EACCES, … as the system says; HL_STORE_READ of a missing or empty file is
 * -ENOENT, "no runs yet".
 * ":memory:" is allowed. */
int hl_store_open(const char *path, enum hl_store_mode mode, struct hl_store **ret_store,
                  struct hl_error *error);
struct hl_store_options {
    int timeout;     /* ms to wait for another program's lock; 0 is 5,000 */
    const char *vfs; /* SQLite's file layer; NULL is the system's */
    /* Whether the file system may be shared with other machines, so that the write-ahead log
     * cannot be used; NULL asks the system. */
    bool (*is_shared)(const char *path);
};

/* hl_store_open with other than the default options. */
int hl_store_open_with(const char *path, enum hl_store_mode mode,
                       const struct hl_store_options *options, struct hl_store **ret_store,
                       struct hl_error *error);
void hl_store_close(struct hl_store *store);
const char *hl_store_path(const struct hl_store *store);
bool hl_store_can_write(const struct hl_store *store);
/* Changes whenever another connection has written (PRAGMA data_version). */
int hl_store_data_version(struct hl_store *store, int64_t *ret_version);
/* Path that would be opened for NULL. Caller frees; NULL when there is no home. */
char *hl_store_default_path(void);

/* Saves everything and gives run->id. -EEXIST when a run with this uuid is there (nothing is
 * changed; ret_id is the old one's), which makes recovery safe to repeat. A label that is taken or
 * not allowed is left out, and the run's notes say so: a recording is never refused for its name.
 */
int hl_store_save_run(struct hl_store *store, const struct hl_run *run,
                      const struct hl_run_content *content, int64_t *ret_id,
                      struct hl_error *error);

struct hl_run_filter {
    const char *target;    /* NULL for any */
    const char *workspace; /* runs of this folder or below it, also by links; NULL for any */
    const char *text;      /* substring of title, label or target; NULL for any */
    uint32_t limit;        /* 0 is all */
};

struct hl_run_list {
    struct hl_run *items;
    size_t count;
};

/* Newest first. */
int hl_store_list_runs(struct hl_store *store, const struct hl_run_filter *filter,
                       struct hl_run_list *ret_list, struct hl_error *error);
void hl_run_list_finish(struct hl_run_list *list);
/* RUN as people write it: an id, "last", "last~N", a label (exact), or a uuid (8 characters or more
 * of its start; -EINVAL when several start so). A label that looks like an id cannot be given; one
 * that is the start of a uuid wins over it. */
int hl_store_find_run(struct hl_store *store, const char *name, struct hl_run *ret_run,
                      struct hl_error *error);
/* The runs that a comparison may use as its baseline: completed runs of the same target, metric,
 * rate, flags and interpreter that started before `run`, newest first. Flags: those that say what
 * was sampled, and whether it was attached to or stopped. Completed: not recovered, and not ended
 * by a signal unless we stopped it. */
int hl_store_baselines(struct hl_store *store, const struct hl_run *run, uint32_t limit,
                       struct hl_run_list *ret_list, struct hl_error *error);

/* The tree. */
int hl_store_load_profile(struct hl_store *store, int64_t run_id, struct hl_profile **ret_profile,
                          struct hl_error *error);

struct hl_function_row {
    char *name;
    char *file; /* NULL for none */
    uint32_t line;
    uint32_t end_line;
    uint32_t ordinal;
    uint64_t self;
    uint64_t total;
};

struct hl_line_row {
    char *file;
    uint32_t line;
    uint64_t self;
    uint64_t total;
};

struct hl_rows {
    struct hl_function_row *functions; /* largest self first, then total, then name */
    size_t function_count;
    struct hl_line_row *lines; /* by file, then line */
    size_t line_count;
    char *pool; /* holds the strings of all rows */
};

/* All rows of a run, without loading its tree; `file` restricts to one file as the profiler printed
 * it (NULL for all). */
int hl_store_load_rows(struct hl_store *store, int64_t run_id, const char *file,
                       struct hl_rows *ret_rows, struct hl_error *error);
void hl_rows_finish(struct hl_rows *rows);

struct hl_source_list {
    struct hl_source *items;
    size_t count;
};

/* The run's files; texts only when `with_text`. `path` restricts to one (printed or real path). */
int hl_store_load_sources(struct hl_store *store, int64_t run_id, const char *path, bool with_text,
                          struct hl_source_list *ret_list, struct hl_error *error);
void hl_source_list_finish(struct hl_source_list *list);
int hl_store_load_windows(struct hl_store *store, int64_t run_id, struct hl_window **ret_windows,
                          size_t *ret_count, struct hl_error *error);

/* label NULL removes it. -EEXIST when another run has it; -EINVAL for one that is empty, longer
 * than HL_LIMIT_LABEL, not UTF-8, all digits, or reads as "last…". */
int hl_store_set_label(struct hl_store *store, int64_t run_id, const char *label,
                       struct hl_error *error);
/* Whether a label could be given: the -EINVAL of hl_store_set_label. */
int hl_store_check_label(const char *label, struct hl_error *error);
int hl_store_set_pinned(struct hl_store *store, int64_t run_id, bool pinned,
                        struct hl_error *error);
int hl_store_delete_run(struct hl_store *store, int64_t run_id, struct hl_error *error);
/* Replaces the derived rows of a run, e.g. after the rule for functions changed. */
int hl_store_replace_rows(struct hl_store *store, int64_t run_id,
                          const struct hl_run_content *content, struct hl_error *error);
/* Version of the derivation that the rows of a run were made with; HL_DERIVE_VERSION is today's. */
#define HL_DERIVE_VERSION 1
int hl_store_derive_version(struct hl_store *store, int64_t run_id, int *ret_version,
                            struct hl_error *error);

struct hl_retention {
    uint32_t runs_per_target; /* 0 is no limit, here and below */
    uint32_t days;
    uint64_t bytes; /* of the whole database */
};

#define HL_RETENTION_DEFAULT ((struct hl_retention){50, 90, UINT64_C(1) << 30})

/* Deletes the oldest runs past the limits, never pinned or labelled ones, never the newest; frees
 * the space. `now` is UTC ns. ret_deleted may be NULL. */
int hl_store_retain(struct hl_store *store, const struct hl_retention *retention, int64_t now,
                    uint32_t *ret_deleted, struct hl_error *error);
/* Deletes every run of a folder as hl_run_filter has it (NULL: all, pinned ones too), and gives the
 * space back. */
int hl_store_purge(struct hl_store *store, const char *workspace, uint32_t *ret_deleted,
                   struct hl_error *error);

struct hl_store_sizes {
    uint64_t file_bytes; /* database, WAL included */
    uint64_t runs;
    uint64_t texts;
    uint64_t text_bytes; /* stored, compressed */
    uint64_t tree_bytes; /* blobs */
    int schema_version;
};

int hl_store_sizes(struct hl_store *store, struct hl_store_sizes *ret_sizes,
                   struct hl_error *error);

HL_DEFINE_CLEANUP(struct hl_store *, hl_store_close);

#endif
