/* The shelf's jobs: all run in the lane of the store, touch only themselves, and are looked at again on
 * the loop thread, where the folder may be gone or show something else by then. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "shelf_private.h"

#define SEARCHED_RUNS 30u
#define SEARCH_NS (24 * 3600 * HL_NS_PER_SECOND)
#define CALLERS 5u

struct shelf_job {
    struct hl_shelf *shelf;
    char *folder;
    uint64_t entry;     /* serial of the one it is for; 0: none */
    uint64_t ticket;
    int64_t run_id;     /* to load; or the one that is shown */
    int64_t newest;     /* known, then found */
    int64_t since;
    int64_t baseline;
    bool follows;
    bool is_gone;       /* the run that was shown was deleted */
    char *path;
    char *real_path;
    struct hl_focus_spec focus;
    bool has_focus;
    struct hl_shown *shown;
    struct hl_shown *asked; /* the run that a question is about; its strings stay, and its tree */
    const struct hl_shown_file *file;
    const struct hl_shown_function *function;
    struct hl_caller *callers;
    size_t caller_count;
    shelf_focus_fn focused;
    void (*called)(void *user, const struct hl_caller *callers, size_t count);
    void *user;
    int result;
    struct hl_error error;
};

static struct shelf_job *job_create(struct hl_shelf *shelf, const struct shelf_entry *entry)
{
    struct shelf_job *job = hl_xcalloc(1, sizeof(*job));
    job->shelf = shelf;
    if (entry) {
        job->entry = entry->serial;
        job->folder = hl_xstrdup(entry->folder);
        job->ticket = entry->ticket;
        job->newest = entry->newest;
        job->follows = entry->follows;
        job->baseline = entry->baseline;
        job->run_id = entry->full ? hl_shown_run(entry->full)->id : 0;
    }
    return job;
}

static void job_free(struct shelf_job *job)
{
    free(job->folder);
    free(job->path);
    free(job->real_path);
    hl_focus_spec_finish(&job->focus);
    hl_shown_unref(job->shown);
    hl_shown_unref(job->asked);
    hl_callers_free(job->callers, job->caller_count);
    hl_error_finish(&job->error);
    free(job);
}

HL_DEFINE_CLEANUP(struct shelf_job *, job_free);

/* The entry a job was for, unless its folder is gone. */
static struct shelf_entry *entry_of(const struct shelf_job *job)
{
    const struct hl_shelf *shelf = job->shelf;
    for (size_t i = 0; i < shelf->entry_count; i++) {
        if (shelf->entries[i]->serial == job->entry) {
            return shelf->entries[i];
        }
    }
    return NULL;
}

static bool has_store(struct shelf_job *job, const struct hl_store *store,
                      const struct hl_error *error)
{
    if (!store) {
        int code = error && error->code ? error->code : EIO;
        job->result = hl_error_set(&job->error, code, "%s", hl_error_text(error, -code));
    }
    return store != NULL;
}

/* The newest run of the job's folder: its id and start; 0 when there is none. */
static int find_newest(struct hl_store *store, const struct shelf_job *job, int64_t *ret_id,
                       int64_t *ret_start, struct hl_error *error)
{
    struct hl_run_filter filter = {.workspace = job->folder, .limit = 1};
    struct hl_run_list list = {0};
    int r = hl_store_list_runs(store, &filter, &list, error);
    if (r < 0) {
        return r;
    }
    *ret_id = list.count > 0 ? list.items[0].id : 0;
    *ret_start = list.count > 0 ? list.items[0].start : 0;
    hl_run_list_finish(&list);
    return 0;
}

static void report(struct shelf_job *job, bool cancelled)
{
    bool is_none = job->result == -ENOENT && !job->shown; /* no store yet: nothing to show */
    if (job->result < 0 && !is_none && !cancelled) {
        job->shelf->events.failed(job->shelf->user, &job->error);
    }
}

/* Loading a run that somebody asked for. */

static void load_work(void *data, struct hl_store *store, const struct hl_error *error)
{
    struct shelf_job *job = data;
    int64_t start;
    if (has_store(job, store, error)) {
        job->result = hl_shown_load_compared(store, job->run_id, job->baseline, &job->shown,
                                             &job->error);
    }
    if (job->result == 0) {
        job->result = find_newest(store, job, &job->newest, &start, &job->error);
    }
}

static void load_done(void *data, bool cancelled)
{
    _cleanup_(job_free_p) struct shelf_job *job = data;
    struct hl_shelf *shelf = job->shelf;
    struct shelf_entry *entry = entry_of(job);
    if (entry) {
        entry->loading--;
    }
    if (job->result < 0 && !cancelled) {
        shelf->events.failed(shelf->user, &job->error);
    }
    if (job->shown && job->entry == 0) {
        const char *folder = hl_shelf_folder_of(shelf, hl_shown_run(job->shown)->workspace);
        entry = shelf_entry_of(shelf, folder);
    }
    if (job->shown && entry && job->ticket >= entry->ticket) {
        entry->ticket = job->ticket;
        entry->newest = job->newest > entry->newest ? job->newest : entry->newest;
        entry->follows = job->run_id == job->newest || !entry->folder;
        shelf_entry_show(shelf, entry, TAKE_PTR(job->shown));
    }
    shelf_loaded(shelf);
}

void shelf_load_run(struct hl_shelf *shelf, struct shelf_entry *entry, int64_t run_id)
{
    struct shelf_job *job = job_create(shelf, entry);
    job->ticket = ++shelf->tickets;
    job->run_id = run_id;
    if (entry) {
        entry->ticket = job->ticket;
        entry->loading++;
    }
    hl_jobs_run_in_store(shelf->jobs, load_work, load_done, job);
}

/* Looking for newer runs of a folder. */

static bool is_deleted(struct hl_store *store, int64_t run_id)
{
    char name[32];
    struct hl_run run;
    _cleanup_error_ struct hl_error error = {0};
    (void)snprintf(name, sizeof(name), "%" PRId64, run_id);
    int r = run_id > 0 ? hl_store_find_run(store, name, &run, &error) : -EINVAL;
    if (r == 0) {
        hl_run_finish(&run);
    }
    return r == -ENOENT;
}

static void newer_work(void *data, struct hl_store *store, const struct hl_error *error)
{
    struct shelf_job *job = data;
    int64_t id = 0;
    int64_t start = 0;
    if (!has_store(job, store, error)) {
        return;
    }
    job->is_gone = is_deleted(store, job->run_id);
    job->result = find_newest(store, job, &id, &start, &job->error);
    bool is_wanted = id != 0 && id > job->newest && job->follows && start >= job->since;
    if (job->result == 0 && is_wanted) {
        job->result =
            hl_shown_load_compared(store, id, job->baseline, &job->shown, &job->error);
    }
    job->newest = id > job->newest ? id : job->newest;
}

static void newer_done(void *data, bool cancelled)
{
    _cleanup_(job_free_p) struct shelf_job *job = data;
    struct hl_shelf *shelf = job->shelf;
    struct shelf_entry *entry = entry_of(job);
    report(job, cancelled);
    if (!entry) {
        shelf_loaded(shelf);
        return;
    }
    entry->loading--;
    entry->is_refreshing = false;
    entry->newest = job->newest > entry->newest ? job->newest : entry->newest;
    if (job->ticket == entry->ticket && (job->shown || job->is_gone)) {
        shelf_entry_show(shelf, entry, TAKE_PTR(job->shown));
    }
    shelf_loaded(shelf);
}

void shelf_look_for_newer(struct hl_shelf *shelf, struct shelf_entry *entry, int64_t since)
{
    if (entry->is_refreshing) {
        return;
    }
    struct shelf_job *job = job_create(shelf, entry);
    job->since = since;
    entry->is_refreshing = true;
    entry->loading++;
    hl_jobs_run_in_store(shelf->jobs, newer_work, newer_done, job);
}

/* Looking for the newest run that contains a file. */

static int contains(struct hl_store *store, int64_t run_id, const char *path, bool *ret_contains,
                    struct hl_error *error)
{
    struct hl_source_list list = {0};
    int r = path ? hl_store_load_sources(store, run_id, path, false, &list, error) : 0;
    *ret_contains = list.count > 0;
    hl_source_list_finish(&list);
    return r;
}

static int find_containing(struct hl_store *store, const struct shelf_job *job, int64_t *ret_id,
                           struct hl_error *error)
{
    struct hl_run_filter filter = {.limit = SEARCHED_RUNS};
    struct hl_run_list list = {0};
    int r = hl_store_list_runs(store, &filter, &list, error);
    bool found = false;
    for (size_t i = 0; r == 0 && !found && i < list.count; i++) {
        const struct hl_run *run = &list.items[i];
        if (run->start < job->since) {
            continue;
        }
        r = contains(store, run->id, job->path, &found, error);
        if (r == 0 && !found) {
            r = contains(store, run->id, job->real_path, &found, error);
        }
        *ret_id = found ? run->id : 0;
    }
    hl_run_list_finish(&list);
    return r;
}

static void search_work(void *data, struct hl_store *store, const struct hl_error *error)
{
    struct shelf_job *job = data;
    int64_t id = 0;
    if (has_store(job, store, error)) {
        job->is_gone = is_deleted(store, job->run_id);
        job->result = find_containing(store, job, &id, &job->error);
    }
    if (job->result == 0 && id != 0 && id != job->run_id) {
        job->result = hl_shown_load(store, id, &job->shown, &job->error);
    }
}

static void search_done(void *data, bool cancelled)
{
    _cleanup_(job_free_p) struct shelf_job *job = data;
    struct hl_shelf *shelf = job->shelf;
    struct shelf_stray *stray = shelf_stray_of(shelf, job->path);
    report(job, cancelled);
    if (stray) {
        stray->is_searching = false;
    }
    if (stray && (job->shown || job->is_gone)) {
        hl_shown_unref(stray->shown);
        stray->shown = TAKE_PTR(job->shown);
        shelf_changed(shelf, false);
    }
    shelf_loaded(shelf);
}

void shelf_search(struct hl_shelf *shelf, struct shelf_stray *stray)
{
    if (stray->is_searching) {
        return;
    }
    struct shelf_job *job = job_create(shelf, NULL);
    job->since = hl_clock_utc() - SEARCH_NS;
    job->path = hl_xstrdup(stray->path);
    job->real_path = hl_xstrdup(stray->real_path);
    job->run_id = stray->shown ? hl_shown_run(stray->shown)->id : 0;
    stray->is_searching = true;
    hl_jobs_run_in_store(shelf->jobs, search_work, search_done, job);
}

/* Questions that need the tree. */

static int get_tree(struct shelf_job *job, struct hl_store *store, const struct hl_error *error,
                    const struct hl_run_data **ret_data)
{
    *ret_data = hl_shown_data(job->asked);
    if (*ret_data) {
        return 0;
    }
    return has_store(job, store, error)
               ? hl_trees_get_id(job->shelf->trees, store, job->run_id, ret_data, &job->error)
               : job->result;
}

static void focus_work(void *data, struct hl_store *store, const struct hl_error *error)
{
    struct shelf_job *job = data;
    const struct hl_run_data *run = NULL;
    job->result = get_tree(job, store, error, &run);
    if (job->result == 0) {
        job->result = hl_shown_focus(run, &job->focus, &job->shown, &job->error);
    }
}

/* Nothing else was focused on since. */
static bool is_last_focus(const struct shelf_job *job, const struct shelf_entry *entry)
{
    return entry && entry->full && entry->focus_ticket == job->ticket;
}

static void take_focus(struct shelf_job *job, struct shelf_entry *entry)
{
    hl_shown_unref(entry->focused);
    entry->focused = TAKE_PTR(job->shown);
    hl_focus_spec_finish(&entry->focus);
    entry->focus = job->focus;
    job->focus = (struct hl_focus_spec){0};
    entry->has_focus = true;
    shelf_changed(job->shelf, false);
}

static void focus_done(void *data, bool cancelled)
{
    _cleanup_(job_free_p) struct shelf_job *job = data;
    struct shelf_entry *entry = entry_of(job);
    bool is_last = is_last_focus(job, entry);
    bool is_shown = is_last && shelf_is_same_run(entry->full, job->asked);
    if (is_last && !is_shown && job->shown && job->focused) {
        /* Another run has come meanwhile: somebody still waits for that focus, on what is shown. */
        shelf_apply_focus(job->shelf, entry, &job->focus, job->focused, job->user);
        return;
    }
    if (is_shown && job->shown) {
        take_focus(job, entry);
    } else if (is_shown && !entry->focused) {
        entry->has_focus = false;
    }
    if (job->focused) {
        job->focused(job->user, cancelled ? -ECANCELED : job->result, &job->error);
    }
}

void shelf_apply_focus(struct hl_shelf *shelf, struct shelf_entry *entry,
                       const struct hl_focus_spec *focus, shelf_focus_fn done, void *user)
{
    struct shelf_job *job = job_create(shelf, entry);
    job->ticket = entry->focus_ticket;
    job->focused = done;
    job->user = user;
    hl_focus_spec_copy(focus, &job->focus);
    job->asked = hl_shown_ref(entry->full);
    if (job->run_id == 0 && !hl_shown_data(job->asked)) {
        job->result = hl_error_set(&job->error, ENOENT,
                                   "the run is not stored yet; focus works once it has ended");
        focus_done(job, false);
        return;
    }
    hl_jobs_run_in_store(shelf->jobs, focus_work, focus_done, job);
}

static void callers_work(void *data, struct hl_store *store, const struct hl_error *error)
{
    struct shelf_job *job = data;
    const struct hl_run_data *run = NULL;
    job->result = get_tree(job, store, error, &run);
    if (job->result == 0) {
        job->result = hl_shown_callers(run, job->has_focus ? &job->focus : NULL,
                                       job->file->path, job->function->name,
                                       job->function->ordinal, CALLERS, &job->callers,
                                       &job->caller_count);
    }
}

static void callers_done(void *data, bool cancelled)
{
    _cleanup_(job_free_p) struct shelf_job *job = data;
    (void)cancelled;
    job->called(job->user, job->callers, job->caller_count);
}

void hl_shelf_ask_callers(struct hl_shelf *shelf, struct hl_shown *shown,
                          const struct hl_shown_file *file,
                          const struct hl_shown_function *function,
                          void (*done)(void *user, const struct hl_caller *callers, size_t count),
                          void *user)
{
    struct shelf_entry *entry = shelf_entry_showing(shelf, shown);
    int64_t run_id = hl_shown_run(shown)->id;
    struct hl_shown *whole = entry ? entry->full : shown;
    if (run_id == 0 && !hl_shown_data(whole)) {
        done(user, NULL, 0);
        return;
    }
    struct shelf_job *job = job_create(shelf, entry);
    job->run_id = run_id;
    job->asked = hl_shown_ref(whole);
    job->shown = hl_shown_ref(shown);
    job->file = file;
    job->function = function;
    job->called = done;
    job->user = user;
    job->has_focus = entry && entry->focused == shown;
    if (job->has_focus) {
        hl_focus_spec_copy(&entry->focus, &job->focus);
    }
    hl_jobs_run_in_store(shelf->jobs, callers_work, callers_done, job);
}

static void forget_work(void *data, struct hl_store *store, const struct hl_error *error)
{
    struct shelf_job *job = data;
    (void)store;
    (void)error;
    hl_trees_forget(job->shelf->trees, job->run_id);
}

static void forget_done(void *data, bool cancelled)
{
    (void)cancelled;
    job_free(data);
}

void shelf_forget_tree(struct hl_shelf *shelf, int64_t run_id)
{
    struct shelf_job *job = job_create(shelf, NULL);
    job->run_id = run_id;
    hl_jobs_run_in_store(shelf->jobs, forget_work, forget_done, job);
}
