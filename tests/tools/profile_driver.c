/* Asks the profile room everything about small profiles, for tests/oracle/profile_vs_dict.py.
 *
 * Input, line by line:  case LIMIT            begins a case; LIMIT is that of the view
 *                       group G G …           the group of frame 0, 1, …; -1 for none
 *                       stack COUNT ID ID …   one stack, root first
 *                       end                   answers the case on standard output
 * Frame ID is "name_ID (file_(ID % 3):ID % 5)", without a line when that is 0. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"
#include "hotlens/profile/builder.h"
#include "hotlens/profile/focus.h"
#include "hotlens/profile/functions.h"
#include "hotlens/profile/view.h"

#define MAX_FRAMES 64

struct test_case {
    uint32_t limit;
    uint32_t group_of[MAX_FRAMES]; /* by number in the input */
    uint32_t group_count;
    struct hl_builder *whole;
    struct hl_builder *halves[2];
    unsigned stacks;
};

static void check(int r)
{
    if (r < 0) {
        fprintf(stderr, "failed: %s\n", strerror(-r));
        exit(1);
    }
}

static uint32_t frame_of(struct hl_builder *builder, unsigned number)
{
    char text[80];
    char name[32];
    char file[32];
    int name_length = snprintf(name, sizeof(name), "name_%u", number);
    int file_length = snprintf(file, sizeof(file), "file_%u", number % 3);
    int length = snprintf(text, sizeof(text), "%s (%s:%u)", name, file, number % 5);
    uint32_t frame;
    int r = hl_frames_intern(hl_builder_frames(builder), text, (size_t)length, &frame);
    if (r > 0) {
        r = hl_frames_describe(hl_builder_frames(builder), frame, HL_FRAME_SOURCE, name,
                               (size_t)name_length, file, (size_t)file_length, number % 5, 0);
    }
    check(r);
    return frame;
}

static void add_stack(struct hl_builder *builder, const char *text)
{
    char *rest;
    uint64_t count = strtoull(text, &rest, 10);
    uint32_t node = 0;
    while (*rest == ' ') {
        unsigned number = (unsigned)strtoul(rest, &rest, 10);
        check(hl_builder_child(builder, node, frame_of(builder, number), &node));
    }
    hl_builder_add(builder, node, count);
}

static unsigned number_of(const struct hl_profile *profile, uint32_t frame)
{
    return (unsigned)strtoul(hl_frames_text(hl_profile_frames(profile), frame, NULL) + 5, NULL, 10);
}

static void print_stacks(const char *title, const struct hl_profile *profile)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    printf("%s %" PRIu64, title, hl_profile_samples(profile));
    for (uint32_t i = 0; i < columns->count; i++) {
        printf(" %u:%d:%" PRIu64 ":%" PRIu64, columns->depth[i],
               i > 0 ? (int)number_of(profile, columns->frame[i]) : -1, columns->self[i],
               columns->total[i]);
    }
    putchar('\n');
}

static void print_numbers(const char *title, const uint64_t *numbers, size_t count)
{
    fputs(title, stdout);
    for (size_t i = 0; i < count; i++) {
        printf(" %" PRIu64, numbers[i]);
    }
    putchar('\n');
}

static void print_groups(const struct hl_profile *profile, const struct hl_groups *groups)
{
    uint64_t sums[3][MAX_FRAMES + 1];
    check(hl_groups_count(profile, groups, sums[0], sums[1]));
    print_numbers("self", sums[0], groups->count);
    print_numbers("total", sums[1], groups->count);
    for (uint32_t group = 0; group < groups->count; group++) {
        check(hl_groups_callers(profile, groups, group, sums[0]));
        print_numbers("callers", sums[0], groups->count + 1);
        check(hl_groups_callees(profile, groups, group, sums[0]));
        print_numbers("callees", sums[0], groups->count + 1);
        struct hl_profile *focus;
        check(hl_profile_focus_group(profile, groups, group, &focus));
        print_stacks("focus", focus);
        hl_profile_unref(focus);
    }
}

static void print_lines(const struct hl_profile *profile)
{
    struct hl_line *lines;
    size_t count;
    check(hl_profile_lines(profile, &lines, &count));
    fputs("lines", stdout);
    for (size_t i = 0; i < count; i++) {
        const struct hl_strings *strings = hl_frames_strings(hl_profile_frames(profile));
        printf(" %s:%u:%" PRIu64 ":%" PRIu64, hl_strings_get(strings, lines[i].file, NULL),
               lines[i].line, lines[i].self, lines[i].total);
    }
    putchar('\n');
    free(lines);
}

/* The view, and the stacks without those through its last node that has a name. */
static void print_view(const struct hl_profile *profile, const struct hl_view_options *options)
{
    struct hl_view *view;
    check(hl_view_create(profile, options, &view));
    fputs("view", stdout);
    uint64_t id = 0;
    for (uint32_t i = 0; i < view->count; i++) {
        int frame = view->frame[i] == HL_NO_FRAME ? -1 : (int)number_of(profile, view->frame[i]);
        printf(" %016" PRIx64 ":%d:%d:%u:%u:%" PRIu64 ":%" PRIu64, view->id[i], (int)view->group[i],
               frame, view->parent[i], view->end[i], view->self[i], view->total[i]);
        id = view->group[i] == HL_VIEW_OTHER ? id : view->id[i];
    }
    putchar('\n');
    hl_view_destroy(view);

    uint8_t *selected = hl_xmalloc(hl_profile_columns(profile)->count);
    check(hl_view_select(profile, options, id, selected));
    struct hl_profile *rest;
    check(hl_profile_focus(profile, selected, true, &rest));
    printf("%016" PRIx64, id);
    print_stacks("", rest);
    hl_profile_unref(rest);
    free(selected);
}

static void print_nodes(const struct hl_view *view)
{
    for (uint32_t i = 0; i < view->count; i++) {
        printf(" %016" PRIx64 ":%u:%u:%" PRIu64 ":%" PRIu64, view->id[i], view->parent[i],
               view->end[i], view->self[i], view->total[i]);
    }
}

/* A kind of view of group 0, its last node's subtree, and the samples of the stacks through that node. */
static void print_kind(const struct hl_profile *profile, struct hl_view_options options)
{
    struct hl_view *view;
    check(hl_view_create(profile, &options, &view));
    printf("kind %d", (int)options.kind);
    print_nodes(view);
    putchar('\n');
    uint64_t id = view->id[view->count - 1];
    for (uint32_t i = 0; i < view->count; i++) {
        id = view->group[i] == HL_VIEW_OTHER ? id : view->id[i];
    }
    hl_view_destroy(view);

    options.has_root = true;
    options.root = id;
    check(hl_view_create(profile, &options, &view));
    fputs("root", stdout);
    print_nodes(view);
    hl_view_destroy(view);
    uint8_t *ends = hl_xmalloc(hl_profile_columns(profile)->count);
    struct hl_profile *focus;
    check(hl_view_select_ends(profile, &options, id, ends));
    check(hl_profile_focus_ends(profile, ends, &focus));
    printf(" %" PRIu64 "\n", hl_profile_samples(focus));
    hl_profile_unref(focus);
    free(ends);
}

static void print_kinds(const struct hl_profile *profile, struct hl_view_options options,
                        uint32_t pivot)
{
    uint8_t is_pivot[MAX_FRAMES] = {0};
    for (uint32_t i = 0; i < hl_frames_count(hl_profile_frames(profile)); i++) {
        is_pivot[i] = number_of(profile, i) == pivot;
    }
    options.is_pivot = is_pivot;
    options.pivot_hash = 77;
    options.pivot_group = HL_VIEW_ROOT - 5;
    for (int kind = HL_VIEW_FLAME; kind <= HL_VIEW_CALLEES; kind++) {
        options.kind = (enum hl_view_kind)kind;
        options.limit = 0;
        print_kind(profile, options);
    }
}

static void check_round_trip(const struct hl_profile *profile)
{
    const struct hl_columns *a = hl_profile_columns(profile);
    _cleanup_(hl_builder_destroy_p) struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    check(hl_builder_add_profile(builder, profile));
    _cleanup_(hl_profile_unref_p) struct hl_profile *copy = NULL;
    check(hl_profile_from_preorder(hl_builder_frames(builder), HL_METRIC_CPU, a->count, a->frame,
                                   a->depth, a->self, &copy));
    const struct hl_columns *b = hl_profile_columns(copy);
    size_t ids = a->count * sizeof(*a->parent);
    size_t counts = a->count * sizeof(*a->total);
    hl_assert(memcmp(a->parent, b->parent, ids) == 0 && memcmp(a->end, b->end, ids) == 0 &&
              memcmp(a->self, b->self, counts) == 0 && memcmp(a->total, b->total, counts) == 0);
}

static struct hl_profile *freeze(struct hl_builder **builder)
{
    struct hl_profile *profile;
    check(hl_builder_freeze(builder, &profile));
    return profile;
}

static void answer(struct test_case *test)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = freeze(&test->whole);
    uint32_t of_frame[MAX_FRAMES];
    uint64_t hash[MAX_FRAMES];
    for (uint32_t i = 0; i < hl_frames_count(hl_profile_frames(profile)); i++) {
        of_frame[i] = test->group_of[number_of(profile, i)];
    }
    for (uint32_t i = 0; i < test->group_count; i++) {
        hash[i] = hl_hash_mix(i, 3);
    }
    struct hl_view_options options = {
        .groups = {.of_frame = of_frame, .count = test->group_count},
        .group_hash = hash,
        .limit = test->limit,
    };
    print_stacks("whole", profile);
    check_round_trip(profile);
    print_groups(profile, &options.groups);
    print_lines(profile);
    print_view(profile, &options);

    print_kinds(profile, options, 0);

    struct hl_profile *halves[2] = {freeze(&test->halves[0]), freeze(&test->halves[1])};
    struct hl_profile *merged;
    check(hl_profile_merge(halves, 2, &merged));
    print_stacks("merged", merged);
    hl_profile_unref(merged);
    hl_profile_unref(halves[0]);
    hl_profile_unref(halves[1]);
    puts("end");
}

static void begin(struct test_case *test, const char *limit)
{
    *test = (struct test_case){.limit = (uint32_t)strtoul(limit, NULL, 10)};
    test->whole = hl_builder_create(HL_METRIC_CPU);
    test->halves[0] = hl_builder_create(HL_METRIC_CPU);
    test->halves[1] = hl_builder_create(HL_METRIC_CPU);
}

static void set_groups(struct test_case *test, char *text)
{
    for (unsigned i = 0; i < MAX_FRAMES && *text && *text != '\n'; i++) {
        long group = strtol(text, &text, 10);
        test->group_of[i] = group < 0 ? HL_NO_GROUP : (uint32_t)group;
        if (group >= (long)test->group_count) {
            test->group_count = (uint32_t)group + 1;
        }
    }
}

int main(void)
{
    struct test_case test = {0};
    _cleanup_free_ char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        if (strncmp(line, "case ", 5) == 0) {
            begin(&test, line + 5);
        } else if (strncmp(line, "group ", 6) == 0) {
            set_groups(&test, line + 6);
        } else if (strncmp(line, "stack ", 6) == 0) {
            add_stack(test.whole, line + 6);
            add_stack(test.halves[test.stacks++ % 2], line + 6);
        } else {
            answer(&test);
        }
    }
    return 0;
}
