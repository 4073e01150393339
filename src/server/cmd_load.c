/* hotlens.load: a profile file becomes a run. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "change_news.h"
#include "hotlens/app/import.h"
#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/uri.h"
#include "hotlens/server/commands.h"
#include "hotlens/server/picker.h"
#include "hotlens/server/workspace.h"

struct loading {
    struct hl_context *context;
    char *path;
    char *folder;
    double rate;
    char **found; /* profile files of the folder, when none was named */
    struct hl_progress *progress;
    struct hl_save_options save;
    struct hl_path_mapping *mappings; /* a copy: the settings may change meanwhile */
    size_t mapping_count;
    uint32_t files_found;
    uint32_t files;
    struct hl_run_data data;
    int result;
    struct hl_error error;
};

static void destroy_loading(struct loading *loading)
{
    free(loading->path);
    free(loading->folder);
    hl_strv_free(loading->found);
    hl_path_mappings_free(loading->mappings, loading->mapping_count);
    hl_run_data_finish(&loading->data);
    hl_error_finish(&loading->error);
    free(loading);
}

/* A profile from another machine names files that may be elsewhere here, or not at all. */
static void count_files(struct loading *loading)
{
    struct hl_shown *shown = NULL;
    if (hl_shown_from_data(&loading->data, &shown) == 0) {
        hl_shown_count_found(shown, loading->mappings, loading->mapping_count,
                             &loading->files_found, &loading->files);
        hl_shown_unref(shown);
    }
}

/* A pipe or a terminal would keep a worker waiting for good. */
static int check_file(const char *path, struct hl_error *error)
{
    struct stat status;
    bool is_odd = stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
    return is_odd ? hl_error_set(error, EINVAL, "%s is not a regular file", path) : 0;
}

/* Reading a large file takes its time, so it is not done in the store's lane. */
static void read_work(void *job, const atomic_bool *cancelled)
{
    struct loading *loading = job;
    struct hl_import_options options = {.rate = loading->rate, .folder = loading->folder};
    (void)cancelled;
    loading->result = check_file(loading->path, &loading->error);
    if (loading->result == 0) {
        loading->result =
            hl_import_file(loading->path, &options, &loading->data, NULL, &loading->error);
    }
    if (loading->result == 0) {
        count_files(loading);
    }
}

static void save_work(void *job, struct hl_store *store, const struct hl_error *error)
{
    struct loading *loading = job;
    if (store) {
        (void)hl_run_data_save(&loading->data, store, &loading->save, &loading->error);
    } else {
        hl_error_set(&loading->error, EIO, "%s", hl_error_text(error, -EIO));
    }
}

static void show_loaded(struct loading *loading)
{
    struct hl_context *context = loading->context;
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_text_summary(&text, &loading->data.run);
    if (loading->files_found < loading->files) {
        hl_buffer_printf(&text, " · %" PRIu32 " of ", loading->files_found);
        hl_text_counted(&text, loading->files, "file");
        hl_buffer_puts(&text, " found here (hotlens.pathMappings says where they are)");
    }
    hl_show_message(context, 3, "%s", text.data);
    if (loading->data.run.id > 0) {
        hl_shelf_show_run(context->shelf, loading->folder, loading->data.run.id);
        change_news_runs(context);
        return;
    }
    struct hl_shown *shown = NULL;
    if (hl_shown_adopt(&loading->data, &shown) == 0) {
        hl_shelf_show(context->shelf, loading->folder, shown);
        hl_shown_unref(shown);
    }
}

static void end_loading(struct loading *loading, bool worked)
{
    struct hl_context *context = loading->context;
    hl_progress_end(loading->progress, worked ? "loaded" : "not loaded");
    if (!context->leaving && loading->error.message) {
        hl_show_message(context, 1, "%s%s%s", loading->error.message,
                        loading->error.remedy ? ". " : "",
                        loading->error.remedy ? loading->error.remedy : "");
    }
    if (!context->leaving && worked) {
        show_loaded(loading);
    }
    destroy_loading(loading);
}

static void save_done(void *job, bool cancelled)
{
    (void)cancelled; /* what was read is shown, saved or not */
    end_loading(job, true);
}

static void read_done(void *job, bool cancelled)
{
    struct loading *loading = job;
    if (cancelled || loading->result < 0) {
        end_loading(loading, false);
        return;
    }
    hl_jobs_run_in_store(loading->context->jobs, save_work, save_done, loading);
}

static void start_loading(struct loading *loading)
{
    const struct hl_settings *settings = loading->context->settings;
    _cleanup_free_ char *title =
        hl_xasprintf("Loading %s", hl_path_base_name(loading->path));
    loading->save = (struct hl_save_options){settings->store_sources, settings->retention};
    loading->mappings = hl_path_mappings_copy(settings->mappings, settings->mapping_count);
    loading->mapping_count = settings->mapping_count;
    loading->progress = hl_progress_begin(loading->context, NULL, title, NULL, NULL);
    hl_jobs_run(loading->context->jobs, read_work, read_done, loading);
}

static bool is_profile_name(const char *name)
{
    static const char *const SUFFIXES[] = {".raw", ".collapsed", ".folded", ".txt", ".prof"};
    for (size_t i = 0; i < ARRAY_SIZE(SUFFIXES); i++) {
        size_t length = strlen(name);
        size_t suffix = strlen(SUFFIXES[i]);
        if (length > suffix && strcmp(name + length - suffix, SUFFIXES[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void look_work(void *job, const atomic_bool *cancelled)
{
    struct loading *loading = job;
    (void)cancelled;
    DIR *folder = loading->folder ? opendir(loading->folder) : NULL;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (is_profile_name(entry->d_name) && hl_strv_length(loading->found) < HL_PICKER_MOST) {
            hl_strv_add(&loading->found, entry->d_name);
        }
    }
    if (folder) {
        closedir(folder);
    }
}

static void on_file_picked(void *user, int index)
{
    struct loading *loading = user;
    if (index < 0 || loading->context->leaving) {
        destroy_loading(loading);
        return;
    }
    loading->path = hl_path_join(loading->folder, loading->found[index]);
    start_loading(loading);
}

static void look_done(void *job, bool cancelled)
{
    struct loading *loading = job;
    size_t count = hl_strv_length(loading->found);
    if (cancelled || loading->context->leaving) {
        destroy_loading(loading);
    } else if (count == 0) {
        hl_show_message(loading->context, 3,
                        "No profile is in the workspace folder; hotlens.load takes "
                        "{\"path\": \"…\"}");
        destroy_loading(loading);
    } else {
        hl_pick(loading->context, "Which profile shall be loaded?",
                (const char *const *)loading->found, count, on_file_picked, loading);
    }
}

int hl_cmd_load(const struct hl_call *call, struct hl_error *error)
{
    const char *path = NULL;
    const cJSON *rate = cJSON_GetObjectItemCaseSensitive(call->arguments, "rate");
    int r = hl_field_string_optional(call->arguments, "path", &path, error);
    if (r < 0) {
        return r;
    }
    if (rate && !cJSON_IsNull(rate) && (!cJSON_IsNumber(rate) || !(rate->valuedouble > 0))) {
        return hl_error_set(error, EINVAL, "rate: samples per second are expected");
    }
    struct loading *loading = hl_xcalloc(1, sizeof(*loading));
    const char *folder = hl_workspace_folder(call->context, NULL);
    loading->context = call->context;
    loading->folder = hl_xstrdup(folder);
    loading->rate = rate && cJSON_IsNumber(rate) ? rate->valuedouble : 0;
    if (!path) {
        hl_jobs_run(call->context->jobs, look_work, look_done, loading);
        return 0;
    }
    loading->path = hl_uri_to_path(path);
    if (!loading->path) {
        loading->path = hl_path_join(folder ? folder : "/", path);
    }
    start_loading(loading);
    return 0;
}
