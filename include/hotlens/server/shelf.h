/* Which run is shown where: one per workspace folder; files outside every folder show the newest run that
 * contains them. Loads runs in jobs, keeps them, and says when visible numbers changed. */
#ifndef HOTLENS_SERVER_SHELF_H
#define HOTLENS_SERVER_SHELF_H

#include "hotlens/app/shown.h"
#include "hotlens/server/documents.h"
#include "hotlens/server/jobs.h"
#include "hotlens/server/numbers.h"
#include "hotlens/server/settings.h"

struct hl_shelf;
struct hl_trees;

struct hl_shelf_events {
    /* What hints and lenses show has changed (never more often than once a second for live numbers). */
    void (*changed)(void *user);
    /* A run could not be loaded. */
    void (*failed)(void *user, const struct hl_error *error);
};

/* Every job that the shelf has asked for must be done before it is destroyed (hl_jobs_stop); who awaits
 * it is then called, so replies must still be there. */
struct hl_shelf *hl_shelf_create(struct hl_jobs *jobs, struct hl_trees *trees,
                                 const struct hl_settings *settings,
                                 const struct hl_shelf_events *events, void *user);
void hl_shelf_destroy(struct hl_shelf *shelf);

/* Workspace folders, absolute paths. With `restore`, each new folder shows its newest run of 24 h. */
void hl_shelf_add_folder(struct hl_shelf *shelf, const char *path);
void hl_shelf_remove_folder(struct hl_shelf *shelf, const char *path);
/* The folder that holds a path, or where its links lead holds it, or NULL. */
const char *hl_shelf_folder_of(const struct hl_shelf *shelf, const char *path);
const char *hl_shelf_first_folder(const struct hl_shelf *shelf);

/* Shows a stored run (folder NULL: in its own; false when the folder is not open any more, and nothing is
 * loaded), a run in memory (live, or when the store cannot write; the
 * shelf takes a reference of its own), or none. Folder NULL is then for files outside every folder. */
bool hl_shelf_show_run(struct hl_shelf *shelf, const char *folder, int64_t run_id);
void hl_shelf_show(struct hl_shelf *shelf, const char *folder, struct hl_shown *shown);
void hl_shelf_show_nothing(struct hl_shelf *shelf, const char *folder);
/* A live run has come to nothing: what was shown before it is again. */
void hl_shelf_end_live(struct hl_shelf *shelf, const char *folder);
/* Another process wrote to the store: newer runs of the folders are shown if the shown one is the last. */
void hl_shelf_refresh(struct hl_shelf *shelf);

/* The run is in the store no more: nobody shows it. */
void hl_shelf_run_deleted(struct hl_shelf *shelf, int64_t run_id);

/* Compares what the folder shows with this run, now and later; 0 is the default, the last run of the same
 * target. -ENOENT when the folder shows no stored run. */
int hl_shelf_compare_with(struct hl_shelf *shelf, const char *folder, int64_t run_id);

/* Restricts the numbers of a folder; answers in `done` (0, -ENOENT …). NULL focus: everything again. */
void hl_shelf_set_focus(struct hl_shelf *shelf, const char *folder,
                        const struct hl_focus_spec *focus,
                        void (*done)(void *user, int result, const struct hl_error *error),
                        void *user);

/* Who called a function of a file of this run, largest first, at most five, within the focus. Loads the
 * tree when it is first asked for. `done` is called exactly once, perhaps at once; with no callers when
 * they cannot be known. Names are borrowed. */
void hl_shelf_ask_callers(struct hl_shelf *shelf, struct hl_shown *shown,
                          const struct hl_shown_file *file,
                          const struct hl_shown_function *function,
                          void (*done)(void *user, const struct hl_caller *callers, size_t count),
                          void *user);
/* Calls `loaded` once, when the next load has ended or the shelf is destroyed. */
void hl_shelf_await(struct hl_shelf *shelf, void (*loaded)(void *user), void *user);
void hl_shelf_stop_awaiting(struct hl_shelf *shelf, const void *user);

/* The run shown for a folder (NULL: the only or first one), or NULL. Borrowed until the loop turns. */
struct hl_shown *hl_shelf_shown(struct hl_shelf *shelf, const char *folder);
/* The same run without the focus, as a question about the run needs it: what is restricted is numbers only,
 * the tree is with the whole. */
struct hl_shown *hl_shelf_whole(struct hl_shelf *shelf, const char *folder);
/* The run shown for a document, and the document's numbers in it: from memory, at once. NULL when there
 * are none; *ret_loading then tells whether they are on their way. Borrowed until the loop turns. */
const struct hl_numbers *hl_shelf_numbers(struct hl_shelf *shelf, struct hl_document *document,
                                          struct hl_shown **ret_shown, bool *ret_loading);
/* The same, perhaps without functions: for hints, which are asked for at every keystroke. */
const struct hl_numbers *hl_shelf_line_numbers(struct hl_shelf *shelf,
                                               struct hl_document *document,
                                               struct hl_shown **ret_shown, bool *ret_loading);
/* The document is closed: nothing of it is kept. */
void hl_shelf_close(struct hl_shelf *shelf, const struct hl_document *document);
/* The numbers of a document are made again when asked for. */
void hl_shelf_forget(struct hl_shelf *shelf, const struct hl_document *document);
/* The same for all documents: other settings find other files. */
void hl_shelf_forget_all(struct hl_shelf *shelf);
bool hl_shelf_hints_are_on(const struct hl_shelf *shelf);
void hl_shelf_toggle_hints(struct hl_shelf *shelf);

#endif
