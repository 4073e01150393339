/* Where views begin: their roots, and the raw nodes that a node's id stands for. */
#include <errno.h>
#include <string.h>

#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/saturate.h"
#include "view_tree.h"

/* Changing these changes the names of nodes in stored links and between runs. */
#define ROOT_ID UINT64_C(0x686f746c656e7331)
#define NO_ID 0 /* of raw nodes that no path of the view goes through */

uint64_t hl_view_id_root(void)
{
    return ROOT_ID;
}

uint64_t hl_view_id_child(uint64_t parent, uint64_t group_hash)
{
    return hl_hash_mix(parent, group_hash);
}

uint64_t hl_view_root_id(const struct hl_view_options *options)
{
    if (options->kind == HL_VIEW_FLAME) {
        return ROOT_ID;
    }
    uint64_t id = hl_hash_mix(ROOT_ID, (uint64_t)options->kind);
    return options->kind == HL_VIEW_INVERTED ? id : hl_hash_mix(id, options->pivot_hash);
}

static bool is_pivot(const struct hl_view_options *options, const struct hl_columns *columns,
                     uint32_t node)
{
    return node > 0 && options->is_pivot[columns->frame[node]];
}

/* Downwards: the id of the view node that each raw node is part of. A skipped frame is part of what is
 * above it. */
static uint64_t *name_down(const struct hl_columns *columns, const struct hl_view_options *options)
{
    uint64_t *ids = hl_try_malloc(columns->count, sizeof(*ids));
    if (!ids) {
        return NULL;
    }
    bool callees = options->kind == HL_VIEW_CALLEES;
    uint64_t root = hl_view_root_id(options);
    ids[0] = callees ? NO_ID : root;
    for (uint32_t i = 1; i < columns->count; i++) {
        uint32_t group = options->groups.of_frame[columns->frame[i]];
        uint64_t above = ids[columns->parent[i]];
        if (callees && is_pivot(options, columns, i)) {
            ids[i] = root;
        } else if (group == HL_NO_GROUP || above == NO_ID) {
            ids[i] = above;
        } else {
            ids[i] = hl_view_id_child(above, options->group_hash[group]);
        }
    }
    return ids;
}

/* Whether a raw node is one of those that make up a view node, not one below that is passed through. */
static bool is_proper(const struct hl_columns *columns, const struct hl_view_options *options,
                      uint32_t i)
{
    if (options->kind == HL_VIEW_CALLEES && is_pivot(options, columns, i)) {
        return true;
    }
    return i == 0 || options->groups.of_frame[columns->frame[i]] != HL_NO_GROUP;
}

int hl_view_select(const struct hl_profile *profile, const struct hl_view_options *options,
                   uint64_t id, uint8_t *selected)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    _cleanup_free_ uint64_t *ids = name_down(columns, options);
    if (!ids) {
        return -ENOMEM;
    }
    bool found = false;
    for (uint32_t i = 0; i < columns->count; i++) {
        selected[i] = ids[i] == id && is_proper(columns, options, i);
        found = found || selected[i];
    }
    return found ? 0 : -ENOENT;
}

/* Upwards from `raw`, whose path so far is `id`: the raw node at which the path is `wanted`, 0 for none. */
static uint32_t find_up(const struct hl_columns *columns, const struct hl_view_options *options,
                        const uint32_t *visible, uint32_t raw, uint64_t id, uint64_t wanted)
{
    while (raw > 0) {
        uint32_t group = options->groups.of_frame[columns->frame[raw]];
        id = hl_view_id_child(id, options->group_hash[group]);
        if (id == wanted) {
            return raw;
        }
        raw = visible[raw];
    }
    return 0;
}

/* The next place at which stacks begin upwards, from `at` on: a node with samples, or an outermost pivot
 * node. Gives the place to climb from (0 for none), and what comes after. */
struct origin {
    uint32_t node;
    uint32_t from;
    uint32_t next;
    uint64_t weight;
};

static bool next_origin(const struct hl_columns *columns, const struct hl_view_options *options,
                        const uint32_t *visible, struct origin *origin)
{
    bool callers = options->kind == HL_VIEW_CALLERS;
    for (uint32_t i = origin->next; i < columns->count; i++) {
        bool found = callers ? is_pivot(options, columns, i) : columns->self[i] > 0;
        if (!found) {
            continue;
        }
        bool shown = i > 0 && options->groups.of_frame[columns->frame[i]] != HL_NO_GROUP;
        origin->node = i;
        origin->from = callers || !shown ? visible[i] : i;
        origin->next = callers ? columns->end[i] : i + 1;
        origin->weight = callers ? columns->total[i] : columns->self[i];
        return true;
    }
    return false;
}

static int select_up(const struct hl_columns *columns, const struct hl_view_options *options,
                     uint64_t id, uint8_t *ends)
{
    _cleanup_free_ uint32_t *visible = view_up_visible(columns, &options->groups);
    if (!visible) {
        return -ENOMEM;
    }
    memset(ends, 0, columns->count);
    uint64_t root = hl_view_root_id(options);
    bool found = id == root;
    struct origin origin = {0};
    while (next_origin(columns, options, visible, &origin)) {
        if (id == root || find_up(columns, options, visible, origin.from, root, id) > 0) {
            uint32_t end = options->kind == HL_VIEW_CALLERS ? origin.next : origin.node + 1;
            memset(ends + origin.node, 1, end - origin.node);
            found = true;
        }
    }
    return found ? 0 : -ENOENT;
}

static int select_down(const struct hl_columns *columns, const struct hl_view_options *options,
                       uint64_t id, uint8_t *ends)
{
    _cleanup_free_ uint64_t *ids = name_down(columns, options);
    if (!ids) {
        return -ENOMEM;
    }
    bool callees = options->kind == HL_VIEW_CALLEES;
    bool found = id == hl_view_root_id(options);
    for (uint32_t i = 0; i < columns->count; i++) {
        bool above = i > 0 && ends[columns->parent[i]];
        /* Below an inner pivot a new path begins. */
        bool goes_on = above && !(callees && is_pivot(options, columns, i));
        ends[i] = goes_on || (ids[i] == id && id != NO_ID && is_proper(columns, options, i));
        found = found || ends[i];
    }
    return found ? 0 : -ENOENT;
}

int hl_view_select_ends(const struct hl_profile *profile, const struct hl_view_options *options,
                        uint64_t id, uint8_t *ends)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    return view_is_up(options) ? select_up(columns, options, id, ends)
                               : select_down(columns, options, id, ends);
}

/* Callees: what a node counts for leaves out what lies below a pivot inside it. */
static int weigh_callees(struct view_tree *tree)
{
    const struct hl_columns *columns = tree->columns;
    uint64_t *weight = hl_try_malloc(columns->count, sizeof(*weight));
    if (!weight) {
        return -ENOMEM;
    }
    memcpy(weight, columns->self, columns->count * sizeof(*weight));
    for (uint32_t i = columns->count; i-- > 1;) {
        if (!is_pivot(tree->options, columns, i)) {
            uint64_t *above = &weight[columns->parent[i]];
            *above = hl_add_saturating(*above, weight[i]);
        }
    }
    tree->own_weight = weight;
    tree->weight = weight;
    return 0;
}

static void start_with(struct view_tree *tree, uint32_t raw)
{
    struct view_node *root = &tree->nodes[0];
    if (root->raw == 0 || tree->weight[raw] > tree->weight[root->heaviest]) {
        root->heaviest = raw;
    }
    tree->next_raw[raw] = root->raw;
    root->raw = raw;
    root->self = hl_add_saturating(root->self, tree->columns->self[raw]);
    root->total = hl_add_saturating(root->total, tree->weight[raw]);
}

static int start_down(struct view_tree *tree, uint64_t id)
{
    const struct hl_columns *columns = tree->columns;
    const struct hl_view_options *options = tree->options;
    if (options->kind == HL_VIEW_FLAME && id == ROOT_ID) {
        start_with(tree, 0);
        return 0;
    }
    _cleanup_free_ uint64_t *ids = name_down(columns, options);
    if (!ids) {
        return -ENOMEM;
    }
    bool found = id == hl_view_root_id(options);
    for (uint32_t i = 1; i < columns->count; i++) {
        if (ids[i] == id && is_proper(columns, options, i)) {
            start_with(tree, i);
            found = true;
            if (!options->is_pivot || !is_pivot(options, columns, i)) {
                tree->nodes[0].group = options->groups.of_frame[columns->frame[i]];
            }
        }
    }
    return found ? 0 : -ENOENT;
}

static int start_up(struct view_tree *tree, uint64_t id)
{
    const struct hl_columns *columns = tree->columns;
    const struct hl_view_options *options = tree->options;
    uint64_t root = hl_view_root_id(options);
    bool found = id == root;
    if (found && options->kind == HL_VIEW_INVERTED) {
        tree->nodes[0].total = columns->total[0]; /* the rest is expand_tops' */
        return 0;
    }
    struct origin origin = {0};
    while (next_origin(columns, options, tree->visible, &origin)) {
        uint32_t raw = id == root ? origin.node
                                  : find_up(columns, options, tree->visible, origin.from, root, id);
        if (raw == 0) {
            continue;
        }
        int r = view_up_add(tree, 0, raw, origin.weight);
        if (r < 0) {
            return r;
        }
        found = true;
        if (id != root) {
            tree->nodes[0].group = options->groups.of_frame[columns->frame[raw]];
        }
    }
    return found ? 0 : -ENOENT;
}

int view_start(struct view_tree *tree)
{
    const struct hl_view_options *options = tree->options;
    uint64_t id = options->has_root ? options->root : hl_view_root_id(options);
    bool has_pivot = options->kind == HL_VIEW_CALLERS || options->kind == HL_VIEW_CALLEES;
    tree->nodes[0].id = id;
    tree->nodes[0].group = has_pivot ? options->pivot_group : HL_VIEW_ROOT;
    if (!view_is_up(options)) {
        tree->next_raw[0] = 0;
    }
    int r = options->kind == HL_VIEW_CALLEES ? weigh_callees(tree) : 0;
    if (r < 0) {
        return r;
    }
    return view_is_up(options) ? start_up(tree, id) : start_down(tree, id);
}
