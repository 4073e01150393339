/* The tree of a view while it is expanded, largest node first. view.c turns it into columns. */
#ifndef HOTLENS_SRC_PROFILE_VIEW_TREE_H
#define HOTLENS_SRC_PROFILE_VIEW_TREE_H

#include "hotlens/profile/view.h"

struct view_node {
    uint64_t total;
    uint64_t self; /* complete once the node is expanded */
    uint64_t id;
    uint64_t pruned; /* total of the children that are not shown; view.c fills it */
    uint32_t parent;
    uint32_t group;
    uint32_t raw;      /* first of the raw nodes merged here, the rest follow in next_raw; upwards of the
                          items, counted from 1 */
    uint32_t heaviest; /* the raw node with the largest total */
    uint32_t heaviest_item; /* upwards: its item, counted from 1 */
    uint32_t hidden;   /* children not shown */
    bool shown;
};

/* Upwards a node is met in many places, each with only the samples of what lies above it there. */
struct view_item {
    uint64_t weight;
    uint32_t raw;
    uint32_t next; /* in the same node, counted from 1; 0 at the end */
    uint32_t node;
};

struct view_tree {
    const struct hl_columns *columns;
    const struct hl_view_options *options;
    struct view_node *nodes; /* parents first; every node's parent is shown */
    size_t capacity;
    uint32_t count;
    uint32_t shown;     /* nodes that leave, without "(other)" ones */
    uint32_t cost;      /* nodes that leave, "(other)" included */
    const uint64_t *weight; /* downwards, by raw node: what it counts for; `total` but for callees */
    uint64_t *own_weight;   /* the memory of that, or NULL */
    uint32_t *next_raw; /* downwards, by raw node: the next one in the same node, 0 at the end */
    uint32_t *visible;  /* upwards, by raw node: the nearest one above that has a group, 0 for none */
    struct view_item *items; /* upwards */
    size_t item_capacity;
    size_t item_count;
    uint32_t *item_of; /* upwards, by raw node: the item that was made last of it, counted from 1 */
    uint32_t *by_group; /* the child of the node being expanded, 0 for none */
    uint32_t *queue;    /* nodes that may be shown next: a heap, or a stack without a limit */
    size_t queue_capacity;
    size_t queue_count;
};

/* Expands until the limit is reached. 0 or -ENOMEM; view_tree_finish is due in any case. */
int view_tree_init(struct view_tree *tree, const struct hl_profile *profile,
                   const struct hl_view_options *options);
void view_tree_finish(struct view_tree *tree);

/* What view_start.c and view_up.c add to view_tree.c. All 0 or -ENOMEM. */

static inline bool view_is_up(const struct hl_view_options *options)
{
    return options->kind == HL_VIEW_INVERTED || options->kind == HL_VIEW_CALLERS;
}

/* The child of the node being expanded that stands for `group`, made when there is none. */
int view_tree_child(struct view_tree *tree, uint32_t parent, uint32_t group, uint32_t *ret_node);
/* Puts what the root stands for into it. Also -ENOENT. */
int view_start(struct view_tree *tree);
/* `weight` samples of the stacks through `raw` count for `node`. */
int view_up_add(struct view_tree *tree, uint32_t node, uint32_t raw, uint64_t weight);
int view_up_init(struct view_tree *tree);
int view_up_expand(struct view_tree *tree, uint32_t node);
/* The raw nodes of `group`s above `raw`, 0 when there is none. */
uint32_t *view_up_visible(const struct hl_columns *columns, const struct hl_groups *groups);

#endif
