/* Building a call tree from stacks. One thread; not safe to share. */
#ifndef HOTLENS_PROFILE_BUILDER_H
#define HOTLENS_PROFILE_BUILDER_H

#include "hotlens/profile/profile.h"

struct hl_builder;

struct hl_builder *hl_builder_create(enum hl_metric metric);
void hl_builder_destroy(struct hl_builder *builder);
/* At most this many nodes, the root included; HL_LIMIT_NODES when never called. */
void hl_builder_set_limit(struct hl_builder *builder, uint32_t nodes);

enum hl_metric hl_builder_metric(const struct hl_builder *builder);
/* The table to intern frames into. Borrowed. */
struct hl_frames *hl_builder_frames(struct hl_builder *builder);
/* The child of `parent` (0 is the root) for `frame`, made when missing. O(1) expected.
 * 0, -ENOMEM, -E2BIG past the limit. */
int hl_builder_child(struct hl_builder *builder, uint32_t parent, uint32_t frame,
                     uint32_t *ret_node);
/* The same for a row of frames, each below the one before; ret_nodes has room for `count`. Below a node
 * that is new nothing is looked up. On failure a part of them may be made. */
int hl_builder_path(struct hl_builder *builder, uint32_t parent, const uint32_t *frames,
                    size_t count, uint32_t *ret_nodes);
/* Adds to a node's self. Returns false when the sum had to be cut to UINT64_MAX. */
bool hl_builder_add(struct hl_builder *builder, uint32_t node, uint64_t count);
/* Adds every stack of a frozen profile. Linear. 0, -ENOMEM, -E2BIG, -EINVAL for another metric.
 * On failure the builder holds a part and is only good for hl_builder_destroy. */
int hl_builder_add_profile(struct hl_builder *builder, const struct hl_profile *profile);
/* Turns the builder into a frozen profile. *builder is destroyed and set to NULL, also on failure,
 * so that at no time two full trees are in memory. Children keep the order of first appearance.
 * Linear, without recursion. 0 or -ENOMEM. */
int hl_builder_freeze(struct hl_builder **builder, struct hl_profile **ret_profile);

/* The sum of several profiles of one metric; count may be 0 (then metric cpu, empty). The only one
 * of one is that profile itself, referenced once more. 0, -ENOMEM, -E2BIG, -EINVAL for different
 * metrics. */
int hl_profile_merge(struct hl_profile *const *profiles, size_t count,
                     struct hl_profile **ret_profile);

HL_DEFINE_CLEANUP(struct hl_builder *, hl_builder_destroy);

#endif
