#include <errno.h>

#include "../suite.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/saturate.h"
#include "hotlens/profile/focus.h"
#include "hotlens/profile/functions.h"
#include "hotlens/profile/view.h"
#include "stacks.h"

/* A profile with what a view of it needs. */
struct subject {
    struct hl_profile *profile;
    struct hl_functions *functions;
    uint64_t *hash;
    struct hl_view_options options;
};

static void subject_init(struct subject *subject, struct hl_profile *profile, uint32_t limit)
{
    subject->profile = profile;
    ck_assert_int_eq(hl_functions_from_names(profile, &subject->functions), 0);
    subject->hash = hl_xcalloc(subject->functions->count, sizeof(*subject->hash));
    for (size_t i = 0; i < subject->functions->count; i++) {
        subject->hash[i] = subject->functions->items[i].hash;
    }
    subject->options = (struct hl_view_options){
        .groups = hl_functions_groups(subject->functions),
        .group_hash = subject->hash,
        .limit = limit,
    };
}

static void subject_finish(struct subject *subject)
{
    hl_profile_unref(subject->profile);
    hl_functions_destroy(subject->functions);
    free(subject->hash);
}

/* Makes the frames that print `text` invisible. */
static void skip(struct subject *subject, const char *text)
{
    subject->functions->of_frame[frame_of(subject->profile, text)] = HL_NO_GROUP;
}

static struct hl_view *view_of(const struct subject *subject)
{
    struct hl_view *view = NULL;
    ck_assert_int_eq(hl_view_create(subject->profile, &subject->options, &view), 0);
    return view;
}

/* Orders equal totals by name of the group's first letter. */
static int compare_names(uint32_t a, uint32_t b, const void *user)
{
    const struct subject *subject = user;
    const struct hl_function *items = subject->functions->items;
    return (unsigned char)*hl_strings_get(subject->functions->strings, items[a].name, NULL) -
           (unsigned char)*hl_strings_get(subject->functions->strings, items[b].name, NULL);
}

static char *describe(const struct subject *subject, const struct hl_view *view)
{
    struct hl_buffer text = {0};
    for (uint32_t i = 0; i < view->count; i++) {
        const char *name = view->group[i] == HL_VIEW_ROOT    ? "*"
                           : view->group[i] == HL_VIEW_OTHER ? "?"
                                                             : NULL;
        if (!name) {
            name = hl_strings_get(subject->functions->strings,
                                  subject->functions->items[view->group[i]].name, NULL);
        }
        hl_buffer_printf(&text, "%s%s:%u-%u:%llu/%llu", i > 0 ? " " : "", name, view->parent[i],
                         view->end[i], (unsigned long long)view->self[i],
                         (unsigned long long)view->total[i]);
    }
    return hl_buffer_take(&text);
}

static const char STACKS[] = "a;b 5\na;c 3\na;b;d 2\ne;b 6\nf;f;f 1\n 4\na;d 3";

START_TEST(test_shapes)
{
    static const struct {
        const char *stacks;
        const char *skipped;
        uint32_t limit;
        const char *view;
    } ROWS[] = {
        {"", NULL, 0, "*:0-1:0/0"},
        {"", NULL, 1, "*:0-1:0/0"},
        {" 7", NULL, 1, "*:0-1:7/7"},
        {"f;f;f 1\nf;f 2", NULL, 0, "*:0-4:0/3 f:0-4:0/3 f:1-4:2/3 f:2-4:1/1"},
        /* the largest first, equal ones as compared */
        {"c 1\nb 1\na 1\nd 2", NULL, 0, "*:0-5:0/5 d:0-2:2/2 a:0-3:1/1 b:0-4:1/1 c:0-5:1/1"},
        /* skipped frames: their children merge into what is above, their samples move up */
        {"a;t;b 2\na;b 3\na;t 4", "t", 0, "*:0-3:0/9 a:0-3:4/9 b:1-3:5/5"},
        {"t;t;a 2\nt 1", "t", 0, "*:0-2:1/3 a:0-2:2/2"},
        {"t 1", "t", 2, "*:0-1:1/1"},
        /* no room for "(other)": all is the root's own */
        {"a 1\nb 2", NULL, 1, "*:0-1:3/3"},
        {"a 1\nb 2", NULL, 2, "*:0-2:0/3 ?:0-2:3/3"},
        {"a 1\nb 2", NULL, 3, "*:0-3:0/3 b:0-2:2/2 a:0-3:1/1"},
        {"a 2", NULL, 2, "*:0-2:0/2 a:0-2:2/2"},
        {"a;b 2", NULL, 2, "*:0-2:0/2 ?:0-2:2/2"},
        {"a;b 2", NULL, 3, "*:0-3:0/2 a:0-3:0/2 b:1-3:2/2"},
        {STACKS, NULL, 4, "*:0-4:4/24 a:0-3:0/13 ?:1-3:13/13 ?:0-4:7/7"},
        {STACKS, NULL, 5, "*:0-4:4/24 a:0-3:0/13 ?:1-3:13/13 ?:0-4:7/7"},
        {STACKS, NULL, 6,
         "*:0-6:4/24 a:0-5:0/13 b:1-4:5/7 ?:2-4:2/2 ?:1-5:6/6 ?:0-6:7/7"},
        {"a 18446744073709551615\nb 3\nc 1", NULL, 3,
         "*:0-3:0/18446744073709551615 a:0-2:18446744073709551615/18446744073709551615 ?:0-3:4/4"},
    };
    struct subject subject;
    subject_init(&subject, profile_of(ROWS[_i].stacks), ROWS[_i].limit);
    subject.options.compare_groups = compare_names;
    subject.options.compare_user = &subject;
    if (ROWS[_i].skipped) {
        skip(&subject, ROWS[_i].skipped);
    }
    struct hl_view *view = view_of(&subject);
    char *text = describe(&subject, view);
    ck_assert_str_eq(text, ROWS[_i].view);
    free(text);
    hl_view_destroy(view);
    subject_finish(&subject);
}
END_TEST

/* What must hold for the columns of any view. */
static void assert_view(const struct hl_view *view, uint32_t limit)
{
    ck_assert(limit == 0 || view->count <= limit);
    uint64_t *sum = hl_xcalloc(view->count, sizeof(*sum));
    bool right = true;
    for (uint32_t i = view->count; i-- > 0;) {
        sum[i] = hl_add_saturating(sum[i], view->self[i]);
        right = right && sum[i] == view->total[i];
        if (i == 0) {
            break;
        }
        uint32_t parent = view->parent[i];
        uint32_t next = view->end[i];
        right = right && parent < i && next <= view->end[parent];
        sum[parent] = hl_add_saturating(sum[parent], view->total[i]);
        if (right && next < view->end[parent]) {
            right = view->group[i] != HL_VIEW_OTHER &&
                    (view->group[next] == HL_VIEW_OTHER || view->total[i] >= view->total[next]);
        }
        if (!right) {
            ck_abort_msg("node %u is wrong", i);
        }
    }
    free(sum);
}

static uint32_t find(const struct hl_view *view, uint64_t id)
{
    for (uint32_t i = 0; i < view->count; i++) {
        if (view->id[i] == id) {
            return i;
        }
    }
    return UINT32_MAX;
}

/* Every node of a pruned view is in the whole one under the same name with the same total. */
static void assert_part_of(const struct hl_view *part, const struct hl_view *whole)
{
    for (uint32_t i = 0; i < part->count; i++) {
        if (part->group[i] == HL_VIEW_OTHER) {
            continue;
        }
        uint32_t at = find(whole, part->id[i]);
        ck_assert_uint_ne(at, UINT32_MAX);
        ck_assert_uint_eq(part->group[i], whole->group[at]);
        ck_assert_uint_eq(part->total[i], whole->total[at]);
        ck_assert_uint_eq(part->frame[i], whole->frame[at]);
    }
}

START_TEST(test_pruning)
{
    struct subject subject;
    subject_init(&subject, profile_of(STACKS), 0);
    struct hl_view *whole = view_of(&subject);
    assert_view(whole, 0);
    ck_assert_uint_eq(whole->count, 11);
    for (uint32_t limit = 2; limit < 14; limit++) {
        subject.options.limit = limit;
        struct hl_view *view = view_of(&subject);
        assert_view(view, limit);
        assert_part_of(view, whole);
        hl_view_destroy(view);
    }
    hl_view_destroy(whole);
    subject_finish(&subject);
}
END_TEST

START_TEST(test_names_survive_merge)
{
    struct subject before;
    subject_init(&before, profile_of(STACKS), 0);
    struct hl_profile *more = profile_of("z;a;b 9\na;b;x 8\nf 100");
    struct hl_profile *parts[] = {more, before.profile};
    struct hl_profile *merged;
    ck_assert_int_eq(hl_profile_merge(parts, 2, &merged), 0);
    hl_profile_unref(more);
    struct subject after;
    subject_init(&after, merged, 0);
    struct hl_view *old = view_of(&before);
    struct hl_view *new = view_of(&after);
    for (uint32_t i = 0; i < old->count; i++) {
        uint32_t at = find(new, old->id[i]);
        ck_assert_uint_ne(at, UINT32_MAX);
        ck_assert_uint_le(old->total[i], new->total[at]);
    }
    hl_view_destroy(old);
    hl_view_destroy(new);
    subject_finish(&before);
    subject_finish(&after);
}
END_TEST

/* Names are kept by clients and in links, so they may never change. */
START_TEST(test_names_are_fixed)
{
    ck_assert_uint_eq(hl_view_id_root(), UINT64_C(0x686f746c656e7331));
    ck_assert_uint_eq(hl_view_id_child(1, 2), hl_hash_mix(1, 2));
    ck_assert_uint_eq(hl_view_id_child(hl_view_id_root(), 5), UINT64_C(0x50942766e3026d4f));
}
END_TEST

START_TEST(test_heaviest_frame)
{
    struct subject subject;
    subject_init(&subject, profile_of("f@x:1 2\nf@x:2 5\nf@x:3 5\nf@x:4;g 1"), 0);
    struct hl_view *view = view_of(&subject);
    ck_assert_uint_eq(view->count, 3);
    ck_assert_uint_eq(view->frame[0], HL_NO_FRAME);
    ck_assert_uint_eq(view->frame[1], frame_of(subject.profile, "f@x:2"));
    ck_assert_uint_eq(view->total[1], 13);
    hl_view_destroy(view);
    subject_finish(&subject);
}
END_TEST

START_TEST(test_select)
{
    struct subject subject;
    subject_init(&subject, profile_of(STACKS), 2);
    uint8_t selected[32];
    uint64_t root = hl_view_id_root();
    uint64_t a = hl_view_id_child(
        root, subject.hash[subject.functions->of_frame[frame_of(subject.profile, "a")]]);
    uint64_t other = hl_view_id_child(root, HL_VIEW_OTHER);
    ck_assert_int_eq(hl_view_select(subject.profile, &subject.options, other, selected), -ENOENT);
    ck_assert_int_eq(hl_view_select(subject.profile, &subject.options, root, selected), 0);
    ck_assert_uint_eq(selected[0], 1);
    ck_assert_uint_eq(selected[1], 0);
    ck_assert_int_eq(hl_view_select(subject.profile, &subject.options, a, selected), 0);
    struct hl_profile *focus;
    ck_assert_int_eq(hl_profile_focus(subject.profile, selected, false, &focus), 0);
    assert_dump(focus, "0::0:13 1:a:0:13 2:b:5:7 3:d:2:2 2:c:3:3 2:d:3:3");
    hl_profile_unref(focus);
    ck_assert_int_eq(hl_profile_focus(subject.profile, selected, true, &focus), 0);
    assert_dump(focus, "0::4:11 1:e:0:6 2:b:6:6 1:f:0:1 2:f:0:1 3:f:1:1");
    assert_columns(focus);
    hl_profile_unref(focus);

    /* what is looked through belongs to no node */
    skip(&subject, "b");
    ck_assert_int_eq(hl_view_select(subject.profile, &subject.options, a, selected), 0);
    for (uint32_t i = 0; i < hl_profile_columns(subject.profile)->count; i++) {
        ck_assert_uint_eq(selected[i], i == 1);
    }
    subject_finish(&subject);
}
END_TEST

START_TEST(test_focus_group)
{
    static const struct {
        const char *stacks;
        const char *group;
        const char *tree;
    } ROWS[] = {
        {STACKS, "d", "0::0:5 1:a:0:5 2:b:0:2 3:d:2:2 2:d:3:3"},
        {STACKS, "b", "0::0:13 1:a:0:7 2:b:5:7 3:d:2:2 1:e:0:6 2:b:6:6"},
        {"f;g;f 1\nf 2\ng 3", "f", "0::0:3 1:f:2:3 2:g:0:1 3:f:1:1"},
        {"f 0\ng 3", "f", "0::0:0"},
        {"a;f 0\na;f;x 0\na;f;y 2", "f", "0::0:2 1:a:0:2 2:f:0:2 3:y:2:2"},
    };
    struct subject subject;
    subject_init(&subject, profile_of(ROWS[_i].stacks), 0);
    uint32_t group = subject.functions->of_frame[frame_of(subject.profile, ROWS[_i].group)];
    struct hl_profile *focus;
    ck_assert_int_eq(
        hl_profile_focus_group(subject.profile, &subject.options.groups, group, &focus), 0);
    assert_dump(focus, ROWS[_i].tree);
    ck_assert_ptr_eq(hl_profile_frames(focus), hl_profile_frames(subject.profile));
    subject_finish(&subject);
    assert_columns(focus); /* outlives what it was made from */
    hl_profile_unref(focus);
}
END_TEST

/* Random, large, with long stacks: only the invariants are looked at. */
static struct hl_profile *large_profile(void)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    uint32_t frames[200];
    for (uint32_t i = 0; i < 200; i++) {
        char name[16];
        int length = snprintf(name, sizeof(name), "f%u", i);
        ck_assert_int_ge(
            put_frame(hl_builder_frames(builder), name, (size_t)length, &frames[i]), 0);
    }
    uint64_t state = 11;
    for (int stack = 0; stack < 6000; stack++) {
        uint32_t node = 0;
        for (int depth = 0; depth < 25; depth++) {
            state = hl_hash_mix(state, 9);
            uint32_t choices = depth < 8 ? 3 : 200;
            must(hl_builder_child(builder, node, frames[state % choices], &node));
        }
        hl_builder_add(builder, node, state % 9);
    }
    struct hl_profile *profile;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    return profile;
}

START_TEST(test_large)
{
    struct subject subject;
    subject_init(&subject, large_profile(), HL_LIMIT_VIEW_NODES);
    assert_columns(subject.profile);
    struct hl_view *view = view_of(&subject);
    assert_view(view, HL_LIMIT_VIEW_NODES);
    ck_assert_uint_ge(view->count, HL_LIMIT_VIEW_NODES - 1);
    ck_assert_uint_eq(view->total[0], hl_profile_samples(subject.profile));
    hl_view_destroy(view);
    subject.options.limit = 0;
    view = view_of(&subject);
    assert_view(view, 0);
    ck_assert_uint_eq(view->count, hl_profile_columns(subject.profile)->count);
    hl_view_destroy(view);
    subject_finish(&subject);
}
END_TEST

START_TEST(test_deep_view)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    uint32_t frames[2];
    uint32_t node = 0;
    ck_assert_int_eq(put_frame(hl_builder_frames(builder), "f", 1, &frames[0]), 0);
    ck_assert_int_eq(put_frame(hl_builder_frames(builder), "g", 1, &frames[1]), 0);
    for (uint32_t i = 0; i < 300000; i++) {
        must(hl_builder_child(builder, node, frames[i & 1], &node));
    }
    hl_builder_add(builder, node, 1);
    struct hl_profile *profile;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    struct subject subject;
    subject_init(&subject, profile, 0);
    struct hl_view *view = view_of(&subject);
    assert_view(view, 0);
    ck_assert_uint_eq(view->count, 300001);
    hl_view_destroy(view);
    skip(&subject, "f");
    view = view_of(&subject);
    ck_assert_uint_eq(view->count, 150001);
    hl_view_destroy(view);
    subject_finish(&subject);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("profile-view");
    TCase *tests = tcase_create("view");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_shapes, 0, 18);
    tcase_add_test(tests, test_pruning);
    tcase_add_test(tests, test_names_survive_merge);
    tcase_add_test(tests, test_names_are_fixed);
    tcase_add_test(tests, test_heaviest_frame);
    tcase_add_test(tests, test_select);
    tcase_add_loop_test(tests, test_focus_group, 0, 5);
    tcase_add_test(tests, test_large);
    tcase_add_test(tests, test_deep_view);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
