#include "shelf_private.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"

#define RESTORE_NS (24 * 3600 * HL_NS_PER_SECOND)

void *shelf_add(void *items, size_t *count, size_t *capacity, size_t size)
{
    hl_assert(hl_array_reserve(items, capacity, *count + 1, size) == 0);
    return *(char **)items + (*count)++ * size;
}

static bool equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static struct shelf_entry *add_entry(struct hl_shelf *shelf, const char *folder)
{
    struct shelf_entry *entry = hl_xcalloc(1, sizeof(*entry));
    entry->serial = ++shelf->serials;
    entry->folder = folder ? hl_path_normalize(folder) : NULL;
    entry->real = folder ? hl_file_real_path(folder) : NULL;
    entry->follows = true;
    struct shelf_entry **place = shelf_add(&shelf->entries, &shelf->entry_count, &shelf->entry_capacity,
                                     sizeof(struct shelf_entry *));
    *place = entry;
    return entry;
}

struct hl_shelf *hl_shelf_create(struct hl_jobs *jobs, struct hl_trees *trees,
                                 const struct hl_settings *settings,
                                 const struct hl_shelf_events *events, void *user)
{
    struct hl_shelf *shelf = hl_xcalloc(1, sizeof(*shelf));
    shelf->jobs = jobs;
    shelf->trees = trees;
    shelf->settings = settings;
    shelf->events = *events;
    shelf->user = user;
    add_entry(shelf, NULL);
    return shelf;
}

static void drop_shown(struct hl_shown **shown)
{
    hl_shown_unref(*shown);
    *shown = NULL;
}

static void clear_entry(struct shelf_entry *entry)
{
    drop_shown(&entry->full);
    drop_shown(&entry->focused);
}

static void entry_destroy(struct shelf_entry *entry)
{
    clear_entry(entry);
    hl_focus_spec_finish(&entry->focus);
    free(entry->folder);
    free(entry->real);
    free(entry);
}

void hl_shelf_destroy(struct hl_shelf *shelf)
{
    if (!shelf) {
        return;
    }
    shelf->is_leaving = true;
    shelf_loaded(shelf);
    for (size_t i = 0; i < shelf->entry_count; i++) {
        entry_destroy(shelf->entries[i]);
    }
    shelf_drop_documents(shelf);
    free(shelf->entries);
    free(shelf->waiters);
    free(shelf);
}

struct shelf_entry *shelf_entry_of(struct hl_shelf *shelf, const char *folder)
{
    for (size_t i = 0; i < shelf->entry_count; i++) {
        if (equal(shelf->entries[i]->folder, folder)) {
            return shelf->entries[i];
        }
    }
    return NULL;
}

struct hl_shown *shelf_entry_current(const struct shelf_entry *entry)
{
    return entry->focused ? entry->focused : entry->full;
}

struct shelf_entry *shelf_entry_showing(struct hl_shelf *shelf, const struct hl_shown *shown)
{
    for (size_t i = 0; i < shelf->entry_count; i++) {
        if (shown && shelf_entry_current(shelf->entries[i]) == shown) {
            return shelf->entries[i];
        }
    }
    return NULL;
}

void hl_shelf_add_folder(struct hl_shelf *shelf, const char *path)
{
    _cleanup_free_ char *folder = hl_path_normalize(path);
    if (shelf_entry_of(shelf, folder)) {
        return;
    }
    struct shelf_entry *entry = add_entry(shelf, folder);
    /* Without restoring, what is newest is only taken note of. */
    int64_t since = shelf->settings->restore ? hl_clock_utc() - RESTORE_NS : INT64_MAX;
    shelf_look_for_newer(shelf, entry, since);
}

void hl_shelf_remove_folder(struct hl_shelf *shelf, const char *path)
{
    _cleanup_free_ char *folder = hl_path_normalize(path);
    for (size_t i = 1; i < shelf->entry_count; i++) {
        if (!equal(shelf->entries[i]->folder, folder)) {
            continue;
        }
        bool was_shown = shelf->entries[i]->full != NULL;
        entry_destroy(shelf->entries[i]);
        shelf->entry_count--;
        memmove(shelf->entries + i, shelf->entries + i + 1,
                (shelf->entry_count - i) * sizeof(struct shelf_entry *));
        if (was_shown) {
            shelf_changed(shelf, false);
        }
        return;
    }
}

/* The innermost. */
const char *hl_shelf_folder_of(const struct hl_shelf *shelf, const char *path)
{
    const char *best = NULL;
    for (size_t i = 1; path && i < shelf->entry_count; i++) {
        const char *folder = shelf->entries[i]->folder;
        const char *real = shelf->entries[i]->real;
        bool is_in = folder && (hl_path_is_within(path, folder) || (real && hl_path_is_within(path, real)));
        if (is_in && (!best || strlen(folder) > strlen(best))) {
            best = folder;
        }
    }
    return best;
}

const char *hl_shelf_first_folder(const struct hl_shelf *shelf)
{
    return shelf->entry_count > 1 ? shelf->entries[1]->folder : NULL;
}

/* Live numbers come every second or so; what they miss, the run's end brings. */
void shelf_changed(struct hl_shelf *shelf, bool is_live)
{
    int64_t now = hl_clock_monotonic();
    if (is_live && now - shelf->changed_at < HL_NS_PER_SECOND) {
        return;
    }
    shelf->changed_at = now;
    shelf->events.changed(shelf->user);
}

void shelf_loaded(struct hl_shelf *shelf)
{
    struct shelf_waiter *waiters = shelf->waiters;
    size_t count = shelf->waiter_count;
    shelf->waiters = NULL;
    shelf->waiter_count = 0;
    shelf->waiter_capacity = 0;
    for (size_t i = 0; i < count; i++) {
        waiters[i].loaded(waiters[i].user);
    }
    free(waiters);
}

void hl_shelf_await(struct hl_shelf *shelf, void (*loaded)(void *user), void *user)
{
    struct shelf_waiter *waiter = shelf_add(&shelf->waiters, &shelf->waiter_count,
                                      &shelf->waiter_capacity, sizeof(*waiter));
    *waiter = (struct shelf_waiter){loaded, user};
}

void hl_shelf_stop_awaiting(struct hl_shelf *shelf, const void *user)
{
    for (size_t i = 0; i < shelf->waiter_count; i++) {
        if (shelf->waiters[i].user == user) {
            shelf->waiters[i] = shelf->waiters[--shelf->waiter_count];
            return;
        }
    }
}

bool shelf_is_same_run(const struct hl_shown *a, const struct hl_shown *b)
{
    return a && b && hl_shown_run(a)->id == hl_shown_run(b)->id &&
           equal(hl_shown_run(a)->uuid, hl_shown_run(b)->uuid);
}

/* Two looks at one recording. */
static bool is_same_live(const struct hl_shown *before, const struct hl_shown *now)
{
    return shelf_is_same_run(before, now) && hl_shown_run(now)->id == 0;
}

/* … between which no sample came: a program that waits. */
static bool is_unchanged(const struct hl_shown *before, const struct hl_shown *now)
{
    return is_same_live(before, now) &&
           hl_shown_run(before)->samples == hl_shown_run(now)->samples;
}

void shelf_entry_show(struct hl_shelf *shelf, struct shelf_entry *entry, struct hl_shown *shown)
{
    bool was_empty = !entry->full;
    bool is_same = is_unchanged(entry->full, shown);
    bool goes_on = is_same_live(entry->full, shown);
    /* What is in focus of a recording stays until there is newer. */
    struct hl_shown *focused = goes_on ? hl_shown_ref(entry->focused) : NULL;
    clear_entry(entry);
    entry->full = shown;
    entry->focused = focused;
    bool is_live = shown && hl_shown_run(shown)->id == 0;
    if (shown && entry->has_focus && (!is_live || hl_shown_data(shown))) {
        shelf_apply_focus(shelf, entry, &entry->focus, NULL, NULL);
    }
    if (!is_same && (shown || !was_empty)) {
        shelf_changed(shelf, is_live);
    }
}

bool hl_shelf_show_run(struct hl_shelf *shelf, const char *folder, int64_t run_id)
{
    struct shelf_entry *entry = folder ? shelf_entry_of(shelf, folder) : NULL;
    bool is_there = !folder || entry;
    if (is_there) {
        shelf_load_run(shelf, entry, run_id);
    }
    return is_there;
}

void hl_shelf_show(struct hl_shelf *shelf, const char *folder, struct hl_shown *shown)
{
    struct shelf_entry *entry = shelf_entry_of(shelf, folder);
    if (!entry) {
        return;
    }
    int64_t id = hl_shown_run(shown)->id;
    entry->ticket = ++shelf->tickets;
    /* A newer run than a live one is only shown when that has ended. */
    entry->follows = id != 0;
    entry->newest = id > entry->newest ? id : entry->newest;
    shelf_entry_show(shelf, entry, hl_shown_ref(shown));
}

void hl_shelf_show_nothing(struct hl_shelf *shelf, const char *folder)
{
    struct shelf_entry *entry = shelf_entry_of(shelf, folder);
    if (entry) {
        entry->ticket = ++shelf->tickets;
        entry->follows = true;
        shelf_entry_show(shelf, entry, NULL);
    }
}

void hl_shelf_end_live(struct hl_shelf *shelf, const char *folder)
{
    struct shelf_entry *entry = shelf_entry_of(shelf, folder);
    if (!entry || !entry->full || hl_shown_run(entry->full)->id != 0) {
        return;
    }
    entry->newest = 0;
    hl_shelf_show_nothing(shelf, folder);
    if (entry->folder) {
        shelf_look_for_newer(shelf, entry, INT64_MIN);
    }
}

void hl_shelf_refresh(struct hl_shelf *shelf)
{
    for (size_t i = 1; i < shelf->entry_count; i++) {
        shelf_look_for_newer(shelf, shelf->entries[i], INT64_MIN);
    }
    for (size_t i = 0; i < shelf->stray_count; i++) {
        shelf_search(shelf, &shelf->strays[i]);
    }
}

int hl_shelf_compare_with(struct hl_shelf *shelf, const char *folder, int64_t run_id)
{
    struct shelf_entry *entry = shelf_entry_showing(shelf, hl_shelf_shown(shelf, folder));
    int64_t shown = entry && entry->full ? hl_shown_run(entry->full)->id : 0;
    if (shown == 0) {
        return -ENOENT;
    }
    entry->baseline = run_id;
    shelf_load_run(shelf, entry, shown);
    return 0;
}

void hl_shelf_set_focus(struct hl_shelf *shelf, const char *folder,
                        const struct hl_focus_spec *focus,
                        void (*done)(void *user, int result, const struct hl_error *error),
                        void *user)
{
    struct hl_shown *shown = hl_shelf_shown(shelf, folder);
    struct shelf_entry *entry = shelf_entry_showing(shelf, shown);
    if (!entry) {
        struct hl_error error _cleanup_(hl_error_finish) = {0};
        int r = focus ? hl_error_set(&error, ENOENT, "no run is shown") : 0;
        done(user, r, &error);
        return;
    }
    entry->focus_ticket = ++shelf->tickets;
    if (focus) {
        shelf_apply_focus(shelf, entry, focus, done, user);
        return;
    }
    entry->has_focus = false;
    bool was_focused = entry->focused != NULL;
    drop_shown(&entry->focused);
    if (was_focused) {
        shelf_changed(shelf, false);
    }
    done(user, 0, NULL);
}

/* With no folder named, the first that shows anything. */
static struct shelf_entry *entry_for(struct hl_shelf *shelf, const char *folder)
{
    struct shelf_entry *entry = folder ? shelf_entry_of(shelf, folder) : NULL;
    for (size_t i = 0; !folder && !entry && i < shelf->entry_count; i++) {
        struct shelf_entry *next = shelf->entries[(i + 1) % shelf->entry_count];
        entry = next->full ? next : NULL;
    }
    return entry;
}

struct hl_shown *hl_shelf_shown(struct hl_shelf *shelf, const char *folder)
{
    const struct shelf_entry *entry = entry_for(shelf, folder);
    return entry ? shelf_entry_current(entry) : NULL;
}

struct hl_shown *hl_shelf_whole(struct hl_shelf *shelf, const char *folder)
{
    const struct shelf_entry *entry = entry_for(shelf, folder);
    return entry ? entry->full : NULL;
}

void hl_shelf_run_deleted(struct hl_shelf *shelf, int64_t run_id)
{
    bool was_shown = false;
    for (size_t i = 0; i < shelf->stray_count; i++) {
        struct shelf_stray *stray = &shelf->strays[i];
        if (stray->shown && hl_shown_run(stray->shown)->id == run_id) {
            drop_shown(&stray->shown);
            was_shown = true;
            shelf_search(shelf, stray);
        }
    }
    for (size_t i = 0; i < shelf->entry_count; i++) {
        struct shelf_entry *entry = shelf->entries[i];
        if (entry->full && hl_shown_run(entry->full)->id == run_id) {
            hl_shelf_show_nothing(shelf, entry->folder);
        }
    }
    if (was_shown) {
        shelf_changed(shelf, false);
    }
    shelf_forget_tree(shelf, run_id);
}

bool hl_shelf_hints_are_on(const struct hl_shelf *shelf)
{
    return shelf->settings->hints && !shelf->hides_hints;
}

void hl_shelf_toggle_hints(struct hl_shelf *shelf)
{
    shelf->hides_hints = !shelf->hides_hints;
    shelf_changed(shelf, false);
}
