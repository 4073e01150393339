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

struct hl_shelf_events {
    /* What hints and lenses show has changed (never more often than once a second for live numbers). */
    void (*changed)(void *user);
    /* A run could not be loaded. */
    void (*failed)(void *user, const struct hl_error *error);
};

struct hl_shelf *hl_shelf_create(struct hl_jobs *jobs, const struct hl_settings *settings,
                                 const struct hl_shelf_events *events, void *user);
void hl_shelf_destroy(struct hl_shelf *shelf);

/* Workspace folders, absolute paths. With `restore`, each new folder shows its newest run of 24 h. */
void hl_shelf_add_folder(struct hl_shelf *shelf, const char *path);
void hl_shelf_remove_folder(struct hl_shelf *shelf, const char *path);
/* The folder that holds a path, or NULL. */
const char *hl_shelf_folder_of(const struct hl_shelf *shelf, const char *path);
const char *hl_shelf_first_folder(const struct hl_shelf *shelf);

/* Shows a stored run (in its folder), a run in memory (live, or when the store cannot write), or none. */
void hl_shelf_show_run(struct hl_shelf *shelf, const char *folder, int64_t run_id);
void hl_shelf_show(struct hl_shelf *shelf, const char *folder, struct hl_shown *shown);
void hl_shelf_show_nothing(struct hl_shelf *shelf, const char *folder);
/* Another process wrote to the store: newer runs of the folders are shown if the shown one is the last. */
void hl_shelf_refresh(struct hl_shelf *shelf);

/* Restricts the numbers of a folder; answers in `done` (0, -ENOENT …). NULL focus: everything again. */
void hl_shelf_set_focus(struct hl_shelf *shelf, const char *folder,
                        const struct hl_focus_spec *focus,
                        void (*done)(void *user, int result, const struct hl_error *error),
                        void *user);

/* The run shown for a folder (NULL: the only or first one), or NULL. Borrowed until the loop turns. */
struct hl_shown *hl_shelf_shown(struct hl_shelf *shelf, const char *folder);
/* The run shown for a document, and the document's numbers in it: from memory, at once. NULL when there
 * are none; *ret_loading then tells whether they are on their way. Borrowed until the loop turns. */
const struct hl_numbers *hl_shelf_numbers(struct hl_shelf *shelf, struct hl_document *document,
                                          struct hl_shown **ret_shown, bool *ret_loading);
/* The numbers of a document that was closed or changed are made again when asked for. */
void hl_shelf_forget(struct hl_shelf *shelf, const struct hl_document *document);
bool hl_shelf_hints_are_on(const struct hl_shelf *shelf);
void hl_shelf_toggle_hints(struct hl_shelf *shelf);

#endif
