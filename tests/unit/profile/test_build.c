#include <errno.h>
#include <pthread.h>

#include "../suite.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/limits.h"
#include "stacks.h"

START_TEST(test_tree)
{
    static const struct {
        const char *stacks;
        const char *tree;
    } ROWS[] = {
        {"", "0::0:0"},
        {" 4", "0::4:4"},
        {"a 0", "0::0:0 1:a:0:0"},
        {"a 1\n 2\na 3", "0::2:6 1:a:4:4"},
        {"a;b 1\na;c 2\na;b;d 3", "0::0:6 1:a:0:6 2:b:1:4 3:d:3:3 2:c:2:2"},
        /* children stay in order of first appearance, however they come back */
        {"b 1\na 1\nc 1\na;x 1\nb;y 1", "0::0:5 1:b:1:2 2:y:1:1 1:a:1:2 2:x:1:1 1:c:1:1"},
        {"f;f;f 2\nf 1\nf;g;f 5", "0::0:8 1:f:1:8 2:f:0:2 3:f:2:2 2:g:0:5 3:f:5:5"},
        {"a 18446744073709551615\na;b 7\nc 9",
         "0::0:18446744073709551615 1:a:18446744073709551615:18446744073709551615 2:b:7:7 1:c:9:9"},
    };
    struct hl_profile *profile = profile_of(ROWS[_i].stacks);
    assert_columns(profile);
    assert_dump(profile, ROWS[_i].tree);
    ck_assert_uint_eq(hl_profile_samples(profile), hl_profile_columns(profile)->total[0]);
    ck_assert_uint_gt(hl_profile_memory(profile), 0);
    hl_profile_unref(profile);
}
END_TEST

START_TEST(test_add_says_when_cut)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_MEMORY);
    ck_assert(hl_builder_add(builder, 0, UINT64_MAX - 1));
    ck_assert(hl_builder_add(builder, 0, 1));
    ck_assert(hl_builder_add(builder, 0, 0));
    ck_assert(!hl_builder_add(builder, 0, 1));
    struct hl_profile *profile;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    ck_assert_uint_eq(hl_profile_samples(profile), UINT64_MAX);
    ck_assert_int_eq(hl_profile_metric(profile), HL_METRIC_MEMORY);
    hl_profile_unref(profile);
}
END_TEST

/* Deeper than any stack that a reader accepts: nothing here may recurse over depth. */
START_TEST(test_deep_chain)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    uint32_t frame;
    uint32_t node = 0;
    uint32_t depth = _i == 0 ? HL_LIMIT_STACK_DEPTH + 5000 : 1000000;
    ck_assert_int_eq(put_frame(hl_builder_frames(builder), "f", 1, &frame), 0);
    for (uint32_t i = 0; i < depth; i++) {
        must(hl_builder_child(builder, node, frame, &node));
    }
    hl_builder_add(builder, node, 3);
    struct hl_profile *profile;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    assert_columns(profile);
    ck_assert_uint_eq(hl_profile_columns(profile)->depth[depth], depth);
    ck_assert_uint_eq(hl_profile_columns(profile)->total[1], 3);

    struct hl_profile *copy;
    const struct hl_columns *columns = hl_profile_columns(profile);
    builder = hl_builder_create(HL_METRIC_CPU);
    ck_assert_int_eq(hl_builder_add_profile(builder, profile), 0);
    ck_assert_int_eq(hl_profile_from_preorder(hl_builder_frames(builder), HL_METRIC_CPU,
                                              columns->count, columns->frame, columns->depth,
                                              columns->self, &copy),
                     0);
    assert_columns(copy);
    hl_profile_unref(copy);
    hl_builder_destroy(builder);
    hl_profile_unref(profile);
}
END_TEST

START_TEST(test_wide)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 50000; i++) {
            char text[16];
            uint32_t frame;
            uint32_t node;
            int length = snprintf(text, sizeof(text), "f%u", i);
            must(put_frame(hl_builder_frames(builder), text, (size_t)length, &frame));
            must(hl_builder_child(builder, 0, frame, &node));
            must(node == i + 1 ? 0 : -EINVAL);
            hl_builder_add(builder, node, 1);
        }
    }
    struct hl_profile *profile;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    assert_columns(profile);
    ck_assert_uint_eq(hl_profile_columns(profile)->count, 50001);
    ck_assert_uint_eq(hl_profile_samples(profile), 100000);
    hl_profile_unref(profile);
}
END_TEST

START_TEST(test_node_limit)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    hl_builder_set_limit(builder, 3);
    ck_assert_int_eq(put_stacks(builder, "a;b 1"), 0);
    ck_assert_int_eq(put_stacks(builder, "a;b 1"), 0);
    ck_assert_int_eq(put_stacks(builder, "a;c 1"), -E2BIG); /* a later child */
    ck_assert_int_eq(put_stacks(builder, "a;b;c 1"), -E2BIG); /* a first child */
    struct hl_profile *profile;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    assert_dump(profile, "0::0:2 1:a:0:2 2:b:2:2");
    hl_profile_unref(profile);
}
END_TEST

/* So many nodes fit in no test: the count must be refused before anything of the columns is read. */
START_TEST(test_node_limit_of_columns)
{
    static const uint32_t FRAME[] = {HL_NO_FRAME};
    static const uint32_t DEPTH[] = {0};
    static const uint64_t SELF[] = {0};
    struct hl_frames *frames = hl_frames_create();
    struct hl_profile *profile = NULL;
    ck_assert_int_lt(hl_profile_from_preorder(frames, HL_METRIC_CPU, HL_LIMIT_NODES + 1, FRAME,
                                              DEPTH, SELF, &profile),
                     0);
    ck_assert_ptr_null(profile);
    hl_frames_unref(frames);
}
END_TEST

START_TEST(test_merge)
{
    static const char *const TEXTS[] = {"a;b 1\nc 2", "c;d 5\na 4\n 3", ""};
    struct hl_profile *parts[3];
    for (size_t i = 0; i < 3; i++) {
        parts[i] = profile_of(TEXTS[i]);
    }
    struct hl_profile *merged;
    ck_assert_int_eq(hl_profile_merge(parts, 3, &merged), 0);
    assert_dump(merged, "0::3:15 1:a:4:5 2:b:1:1 1:c:2:7 2:d:5:5");
    hl_profile_unref(merged);
    ck_assert_int_eq(hl_profile_merge(parts, 1, &merged), 0);
    ck_assert_ptr_eq(merged, parts[0]);
    hl_profile_unref(merged);
    ck_assert_int_eq(hl_profile_merge(NULL, 0, &merged), 0);
    assert_dump(merged, "0::0:0");
    ck_assert_int_eq(hl_profile_metric(merged), HL_METRIC_CPU);
    hl_profile_unref(merged);

    struct hl_builder *builder = hl_builder_create(HL_METRIC_MEMORY);
    struct hl_profile *other;
    ck_assert_int_eq(hl_builder_freeze(&builder, &other), 0);
    struct hl_profile *mixed[] = {parts[0], other};
    ck_assert_int_eq(hl_profile_merge(mixed, 2, &merged), -EINVAL);
    hl_profile_unref(other);
    for (size_t i = 0; i < 3; i++) {
        hl_profile_unref(parts[i]);
    }
}
END_TEST

START_TEST(test_merge_keeps_attributes)
{
    struct hl_profile *parts[] = {profile_of("f@x.py:3 1"), profile_of("g@y.py:4;f@x.py:3 1")};
    struct hl_profile *merged;
    ck_assert_int_eq(hl_profile_merge(parts, 2, &merged), 0);
    const struct hl_frames *frames = hl_profile_frames(merged);
    const struct hl_frame *frame = hl_frames_get(frames, frame_of(merged, "g@y.py:4"));
    ck_assert_uint_eq(hl_frames_count(frames), 2);
    ck_assert_int_eq(frame->kind, HL_FRAME_SOURCE);
    ck_assert_uint_eq(frame->line, 4);
    ck_assert_str_eq(hl_strings_get(hl_frames_strings(frames), frame->name, NULL), "g");
    ck_assert_str_eq(hl_strings_get(hl_frames_strings(frames), frame->file, NULL), "y.py");
    hl_profile_unref(merged);
    hl_profile_unref(parts[0]);
    hl_profile_unref(parts[1]);
}
END_TEST

START_TEST(test_from_preorder)
{
    static const struct {
        const char *why;
        uint32_t count;
        uint32_t frame[4];
        uint32_t depth[4];
        int result;
    } ROWS[] = {
        {"root alone", 1, {HL_NO_FRAME}, {0}, 0},
        {"a chain and a sibling", 4, {HL_NO_FRAME, 0, 1, 0}, {0, 1, 2, 1}, 0},
        {"equal siblings", 3, {HL_NO_FRAME, 0, 0}, {0, 1, 1}, 0},
        {"no root", 0, {0}, {0}, -EBADMSG},
        {"root with a frame", 1, {0}, {0}, -EBADMSG},
        {"root not at 0", 1, {HL_NO_FRAME}, {1}, -EBADMSG},
        {"second root", 3, {HL_NO_FRAME, 0, 1}, {0, 1, 0}, -EBADMSG},
        {"second root at once", 2, {HL_NO_FRAME, 0}, {0, 0}, -EBADMSG},
        {"depth jumps", 2, {HL_NO_FRAME, 0}, {0, 2}, -EBADMSG},
        {"depth jumps later", 4, {HL_NO_FRAME, 0, 1, 0}, {0, 1, 1, 3}, -EBADMSG},
        {"largest depth", 2, {HL_NO_FRAME, 0}, {0, UINT32_MAX}, -EBADMSG},
        {"unknown frame", 2, {HL_NO_FRAME, 2}, {0, 1}, -EBADMSG},
        {"no frame", 2, {HL_NO_FRAME, HL_NO_FRAME}, {0, 1}, -EBADMSG},
    };
    static const uint64_t SELF[] = {1, 2, 3, UINT64_MAX};
    struct hl_frames *frames = hl_frames_create();
    uint32_t id;
    ck_assert_int_eq(put_frame(frames, "a", 1, &id), 0);
    ck_assert_int_eq(put_frame(frames, "b", 1, &id), 0);
    struct hl_profile *profile = NULL;
    int r = hl_profile_from_preorder(frames, HL_METRIC_CPU, ROWS[_i].count, ROWS[_i].frame,
                                     ROWS[_i].depth, SELF, &profile);
    hl_frames_unref(frames);
    ck_assert_msg(r == ROWS[_i].result, "%s: %d", ROWS[_i].why, r);
    ck_assert_int_eq(profile != NULL, r == 0);
    if (profile) {
        assert_columns(profile);
    }
    hl_profile_unref(profile);
}
END_TEST

START_TEST(test_from_preorder_metric)
{
    struct hl_frames *frames = hl_frames_create();
    struct hl_profile *profile = NULL;
    uint32_t frame = HL_NO_FRAME;
    uint32_t depth = 0;
    uint64_t self = 5;
    ck_assert_int_eq(hl_profile_from_preorder(frames, (enum hl_metric)77, 1, &frame, &depth, &self,
                                              &profile),
                     -EBADMSG);
    ck_assert_ptr_null(profile);
    hl_frames_unref(frames);
}
END_TEST

START_TEST(test_metric_names)
{
    enum hl_metric metric = HL_METRIC_CPU;
    for (int i = HL_METRIC_CPU; i <= HL_METRIC_ALLOCATIONS; i++) {
        ck_assert_int_eq(hl_metric_from_name(hl_metric_name((enum hl_metric)i), &metric), 0);
        ck_assert_int_eq(metric, i);
    }
    ck_assert_int_eq(hl_metric_from_name("CPU", &metric), -EINVAL);
    ck_assert_int_eq(hl_metric_from_name("", &metric), -EINVAL);
    ck_assert_int_eq(hl_metric_from_name(NULL, &metric), -EINVAL);
}
END_TEST

START_TEST(test_frames)
{
    struct hl_frames *frames = hl_frames_create();
    uint32_t id;
    ck_assert_int_eq(hl_frames_intern(frames, "a\0b", 3, &id), 1);
    ck_assert_uint_eq(id, 0);
    ck_assert_int_eq(hl_frames_describe(frames, id, HL_FRAME_THREAD, NULL, 0, NULL, 0, 0, 77), 0);
    ck_assert_int_eq(hl_frames_intern(frames, "a\0c", 3, &id), 1);
    ck_assert_int_eq(hl_frames_describe(frames, id, HL_FRAME_SOURCE, "n", 1, "", 0, 9, 0), 0);
    ck_assert_int_eq(hl_frames_intern(frames, "a\0b", 3, &id), 0);
    ck_assert_uint_eq(id, 0);
    ck_assert_uint_eq(hl_frames_count(frames), 2);
    size_t length;
    ck_assert_mem_eq(hl_frames_text(frames, 1, &length), "a\0c", 4);
    ck_assert_uint_eq(length, 3);
    const struct hl_strings *strings = hl_frames_strings(frames);
    ck_assert_str_eq(hl_strings_get(strings, hl_frames_get(frames, 0)->name, NULL), "");
    ck_assert_uint_eq(hl_frames_get(frames, 0)->number, 77);
    ck_assert_uint_eq(hl_frames_get(frames, 0)->file, HL_NO_STRING);
    /* an empty file name is a name; NULL is none */
    ck_assert_str_eq(hl_strings_get(strings, hl_frames_get(frames, 1)->file, NULL), "");
    hl_frames_unref(hl_frames_ref(frames));
    ck_assert_uint_eq(hl_frames_get(frames, 1)->line, 9);
    hl_frames_unref(frames);
    hl_frames_unref(NULL);
    hl_profile_unref(NULL);
    hl_builder_destroy(NULL);
}
END_TEST

static void *use_shared(void *user)
{
    struct hl_profile *profile = user;
    for (int i = 0; i < 20000; i++) {
        hl_profile_unref(hl_profile_ref(profile));
    }
    uint64_t samples = hl_profile_samples(profile);
    hl_profile_unref(profile);
    return samples == 3 ? NULL : user;
}

START_TEST(test_shared_between_threads)
{
    struct hl_profile *profile = profile_of("a;b 1\nc 2");
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, use_shared, hl_profile_ref(profile)),
                         0);
    }
    hl_profile_unref(profile);
    for (size_t i = 0; i < 4; i++) {
        void *wrong;
        ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
        ck_assert_ptr_null(wrong);
    }
}
END_TEST

/* Rows of frames give the tree that frames one by one give, node numbers included. */
START_TEST(test_path)
{
    struct hl_builder *rows = hl_builder_create(HL_METRIC_CPU);
    struct hl_builder *single = hl_builder_create(HL_METRIC_CPU);
    static const char NAMES[] = "abcde";
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t frame;
        must(put_frame(hl_builder_frames(rows), NAMES + i, 1, &frame));
        must(put_frame(hl_builder_frames(single), NAMES + i, 1, &frame));
    }
    size_t wrong = 0;
    for (uint64_t i = 0; i < 3000; i++) {
        uint32_t frames[12];
        uint32_t nodes[12];
        uint32_t count = (uint32_t)(hl_hash_mix(i, 1) % 13);
        uint32_t cut = count > 0 ? (uint32_t)(hl_hash_mix(i, 2) % count) : 0;
        uint32_t node = 0;
        for (uint32_t j = 0; j < count; j++) {
            /* Mostly one way down, so that there is something to share. */
            uint64_t random = hl_hash_mix(i, j + 3) % 16;
            frames[j] = random < 5 ? (uint32_t)random : 0;
        }
        must(hl_builder_path(rows, 0, frames, cut, nodes));
        must(hl_builder_path(rows, cut > 0 ? nodes[cut - 1] : 0, frames + cut, count - cut,
                             nodes + cut));
        for (uint32_t j = 0; j < count; j++) {
            must(hl_builder_child(single, node, frames[j], &node));
            wrong += node != nodes[j];
        }
        hl_builder_add(rows, count > 0 ? nodes[count - 1] : 0, i);
        hl_builder_add(single, node, i);
    }
    ck_assert_uint_eq(wrong, 0);
    struct hl_profile *left;
    struct hl_profile *right;
    ck_assert_int_eq(hl_builder_freeze(&rows, &left), 0);
    ck_assert_int_eq(hl_builder_freeze(&single, &right), 0);
    assert_columns(left);
    const struct hl_columns *a = hl_profile_columns(left);
    const struct hl_columns *b = hl_profile_columns(right);
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_int_eq(memcmp(a->frame, b->frame, a->count * sizeof(*a->frame)), 0);
    ck_assert_int_eq(memcmp(a->end, b->end, a->count * sizeof(*a->end)), 0);
    ck_assert_int_eq(memcmp(a->total, b->total, a->count * sizeof(*a->total)), 0);
    hl_profile_unref(left);
    hl_profile_unref(right);
}
END_TEST

START_TEST(test_path_limit)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    uint32_t frames[4];
    uint32_t nodes[4];
    for (uint32_t i = 0; i < 4; i++) {
        must(put_frame(hl_builder_frames(builder), &"abcd"[i], 1, &frames[i]));
    }
    hl_builder_set_limit(builder, 4);
    ck_assert_int_eq(hl_builder_path(builder, 0, frames, 3, nodes), 0);
    ck_assert_int_eq(hl_builder_path(builder, 0, frames, 3, nodes), 0);
    ck_assert_int_eq(hl_builder_path(builder, 0, frames, 4, nodes), -E2BIG);
    hl_builder_destroy(builder);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("profile-build");
    TCase *tests = tcase_create("build");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_tree, 0, 8);
    tcase_add_test(tests, test_add_says_when_cut);
    tcase_add_loop_test(tests, test_deep_chain, 0, 2);
    tcase_add_test(tests, test_wide);
    tcase_add_test(tests, test_node_limit);
    tcase_add_test(tests, test_node_limit_of_columns);
    tcase_add_test(tests, test_path);
    tcase_add_test(tests, test_path_limit);
    tcase_add_test(tests, test_merge);
    tcase_add_test(tests, test_merge_keeps_attributes);
    tcase_add_loop_test(tests, test_from_preorder, 0, 13);
    tcase_add_test(tests, test_from_preorder_metric);
    tcase_add_test(tests, test_metric_names);
    tcase_add_test(tests, test_frames);
    tcase_add_test(tests, test_shared_between_threads);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
