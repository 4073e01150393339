/* Expanding from functions to their callers. */
#include <errno.h>

#include "hotlens/base/array.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/saturate.h"
#include "view_tree.h"

uint32_t *view_up_visible(const struct hl_columns *columns, const struct hl_groups *groups)
{
    uint32_t *visible = hl_try_malloc(columns->count, sizeof(*visible));
    if (!visible) {
        return NULL;
    }
    visible[0] = 0;
    for (uint32_t i = 1; i < columns->count; i++) {
        uint32_t parent = columns->parent[i];
        bool has_group =
            parent > 0 && groups->of_frame[columns->frame[parent]] != HL_NO_GROUP;
        visible[i] = has_group ? parent : visible[parent];
    }
    return visible;
}

int view_up_init(struct view_tree *tree)
{
    tree->visible = view_up_visible(tree->columns, &tree->options->groups);
    tree->item_of = hl_try_calloc(tree->columns->count, sizeof(*tree->item_of));
    return tree->visible && tree->item_of ? 0 : -ENOMEM;
}

static int append(struct view_tree *tree, struct view_item item)
{
    int r = tree->item_count >= UINT32_MAX - 1
                ? -ENOMEM
                : hl_array_reserve(&tree->items, &tree->item_capacity, tree->item_count + 1,
                                   sizeof(*tree->items));
    if (r == 0) {
        tree->items[tree->item_count++] = item;
    }
    return r;
}

static void find_heaviest(struct view_tree *tree, struct view_node *node, uint32_t number)
{
    const struct view_item *item = &tree->items[number - 1];
    const struct view_item *best = node->heaviest_item ? &tree->items[node->heaviest_item - 1] : NULL;
    if (!best || item->weight > best->weight ||
        (item->weight == best->weight && item->raw < best->raw)) {
        node->heaviest_item = number;
        node->heaviest = item->raw;
    }
}

int view_up_add(struct view_tree *tree, uint32_t node, uint32_t raw, uint64_t weight)
{
    uint32_t number = tree->item_of[raw];
    /* Stacks that come together in one caller go the same way from there. */
    if (number > 0 && tree->items[number - 1].node == node) {
        uint64_t *sum = &tree->items[number - 1].weight;
        *sum = hl_add_saturating(*sum, weight);
    } else {
        struct view_item item = {
            .weight = weight, .raw = raw, .next = tree->nodes[node].raw, .node = node};
        int r = append(tree, item);
        if (r < 0) {
            return r;
        }
        number = (uint32_t)tree->item_count;
        tree->item_of[raw] = number;
        tree->nodes[node].raw = number;
    }
    tree->nodes[node].total = hl_add_saturating(tree->nodes[node].total, weight);
    find_heaviest(tree, &tree->nodes[node], number);
    return 0;
}

/* A stack that goes up to `raw` and has `weight` samples: the next function is the nearest from `raw` on
 * that has a group; when there is none the stack begins in `parent`. */
static int climb(struct view_tree *tree, uint32_t parent, uint32_t raw, uint64_t weight)
{
    if (raw == 0) {
        uint64_t *self = &tree->nodes[parent].self;
        *self = hl_add_saturating(*self, weight);
        return 0;
    }
    uint32_t child;
    uint32_t group = tree->options->groups.of_frame[tree->columns->frame[raw]];
    int r = view_tree_child(tree, parent, group, &child);
    return r < 0 ? r : view_up_add(tree, child, raw, weight);
}

/* The root of the inverted view: every stack, from its top. */
static int expand_tops(struct view_tree *tree, uint32_t node)
{
    const struct hl_columns *columns = tree->columns;
    const uint32_t *of_frame = tree->options->groups.of_frame;
    for (uint32_t i = 0; i < columns->count; i++) {
        bool is_hidden = i > 0 && of_frame[columns->frame[i]] == HL_NO_GROUP;
        int r = columns->self[i] == 0
                    ? 0
                    : climb(tree, node, is_hidden ? tree->visible[i] : i, columns->self[i]);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

int view_up_expand(struct view_tree *tree, uint32_t node)
{
    if (tree->nodes[node].group == HL_VIEW_ROOT) {
        return expand_tops(tree, node);
    }
    uint32_t number = tree->nodes[node].raw;
    while (number > 0) {
        struct view_item item = tree->items[number - 1];
        int r = climb(tree, node, tree->visible[item.raw], item.weight);
        if (r < 0) {
            return r;
        }
        number = item.next;
    }
    return 0;
}
