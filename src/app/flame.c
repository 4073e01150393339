#include "hotlens/app/flame.h"

#include <errno.h>

#include "hotlens/base/memory.h"

const struct hl_function *hl_flame_function(const struct hl_flame *flame,
                                            const struct hl_view *view, uint32_t node)
{
    uint32_t group = view->group[node];
    if (group >= flame->group_count) {
        return NULL;
    }
    uint32_t function = flame->function_of_group ? flame->function_of_group[group] : group;
    return &flame->functions->items[function];
}

const char *hl_flame_name(const struct hl_flame *flame, const struct hl_view *view, uint32_t node)
{
    const struct hl_function *function = hl_flame_function(flame, view, node);
    if (!function) {
        return view->group[node] == HL_VIEW_OTHER ? "(other)" : "(all)";
    }
    return hl_strings_get(flame->functions->strings, function->name, NULL);
}

void hl_flame_options(const struct hl_flame *flame, enum hl_view_kind kind,
                      struct hl_view_options *ret_options)
{
    bool has_pivot = kind == HL_VIEW_CALLERS || kind == HL_VIEW_CALLEES;
    *ret_options = (struct hl_view_options){
        .groups = {.of_frame = flame->of_frame, .count = flame->group_count},
        .group_hash = flame->group_hash,
        .compare_groups = hl_flame_compare_groups,
        .compare_user = flame,
        .limit = flame->query->limit,
        .kind = kind,
        .has_root = flame->query->has_root,
        .root = flame->query->root,
    };
    if (has_pivot) {
        /* Two trees share what may be sent. */
        ret_options->limit = (ret_options->limit + 1) / 2;
        ret_options->is_pivot = flame->is_pivot;
        ret_options->pivot_hash = flame->functions->items[flame->pivot].hash;
        ret_options->pivot_group = flame->pivot;
        for (uint32_t i = 0; flame->function_of_group && i < flame->group_count; i++) {
            if (flame->function_of_group[i] == flame->pivot) {
                ret_options->pivot_group = i;
                break;
            }
        }
    }
}

static int no_root(struct hl_error *error)
{
    return hl_error_set(error, ENOENT, "this view has no node of that name");
}

static int make_one(struct hl_flame *flame, enum hl_view_kind kind, struct hl_error *error)
{
    struct hl_view_options options;
    hl_flame_options(flame, kind, &options);
    int r = hl_view_create(flame->profile, &options, &flame->view);
    return r == -ENOENT ? no_root(error) : r;
}

/* A root is in one of the two trees; the other is shown whole. */
static int make_sandwich(struct hl_flame *flame, struct hl_error *error)
{
    struct hl_view_options options;
    hl_flame_options(flame, HL_VIEW_CALLEES, &options);
    int down = hl_view_create(flame->profile, &options, &flame->view);
    hl_flame_options(flame, HL_VIEW_CALLERS, &options);
    int up = hl_view_create(flame->profile, &options, &flame->callers);
    if (down == -ENOENT && up == -ENOENT) {
        return no_root(error);
    }
    options.has_root = false;
    if (up == -ENOENT) {
        up = hl_view_create(flame->profile, &options, &flame->callers);
    }
    if (down == -ENOENT) {
        hl_flame_options(flame, HL_VIEW_CALLEES, &options);
        options.has_root = false;
        down = hl_view_create(flame->profile, &options, &flame->view);
    }
    return down < 0 ? down : up;
}

static int is_cancelled(const atomic_bool *cancelled)
{
    return cancelled && atomic_load(cancelled) ? -ECANCELED : 0;
}

static int make(struct hl_flame *flame, const atomic_bool *cancelled, struct hl_error *error)
{
    const struct hl_flame_query *query = flame->query;
    bool sandwich = query->shape == HL_FLAME_SANDWICH;
    int r = is_cancelled(cancelled);
    r = r < 0 ? r : hl_flame_group(flame);
    r = r < 0 || !sandwich ? r : hl_flame_find_pivot(flame, error);
    r = r < 0 ? r : is_cancelled(cancelled);
    r = r < 0 ? r : hl_flame_restrict(flame, error);
    r = r < 0 ? r : is_cancelled(cancelled);
    if (r == 0) {
        r = sandwich ? make_sandwich(flame, error)
                     : make_one(flame,
                                query->shape == HL_FLAME_INVERTED ? HL_VIEW_INVERTED : HL_VIEW_FLAME,
                                error);
    }
    r = r < 0 ? r : is_cancelled(cancelled);
    r = r < 0 || !query->table ? r : hl_flame_table(flame);
    bool searches = query->search || query->search_ids;
    return r < 0 || !searches ? r : hl_flame_search(flame);
}

int hl_flame_make(const struct hl_run_data *data, const struct hl_flame_query *query,
                  const atomic_bool *cancelled, struct hl_flame **ret_flame,
                  struct hl_error *error)
{
    _cleanup_(hl_flame_destroy_p) struct hl_flame *flame = hl_xcalloc(1, sizeof(*flame));
    flame->data = data;
    flame->query = query;
    int r = make(flame, cancelled, error);
    if (r == -ENOMEM) {
        return hl_error_set_errno(error, ENOMEM, "the flame graph cannot be made");
    }
    if (r < 0) {
        return r;
    }
    *ret_flame = TAKE_PTR(flame);
    return 0;
}

void hl_flame_destroy(struct hl_flame *flame)
{
    if (!flame) {
        return;
    }
    hl_profile_unref(flame->profile);
    hl_functions_destroy(flame->scopes);
    free(flame->of_frame);
    free(flame->function_of_group);
    free(flame->group_hash);
    free(flame->is_pivot);
    hl_view_destroy(flame->view);
    hl_view_destroy(flame->callers);
    free(flame->focus);
    free(flame->matches);
    hl_flame_table_finish(&flame->table);
    free(flame);
}
