#include "hotlens/profile/groups.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/map.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/saturate.h"

static uint32_t group_of(const struct hl_groups *groups, uint32_t frame)
{
    uint32_t group = groups->of_frame[frame];
    hl_assert(group < groups->count || group == HL_NO_GROUP);
    return group;
}

static void add(uint64_t *sum, uint64_t count)
{
    *sum = hl_add_saturating(*sum, count);
}

int hl_groups_count(const struct hl_profile *profile, const struct hl_groups *groups,
                    uint64_t *self, uint64_t *total)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    /* Where the outermost open occurrence of each group ends. Nodes before that lie inside it, and
     * their stacks have been counted with it. */
    _cleanup_free_ uint32_t *open_until = hl_try_calloc(groups->count, sizeof(*open_until));
    if (!open_until) {
        return -ENOMEM;
    }
    memset(self, 0, groups->count * sizeof(*self));
    memset(total, 0, groups->count * sizeof(*total));
    for (uint32_t i = 1; i < columns->count; i++) {
        uint32_t group = group_of(groups, columns->frame[i]);
        if (group == HL_NO_GROUP) {
            continue;
        }
        add(&self[group], columns->self[i]);
        if (i >= open_until[group]) {
            add(&total[group], columns->total[i]);
            open_until[group] = columns->end[i];
        }
    }
    return 0;
}

/* Own samples go to the nearest shown caller; a pair of caller and callee counts once. */
static int table_of(const struct hl_columns *columns, const struct hl_groups *groups,
                    uint32_t *nearest, struct hl_map *pairs, uint64_t *self, uint32_t *calls)
{
    nearest[0] = HL_NO_GROUP;
    for (uint32_t i = 1; i < columns->count; i++) {
        uint32_t above = nearest[columns->parent[i]];
        uint32_t own = group_of(groups, columns->frame[i]);
        nearest[i] = own == HL_NO_GROUP ? above : own;
        if (nearest[i] != HL_NO_GROUP) {
            add(&self[nearest[i]], columns->self[i]);
        }
        if (own == HL_NO_GROUP || above == HL_NO_GROUP) {
            continue;
        }
        uint32_t known;
        int r = hl_map_get_or_put(pairs, (uint64_t)above << 32 | own, 0, &known);
        if (r < 0) {
            return r;
        }
        calls[above] += r > 0;
    }
    return 0;
}

int hl_groups_table(const struct hl_profile *profile, const struct hl_groups *groups,
                    uint64_t *self, uint64_t *total, uint32_t *calls)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    _cleanup_free_ uint32_t *nearest = hl_try_malloc(columns->count, sizeof(*nearest));
    if (!nearest) {
        return -ENOMEM;
    }
    int r = hl_groups_count(profile, groups, self, total);
    if (r < 0) {
        return r;
    }
    memset(self, 0, groups->count * sizeof(*self));
    memset(calls, 0, groups->count * sizeof(*calls));
    struct hl_map pairs = {0};
    r = table_of(columns, groups, nearest, &pairs, self, calls);
    hl_map_finish(&pairs);
    return r;
}

int hl_groups_callers(const struct hl_profile *profile, const struct hl_groups *groups,
                      uint32_t group, uint64_t *callers)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    /* The group of each node or, where it has none, of the nearest node above that has one. */
    _cleanup_free_ uint32_t *nearest = hl_try_malloc(columns->count, sizeof(*nearest));
    if (!nearest) {
        return -ENOMEM;
    }
    memset(callers, 0, ((size_t)groups->count + 1) * sizeof(*callers));
    nearest[0] = groups->count;
    uint32_t i = 1;
    while (i < columns->count) {
        uint32_t above = nearest[columns->parent[i]];
        uint32_t own = group_of(groups, columns->frame[i]);
        if (own == group && own != HL_NO_GROUP) {
            add(&callers[above], columns->total[i]);
            i = columns->end[i]; /* the rest of the subtree has its outermost frame here */
            continue;
        }
        nearest[i] = own == HL_NO_GROUP ? above : own;
        i++;
    }
    return 0;
}

int hl_groups_callees(const struct hl_profile *profile, const struct hl_groups *groups,
                      uint32_t group, uint64_t *callees)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    /* What a stack that ends at a node counts for: the first group below the innermost frame of
     * `group`, or groups->count when that frame is still the last, or HL_NO_GROUP outside. */
    _cleanup_free_ uint32_t *counts_for = hl_try_malloc(columns->count, sizeof(*counts_for));
    if (!counts_for) {
        return -ENOMEM;
    }
    memset(callees, 0, ((size_t)groups->count + 1) * sizeof(*callees));
    counts_for[0] = HL_NO_GROUP;
    for (uint32_t i = 1; i < columns->count; i++) {
        uint32_t state = counts_for[columns->parent[i]];
        uint32_t own = group_of(groups, columns->frame[i]);
        if (own != HL_NO_GROUP && own == group) {
            state = groups->count;
        } else if (own != HL_NO_GROUP && state == groups->count) {
            state = own;
        }
        counts_for[i] = state;
        if (state != HL_NO_GROUP) {
            add(&callees[state], columns->self[i]);
        }
    }
    return 0;
}
