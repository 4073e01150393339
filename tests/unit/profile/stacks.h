/* Profiles from text for the tests of this room: one stack a line, "a;b;c 3", root first. A frame
 * "name@file:line" is source code, any other is opaque. */
#ifndef HOTLENS_TESTS_UNIT_PROFILE_STACKS_H
#define HOTLENS_TESTS_UNIT_PROFILE_STACKS_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/buffer.h"
#include "hotlens/profile/builder.h"

/* For loops: check writes a record for every ck_assert, passed or not. */
static inline void must(int r)
{
    if (r < 0) {
        ck_abort_msg("failed: %s", strerror(-r));
    }
}

static inline int put_frame(struct hl_frames *frames, const char *text, size_t length,
                            uint32_t *ret_frame)
{
    int r = hl_frames_intern(frames, text, length, ret_frame);
    if (r <= 0) {
        return r;
    }
    const char *at = memchr(text, '@', length);
    if (!at) {
        return hl_frames_describe(frames, *ret_frame, HL_FRAME_OPAQUE, text, length, NULL, 0, 0, 0);
    }
    const char *colon = memchr(at, ':', length - (size_t)(at - text));
    return hl_frames_describe(frames, *ret_frame, HL_FRAME_SOURCE, text, (size_t)(at - text),
                              at + 1, (size_t)(colon - at - 1),
                              (uint32_t)strtoul(colon + 1, NULL, 10), 0);
}

static inline int put_stack(struct hl_builder *builder, const char *line, size_t length)
{
    const char *end = memrchr(line, ' ', length);
    uint32_t node = 0;
    while (line < end) {
        size_t size = strcspn(line, "; ");
        uint32_t frame;
        int r = put_frame(hl_builder_frames(builder), line, size, &frame);
        if (r >= 0) {
            r = hl_builder_child(builder, node, frame, &node);
        }
        if (r < 0) {
            return r;
        }
        line += size + 1;
    }
    hl_builder_add(builder, node, strtoull(end + 1, NULL, 10));
    return 0;
}

static inline int put_stacks(struct hl_builder *builder, const char *text)
{
    int r = 0;
    while (*text && r >= 0) {
        size_t length = strcspn(text, "\n");
        r = put_stack(builder, text, length);
        text += length + (text[length] == '\n');
    }
    return r;
}

static inline struct hl_profile *profile_of(const char *text)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    struct hl_profile *profile = NULL;
    ck_assert_int_eq(put_stacks(builder, text), 0);
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    ck_assert_ptr_null(builder);
    return profile;
}

/* "depth:text:self:total" of each node, separated by blanks. Caller frees. */
static inline char *dump_of(const struct hl_profile *profile)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    struct hl_buffer text = {0};
    for (uint32_t i = 0; i < columns->count; i++) {
        const char *frame =
            i > 0 ? hl_frames_text(hl_profile_frames(profile), columns->frame[i], NULL) : "";
        hl_buffer_printf(&text, "%s%u:%s:%llu:%llu", i > 0 ? " " : "", columns->depth[i], frame,
                         (unsigned long long)columns->self[i],
                         (unsigned long long)columns->total[i]);
    }
    return hl_buffer_take(&text);
}

static inline void assert_dump(const struct hl_profile *profile, const char *expected)
{
    char *dump = dump_of(profile);
    ck_assert_str_eq(dump, expected);
    free(dump);
}

/* What must hold for the columns of any profile. */
static inline void assert_columns(const struct hl_profile *profile)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    ck_assert_uint_ge(columns->count, 1);
    ck_assert_uint_eq(columns->end[0], columns->count);
    ck_assert_uint_eq(columns->frame[0], HL_NO_FRAME);
    for (uint32_t i = 1; i < columns->count; i++) {
        uint32_t parent = columns->parent[i];
        if (parent >= i || columns->depth[i] != columns->depth[parent] + 1 ||
            columns->end[i] <= i || columns->end[i] > columns->end[parent] ||
            columns->total[i] < columns->self[i] || columns->total[i] > columns->total[parent]) {
            ck_abort_msg("node %u is not in preorder", i);
        }
    }
}

/* The frame that prints `text`. */
static inline uint32_t frame_of(const struct hl_profile *profile, const char *text)
{
    const struct hl_frames *frames = hl_profile_frames(profile);
    for (uint32_t i = 0; i < hl_frames_count(frames); i++) {
        if (strcmp(hl_frames_text(frames, i, NULL), text) == 0) {
            return i;
        }
    }
    ck_abort_msg("no frame %s", text);
    return HL_NO_FRAME;
}

#endif
