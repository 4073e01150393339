#include "hotlens/app/recovery.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "hotlens/base/array.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/record/spool.h"
#include "manifest.h"
#include "window.h"

/* One spool on its way to a run. */
struct rescue {
    struct hl_spool_facts facts;
    char **paths;
    struct hl_builder *builder;
    int64_t newest; /* UTC ns: when the last raw file was written */
    bool complete;  /* every window is in the manifest, so covered time is known */
    size_t window_capacity;
    struct hl_run_data data;
};

static void rescue_finish(struct rescue *rescue)
{
    hl_spool_facts_finish(&rescue->facts);
    hl_strv_free(rescue->paths);
    hl_builder_destroy(rescue->builder);
    hl_run_data_finish(&rescue->data);
}

/* A recorder that died before its first manifest leaves a spool without one. */
static void read_facts(struct rescue *rescue, struct hl_spool *spool)
{
    struct hl_run *run = &rescue->data.run;
    (void)hl_spool_read_manifest(spool, &rescue->facts, NULL);
    hl_manifest_get_run(&rescue->facts, run);
    free(run->uuid);
    run->uuid = hl_xstrdup(hl_spool_uuid(spool));
    if (!run->target) {
        run->target = hl_xstrdup("command:");
    }
    if (!run->title) {
        run->title = hl_xstrdup("recovered recording");
    }
    run->flags |= HL_RUN_RECOVERED;
}

static int add_window(struct rescue *rescue, const struct hl_window *window)
{
    struct hl_run_data *data = &rescue->data;
    int result = hl_array_reserve(&data->windows, &rescue->window_capacity, data->window_count + 1,
                                  sizeof(*data->windows));
    if (result < 0) {
        return result;
    }
    data->windows[data->window_count++] = *window;
    data->run.errors += window->errors;
    return 0;
}

static void note_time(struct rescue *rescue, const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0) {
        int64_t time = (int64_t)status.st_mtim.tv_sec * HL_NS_PER_SECOND + status.st_mtim.tv_nsec;
        rescue->newest = time > rescue->newest ? time : rescue->newest;
    }
}

/* Reads one raw file, as far as that goes. What is wrong with its content is no failure. */
static int read_file(struct rescue *rescue, const char *path, struct hl_profile **ret_profile)
{
    _cleanup_(hl_builder_destroy_p) struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    const char *name = hl_path_base_name(path);
    struct hl_raw_report report;
    _cleanup_error_ struct hl_error error = {0};
    int result = hl_window_read(builder, path, &report, &error);
    if (hl_window_is_for_later(result)) {
        return result;
    }
    if (result < 0) {
        hl_run_note(&rescue->data.run, "%s could not be read to its end: %s", name,
                    hl_error_text(&error, result));
    }
    hl_run_note_report(&rescue->data.run, &report, name);
    return hl_builder_freeze(&builder, ret_profile);
}

static int add_file(struct rescue *rescue, const char *path)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    int result = read_file(rescue, path, &profile);
    if (result < 0) {
        return result;
    }
    struct hl_window window = {.samples = 0};
    uint64_t samples = hl_profile_samples(profile);
    bool known = hl_manifest_get_window(&rescue->facts, path, &window);
    if (known ? window.samples != samples : samples > 0) {
        rescue->data.run.flags |= HL_RUN_UNVERIFIED;
    }
    rescue->complete &= known || samples == 0;
    window.samples = samples;
    note_time(rescue, path);
    if (samples > 0 || window.covered > 0) {
        result = add_window(rescue, &window);
    }
    return result < 0 ? result : hl_builder_add_profile(rescue->builder, profile);
}

static int read_files(struct rescue *rescue, struct hl_spool *spool, struct hl_error *error)
{
    int result = hl_spool_windows(spool, &rescue->paths, error);
    if (result < 0) {
        return result;
    }
    rescue->builder = hl_builder_create(HL_METRIC_CPU);
    rescue->complete = true;
    for (char **path = rescue->paths; path && *path && result == 0; path++) {
        result = add_file(rescue, *path);
    }
    if (result == 0) {
        result = hl_builder_freeze(&rescue->builder, &rescue->data.profile);
    }
    return result < 0 ? hl_error_set_errno(error, -result, "cannot read the recording") : 0;
}

/* What the recorder could not write down any more. */
static void complete_run(struct rescue *rescue)
{
    struct hl_run *run = &rescue->data.run;
    if (run->start <= 0) {
        run->start = rescue->newest;
        run->offset_minutes = hl_clock_offset_minutes(run->start);
    }
    if (run->duration == HL_UNKNOWN && rescue->newest > run->start) {
        run->duration = rescue->newest - run->start;
    }
    if (rescue->complete && rescue->data.window_count > 0) {
        if (run->sampled == HL_UNKNOWN && run->duration > rescue->data.windows[0].start) {
            run->sampled = run->duration - rescue->data.windows[0].start;
        }
        run->covered = 0;
        for (size_t i = 0; i < rescue->data.window_count; i++) {
            run->covered += rescue->data.windows[i].covered;
        }
    }
}

static int derive(struct rescue *rescue, struct hl_error *error)
{
    struct hl_run_data *data = &rescue->data;
    struct hl_sources_options options = {
        .start = hl_manifest_get_code_start(&rescue->facts),
        .cwd = data->run.cwd,
    };
    int result = hl_sources_collect(data->profile, &options, &data->sources);
    if (result == 0) {
        result = hl_run_data_derive(data);
    }
    return result < 0 ? hl_error_set_errno(error, -result, "cannot count the samples") : 0;
}

static bool is_saved(struct hl_store *store, const char *uuid, int64_t *ret_id)
{
    struct hl_run run = {0};
    if (hl_store_find_run(store, uuid, &run, NULL) < 0) {
        return false;
    }
    bool same = run.uuid && strcmp(run.uuid, uuid) == 0;
    *ret_id = run.id;
    hl_run_finish(&run);
    return same;
}

static int save(struct rescue *rescue, struct hl_store *store, const struct hl_save_options *options,
                struct hl_error *error)
{
    if (hl_profile_samples(rescue->data.profile) == 0) {
        return 0;
    }
    complete_run(rescue);
    /* As the recorder was told, not as the one who recovers would have it. */
    struct hl_save_options wanted = *options;
    hl_manifest_get_options(&rescue->facts, &wanted);
    int result = derive(rescue, error);
    if (result == 0) {
        result = hl_run_data_save(&rescue->data, store, &wanted, error);
    }
    return result == -EEXIST ? 0 : result;
}

/* Returns 0 when the spool's samples are in the store, or there are none. */
static int recover(struct hl_spool *spool, struct hl_store *store,
                   const struct hl_save_options *options, struct hl_recovered *item)
{
    _cleanup_(rescue_finish) struct rescue rescue = {0};
    read_facts(&rescue, spool);
    item->title = hl_xstrdup(rescue.data.run.title);
    if (is_saved(store, hl_spool_uuid(spool), &item->run_id)) {
        return 0;
    }
    int result = read_files(&rescue, spool, &item->error);
    if (result == 0) {
        result = save(&rescue, store, options, &item->error);
    }
    if (result == 0) {
        hl_error_finish(&item->error);
        item->error = (struct hl_error){0};
        item->run_id = rescue.data.run.id;
    }
    return result;
}

/* A spool comes into being locked, and its lock goes when it is removed: a folder without one is what
 * a removal left that was killed half-way. */
static void sweep(const char *root, const char *uuid)
{
    _cleanup_free_ char *fallback = root ? NULL : hl_spool_root();
    _cleanup_free_ char *path = hl_path_join(root ? root : fallback, uuid);
    _cleanup_free_ char *lock = hl_path_join(path, "lock");
    struct stat status;
    if (lstat(lock, &status) < 0 && errno == ENOENT) {
        (void)hl_folder_remove(path);
    }
}

/* Not where its manifest cannot be read now: which database it is for, and how to save it, stands there. */
static bool is_for(struct hl_spool *spool, const char *db)
{
    struct hl_spool_facts facts = {0};
    int read = hl_spool_read_manifest(spool, &facts, NULL);
    bool result = !hl_window_is_for_later(read) && hl_manifest_is_for(&facts, db);
    hl_spool_facts_finish(&facts);
    return result;
}

static void recover_one(const char *root, const char *uuid, struct hl_store *store,
                        const struct hl_save_options *options, struct hl_recovered_list *list)
{
    struct hl_spool *spool = NULL;
    struct hl_recovered item = {0};
    int result = hl_spool_open(root, uuid, &spool, &item.error);
    if (result == -EBUSY || result == -ENOENT) {
        /* In use, or another process was quicker. */
        hl_error_finish(&item.error);
        if (result == -ENOENT) {
            sweep(root, uuid);
        }
        return;
    }
    if (result == 0 && !is_for(spool, hl_store_path(store))) {
        hl_spool_close(spool);
        return;
    }
    if (result == 0) {
        result = recover(spool, store, options, &item);
    }
    if (result == 0) {
        (void)hl_spool_remove(&spool, &item.error);
    }
    hl_spool_close(spool);
    item.uuid = hl_xstrdup(uuid);
    list->items = hl_xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
    list->items[list->count++] = item;
}

void hl_recover_spools(const char *spool_root, struct hl_store *store,
                       const struct hl_save_options *options, struct hl_recovered_list *ret_list)
{
    _cleanup_(hl_strv_free_p) char **uuids = NULL;
    *ret_list = (struct hl_recovered_list){0};
    if (!hl_store_can_write(store) || hl_spool_list(spool_root, &uuids, NULL) < 0) {
        return;
    }
    hl_spool_sweep(spool_root);
    for (char **uuid = uuids; uuid && *uuid; uuid++) {
        recover_one(spool_root, *uuid, store, options, ret_list);
    }
}

bool hl_recovery_is_due(const char *spool_root, const char *db)
{
    _cleanup_(hl_strv_free_p) char **uuids = NULL;
    bool is_due = false;
    if (hl_spool_list(spool_root, &uuids, NULL) < 0) {
        return false;
    }
    for (char **uuid = uuids; uuid && *uuid && !is_due; uuid++) {
        _cleanup_(hl_spool_close_p) struct hl_spool *spool = NULL;
        is_due = hl_spool_open(spool_root, *uuid, &spool, NULL) == 0 && is_for(spool, db);
    }
    return is_due;
}

void hl_recovered_list_finish(struct hl_recovered_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].uuid);
        free(list->items[i].title);
        hl_error_finish(&list->items[i].error);
    }
    free(list->items);
    *list = (struct hl_recovered_list){0};
}
