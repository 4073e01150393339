#include "columns.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/saturate.h"

int hl_columns_room_init(struct hl_columns_room *room, uint32_t count)
{
    struct hl_columns_room made = {
        .count = count,
        .frame = hl_try_malloc(count, sizeof(*made.frame)),
        .parent = hl_try_malloc(count, sizeof(*made.parent)),
        .depth = hl_try_malloc(count, sizeof(*made.depth)),
        .end = hl_try_malloc(count, sizeof(*made.end)),
        .self = hl_try_malloc(count, sizeof(*made.self)),
    };
    if (!made.frame || !made.parent || !made.depth || !made.end || !made.self) {
        hl_columns_room_finish(&made);
        return -ENOMEM;
    }
    *room = made;
    return 0;
}

void hl_columns_room_finish(struct hl_columns_room *room)
{
    free(room->frame);
    free(room->parent);
    free(room->depth);
    free(room->end);
    free(room->self);
    free(room->total);
    *room = (struct hl_columns_room){0};
}

void hl_columns_room_link(struct hl_columns_room *room)
{
    room->parent[0] = 0;
    for (uint32_t i = 1; i < room->count; i++) {
        /* Climbing is linear in all: each step leaves a subtree for good. */
        uint32_t parent = i - 1;
        while (room->depth[parent] >= room->depth[i]) {
            parent = room->parent[parent];
        }
        room->parent[i] = parent;
    }
    for (uint32_t i = 0; i < room->count; i++) {
        room->end[i] = i + 1;
    }
    for (uint32_t i = room->count - 1; i > 0; i--) {
        uint32_t parent = room->parent[i];
        if (room->end[parent] < room->end[i]) {
            room->end[parent] = room->end[i];
        }
    }
}

int hl_columns_room_sum(struct hl_columns_room *room)
{
    room->total = hl_try_malloc(room->count, sizeof(*room->total));
    if (!room->total) {
        return -ENOMEM;
    }
    memcpy(room->total, room->self, room->count * sizeof(*room->total));
    for (uint32_t i = room->count - 1; i > 0; i--) {
        uint64_t *total = &room->total[room->parent[i]];
        *total = hl_add_saturating(*total, room->total[i]);
    }
    return 0;
}
