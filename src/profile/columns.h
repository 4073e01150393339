/* The preorder columns of a profile while they are filled: what the files of this room that make
 * profiles (builder.c, focus.c, profile.c) share. */
#ifndef HOTLENS_SRC_PROFILE_COLUMNS_H
#define HOTLENS_SRC_PROFILE_COLUMNS_H

#include "hotlens/profile/profile.h"

/* Zero it to start; hl_columns_room_finish releases what a failure left behind. */
struct hl_columns_room {
    uint32_t count;
    uint32_t *frame;
    uint32_t *parent;
    uint32_t *depth;
    uint32_t *end;
    uint64_t *self;
    uint64_t *total; /* made last, by hl_columns_room_sum */
};

/* All columns but `total`, not written. 0 or -ENOMEM. */
int hl_columns_room_init(struct hl_columns_room *room, uint32_t count);
void hl_columns_room_finish(struct hl_columns_room *room);
/* `parent` and `end` from `depth`. Linear. */
void hl_columns_room_link(struct hl_columns_room *room);
/* `total` from `parent` and `self`. Linear. 0 or -ENOMEM. */
int hl_columns_room_sum(struct hl_columns_room *room);
/* Freezes complete columns, which are taken; `frames` gets another reference. Cannot fail. */
struct hl_profile *hl_profile_create(struct hl_frames *frames, enum hl_metric metric,
                                     struct hl_columns_room *room);
/* The frames as something that can be referenced; they still must not change. */
struct hl_frames *hl_profile_frames_shared(const struct hl_profile *profile);

#endif
