/* Times the profile room alone: a synthetic raw text (seeded, made in memory) is cut at its
 * delimiters, built, frozen and asked. Usage: profile_build [stacks [depth]] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/profile/builder.h"
#include "hotlens/profile/functions.h"
#include "hotlens/profile/view.h"

static uint64_t next_random(uint64_t *state)
{
    *state = hl_hash_mix(*state + 1, 7);
    return *state;
}

static void make_text(struct hl_buffer *text, uint32_t stacks, uint32_t depth)
{
    uint64_t state = 42;
    uint32_t path[HL_LIMIT_STACK_DEPTH] = {0};
    for (uint32_t s = 0; s < stacks; s++) {
        /* A new branch off the last stack, at a random height. */
        uint32_t length = depth / 2 + (uint32_t)(next_random(&state) % depth) + 1;
        uint32_t keep = (uint32_t)(next_random(&state) % (length < depth ? length : depth));
        for (uint32_t i = 0; i < length; i++) {
            if (i >= keep || path[i] == 0) {
                path[i] = (uint32_t)(next_random(&state) % 5000) + 1;
            }
            hl_buffer_printf(text, "%sfunction_%u (/usr/lib/python3/package_%u/module_%u.py:%u)",
                             i > 0 ? ";" : "", path[i], path[i] % 7, path[i] % 90, path[i] % 900);
        }
        hl_buffer_printf(text, " %u\n", (unsigned)(next_random(&state) % 5 + 1));
    }
}

/* The minimum that a reader has to do. */
static int read_stack(struct hl_builder *builder, const char *line, const char *end)
{
    const char *space = memrchr(line, ' ', (size_t)(end - line));
    uint32_t node = 0;
    while (line < space) {
        const char *stop = memchr(line, ';', (size_t)(space - line));
        stop = stop ? stop : space;
        uint32_t frame;
        size_t length = (size_t)(stop - line);
        int r = hl_frames_intern(hl_builder_frames(builder), line, length, &frame);
        if (r > 0) {
            r = hl_frames_describe(hl_builder_frames(builder), frame, HL_FRAME_SOURCE, line,
                                   hl_min_size(length, 12), "file", 4, frame % 900 + 1, 0);
        }
        if (r >= 0) {
            r = hl_builder_child(builder, node, frame, &node);
        }
        if (r < 0) {
            return r;
        }
        line = stop + 1;
    }
    hl_builder_add(builder, node, strtoull(space + 1, NULL, 10));
    return 0;
}

static int read_text(struct hl_builder *builder, const struct hl_buffer *text)
{
    const char *line = text->data;
    const char *end = text->data + text->length;
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        int r = read_stack(builder, line, newline);
        if (r < 0) {
            return r;
        }
        line = newline + 1;
    }
    return 0;
}

static int64_t say(const char *what, int64_t since)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%-10s %8.2f ms   peak %ld KiB\n", what,
           (double)(hl_clock_monotonic() - since) / 1e6, usage.ru_maxrss);
    return hl_clock_monotonic();
}

static void ask(const struct hl_profile *profile)
{
    int64_t since = hl_clock_monotonic();
    _cleanup_(hl_functions_destroy_p) struct hl_functions *functions = NULL;
    _cleanup_free_ struct hl_line *lines = NULL;
    size_t line_count;
    if (hl_functions_from_names(profile, &functions) < 0 ||
        hl_profile_lines(profile, &lines, &line_count) < 0) {
        abort();
    }
    since = say("rows", since);
    _cleanup_free_ uint64_t *sums = hl_xcalloc(2 * functions->count, sizeof(*sums));
    struct hl_groups groups = hl_functions_groups(functions);
    if (hl_groups_count(profile, &groups, sums, sums + functions->count) < 0) {
        abort();
    }
    since = say("count", since);
    for (size_t i = 0; i < functions->count; i++) {
        sums[i] = functions->items[i].hash;
    }
    struct hl_view_options options = {
        .groups = groups, .group_hash = sums, .limit = HL_LIMIT_VIEW_NODES};
    _cleanup_(hl_view_destroy_p) struct hl_view *view = NULL;
    if (hl_view_create(profile, &options, &view) < 0) {
        abort();
    }
    say("view", since);
}

int main(int argc, char **argv)
{
    uint32_t stacks = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 12564;
    uint32_t depth = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 50;
    struct hl_buffer text = {0};
    make_text(&text, stacks, depth < HL_LIMIT_STACK_DEPTH / 2 ? depth : 50);
    printf("%zu bytes of text\n", text.length);

    int64_t since = say("text", hl_clock_monotonic());
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    if (read_text(builder, &text) < 0) {
        return 1;
    }
    since = say("build", since);
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    if (hl_builder_freeze(&builder, &profile) < 0) {
        return 1;
    }
    say("freeze", since);
    printf("%u nodes, %u frames, %zu bytes held\n", hl_profile_columns(profile)->count,
           hl_frames_count(hl_profile_frames(profile)), hl_profile_memory(profile));
    ask(profile);
    hl_buffer_finish(&text);
    return 0;
}
