/* Numbers of functions of what a flame graph shows: exact, however its tree is pruned. */
#include <errno.h>

#include "hotlens/app/flame.h"
#include "hotlens/base/memory.h"

void hl_flame_table_finish(struct hl_flame_table *table)
{
    free(table->self);
    free(table->total);
    free(table->calls);
}

int hl_flame_table_make(const struct hl_profile *profile, const struct hl_functions *functions,
                        const uint32_t *of_frame, struct hl_flame_table *ret_table)
{
    struct hl_groups groups = {.of_frame = of_frame, .count = (uint32_t)functions->count};
    struct hl_flame_table table = {
        .self = hl_try_calloc(groups.count + 1, sizeof(*table.self)),
        .total = hl_try_calloc(groups.count + 1, sizeof(*table.total)),
        .calls = hl_try_calloc(groups.count + 1, sizeof(*table.calls)),
    };
    int r = table.self && table.total && table.calls
                ? hl_groups_table(profile, &groups, table.self, table.total, table.calls)
                : -ENOMEM;
    if (r < 0) {
        hl_flame_table_finish(&table);
        return r;
    }
    *ret_table = table;
    return 0;
}

int hl_flame_table(struct hl_flame *flame)
{
    uint32_t count = flame->functions->frame_count;
    _cleanup_free_ uint32_t *shown = hl_try_malloc(count + 1, sizeof(*shown));
    if (!shown) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < count; i++) {
        bool hidden = flame->of_frame[i] == HL_NO_GROUP && !(flame->is_pivot && flame->is_pivot[i]);
        shown[i] = hidden ? HL_NO_GROUP : flame->functions->of_frame[i];
    }
    return hl_flame_table_make(flame->profile, flame->functions, shown, &flame->table);
}
