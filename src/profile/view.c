#include "hotlens/profile/view.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/saturate.h"
#include "view_tree.h"

/* A shown node with what puts it in order among its siblings. */
struct place {
    uint64_t total;
    uint64_t id;
    uint32_t parent;
    uint32_t group;
    uint32_t node;
};

/* Links between the shown nodes, by node. */
struct links {
    uint32_t *first; /* first child in order, 0 for none */
    uint32_t *next;  /* next sibling in order, 0 for none */
};

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_groups(const struct hl_view_options *options, uint32_t a, uint32_t b)
{
    return options->compare_groups ? options->compare_groups(a, b, options->compare_user)
                                   : compare_numbers(options->group_hash[a], options->group_hash[b]);
}

/* Siblings end up in order; of which parent comes first nothing depends, but asking for the parent first
 * saves most of the comparisons of groups, which read names. */
static int compare_places(const void *a, const void *b, void *user)
{
    const struct place *x = a;
    const struct place *y = b;
    int order = compare_numbers(y->total, x->total);
    order = order ? order : compare_numbers(x->parent, y->parent);
    order = order ? order : compare_groups(user, x->group, y->group);
    order = order ? order : compare_numbers(x->id, y->id);
    return order ? order : compare_numbers(x->node, y->node);
}

/* All shown nodes but the root, in the order that siblings have. */
static int sort_shown(const struct view_tree *tree, struct place **ret_places)
{
    struct place *places = hl_try_malloc(tree->shown, sizeof(*places));
    if (!places) {
        return -ENOMEM;
    }
    uint32_t count = 0;
    for (uint32_t i = 1; i < tree->count; i++) {
        const struct view_node *node = &tree->nodes[i];
        if (node->shown) {
            places[count++] = (struct place){.total = node->total,
                                             .id = node->id,
                                             .parent = node->parent,
                                             .group = node->group,
                                             .node = i};
        }
    }
    qsort_r(places, count, sizeof(*places), compare_places, (void *)tree->options);
    *ret_places = places;
    return 0;
}

/* Sums what is hidden into its parents. */
static void prune(struct view_tree *tree)
{
    for (uint32_t i = 1; i < tree->count; i++) {
        if (!tree->nodes[i].shown) {
            struct view_node *parent = &tree->nodes[tree->nodes[i].parent];
            parent->pruned = hl_add_saturating(parent->pruned, tree->nodes[i].total);
        }
    }
    if (tree->options->limit == 1 && tree->nodes[0].hidden > 0) {
        tree->nodes[0].self = tree->nodes[0].total;
        tree->nodes[0].hidden = 0;
    }
}

/* Backwards and to the front, so that each list of siblings ends up in order. */
static int link_shown(const struct view_tree *tree, struct links *links)
{
    _cleanup_free_ struct place *places = NULL;
    int r = sort_shown(tree, &places);
    if (r < 0) {
        return r;
    }
    for (uint32_t i = tree->shown - 1; i-- > 0;) {
        uint32_t node = places[i].node;
        uint32_t parent = tree->nodes[node].parent;
        links->next[node] = links->first[parent];
        links->first[parent] = node;
    }
    return 0;
}

static void put_other(struct hl_view *view, const struct view_node *parent, uint32_t parent_place)
{
    uint32_t at = view->count++;
    view->id[at] = hl_view_id_child(parent->id, HL_VIEW_OTHER);
    view->group[at] = HL_VIEW_OTHER;
    view->frame[at] = HL_NO_FRAME;
    view->parent[at] = parent_place;
    view->end[at] = at + 1;
    view->self[at] = parent->pruned;
    view->total[at] = parent->pruned;
}

static uint32_t put_node(struct hl_view *view, const struct view_tree *tree, uint32_t node,
                         uint32_t parent_place)
{
    const struct view_node *from = &tree->nodes[node];
    uint32_t at = view->count++;
    view->id[at] = from->id;
    view->group[at] = from->group;
    view->frame[at] = tree->columns->frame[from->heaviest]; /* of the root none */
    view->parent[at] = parent_place;
    view->self[at] = from->self;
    view->total[at] = from->total;
    return at;
}

/* Ends the node at `place` and every ancestor whose last child it is, and returns the node that
 * comes next, 0 at the end. *place becomes that of its parent. */
static uint32_t leave(struct hl_view *view, const struct view_tree *tree,
                      const struct links *links, uint32_t node, uint32_t *place)
{
    for (;;) {
        if (tree->nodes[node].hidden > 0) {
            put_other(view, &tree->nodes[node], *place);
        }
        view->end[*place] = view->count;
        *place = view->parent[*place];
        if (node == 0 || links->next[node] != 0) {
            return node == 0 ? 0 : links->next[node];
        }
        node = tree->nodes[node].parent;
    }
}

static void emit(struct hl_view *view, const struct view_tree *tree, const struct links *links)
{
    uint32_t node = 0;
    uint32_t place = 0;
    do {
        place = put_node(view, tree, node, place);
        node = links->first[node] ? links->first[node] : leave(view, tree, links, node, &place);
    } while (node != 0);
}

static int make_columns(struct hl_view *view, uint32_t count)
{
    view->id = hl_try_malloc(count, sizeof(*view->id));
    view->group = hl_try_malloc(count, sizeof(*view->group));
    view->frame = hl_try_malloc(count, sizeof(*view->frame));
    view->parent = hl_try_malloc(count, sizeof(*view->parent));
    view->end = hl_try_malloc(count, sizeof(*view->end));
    view->self = hl_try_malloc(count, sizeof(*view->self));
    view->total = hl_try_malloc(count, sizeof(*view->total));
    bool complete = view->id && view->group && view->frame && view->parent && view->end &&
                    view->self && view->total;
    return complete ? 0 : -ENOMEM;
}

static int fill(struct hl_view *view, struct view_tree *tree)
{
    _cleanup_free_ uint32_t *first = hl_try_calloc(tree->count, sizeof(*first));
    _cleanup_free_ uint32_t *next = hl_try_calloc(tree->count, sizeof(*next));
    if (!first || !next) {
        return -ENOMEM;
    }
    struct links links = {.first = first, .next = next};
    prune(tree);
    int r = link_shown(tree, &links);
    if (r >= 0) {
        r = make_columns(view, tree->cost);
    }
    if (r >= 0) {
        emit(view, tree, &links);
    }
    return r;
}

int hl_view_create(const struct hl_profile *profile, const struct hl_view_options *options,
                   struct hl_view **ret_view)
{
    _cleanup_(hl_view_destroy_p) struct hl_view *view = hl_xcalloc(1, sizeof(*view));
    _cleanup_(view_tree_finish) struct view_tree tree;
    int r = view_tree_init(&tree, profile, options);
    if (r >= 0) {
        r = fill(view, &tree);
    }
    if (r < 0) {
        return r;
    }
    *ret_view = TAKE_PTR(view);
    return 0;
}

void hl_view_destroy(struct hl_view *view)
{
    if (!view) {
        return;
    }
    free(view->id);
    free(view->group);
    free(view->frame);
    free(view->parent);
    free(view->end);
    free(view->self);
    free(view->total);
    free(view);
}
