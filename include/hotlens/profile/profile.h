/* The profile room: call trees of one metric, and every question about them. Pure: no I/O, no
 * clock, no locale; any function here may run on any thread that owns or shares its arguments.
 *
 * Building (builder.h) uses flat nodes with a hash table; freezing turns them into the preorder
 * columns below, which never change again and are shared by reference count. A subtree is the
 * index range [i, end[i]). Node 0 is a synthetic root whose self is the samples of empty stacks.
 *
 * frames.h    what stack elements print and mean
 * builder.h   stacks in, frozen profile out; merging
 * groups.h    self and total per function, line, thread …; callers, callees
 * functions.h the table of functions that frames belong to; lines
 * focus.h     the same profile restricted to some stacks
 * view.h      flame-graph tree merged by function, pruned with exact totals, stable node names */
#ifndef HOTLENS_PROFILE_PROFILE_H
#define HOTLENS_PROFILE_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "hotlens/profile/frames.h"

enum hl_metric {
    HL_METRIC_CPU,         /* samples at a rate */
    HL_METRIC_MEMORY,      /* bytes */
    HL_METRIC_ALLOCATIONS, /* calls */
};

/* Counts are integers in the metric's unit; sums saturate at UINT64_MAX. */
struct hl_columns {
    uint32_t count;         /* nodes, the root included; at least 1 */
    const uint32_t *frame;  /* frame[0] is HL_NO_FRAME */
    const uint32_t *parent; /* parent[0] is 0 */
    const uint32_t *depth;  /* depth[0] is 0 */
    const uint32_t *end;    /* one past the last node of the subtree */
    const uint64_t *self;   /* samples whose stack ends here */
    const uint64_t *total;  /* self of the whole subtree */
};

struct hl_profile;

struct hl_profile *hl_profile_ref(struct hl_profile *profile);
void hl_profile_unref(struct hl_profile *profile);

const struct hl_columns *hl_profile_columns(const struct hl_profile *profile);
const struct hl_frames *hl_profile_frames(const struct hl_profile *profile);
enum hl_metric hl_profile_metric(const struct hl_profile *profile);
/* total of the root */
uint64_t hl_profile_samples(const struct hl_profile *profile);
/* Bytes of memory held, frames included. */
size_t hl_profile_memory(const struct hl_profile *profile);
/* "cpu", "memory", "allocations"; NULL-safe inverse in ret_metric, -EINVAL when unknown. */
const char *hl_metric_name(enum hl_metric metric);
int hl_metric_from_name(const char *name, enum hl_metric *ret_metric);

/* For readers that have the tree in preorder already (blobs): takes frame[], depth[] and self[] of
 * `count` nodes, the root first, checks them (depth grows by at most one, frames exist, root is
 * right) and makes the other columns. Copies; the frames are referenced. Siblings of one frame are
 * legal and counted right, though no builder makes them. 0, -EBADMSG, -ENOMEM. */
int hl_profile_from_preorder(struct hl_frames *frames, enum hl_metric metric, uint32_t count,
                             const uint32_t *frame, const uint32_t *depth, const uint64_t *self,
                             struct hl_profile **ret_profile);

HL_DEFINE_CLEANUP(struct hl_profile *, hl_profile_unref);

#endif
