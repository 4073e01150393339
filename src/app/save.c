#include "hotlens/app/save.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/app/attribution.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/log.h"
#include "hotlens/base/map.h"
#include "hotlens/base/memory.h"

/* Counts distinct keys. */
static int count_key(struct hl_map *map, uint64_t key)
{
    uint32_t ignored;
    int result = hl_map_get_or_put(map, key, 0, &ignored);
    return result < 0 ? result : 0;
}

/* A thread belongs to the process frame above it: forked children reuse the ids of their parent's. */
static int count_structure(const struct hl_profile *profile, uint64_t *pids, struct hl_map *processes,
                           struct hl_map *threads)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    const struct hl_frames *frames = hl_profile_frames(profile);
    pids[0] = 0;
    for (uint32_t i = 1; i < columns->count; i++) {
        const struct hl_frame *frame = hl_frames_get(frames, columns->frame[i]);
        pids[i] = pids[columns->parent[i]];
        int result = 0;
        if (frame->kind == HL_FRAME_PROCESS) {
            pids[i] = frame->number;
            result = count_key(processes, frame->number);
        } else if (frame->kind == HL_FRAME_THREAD) {
            result = count_key(threads, hl_hash_mix(frame->number, hl_hash_mix(pids[i], 1)));
        }
        if (result < 0) {
            return result;
        }
    }
    return 0;
}

static int derive_counts(struct hl_run_data *data)
{
    uint32_t count = hl_profile_columns(data->profile)->count;
    _cleanup_free_ uint64_t *pids = hl_try_malloc(count, sizeof(*pids));
    if (!pids) {
        return -ENOMEM;
    }
    struct hl_map processes = {0};
    struct hl_map threads = {0};
    int result = count_structure(data->profile, pids, &processes, &threads);
    if (result == 0) {
        uint32_t least = hl_profile_samples(data->profile) > 0 ? 1 : 0;
        data->run.samples = hl_profile_samples(data->profile);
        data->run.processes = processes.count > 0 ? (uint32_t)processes.count : least;
        data->run.threads = threads.count > 0 ? (uint32_t)threads.count : least;
    }
    hl_map_finish(&processes);
    hl_map_finish(&threads);
    return result;
}

static void drop_derived(struct hl_run_data *data)
{
    hl_functions_destroy(data->functions);
    free(data->function_self);
    free(data->function_total);
    free(data->lines);
    data->functions = NULL;
    data->function_self = NULL;
    data->function_total = NULL;
    data->lines = NULL;
    data->line_count = 0;
}

static int derive_functions(struct hl_run_data *data, const struct hl_rows *stored)
{
    int result = hl_attribute(data->profile, data->sources, stored, &data->functions);
    if (result < 0) {
        return result;
    }
    /* At least one, so that an empty profile is not taken for a lack of memory. */
    size_t count = data->functions->count + 1;
    data->function_self = hl_try_calloc(count, sizeof(*data->function_self));
    data->function_total = hl_try_calloc(count, sizeof(*data->function_total));
    if (!data->function_self || !data->function_total) {
        return -ENOMEM;
    }
    struct hl_groups groups = hl_functions_groups(data->functions);
    return hl_groups_count(data->profile, &groups, data->function_self, data->function_total);
}

static int derive(struct hl_run_data *data, const struct hl_rows *stored)
{
    drop_derived(data);
    int result = derive_functions(data, stored);
    if (result == 0) {
        result = hl_profile_lines(data->profile, &data->lines, &data->line_count);
    }
    if (result == 0) {
        result = derive_counts(data);
    }
    if (result < 0) {
        drop_derived(data);
    }
    return result;
}

int hl_run_data_derive(struct hl_run_data *data)
{
    return derive(data, NULL);
}

static struct hl_run_content content_of(const struct hl_run_data *data)
{
    return (struct hl_run_content){
        .profile = data->profile,
        .functions = data->functions,
        .function_self = data->function_self,
        .function_total = data->function_total,
        .lines = data->lines,
        .line_count = data->line_count,
        .windows = data->windows,
        .window_count = data->window_count,
        .sources = data->sources ? data->sources->items : NULL,
        .source_count = data->sources ? data->sources->count : 0,
    };
}

/* The run is safe by now, so a failure here is only worth a line in the log. */
static void retain(struct hl_store *store, const struct hl_retention *retention)
{
    _cleanup_error_ struct hl_error error = {0};
    int result = hl_store_retain(store, retention, hl_clock_utc(), NULL, &error);
    if (result < 0) {
        hl_log_info("old runs were not removed: %s", hl_error_text(&error, result));
    }
}

static bool is_run(struct hl_store *store, int64_t id, const char *uuid)
{
    _cleanup_(hl_run_finish) struct hl_run run = {0};
    _cleanup_free_ char *name = hl_xasprintf("%" PRId64, id);
    return hl_store_find_run(store, name, &run, NULL) == 0 && run.uuid && uuid &&
           strcmp(run.uuid, uuid) == 0;
}

/* A label that was taken meanwhile is not the run's, and its notes say so. */
static void take_saved_label(struct hl_run *run, struct hl_store *store)
{
    struct hl_run saved = {0};
    char name[24];
    (void)snprintf(name, sizeof(name), "%" PRId64, run->id);
    if (!run->label || hl_store_find_run(store, name, &saved, NULL) < 0) {
        return;
    }
    free(run->label);
    free(run->notes);
    run->label = TAKE_PTR(saved.label);
    run->notes = TAKE_PTR(saved.notes);
    hl_run_finish(&saved);
}

int hl_run_data_save(struct hl_run_data *data, struct hl_store *store,
                     const struct hl_save_options *options, struct hl_error *error)
{
    if (!options->store_sources && data->sources) {
        hl_sources_drop_texts(data->sources);
    }
    struct hl_run_content content = content_of(data);
    int64_t id = 0;
    int result = hl_store_save_run(store, &data->run, &content, &id, error);
    if (result == -EEXIST && !is_run(store, id, data->run.uuid)) {
        /* Who reads -EEXIST deletes the spool: only what was seen in the store counts. */
        return hl_error_set(error, EIO, "the database says that the run is saved, but it is not");
    }
    if (result == 0 || result == -EEXIST) {
        data->run.id = id;
    }
    if (result == 0) {
        take_saved_label(&data->run, store);
        retain(store, &options->retention);
    }
    return result;
}

static int load_sources(struct hl_store *store, int64_t run_id, struct hl_sources **ret_sources,
                        struct hl_error *error)
{
    struct hl_source_list list = {0};
    int result = hl_store_load_sources(store, run_id, NULL, true, &list, error);
    if (result < 0) {
        return result;
    }
    struct hl_sources *sources = hl_xcalloc(1, sizeof(*sources));
    sources->items = list.items;
    sources->count = list.count;
    *ret_sources = sources;
    return 0;
}

/* Whether a text of which only the hash was kept is not to be had any more. */
static bool lacks_text(const struct hl_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        if (sources->items[i].state == HL_SOURCE_HASHED && !sources->items[i].text) {
            return true;
        }
    }
    return false;
}

/* Rows that an older rule made are replaced; where that cannot be written, or was made from texts that
 * are gone, they stay. */
static void refresh_rows(struct hl_store *store, const struct hl_run_data *data)
{
    int version = HL_DERIVE_VERSION;
    if (!hl_store_can_write(store) || lacks_text(data->sources) ||
        hl_store_derive_version(store, data->run.id, &version, NULL) < 0 ||
        version >= HL_DERIVE_VERSION) {
        return;
    }
    struct hl_run_content content = content_of(data);
    _cleanup_error_ struct hl_error error = {0};
    int result = hl_store_replace_rows(store, data->run.id, &content, &error);
    if (result < 0) {
        hl_log_info("rows of run %lld stay as they are: %s", (long long)data->run.id,
                    hl_error_text(&error, result));
    }
}

/* One run has one answer: without its texts the functions are those that were saved. */
static int derive_loaded(struct hl_store *store, struct hl_run_data *data, struct hl_error *error)
{
    struct hl_rows rows = {0};
    int64_t id = data->run.id;
    hl_sources_read_unchanged(data->sources);
    bool lacks = lacks_text(data->sources);
    int result = lacks ? hl_store_load_rows(store, id, NULL, &rows, error) : 0;
    if (result < 0) {
        return result;
    }
    result = derive(data, lacks ? &rows : NULL);
    hl_rows_finish(&rows);
    return result < 0 ? hl_error_set_errno(error, -result, "cannot count run %lld", (long long)id)
                      : 0;
}

static int load_content(struct hl_store *store, struct hl_run_data *data, struct hl_error *error)
{
    int64_t id = data->run.id;
    int result = hl_store_load_profile(store, id, &data->profile, error);
    if (result == 0) {
        result = load_sources(store, id, &data->sources, error);
    }
    if (result == 0) {
        result = hl_store_load_windows(store, id, &data->windows, &data->window_count, error);
    }
    return result < 0 ? result : derive_loaded(store, data, error);
}

int hl_run_data_load(struct hl_store *store, const char *name, struct hl_run_data *ret_data,
                     struct hl_error *error)
{
    struct hl_run_data data = {0};
    int result = hl_store_find_run(store, name, &data.run, error);
    if (result < 0) {
        return result;
    }
    result = load_content(store, &data, error);
    if (result < 0) {
        hl_run_data_finish(&data);
        return result;
    }
    refresh_rows(store, &data);
    *ret_data = data;
    return 0;
}

void hl_run_data_finish(struct hl_run_data *data)
{
    drop_derived(data);
    hl_profile_unref(data->profile);
    hl_sources_destroy(data->sources);
    free(data->windows);
    hl_run_finish(&data->run);
    *data = (struct hl_run_data){0};
}
