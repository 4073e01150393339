/* Functions in numbers. A recording's profile only grows, so what a window added is the difference of two
 * counts, whichever way its stacks were merged. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/flame.h"
#include "hotlens/app/machinery.h"
#include "hotlens/base/map.h"
#include "hotlens/base/memory.h"
#include "top_internal.h"

void top_numbers_destroy(struct top_numbers *numbers)
{
    if (!numbers) {
        return;
    }
    hl_run_data_finish(&numbers->data);
    free(numbers->own_before);
    free(numbers->total_before);
    free(numbers);
}

static uint64_t at_most(uint64_t value, uint64_t most)
{
    return value < most ? value : most;
}

/* By name: functions of two moments have different numbers. */
static int find_before(struct top_numbers *numbers, const struct top_numbers *before)
{
    const struct hl_functions *now = numbers->data.functions;
    const struct hl_functions *then = before->data.functions;
    struct hl_map by_hash = {0};
    int r = 0;
    for (uint32_t i = 0; r >= 0 && i < then->count; i++) {
        r = hl_map_put(&by_hash, then->items[i].hash, i);
    }
    for (uint32_t i = 0; r >= 0 && i < now->count; i++) {
        uint32_t index;
        if (hl_map_get(&by_hash, now->items[i].hash, &index)) {
            uint64_t own = before->data.function_self[index];
            uint64_t total = before->data.function_total[index];
            /* A text that could be read only once may have moved a frame to another function. */
            numbers->own_before[i] = at_most(own, numbers->data.function_self[i]);
            numbers->total_before[i] = at_most(total, numbers->data.function_total[i]);
        }
    }
    hl_map_finish(&by_hash);
    return r < 0 ? r : 0;
}

/* What the machinery of import did is its caller's. */
static int hide_machinery(struct hl_run_data *data)
{
    uint64_t *self;
    uint64_t *total;
    int r = hl_machinery_count(data, &self, &total);
    if (r < 0) {
        return r;
    }
    free(data->function_self);
    free(data->function_total);
    data->function_self = self;
    data->function_total = total;
    return 0;
}

static int count(struct top_numbers *numbers, const struct top_numbers *before, bool all)
{
    struct hl_run_data *data = &numbers->data;
    struct hl_sources_options options = {.cwd = data->run.cwd, .imported = true};
    int r = hl_sources_collect(data->profile, &options, &data->sources);
    r = r < 0 ? r : hl_run_data_derive(data);
    r = r < 0 || all ? r : hide_machinery(data);
    if (r < 0) {
        return r;
    }
    numbers->own_before = hl_try_calloc(data->functions->count + 1, sizeof(uint64_t));
    numbers->total_before = hl_try_calloc(data->functions->count + 1, sizeof(uint64_t));
    if (!numbers->own_before || !numbers->total_before) {
        return -ENOMEM;
    }
    numbers->samples = hl_profile_samples(data->profile);
    numbers->samples_before = before ? before->samples : 0;
    return before ? find_before(numbers, before) : 0;
}

int top_numbers_create(struct hl_profile *profile, const struct hl_run *run,
                       const struct top_numbers *before, bool all,
                       struct top_numbers **ret_numbers)
{
    struct top_numbers *numbers = hl_xcalloc(1, sizeof(*numbers));
    hl_run_copy(run, &numbers->data.run);
    numbers->data.profile = hl_profile_ref(profile);
    int r = count(numbers, before, all);
    if (r < 0) {
        top_numbers_destroy(numbers);
        return r;
    }
    *ret_numbers = numbers;
    return 0;
}

uint64_t top_value(const struct top_numbers *numbers, uint32_t function, enum top_key key)
{
    bool is_own = key == TOP_OWN || key == TOP_OWN_NOW;
    uint64_t all = is_own ? numbers->data.function_self[function]
                          : numbers->data.function_total[function];
    uint64_t before = is_own ? numbers->own_before[function] : numbers->total_before[function];
    return key == TOP_OWN || key == TOP_TOTAL ? all : all - before;
}
