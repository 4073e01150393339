#include "hotlens/profile/profile.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "columns.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"

struct hl_profile {
    atomic_uint references;
    enum hl_metric metric;
    struct hl_frames *frames;
    struct hl_columns_room room; /* owns the memory */
    struct hl_columns columns;   /* the same, for readers */
};

struct hl_profile *hl_profile_create(struct hl_frames *frames, enum hl_metric metric,
                                     struct hl_columns_room *room)
{
    struct hl_profile *profile = hl_xcalloc(1, sizeof(*profile));
    atomic_init(&profile->references, 1);
    profile->metric = metric;
    profile->frames = hl_frames_ref(frames);
    profile->room = *room;
    profile->columns = (struct hl_columns){
        .count = room->count,
        .frame = room->frame,
        .parent = room->parent,
        .depth = room->depth,
        .end = room->end,
        .self = room->self,
        .total = room->total,
    };
    *room = (struct hl_columns_room){0};
    return profile;
}

struct hl_profile *hl_profile_ref(struct hl_profile *profile)
{
    atomic_fetch_add_explicit(&profile->references, 1, memory_order_relaxed);
    return profile;
}

void hl_profile_unref(struct hl_profile *profile)
{
    /* acquire-release: what other threads did with it must be over before it is freed. */
    if (!profile ||
        atomic_fetch_sub_explicit(&profile->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    hl_frames_unref(profile->frames);
    hl_columns_room_finish(&profile->room);
    free(profile);
}

const struct hl_columns *hl_profile_columns(const struct hl_profile *profile)
{
    return &profile->columns;
}

const struct hl_frames *hl_profile_frames(const struct hl_profile *profile)
{
    return profile->frames;
}

struct hl_frames *hl_profile_frames_shared(const struct hl_profile *profile)
{
    return profile->frames;
}

enum hl_metric hl_profile_metric(const struct hl_profile *profile)
{
    return profile->metric;
}

uint64_t hl_profile_samples(const struct hl_profile *profile)
{
    return profile->columns.total[0];
}

size_t hl_profile_memory(const struct hl_profile *profile)
{
    const struct hl_columns_room *room = &profile->room;
    size_t per_node = sizeof(*room->frame) + sizeof(*room->parent) + sizeof(*room->depth) +
                      sizeof(*room->end) + sizeof(*room->self) + sizeof(*room->total);
    return sizeof(*profile) + room->count * per_node + hl_frames_memory(profile->frames);
}

static const char *const METRIC_NAMES[] = {
    [HL_METRIC_CPU] = "cpu",
    [HL_METRIC_MEMORY] = "memory",
    [HL_METRIC_ALLOCATIONS] = "allocations",
};

const char *hl_metric_name(enum hl_metric metric)
{
    hl_assert((size_t)metric < ARRAY_SIZE(METRIC_NAMES));
    return METRIC_NAMES[metric];
}

int hl_metric_from_name(const char *name, enum hl_metric *ret_metric)
{
    for (size_t i = 0; name && i < ARRAY_SIZE(METRIC_NAMES); i++) {
        if (strcmp(name, METRIC_NAMES[i]) == 0) {
            *ret_metric = (enum hl_metric)i;
            return 0;
        }
    }
    return -EINVAL;
}

static bool is_preorder(const struct hl_frames *frames, uint32_t count, const uint32_t *frame,
                        const uint32_t *depth)
{
    if (count == 0 || count > HL_LIMIT_NODES || frame[0] != HL_NO_FRAME || depth[0] != 0) {
        return false;
    }
    uint32_t frame_count = hl_frames_count(frames);
    for (uint32_t i = 1; i < count; i++) {
        /* depth - 1 wraps for a second root, which is then too deep as well. */
        if (depth[i] - 1 > depth[i - 1] || frame[i] >= frame_count) {
            return false;
        }
    }
    return true;
}

int hl_profile_from_preorder(struct hl_frames *frames, enum hl_metric metric, uint32_t count,
                             const uint32_t *frame, const uint32_t *depth, const uint64_t *self,
                             struct hl_profile **ret_profile)
{
    if ((size_t)metric >= ARRAY_SIZE(METRIC_NAMES) || !is_preorder(frames, count, frame, depth)) {
        return -EBADMSG;
    }
    struct hl_columns_room room = {0};
    int r = hl_columns_room_init(&room, count);
    if (r < 0) {
        return r;
    }
    memcpy(room.frame, frame, count * sizeof(*frame));
    memcpy(room.depth, depth, count * sizeof(*depth));
    memcpy(room.self, self, count * sizeof(*self));
    hl_columns_room_link(&room);
    r = hl_columns_room_sum(&room);
    if (r < 0) {
        hl_columns_room_finish(&room);
        return r;
    }
    *ret_profile = hl_profile_create(frames, metric, &room);
    return 0;
}
