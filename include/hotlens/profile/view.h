/* Views: the tree that people look at. Siblings that belong to the same group are one node, ordered
 * by total (largest first), then as asked for; at most `limit` nodes leave, chosen largest first over the
 * whole tree, and what is left out of a node's children is one "(other)" node, the last child, whose
 * self and total are what was left out. So a node's total is always its self and its children's
 * totals. (A limit of 1 leaves no room for "(other)": then all is the root's self.) Recursion is not
 * folded: f called by f is a node below a node.
 *
 * Nodes are expanded from the root, largest first, so the cost depends on what is shown, not on the
 * size of the profile: O(visited + limit log limit), where visited is the raw children of the nodes
 * that are shown. */
#ifndef HOTLENS_PROFILE_VIEW_H
#define HOTLENS_PROFILE_VIEW_H

#include "hotlens/profile/groups.h"

#define HL_VIEW_ROOT (UINT32_MAX - 1)  /* group of node 0 */
#define HL_VIEW_OTHER (UINT32_MAX - 2) /* group of what was pruned */

/* Which tree is made of the stacks. In all but the first, nodes go from function to caller or start at
 * one function (the pivot), and every stack counts once:
 *
 * - inverted: below the root what was on top of the stacks, below each node its callers. A node's self is
 *   the samples of stacks that begin with it: nothing called it.
 * - callers: the root is the pivot, below it who called its *outermost* occurrence in each stack, and so on
 *   up; self as above.
 * - callees: the root is the pivot, below it what its *innermost* occurrence in each stack called.
 *
 * The roots of callers and callees have the pivot's total, however it recurses, and what is between its
 * outermost and its innermost occurrence is in neither. This is how hl_groups_callers and _callees count. */
enum hl_view_kind { HL_VIEW_FLAME, HL_VIEW_INVERTED, HL_VIEW_CALLERS, HL_VIEW_CALLEES };

struct hl_view_options {
    struct hl_groups groups;    /* frames of HL_NO_GROUP are skipped: their children and their own
                                   samples move up */
    const uint64_t *group_hash; /* stable name of each group outside the process */
    /* Order of two groups among siblings of equal totals, as memcmp; NULL orders by hash. Only groups
     * that are shown are compared. */
    int (*compare_groups)(uint32_t a, uint32_t b, const void *user);
    const void *compare_user;
    uint32_t limit;             /* nodes at most, root and "(other)" included; 0 is no limit */
    enum hl_view_kind kind;
    /* Callers and callees: one byte per frame, whether it is the pivot's (skipped or not); the group that
     * the root gets, and its hash. */
    const uint8_t *is_pivot;
    uint32_t pivot_group;
    uint64_t pivot_hash;
    /* Only the subtree of this node, which becomes the root; ids stay those of the whole tree. */
    bool has_root;
    uint64_t root;
};

/* Preorder columns. `id` is the node's name outside the process: a hash of the path of group hashes
 * from the root, so it is the same in a pruned tree, after a live update and in another run.
 * hl_view_id_root() is the root's, hl_view_id_child(parent's, group_hash) that of a child. */
struct hl_view {
    uint32_t count;
    uint64_t *id;
    uint32_t *group;  /* or HL_VIEW_ROOT, HL_VIEW_OTHER */
    uint32_t *frame;  /* of the raw node with the largest total in it (for its line), the first
                         of equals; HL_NO_FRAME for the root and "(other)" */
    uint32_t *parent;
    uint32_t *end;
    uint64_t *self;
    uint64_t *total;
};

uint64_t hl_view_id_root(void);
/* The root's of any kind of view: no node of one has the name of a node of another. */
uint64_t hl_view_root_id(const struct hl_view_options *options);
uint64_t hl_view_id_child(uint64_t parent, uint64_t group_hash);

/* 0, -ENOMEM, or -ENOENT when there is no node options->root. */
int hl_view_create(const struct hl_profile *profile, const struct hl_view_options *options,
                   struct hl_view **ret_view);
void hl_view_destroy(struct hl_view *view);

/* Marks selected[i] = 1 for every raw node of the profile that is merged into the view node `id`
 * (for focus.h), pruned or not; "(other)" has none. `selected` has one byte per raw node and is
 * written whole. 0, -ENOENT when the tree has no such node, -ENOMEM. Linear. */
int hl_view_select(const struct hl_profile *profile, const struct hl_view_options *options,
                   uint64_t id, uint8_t *selected);

/* For any kind of view: ends[i] = 1 for every raw node at which stacks end that pass through the view node
 * `id`, for hl_profile_focus_ends. One byte per raw node, written whole. As hl_view_select. Linear for
 * flame and callees; for the others the sum of the stacks' depths. */
int hl_view_select_ends(const struct hl_profile *profile, const struct hl_view_options *options,
                        uint64_t id, uint8_t *ends);

HL_DEFINE_CLEANUP(struct hl_view *, hl_view_destroy);

#endif
