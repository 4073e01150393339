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
    uint32_t raw;      /* first of the raw nodes merged here; the rest follow in next_raw */
    uint32_t heaviest; /* the raw node with the largest total */
    uint32_t hidden;   /* children not shown */
    bool shown;
};

struct view_tree {
    const struct hl_columns *columns;
    const struct hl_view_options *options;
    struct view_node *nodes; /* parents first; every node's parent is shown */
    size_t capacity;
    uint32_t count;
    uint32_t shown;     /* nodes that leave, without "(other)" ones */
    uint32_t cost;      /* nodes that leave, "(other)" included */
    uint32_t *next_raw; /* by raw node: the next one in the same node, 0 at the end */
    uint32_t *by_group; /* the child of the node being expanded, 0 for none */
    uint32_t *queue;    /* nodes that may be shown next: a heap, or a stack without a limit */
    size_t queue_capacity;
    size_t queue_count;
};

/* Expands until the limit is reached. 0 or -ENOMEM; view_tree_finish is due in any case. */
int view_tree_init(struct view_tree *tree, const struct hl_profile *profile,
                   const struct hl_view_options *options);
void view_tree_finish(struct view_tree *tree);

#endif
