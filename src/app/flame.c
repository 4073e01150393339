#include "hotlens/app/flame.h"

#include <errno.h>
#include <string.h>

#include "hotlens/app/text.h"
#include "hotlens/base/json.h"
#include "hotlens/base/memory.h"
#include "hotlens/formats/flame_json.h"

static int compare_names(const void *left, const void *right, void *user)
{
    const struct hl_functions *functions = user;
    const struct hl_function *a = &functions->items[*(const uint32_t *)left];
    const struct hl_function *b = &functions->items[*(const uint32_t *)right];
    size_t a_length;
    size_t b_length;
    const char *a_name = hl_strings_get(functions->strings, a->name, &a_length);
    const char *b_name = hl_strings_get(functions->strings, b->name, &b_length);
    int order = memcmp(a_name, b_name, hl_min_size(a_length, b_length));
    if (order != 0) {
        return order;
    }
    if (a_length != b_length) {
        return a_length < b_length ? -1 : 1;
    }
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

/* rank[g] is the place of function g in the order of names. */
static int rank_by_name(const struct hl_functions *functions, uint32_t *rank)
{
    _cleanup_free_ uint32_t *order = hl_try_malloc(functions->count, sizeof(*order));
    if (!order) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < functions->count; i++) {
        order[i] = i;
    }
    qsort_r(order, functions->count, sizeof(*order), compare_names, (void *)functions);
    for (uint32_t i = 0; i < functions->count; i++) {
        rank[order[i]] = i;
    }
    return 0;
}

int hl_flame_view(const struct hl_run_data *data, uint32_t limit, struct hl_view **ret_view)
{
    const struct hl_functions *functions = data->functions;
    _cleanup_free_ uint64_t *hash = hl_try_malloc(functions->count, sizeof(*hash));
    _cleanup_free_ uint32_t *rank = hl_try_malloc(functions->count, sizeof(*rank));
    if (!hash || !rank) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < functions->count; i++) {
        hash[i] = functions->items[i].hash;
    }
    int r = rank_by_name(functions, rank);
    if (r < 0) {
        return r;
    }
    struct hl_view_options options = {
        .groups = hl_functions_groups(functions),
        .group_hash = hash,
        .group_rank = rank,
        .limit = limit,
    };
    return hl_view_create(data->profile, &options, ret_view);
}

void hl_flame_json(const struct hl_run_data *data, const struct hl_view *view,
                   struct hl_buffer *out)
{
    struct hl_scale scale = hl_scale_of_run(&data->run);
    struct hl_json json;
    hl_json_init(&json, out);
    hl_json_object_begin(&json);
    hl_json_member_i64(&json, "run", data->run.id);
    hl_json_member_string(&json, "title", data->run.title);
    hl_json_member_string(&json, "view", "flame");
    hl_json_member_string(&json, "metric", hl_metric_name(hl_profile_metric(data->profile)));
    hl_json_member_number(&json, "secondsPerSample", scale.seconds_per_sample);
    hl_json_member_u64(&json, "samples", hl_profile_samples(data->profile));
    hl_flame_json_write(view, data->profile, data->functions, &json);
    hl_json_object_end(&json);
}
