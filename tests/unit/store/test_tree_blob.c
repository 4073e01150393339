/* Trees as bytes: there and back, and any bytes at all. */
#include "../suite.h"
#include "hotlens/base/hash.h"
#include "hotlens/profile/builder.h"
#include "hotlens/store/tree_blob.h"
#include "scratch.h"
#include "tree_layout.h"

static void check_round_trip(const struct hl_profile *profile)
{
    _cleanup_buffer_ struct hl_buffer one = {0};
    _cleanup_buffer_ struct hl_buffer two = {0};
    _cleanup_(hl_profile_unref_p) struct hl_profile *decoded = NULL;
    ck_assert_int_eq(hl_tree_blob_encode(profile, &one), 0);
    ck_assert_int_eq(hl_tree_blob_decode(one.data, one.length, &decoded), 0);
    ck_assert(sample_profiles_equal(profile, decoded));
    ck_assert_int_eq(hl_tree_blob_encode(decoded, &two), 0);
    ck_assert(one.length == two.length && memcmp(one.data, two.data, one.length) == 0);
}

START_TEST(test_round_trip)
{
    static const struct sample_size SIZES[] = {
        {1, 1, 1, 1, 1},        {5, 3, 2, 1, 1},       {200, 30, 40, 5, 9},
        {3000, 40, 500, 40, 8}, {20, 5000, 300, 9, 3},
    };
    for (uint64_t seed = 0; seed < 20; seed++) {
        _cleanup_(hl_profile_unref_p) struct hl_profile *profile = sample_profile(seed, &SIZES[_i]);
        check_round_trip(profile);
    }
}
END_TEST

static uint32_t add_frame(struct hl_builder *builder, const char *text, size_t length,
                          enum hl_frame_kind kind, const char *name, const char *file,
                          uint32_t line, uint64_t number)
{
    uint32_t id;
    ck_assert_int_eq(hl_frames_intern(hl_builder_frames(builder), text, length, &id), 1);
    ck_assert_int_eq(hl_frames_describe(hl_builder_frames(builder), id, kind, name, strlen(name),
                                        file, file ? strlen(file) : 0, line, number),
                     0);
    return id;
}

START_TEST(test_texts_that_cannot_be_derived)
{
    static const struct {
        const char *text;
        size_t length;
        enum hl_frame_kind kind;
        const char *name;
        const char *file;
        uint32_t line;
        uint64_t number;
    } FRAMES[] = {
        {"f (a.py:7)", 10, HL_FRAME_SOURCE, "f", "a.py", 7, 0},
        {"f (a.py:07)", 11, HL_FRAME_SOURCE, "f", "a.py", 7, 0},
        {"f (a.py:0)", 10, HL_FRAME_SOURCE, "f", "a.py", 0, 0},
        {"f (a.py:-1)", 11, HL_FRAME_SOURCE, "f", "a.py", 0, 0},
        {"f (a.py)", 8, HL_FRAME_SOURCE, "f", "a.py", 0, 0},
        {"f (a.py) ", 9, HL_FRAME_SOURCE, "f", "a.py", 0, 0},
        {"f (:3)", 6, HL_FRAME_SOURCE, "f", "", 3, 0},
        {" (:4294967295)", 14, HL_FRAME_SOURCE, "", "", UINT32_MAX, 0},
        {"nul\0inside", 10, HL_FRAME_OPAQUE, "nul", NULL, 0, 0},
        {"", 0, HL_FRAME_OPAQUE, "", NULL, 0, 0},
        {"\xff\xfe (\x80:1)", 8, HL_FRAME_SOURCE, "\xff\xfe", "\x80", 1, 0},
        {"process 12:\"x\"", 14, HL_FRAME_PROCESS, "x", NULL, 0, 12},
        {"thread (0xF): a", 15, HL_FRAME_THREAD, "a", NULL, 0, UINT64_MAX},
    };
    struct hl_builder *builder = hl_builder_create(HL_METRIC_MEMORY);
    uint32_t node = 0;
    for (size_t i = 0; i < ARRAY_SIZE(FRAMES); i++) {
        uint32_t frame =
            add_frame(builder, FRAMES[i].text, FRAMES[i].length, FRAMES[i].kind, FRAMES[i].name,
                      FRAMES[i].file, FRAMES[i].line, FRAMES[i].number);
        ck_assert_int_eq(hl_builder_child(builder, i % 3 ? node : 0, frame, &node), 0);
        hl_builder_add(builder, node, i == 4 ? UINT64_MAX : i);
    }
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    check_round_trip(profile);
}
END_TEST

START_TEST(test_empty_profile)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    hl_builder_add(builder, 0, 77);
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    check_round_trip(profile);
}
END_TEST

static void put_hash(struct hl_buffer *blob)
{
    uint64_t hash = hl_hash_bytes(blob->data + TREE_HEADER_SIZE, blob->length - TREE_HEADER_SIZE,
                                  (uint8_t)blob->data[TREE_MAGIC_SIZE + 1]);
    for (size_t i = 0; i < 8; i++) {
        blob->data[TREE_MAGIC_SIZE + 2 + i] = (char)(hash >> (8 * i));
    }
}

static void check_any(const struct hl_buffer *blob)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    int r = hl_tree_blob_decode(blob->data, blob->length, &profile);
    ck_assert(r == 0 || r == -EBADMSG || r == -EPROTO);
    ck_assert((r == 0) == (profile != NULL));
    if (profile) {
        check_round_trip(profile);
    }
}

/* Whether some node has each frame. */
static bool uses_all_frames(const struct hl_profile *profile)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    uint32_t count = hl_frames_count(hl_profile_frames(profile));
    _cleanup_free_ bool *used = hl_xcalloc(count, sizeof(*used));
    for (uint32_t node = 1; node < columns->count; node++) {
        used[columns->frame[node]] = true;
    }
    for (uint32_t frame = 0; frame < count; frame++) {
        if (!used[frame]) {
            return false;
        }
    }
    return true;
}

START_TEST(test_every_frame_is_used)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    uint32_t node = 0;
    static const char *const TEXTS[] = {"a", "b", "c"};
    for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++) {
        uint32_t frame = add_frame(builder, TEXTS[i], 1, HL_FRAME_OPAQUE, TEXTS[i], NULL, 0, 0);
        ck_assert_int_eq(hl_builder_child(builder, node, frame, &node), 0);
    }
    hl_builder_add(builder, node, 5);
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    _cleanup_buffer_ struct hl_buffer blob = {0};
    ck_assert_int_eq(hl_tree_blob_encode(profile, &blob), 0);
    ck_assert_int_eq(blob.data[TREE_MAGIC_SIZE + 1], TREE_PLAIN);
    size_t accepted = 0;
    for (size_t at = TREE_HEADER_SIZE; at < blob.length; at++) {
        char good = blob.data[at];
        for (int value = 0; value < 256; value++) {
            blob.data[at] = (char)value;
            put_hash(&blob);
            _cleanup_(hl_profile_unref_p) struct hl_profile *decoded = NULL;
            if (hl_tree_blob_decode(blob.data, blob.length, &decoded) == 0) {
                accepted++;
                ck_assert_msg(uses_all_frames(decoded), "byte %zu as %d", at, value);
            }
        }
        blob.data[at] = good;
    }
    ck_assert_uint_ge(accepted, blob.length - TREE_HEADER_SIZE);
}
END_TEST

/* With the checksum put right again, so that the checks behind it are reached. */
START_TEST(test_damage_behind_the_checksum)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = sample_profile(3, &SAMPLE_SMALL);
    _cleanup_buffer_ struct hl_buffer good = {0};
    ck_assert_int_eq(hl_tree_blob_encode(profile, &good), 0);
    for (size_t at = 0; at < good.length; at++) {
        for (int round = 0; round < 8; round++) {
            _cleanup_buffer_ struct hl_buffer bad = {0};
            hl_buffer_append(&bad, good.data, good.length - (round == 7 ? at : 0));
            if (bad.length < TREE_HEADER_SIZE) {
                check_any(&bad);
                continue;
            }
            if (round < 7) {
                bad.data[at] = (char)hl_hash_mix(at, (uint64_t)round);
                check_any(&bad);
            }
            put_hash(&bad);
            check_any(&bad);
        }
    }
}
END_TEST

START_TEST(test_checksum)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = sample_profile(3, &SAMPLE_SMALL);
    _cleanup_buffer_ struct hl_buffer blob = {0};
    ck_assert_int_eq(hl_tree_blob_encode(profile, &blob), 0);
    for (size_t at = 0; at < blob.length; at++) {
        blob.data[at] = (char)(blob.data[at] ^ 0x10);
        _cleanup_(hl_profile_unref_p) struct hl_profile *none = NULL;
        int r = hl_tree_blob_decode(blob.data, blob.length, &none);
        ck_assert_int_eq(r, at == TREE_MAGIC_SIZE ? -EPROTO : -EBADMSG);
        blob.data[at] = (char)(blob.data[at] ^ 0x10);
    }
}
END_TEST

START_TEST(test_memory_fails)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = sample_profile(3, &SAMPLE_SMALL);
    _cleanup_buffer_ struct hl_buffer good = {0};
    ck_assert_int_eq(hl_tree_blob_encode(profile, &good), 0);
    for (uint64_t nth = 1;; nth++) {
        hl_memory_fail_at(nth, 0);
        _cleanup_buffer_ struct hl_buffer blob = {0};
        _cleanup_(hl_profile_unref_p) struct hl_profile *decoded = NULL;
        int r = hl_tree_blob_encode(profile, &blob);
        r = r == 0 ? hl_tree_blob_decode(good.data, good.length, &decoded) : r;
        bool failed = hl_memory_faults() > 0;
        hl_memory_fail_at(0, 0);
        /* Deflating is given up when there is no room for it. */
        ck_assert(r == 0 || (failed && r == -ENOMEM));
        if (!failed) {
            break;
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store-tree_blob");
    TCase *tests = tcase_create("tree_blob");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_round_trip, 0, 5);
    tcase_add_test(tests, test_texts_that_cannot_be_derived);
    tcase_add_test(tests, test_empty_profile);
    tcase_add_test(tests, test_every_frame_is_used);
    tcase_add_test(tests, test_damage_behind_the_checksum);
    tcase_add_test(tests, test_checksum);
    tcase_add_test(tests, test_memory_fails);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
