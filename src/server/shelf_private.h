/* The inside of the shelf: what is shown where (shelf.c), which numbers open documents have
 * (shelf_documents.c), and the jobs that load it (shelf_jobs.c). */
#ifndef HOTLENS_SRC_SERVER_SHELF_PRIVATE_H
#define HOTLENS_SRC_SERVER_SHELF_PRIVATE_H

#include "hotlens/server/shelf.h"
#include "hotlens/server/trees.h"

/* What one folder shows. */
struct shelf_entry {
    uint64_t serial; /* a folder that was removed and added again is another entry */
    char *folder;             /* NULL: files outside every folder */
    char *real;               /* where links lead, or NULL */
    struct hl_shown *full;    /* the whole run */
    struct hl_shown *focused; /* … restricted, or NULL */
    struct hl_focus_spec focus;
    bool has_focus;
    int64_t baseline;         /* id of the run that the user compares with, or 0 */
    uint64_t focus_ticket; /* of the last call that said what to focus on */
    bool follows;      /* the newest run is shown as soon as there is one */
    bool is_refreshing;
    int64_t newest;    /* id of the newest run that is known */
    uint64_t ticket;   /* of the last call that said what to show: answers to earlier ones come too late */
    uint32_t loading;
};

/* A file outside every folder that was asked for, and the newest run that contains it. */
struct shelf_stray {
    char *path;
    char *real_path;
    struct hl_shown *shown;
    bool is_searching;
};

struct shelf_numbers {
    const struct hl_document *document;
    uint64_t edit;
    struct hl_shown *shown;
    struct hl_numbers *numbers; /* NULL: it has none */
};

struct shelf_waiter {
    void (*loaded)(void *user);
    void *user;
};

struct hl_shelf {
    struct hl_jobs *jobs;
    struct hl_trees *trees; /* for jobs only */
    const struct hl_settings *settings;
    struct hl_shelf_events events;
    void *user;
    struct shelf_entry **entries; /* the first is for files outside every folder */
    size_t entry_count;
    size_t entry_capacity;
    struct shelf_stray *strays;
    size_t stray_count;
    size_t stray_capacity;
    struct shelf_numbers *numbers;
    size_t numbers_count;
    size_t numbers_capacity;
    struct shelf_waiter *waiters;
    size_t waiter_count;
    size_t waiter_capacity;
    uint64_t tickets;
    uint64_t serials; /* of entries */
    int64_t changed_at;
    bool hides_hints;
    bool is_leaving; /* no more jobs */
};

/* The entry of a folder; NULL is the one for files outside. NULL when the folder was removed. */
struct shelf_entry *shelf_entry_of(struct hl_shelf *shelf, const char *folder);
/* The entry that shows a run, or NULL. */
struct shelf_entry *shelf_entry_showing(struct hl_shelf *shelf, const struct hl_shown *shown);
struct hl_shown *shelf_entry_current(const struct shelf_entry *entry);
/* Whatever part of it either shows. Runs that are in no store have no id: theirs is 0, and the uuid tells. */
bool shelf_is_same_run(const struct hl_shown *a, const struct hl_shown *b);
struct shelf_stray *shelf_stray_of(struct hl_shelf *shelf, const char *path);
/* Takes the reference; NULL shows nothing. Says that numbers changed. */
void shelf_entry_show(struct hl_shelf *shelf, struct shelf_entry *entry, struct hl_shown *shown);
void shelf_changed(struct hl_shelf *shelf, bool is_live);
void shelf_loaded(struct hl_shelf *shelf);
/* One more of what the server itself counts: folders, open files. `items` is the array's address. */
void *shelf_add(void *items, size_t *count, size_t *capacity, size_t size);
/* Before the shelf is destroyed. */
void shelf_drop_documents(struct hl_shelf *shelf);

/* Jobs. */
void shelf_load_run(struct hl_shelf *shelf, struct shelf_entry *entry, int64_t run_id);
/* Looks for runs newer than the newest known that started at `since` (UTC ns) or later. */
void shelf_look_for_newer(struct hl_shelf *shelf, struct shelf_entry *entry, int64_t since);
void shelf_search(struct hl_shelf *shelf, struct shelf_stray *stray);
void shelf_forget_tree(struct hl_shelf *shelf, int64_t run_id);
typedef void (*shelf_focus_fn)(void *user, int result, const struct hl_error *error);
/* Makes the focused numbers of the entry's run; `done` may be NULL. Until then, and when there are none,
 * what was shown before stays. */
void shelf_apply_focus(struct hl_shelf *shelf, struct shelf_entry *entry,
                       const struct hl_focus_spec *focus, shelf_focus_fn done, void *user);

#endif
