#include "run_choice.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/machinery.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/uri.h"
#include "hotlens/server/workspace.h"
#include "run_pick.h"

int run_path_argument(const cJSON *params, const char *field, char **ret_path,
                      struct hl_error *error)
{
    const char *text = NULL;
    int r = hl_field_string_optional(params, field, &text, error);
    if (r == 0 && text) {
        *ret_path = hl_uri_to_path(text);
        *ret_path = *ret_path ? *ret_path : hl_xstrdup(text);
    }
    return r;
}

int run_choice_read(struct hl_context *context, const cJSON *params,
                    struct run_choice *ret_choice, struct hl_error *error)
{
    _cleanup_free_ char *folder = NULL;
    int r = run_argument(params, &ret_choice->name, error);
    r = r < 0 ? r : run_path_argument(params, "folder", &folder, error);
    if (r < 0 || ret_choice->name) {
        return r;
    }
    struct hl_shown *shown =
        hl_shelf_whole(context->shelf, folder ? folder : hl_workspace_folder(context, NULL));
    if (shown && hl_shown_data(shown)) {
        ret_choice->shown = hl_shown_ref(shown);
    } else if (shown && hl_shown_run(shown)->id > 0) {
        ret_choice->name = hl_xasprintf("%" PRId64, hl_shown_run(shown)->id);
    } else {
        ret_choice->name = hl_xstrdup("last");
    }
    return 0;
}

void run_choice_finish(struct run_choice *choice)
{
    free(choice->name);
    hl_shown_unref(choice->shown);
    *choice = (struct run_choice){0};
}

void run_choice_ask(const struct run_choice *choice, struct question *question)
{
    if (choice->shown) {
        question_ask(question);
    } else {
        question_ask_store(question);
    }
}

int run_choice_tree(const struct run_choice *choice, struct hl_trees *trees,
                    struct hl_store *store, const struct hl_run_data **ret_data,
                    struct hl_error *error)
{
    if (choice->shown) {
        *ret_data = hl_shown_data(choice->shown);
        return 0;
    }
    return hl_trees_get(trees, store, choice->name, ret_data, error);
}

const struct hl_source *run_choice_source(const struct run_choice *choice, const char *path)
{
    const struct hl_sources *sources = hl_shown_data(choice->shown)->sources;
    for (size_t i = 0; sources && i < sources->count; i++) {
        const struct hl_source *source = &sources->items[i];
        if (strcmp(source->path, path) == 0 ||
            (source->real_path && strcmp(source->real_path, path) == 0)) {
            return source;
        }
    }
    return NULL;
}

/* What the store does for a run that it has. */
static void keep_file(struct hl_rows *rows, const char *path)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->function_count; i++) {
        const char *file = rows->functions[i].file;
        if (file && strcmp(file, path) == 0) {
            rows->functions[count++] = rows->functions[i];
        }
    }
    rows->function_count = count;
    count = 0;
    for (size_t i = 0; i < rows->line_count; i++) {
        const char *file = rows->lines[i].file;
        if (file && strcmp(file, path) == 0) {
            rows->lines[count++] = rows->lines[i];
        }
    }
    rows->line_count = count;
}

int run_choice_rows(const struct run_choice *choice, struct hl_store *store, const char *path,
                    struct hl_run *ret_run, struct hl_rows *ret_rows, struct hl_error *error)
{
    if (choice->shown) {
        hl_run_copy(hl_shown_run(choice->shown), ret_run);
        int r = hl_run_data_rows(hl_shown_data(choice->shown), ret_rows);
        if (r == 0 && path) {
            keep_file(ret_rows, path);
        }
        return r;
    }
    int r = hl_store_find_run(store, choice->name, ret_run, error);
    return r < 0 ? r : hl_store_load_rows(store, ret_run->id, path, ret_rows, error);
}

static void keep_sampled(struct hl_rows *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->function_count; i++) {
        if (rows->functions[i].total > 0) {
            rows->functions[count++] = rows->functions[i];
        }
    }
    rows->function_count = count;
}

int run_choice_bare_rows(const struct run_choice *choice, struct hl_trees *trees,
                         struct hl_store *store, const char *path, struct hl_run *ret_run,
                         struct hl_rows *ret_rows, struct hl_error *error)
{
    const struct hl_run_data *data;
    _cleanup_free_ uint64_t *self = NULL;
    _cleanup_free_ uint64_t *total = NULL;
    int r = run_choice_tree(choice, trees, store, &data, error);
    r = r < 0 ? r : hl_machinery_count(data, &self, &total);
    if (r < 0) {
        return r;
    }
    struct hl_run_data bare = *data;
    bare.function_self = self;
    bare.function_total = total;
    bare.line_count = 0;
    hl_run_copy(choice->shown ? hl_shown_run(choice->shown) : &data->run, ret_run);
    r = hl_run_data_rows(&bare, ret_rows);
    if (r == 0) {
        keep_sampled(ret_rows);
    }
    if (r == 0 && path) {
        keep_file(ret_rows, path);
    }
    return r;
}
