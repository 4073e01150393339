#include "view_tree.h"

#include <errno.h>

#include "hotlens/base/array.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/saturate.h"

/* Whether a is shown before b. Equal totals go by name, so that runs agree. */
static bool comes_first(const struct view_tree *tree, uint32_t a, uint32_t b)
{
    const struct view_node *x = &tree->nodes[a];
    const struct view_node *y = &tree->nodes[b];
    return x->total != y->total ? x->total > y->total : x->id < y->id;
}

static void sift_up(struct view_tree *tree, size_t at)
{
    uint32_t node = tree->queue[at];
    while (at > 0 && comes_first(tree, node, tree->queue[(at - 1) / 2])) {
        tree->queue[at] = tree->queue[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    tree->queue[at] = node;
}

static void sift_down(struct view_tree *tree, uint32_t node)
{
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= tree->queue_count) {
            break;
        }
        if (child + 1 < tree->queue_count &&
            comes_first(tree, tree->queue[child + 1], tree->queue[child])) {
            child++;
        }
        if (!comes_first(tree, tree->queue[child], node)) {
            break;
        }
        tree->queue[at] = tree->queue[child];
        at = child;
    }
    tree->queue[at] = node;
}

/* Without a limit every node is shown and no order is needed. */
static bool is_limited(const struct view_tree *tree)
{
    return tree->options->limit > 0;
}

static int push(struct view_tree *tree, uint32_t node)
{
    int r = hl_array_reserve(&tree->queue, &tree->queue_capacity, tree->queue_count + 1,
                             sizeof(*tree->queue));
    if (r < 0) {
        return r;
    }
    tree->queue[tree->queue_count++] = node;
    if (is_limited(tree)) {
        sift_up(tree, tree->queue_count - 1);
    }
    return 0;
}

static uint32_t pop(struct view_tree *tree)
{
    uint32_t last = tree->queue[--tree->queue_count];
    if (!is_limited(tree) || tree->queue_count == 0) {
        return last;
    }
    uint32_t first = tree->queue[0];
    sift_down(tree, last);
    return first;
}

static int append(struct view_tree *tree, struct view_node node, uint32_t *ret_index)
{
    int r = hl_array_reserve(&tree->nodes, &tree->capacity, (size_t)tree->count + 1,
                             sizeof(*tree->nodes));
    if (r < 0) {
        return r;
    }
    tree->nodes[tree->count] = node;
    *ret_index = tree->count++;
    return 0;
}

int view_tree_child(struct view_tree *tree, uint32_t parent, uint32_t group, uint32_t *ret_node)
{
    hl_assert(group < tree->options->groups.count);
    if (tree->by_group[group] == 0) {
        struct view_node node = {
            .id = hl_view_id_child(tree->nodes[parent].id, tree->options->group_hash[group]),
            .parent = parent,
            .group = group,
        };
        int r = append(tree, node, &tree->by_group[group]);
        if (r < 0) {
            return r;
        }
    }
    *ret_node = tree->by_group[group];
    return 0;
}

/* Merges a raw node into the child of `parent` that stands for its group. */
static int add_raw(struct view_tree *tree, uint32_t parent, uint32_t raw, uint32_t group)
{
    uint32_t child;
    int r = view_tree_child(tree, parent, group, &child);
    if (r < 0) {
        return r;
    }
    const uint64_t *weight = tree->weight;
    struct view_node *node = &tree->nodes[child];
    /* Raw node 0 is the root's and is no child, so 0 can mean none. */
    if (node->raw == 0 || weight[raw] > weight[node->heaviest] ||
        (weight[raw] == weight[node->heaviest] && raw < node->heaviest)) {
        node->heaviest = raw;
    }
    tree->next_raw[raw] = node->raw;
    node->raw = raw;
    node->self = hl_add_saturating(node->self, tree->columns->self[raw]);
    node->total = hl_add_saturating(node->total, weight[raw]);
    return 0;
}

/* Below callees' nodes the pivot is not met: it is the root. */
static bool is_left_out(const struct view_tree *tree, uint32_t frame)
{
    return tree->options->kind == HL_VIEW_CALLEES && tree->options->is_pivot[frame];
}

/* Everything right below one raw node of `parent`. A frame without a group is passed through: the
 * next index in preorder is its own first child, so its children are met in the same loop. */
static int add_children_of_raw(struct view_tree *tree, uint32_t parent, uint32_t raw)
{
    const struct hl_columns *columns = tree->columns;
    const struct hl_groups *groups = &tree->options->groups;
    uint32_t child = raw + 1;
    while (child < columns->end[raw]) {
        uint32_t group = groups->of_frame[columns->frame[child]];
        if (is_left_out(tree, columns->frame[child])) {
            child = columns->end[child];
            continue;
        }
        if (group == HL_NO_GROUP) {
            uint64_t *self = &tree->nodes[parent].self;
            *self = hl_add_saturating(*self, columns->self[child]);
            child++;
            continue;
        }
        int r = add_raw(tree, parent, child, group);
        if (r < 0) {
            return r;
        }
        child = columns->end[child];
    }
    return 0;
}

static int expand_down(struct view_tree *tree, uint32_t node)
{
    uint32_t raw = tree->nodes[node].raw;
    if (raw == 0 && tree->options->kind == HL_VIEW_CALLEES) {
        return 0; /* a pivot that no stack goes through; raw node 0 is no part of this tree */
    }
    do {
        int r = add_children_of_raw(tree, node, raw);
        if (r < 0) {
            return r;
        }
        raw = tree->next_raw[raw];
    } while (raw != 0);
    return 0;
}

/* Appends the children of `node`, and clears by_group for the next one. */
static int expand(struct view_tree *tree, uint32_t node)
{
    uint32_t first = tree->count;
    int r = view_is_up(tree->options) ? view_up_expand(tree, node) : expand_down(tree, node);
    if (r < 0) {
        return r;
    }
    for (uint32_t i = first; i < tree->count; i++) {
        tree->by_group[tree->nodes[i].group] = 0;
    }
    tree->nodes[node].hidden = tree->count - first;
    return 0;
}

/* Shows an expanded node whose children begin at `first`. */
static int show(struct view_tree *tree, uint32_t node, uint32_t first)
{
    tree->nodes[node].shown = true;
    tree->shown++;
    for (uint32_t i = first; i < tree->count; i++) {
        int r = push(tree, i);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* One node more, one "(other)" below it when it has children, and when it is the last of its
 * siblings one "(other)" less. */
static uint32_t cost_with(const struct view_tree *tree, uint32_t node)
{
    const struct view_node *parent = &tree->nodes[tree->nodes[node].parent];
    return tree->cost + 1 + (tree->nodes[node].hidden > 0) - (parent->hidden == 1);
}

/* Shows the largest node left. Returns 0 when the limit does not allow it, 1, or -ENOMEM. */
static int show_next(struct view_tree *tree)
{
    uint32_t node = pop(tree);
    uint32_t first = tree->count;
    int r = expand(tree, node);
    if (r < 0) {
        return r;
    }
    uint32_t cost = cost_with(tree, node);
    if (is_limited(tree) && cost > tree->options->limit) {
        tree->count = first; /* its children belong to no node that is shown */
        return 0;
    }
    tree->cost = cost;
    tree->nodes[tree->nodes[node].parent].hidden--;
    r = show(tree, node, first);
    return r < 0 ? r : 1;
}

static int show_root(struct view_tree *tree)
{
    uint32_t root;
    int r = append(tree, (struct view_node){.group = HL_VIEW_ROOT}, &root);
    r = r < 0 ? r : view_start(tree);
    r = r < 0 ? r : expand(tree, root);
    if (r < 0) {
        return r;
    }
    tree->cost = 1 + (tree->nodes[root].hidden > 0);
    return show(tree, root, root + 1);
}

static int expand_all(struct view_tree *tree)
{
    int r = show_root(tree);
    if (r < 0) {
        return r;
    }
    r = 1;
    while (r > 0 && tree->queue_count > 0) {
        r = show_next(tree);
    }
    return r < 0 ? r : 0;
}

int view_tree_init(struct view_tree *tree, const struct hl_profile *profile,
                   const struct hl_view_options *options)
{
    *tree = (struct view_tree){.columns = hl_profile_columns(profile), .options = options};
    tree->weight = tree->columns->total;
    tree->by_group = hl_try_calloc(options->groups.count, sizeof(*tree->by_group));
    if (!tree->by_group) {
        return -ENOMEM;
    }
    if (view_is_up(options)) {
        int r = view_up_init(tree);
        return r < 0 ? r : expand_all(tree);
    }
    tree->next_raw = hl_try_malloc(tree->columns->count, sizeof(*tree->next_raw));
    return tree->next_raw ? expand_all(tree) : -ENOMEM;
}

void view_tree_finish(struct view_tree *tree)
{
    free(tree->nodes);
    free(tree->own_weight);
    free(tree->next_raw);
    free(tree->visible);
    free(tree->items);
    free(tree->item_of);
    free(tree->by_group);
    free(tree->queue);
    *tree = (struct view_tree){0};
}
