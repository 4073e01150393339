#include "hotlens/profile/focus.h"

#include <errno.h>
#include <string.h>

#include "columns.h"
#include "hotlens/base/memory.h"

enum {
    STACK_KEPT = 1, /* stacks that end at the node stay */
    NODE_KEPT = 2,  /* a stack with samples that stays goes through the node */
};

/* Completes the flags, of which STACK_KEPT is set; returns how many nodes stay. */
static uint32_t mark_nodes(const struct hl_columns *columns, uint8_t *flags)
{
    uint32_t kept = 0;
    for (uint32_t i = columns->count; i-- > 0;) {
        if (i == 0 || ((flags[i] & STACK_KEPT) && columns->self[i] > 0)) {
            flags[i] |= NODE_KEPT;
        }
        if (flags[i] & NODE_KEPT) {
            flags[columns->parent[i]] |= NODE_KEPT;
            kept++;
        }
    }
    return kept;
}

static void copy_kept(const struct hl_columns *columns, const uint8_t *flags,
                      struct hl_columns_room *room)
{
    uint32_t place = 0;
    for (uint32_t i = 0; i < columns->count; i++) {
        if (flags[i] & NODE_KEPT) {
            room->frame[place] = columns->frame[i];
            room->depth[place] = columns->depth[i];
            room->self[place] = flags[i] & STACK_KEPT ? columns->self[i] : 0;
            place++;
        }
    }
}

/* `flags` has STACK_KEPT only. */
static int restrict_to(const struct hl_profile *profile, uint8_t *flags,
                       struct hl_profile **ret_profile)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    struct hl_columns_room room = {0};
    int r = hl_columns_room_init(&room, mark_nodes(columns, flags));
    if (r < 0) {
        return r;
    }
    copy_kept(columns, flags, &room);
    hl_columns_room_link(&room);
    r = hl_columns_room_sum(&room);
    if (r < 0) {
        hl_columns_room_finish(&room);
        return r;
    }
    *ret_profile = hl_profile_create(hl_profile_frames_shared(profile),
                                     hl_profile_metric(profile), &room);
    return 0;
}

int hl_profile_focus(const struct hl_profile *profile, const uint8_t *selected, bool invert,
                     struct hl_profile **ret_profile)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    _cleanup_free_ uint8_t *flags = hl_try_malloc(columns->count, sizeof(*flags));
    if (!flags) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < columns->count; i++) {
        bool inside = selected[i] || (i > 0 && (flags[columns->parent[i]] & STACK_KEPT));
        flags[i] = inside ? STACK_KEPT : 0;
    }
    for (uint32_t i = 0; invert && i < columns->count; i++) {
        flags[i] ^= STACK_KEPT;
    }
    return restrict_to(profile, flags, ret_profile);
}

int hl_profile_focus_ends(const struct hl_profile *profile, const uint8_t *ends,
                          struct hl_profile **ret_profile)
{
    uint32_t count = hl_profile_columns(profile)->count;
    _cleanup_free_ uint8_t *flags = hl_try_malloc(count, sizeof(*flags));
    if (!flags) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < count; i++) {
        flags[i] = ends[i] ? STACK_KEPT : 0;
    }
    return restrict_to(profile, flags, ret_profile);
}

int hl_profile_focus_group(const struct hl_profile *profile, const struct hl_groups *groups,
                           uint32_t group, struct hl_profile **ret_profile)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    _cleanup_free_ uint8_t *selected = hl_try_malloc(columns->count, sizeof(*selected));
    if (!selected) {
        return -ENOMEM;
    }
    selected[0] = 0;
    for (uint32_t i = 1; i < columns->count; i++) {
        selected[i] = groups->of_frame[columns->frame[i]] == group;
    }
    return hl_profile_focus(profile, selected, false, ret_profile);
}
