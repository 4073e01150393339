/* Focus: a profile with only the stacks that pass through something. The result is a profile like
 * any other (it shares the frames), so every question can be asked of it. Linear. 0 or -ENOMEM. */
#ifndef HOTLENS_PROFILE_FOCUS_H
#define HOTLENS_PROFILE_FOCUS_H

#include "hotlens/profile/groups.h"

/* Keeps the stacks that contain at least one node i with selected[i] != 0; with `invert` those that
 * contain none. `selected` has one byte per node. Nodes that only stacks without samples go through
 * are dropped, the root excepted. */
int hl_profile_focus(const struct hl_profile *profile, const uint8_t *selected, bool invert,
                     struct hl_profile **ret_profile);
/* Keeps the stacks that end at a node i with ends[i] != 0. */
int hl_profile_focus_ends(const struct hl_profile *profile, const uint8_t *ends,
                          struct hl_profile **ret_profile);
/* Keeps the stacks that contain a frame of `group`. */
int hl_profile_focus_group(const struct hl_profile *profile, const struct hl_groups *groups,
                           uint32_t group, struct hl_profile **ret_profile);

#endif
