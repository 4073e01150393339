/* Counting by group. A group is any set of frames that count as one thing: a function, a line, a
 * file, a thread. Callers give, for each frame, the group it belongs to or HL_NO_GROUP.
 *
 * Each stack counts a group once, however often it recurses. All functions are one linear sweep
 * over the preorder columns; they return 0 or -ENOMEM. Output arrays are written whole. */
#ifndef HOTLENS_PROFILE_GROUPS_H
#define HOTLENS_PROFILE_GROUPS_H

#include "hotlens/profile/profile.h"

#define HL_NO_GROUP UINT32_MAX

struct hl_groups {
    const uint32_t *of_frame; /* one entry per frame of the profile's table */
    uint32_t count;           /* groups are 0 … count - 1 */
};

/* self[g]: samples whose topmost frame is in g. total[g]: samples with g anywhere. */
int hl_groups_count(const struct hl_profile *profile, const struct hl_groups *groups,
                    uint64_t *self, uint64_t *total);

/* A row for each group; frames of HL_NO_GROUP are looked through. self[g]: samples whose topmost frame that
 * has a group is in g. total[g]: samples with g anywhere. calls[g]: how many different groups, perhaps g
 * itself, are right below a frame of g. Arrays have groups->count entries. O(nodes). 0 or -ENOMEM. */
int hl_groups_table(const struct hl_profile *profile, const struct hl_groups *groups,
                    uint64_t *self, uint64_t *total, uint32_t *calls);

/* For both below: frames of HL_NO_GROUP are looked through, so "right above" means the nearest frame
 * that has a group; and the array has groups->count + 1 entries. */

/* Who called `group`: callers[g] is the samples in which g is right above the *outermost* frame of
 * `group`; callers[groups->count] those in which nothing is (it was started by the thread or
 * process). The sum is group's total. */
int hl_groups_callers(const struct hl_profile *profile, const struct hl_groups *groups,
                      uint32_t group, uint64_t *callers);
/* What `group` was doing: callees[g] is the samples in which g is right below the *innermost*
 * frame of `group`; callees[groups->count] those in which it was on top itself. The sum is
 * group's total. */
int hl_groups_callees(const struct hl_profile *profile, const struct hl_groups *groups,
                      uint32_t group, uint64_t *callees);

#endif
