#include <errno.h>
#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/profile/builder.h"

/* The builder's id of a frame of the profile, found once and kept in frame_map. */
static int map_frame(struct hl_builder *builder, const struct hl_frames *frames, uint32_t frame,
                     uint32_t *frame_map, uint32_t *ret_frame)
{
    if (frame_map[frame] == HL_NO_FRAME) {
        int r = hl_frames_copy(hl_builder_frames(builder), frames, frame, &frame_map[frame]);
        if (r < 0) {
            return r;
        }
    }
    *ret_frame = frame_map[frame];
    return 0;
}

static int add_nodes(struct hl_builder *builder, const struct hl_profile *profile,
                     uint32_t *frame_map, uint32_t *node_map)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    node_map[0] = 0;
    hl_builder_add(builder, 0, columns->self[0]);
    for (uint32_t i = 1; i < columns->count; i++) {
        uint32_t frame;
        int r = map_frame(builder, hl_profile_frames(profile), columns->frame[i], frame_map,
                          &frame);
        if (r >= 0) {
            r = hl_builder_child(builder, node_map[columns->parent[i]], frame, &node_map[i]);
        }
        if (r < 0) {
            return r;
        }
        hl_builder_add(builder, node_map[i], columns->self[i]);
    }
    return 0;
}

int hl_builder_add_profile(struct hl_builder *builder, const struct hl_profile *profile)
{
    if (hl_builder_metric(builder) != hl_profile_metric(profile)) {
        return -EINVAL;
    }
    size_t frame_count = hl_frames_count(hl_profile_frames(profile));
    _cleanup_free_ uint32_t *frame_map = hl_try_malloc(frame_count, sizeof(*frame_map));
    _cleanup_free_ uint32_t *node_map =
        hl_try_malloc(hl_profile_columns(profile)->count, sizeof(*node_map));
    if (!frame_map || !node_map) {
        return -ENOMEM;
    }
    memset(frame_map, 0xFF, frame_count * sizeof(*frame_map)); /* all HL_NO_FRAME */
    return add_nodes(builder, profile, frame_map, node_map);
}

int hl_profile_merge(struct hl_profile *const *profiles, size_t count,
                     struct hl_profile **ret_profile)
{
    if (count == 1) {
        *ret_profile = hl_profile_ref(profiles[0]);
        return 0;
    }
    enum hl_metric metric = count > 0 ? hl_profile_metric(profiles[0]) : HL_METRIC_CPU;
    _cleanup_(hl_builder_destroy_p) struct hl_builder *builder = hl_builder_create(metric);
    for (size_t i = 0; i < count; i++) {
        int r = hl_builder_add_profile(builder, profiles[i]);
        if (r < 0) {
            return r;
        }
    }
    return hl_builder_freeze(&builder, ret_profile);
}
