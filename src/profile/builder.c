#include "hotlens/profile/builder.h"

#include <errno.h>
#include <string.h>

#include "columns.h"
#include "hotlens/base/array.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/saturate.h"

/* Most nodes of a call tree have one child. The first child of a node is therefore kept in the
 * node, and only its later siblings go into the hash table: that has at most one entry per leaf,
 * which keeps it small enough for a cache while the nodes are walked in order. */
struct node {
    uint32_t frame;
    uint32_t parent;
    uint32_t child; /* the first one; 0, the root, for none */
};

struct slot {
    uint32_t tag;  /* half of the hash, so that neither probing nor growing touches the nodes */
    uint32_t node; /* 0, the root, is free */
};

struct hl_builder {
    enum hl_metric metric;
    struct hl_frames *frames;
    uint32_t limit;
    uint32_t count;
    struct node *nodes;
    size_t nodes_capacity;
    uint64_t *self; /* apart from the nodes: not touched by lookups */
    size_t self_capacity;
    struct slot *slots;
    size_t slot_count; /* 0 or a power of two */
    size_t slots_used;
};

struct hl_builder *hl_builder_create(enum hl_metric metric)
{
    struct hl_builder *builder = hl_xcalloc(1, sizeof(*builder));
    builder->metric = metric;
    builder->frames = hl_frames_create();
    builder->limit = HL_LIMIT_NODES;
    builder->count = 1;
    builder->nodes = hl_xcalloc(1, sizeof(*builder->nodes));
    builder->nodes[0].frame = HL_NO_FRAME;
    builder->nodes_capacity = 1;
    builder->self = hl_xcalloc(1, sizeof(*builder->self));
    builder->self_capacity = 1;
    return builder;
}

void hl_builder_destroy(struct hl_builder *builder)
{
    if (!builder) {
        return;
    }
    hl_frames_unref(builder->frames);
    free(builder->nodes);
    free(builder->self);
    free(builder->slots);
    free(builder);
}

void hl_builder_set_limit(struct hl_builder *builder, uint32_t nodes)
{
    builder->limit = nodes < HL_LIMIT_NODES ? nodes : HL_LIMIT_NODES;
}

enum hl_metric hl_builder_metric(const struct hl_builder *builder)
{
    return builder->metric;
}

struct hl_frames *hl_builder_frames(struct hl_builder *builder)
{
    return builder->frames;
}

static uint64_t hash_of(uint32_t parent, uint32_t frame)
{
    return hl_hash_mix((uint64_t)parent << 32 | frame, 1);
}

/* The slot of a child that is not the first, or the free one where it belongs. */
static struct slot *probe(const struct hl_builder *builder, uint32_t parent, uint32_t frame,
                          uint64_t hash)
{
    size_t mask = builder->slot_count - 1;
    uint32_t tag = (uint32_t)(hash >> 32);
    for (size_t at = tag & mask;; at = (at + 1) & mask) {
        struct slot *slot = &builder->slots[at];
        if (slot->node == 0) {
            return slot;
        }
        const struct node *node = &builder->nodes[slot->node];
        if (slot->tag == tag && node->parent == parent && node->frame == frame) {
            return slot;
        }
    }
}

static int make_slot_room(struct hl_builder *builder)
{
    if ((builder->slots_used + 1) * 4 <= builder->slot_count * 3) {
        return 0;
    }
    size_t slot_count = builder->slot_count ? builder->slot_count * 2 : 64;
    struct slot *slots = hl_try_calloc(slot_count, sizeof(*slots));
    if (!slots) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < builder->slot_count; i++) {
        struct slot old = builder->slots[i];
        if (old.node == 0) {
            continue;
        }
        size_t at = old.tag & (slot_count - 1);
        while (slots[at].node != 0) {
            at = (at + 1) & (slot_count - 1);
        }
        slots[at] = old;
    }
    free(builder->slots);
    builder->slots = slots;
    builder->slot_count = slot_count;
    return 0;
}

static int make_node_room(struct hl_builder *builder, size_t more)
{
    size_t needed = builder->count + more;
    if (needed > builder->limit) {
        return -E2BIG;
    }
    int r = hl_array_reserve(&builder->nodes, &builder->nodes_capacity, needed,
                             sizeof(*builder->nodes));
    if (r < 0) {
        return r;
    }
    return hl_array_reserve(&builder->self, &builder->self_capacity, needed,
                            sizeof(*builder->self));
}

static int append(struct hl_builder *builder, uint32_t parent, uint32_t frame, uint32_t *ret_node)
{
    int r = make_node_room(builder, 1);
    if (r < 0) {
        return r;
    }
    builder->nodes[builder->count] = (struct node){.frame = frame, .parent = parent};
    builder->self[builder->count] = 0;
    *ret_node = builder->count++;
    return 0;
}

static int later_child(struct hl_builder *builder, uint32_t parent, uint32_t frame,
                       uint32_t *ret_node)
{
    int r = make_slot_room(builder);
    if (r < 0) {
        return r;
    }
    uint64_t hash = hash_of(parent, frame);
    struct slot *slot = probe(builder, parent, frame, hash);
    if (slot->node == 0) {
        uint32_t node;
        r = append(builder, parent, frame, &node);
        if (r < 0) {
            return r;
        }
        *slot = (struct slot){.tag = (uint32_t)(hash >> 32), .node = node};
        builder->slots_used++;
    }
    *ret_node = slot->node;
    return 0;
}

int hl_builder_child(struct hl_builder *builder, uint32_t parent, uint32_t frame,
                     uint32_t *ret_node)
{
    hl_assert(parent < builder->count);
    uint32_t first = builder->nodes[parent].child;
    if (first == 0) {
        int r = append(builder, parent, frame, &first);
        if (r < 0) {
            return r;
        }
        builder->nodes[parent].child = first;
    } else if (builder->nodes[first].frame != frame) {
        return later_child(builder, parent, frame, ret_node);
    }
    *ret_node = first;
    return 0;
}

/* Puts a line of new nodes below a node that has no child yet. */
static int append_line(struct hl_builder *builder, uint32_t parent, const uint32_t *frames,
                       size_t count, uint32_t *ret_nodes)
{
    int r = make_node_room(builder, count);
    if (r < 0) {
        return r;
    }
    uint32_t first = builder->count;
    struct node *nodes = builder->nodes + first;
    builder->nodes[parent].child = first;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = first + i;
        nodes[i] = (struct node){.frame = frames[i], .parent = parent, .child = place + 1};
        ret_nodes[i] = place;
        parent = place;
    }
    nodes[count - 1].child = 0;
    memset(builder->self + first, 0, count * sizeof(*builder->self));
    builder->count += (uint32_t)count;
    return 0;
}

int hl_builder_path(struct hl_builder *builder, uint32_t parent, const uint32_t *frames,
                    size_t count, uint32_t *ret_nodes)
{
    for (size_t i = 0; i < count; i++) {
        hl_assert(parent < builder->count);
        if (builder->nodes[parent].child == 0) {
            return append_line(builder, parent, frames + i, count - i, ret_nodes + i);
        }
        int r = hl_builder_child(builder, parent, frames[i], &parent);
        if (r < 0) {
            return r;
        }
        ret_nodes[i] = parent;
    }
    return 0;
}

bool hl_builder_add(struct hl_builder *builder, uint32_t node, uint64_t count)
{
    hl_assert(node < builder->count);
    uint64_t *self = &builder->self[node];
    bool fits = count <= UINT64_MAX - *self;
    *self = hl_add_saturating(*self, count);
    return fits;
}

/* Nodes were made parents first, so one pass backwards gives the sizes of subtrees, and one pass
 * forwards gives each node the next free place below its parent, in order of first appearance.
 * Both are kept in fields that are no longer needed: `child` becomes the size, then the next free
 * place below the node; `parent` becomes the node's own place. */
static void place_nodes(const struct hl_builder *builder, struct hl_columns_room *room)
{
    struct node *nodes = builder->nodes;
    for (uint32_t i = 0; i < builder->count; i++) {
        nodes[i].child = 1;
    }
    for (uint32_t i = builder->count - 1; i > 0; i--) {
        nodes[nodes[i].parent].child += nodes[i].child;
    }
    room->frame[0] = HL_NO_FRAME;
    room->parent[0] = 0;
    room->depth[0] = 0;
    room->end[0] = builder->count;
    room->self[0] = builder->self[0];
    nodes[0].child = 1;
    for (uint32_t i = 1; i < builder->count; i++) {
        struct node *parent = &nodes[nodes[i].parent];
        uint32_t size = nodes[i].child;
        uint32_t place = parent->child;
        parent->child += size;
        room->frame[place] = nodes[i].frame;
        room->parent[place] = parent->parent;
        room->depth[place] = room->depth[parent->parent] + 1;
        room->end[place] = place + size;
        room->self[place] = builder->self[i];
        nodes[i].child = place + 1;
        nodes[i].parent = place;
    }
}

static int make_columns(struct hl_builder *builder, struct hl_columns_room *room)
{
    free(builder->slots);
    builder->slots = NULL;
    int r = hl_columns_room_init(room, builder->count);
    if (r < 0) {
        return r;
    }
    place_nodes(builder, room);
    free(builder->nodes);
    builder->nodes = NULL;
    free(builder->self);
    builder->self = NULL;
    r = hl_columns_room_sum(room);
    if (r < 0) {
        hl_columns_room_finish(room);
    }
    return r;
}

int hl_builder_freeze(struct hl_builder **builder, struct hl_profile **ret_profile)
{
    _cleanup_(hl_builder_destroy_p) struct hl_builder *taken = TAKE_PTR(*builder);
    struct hl_columns_room room = {0};
    int r = make_columns(taken, &room);
    if (r < 0) {
        return r;
    }
    *ret_profile = hl_profile_create(taken->frames, taken->metric, &room);
    return 0;
}
