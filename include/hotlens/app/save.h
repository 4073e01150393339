/* From a profile and facts to a saved run: attribute, count, keep the texts, save. What a recording, an
 * import and a recovery share. May run on a worker thread: it touches only its arguments. */
#ifndef HOTLENS_APP_SAVE_H
#define HOTLENS_APP_SAVE_H

#include "hotlens/app/sources.h"
#include "hotlens/store/store.h"

struct hl_save_options {
    bool store_sources;        /* the default is true */
    struct hl_retention retention;
};

/* Everything that is known of a run in memory; also what is shown when the store cannot write. */
struct hl_run_data {
    struct hl_run run;
    struct hl_profile *profile;
    struct hl_functions *functions;
    uint64_t *function_self;
    uint64_t *function_total;
    struct hl_line *lines;
    size_t line_count;
    struct hl_sources *sources;
    struct hl_window *windows;
    size_t window_count;
};

/* Derives functions and lines (data->profile and data->sources are set), fills run.samples, .processes
 * and .threads. */
int hl_run_data_derive(struct hl_run_data *data);
/* Saves; gives data->run.id. When the store cannot write, says why; the data stays whole. */
int hl_run_data_save(struct hl_run_data *data, struct hl_store *store,
                     const struct hl_save_options *options, struct hl_error *error);
/* Loads a run, with functions attributed from its stored texts. */
int hl_run_data_load(struct hl_store *store, const char *name, struct hl_run_data *ret_data,
                     struct hl_error *error);
void hl_run_data_finish(struct hl_run_data *data);

#endif
