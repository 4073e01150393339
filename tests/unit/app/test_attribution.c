#include <check.h>
#include <errno.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/app/attribution.h"
#include "hotlens/app/run_json.h"
#include "hotlens/base/memory.h"
#include "hotlens/profile/builder.h"

static char TEXT[] = "def f():\n"                       /* 1 */
                     "    pass\n"                       /* 2 */
                     "class K:\n"                       /* 3 */
                     "    @staticmethod\n"              /* 4 */
                     "    def f():\n"                   /* 5 */
                     "        return [1 for _ in ()]\n" /* 6 */
                     "def f(): pass\n"                  /* 7 */
                     "x = lambda: 0\n";                 /* 8 */
static char LATIN[] = "# coding: latin-1\n# \xE9\ndef g(): pass\n";
static char BROKEN[] = "# \xE9\ndef g(): pass\n";

/* In the order of their paths, as hl_sources keeps them. */
static struct hl_source ITEMS[] = {
    {.path = (char *)"/a.py", .state = HL_SOURCE_STORED, .text = TEXT, .length = sizeof(TEXT) - 1},
    {.path = (char *)"/broken.py", .state = HL_SOURCE_HASHED, .text = BROKEN, .length = sizeof(BROKEN) - 1},
    {.path = (char *)"/changed.py", .state = HL_SOURCE_CHANGED, .text = TEXT, .length = sizeof(TEXT) - 1},
    {.path = (char *)"/latin.py", .state = HL_SOURCE_IMPORTED, .text = LATIN, .length = sizeof(LATIN) - 1},
    {.path = (char *)"/missing.py", .state = HL_SOURCE_MISSING},
    {.path = (char *)"/native.pyx", .state = HL_SOURCE_STORED, .text = TEXT, .length = sizeof(TEXT) - 1},
};
static const struct hl_sources SOURCES = {.items = ITEMS, .count = ARRAY_SIZE(ITEMS)};

static const struct {
    enum hl_frame_kind kind;
    const char *name;
    const char *file;
    uint32_t line;
    uint64_t number;
    /* what is expected */
    const char *function;
    uint32_t def_line;
    uint32_t first_line;
    uint32_t end_line;
    uint32_t ordinal;
} FRAMES[] = {
    /* first, and not explained: must not take the lines away from the f that is */
    {HL_FRAME_SOURCE, "f", "/a.py", 99, 0, "f", 1, 1, 2, 0},
    {HL_FRAME_SOURCE, "f", "/a.py", 2, 0, "f", 1, 1, 2, 0},
    {HL_FRAME_SOURCE, "f", "/a.py", 7, 0, "f", 7, 7, 7, 1},
    {HL_FRAME_SOURCE, "f", "/a.py", 6, 0, "K.f", 5, 4, 6, 0},
    {HL_FRAME_SOURCE, "K.f", "/a.py", 6, 0, "K.f", 5, 4, 6, 0},
    {HL_FRAME_SOURCE, "K", "/a.py", 5, 0, "K", 3, 3, 6, 0},
    {HL_FRAME_SOURCE, "<listcomp>", "/a.py", 6, 0, "K.f", 5, 4, 6, 0},
    {HL_FRAME_SOURCE, "<lambda>", "/a.py", 8, 0, "<module>", 0, 0, 0, 0},
    {HL_FRAME_SOURCE, "<module>", "/a.py", 7, 0, "<module>", 0, 0, 0, 0},
    {HL_FRAME_SOURCE, "gone", "/a.py", 2, 0, "gone", 0, 0, 0, 0},
    {HL_FRAME_SOURCE, "g", "/latin.py", 3, 0, "g", 3, 3, 3, 0},
    {HL_FRAME_SOURCE, "g", "/broken.py", 2, 0, "g", 2, 2, 2, 0},
    {HL_FRAME_SOURCE, "f", "/changed.py", 2, 0, "f", 0, 0, 0, 0},
    {HL_FRAME_SOURCE, "f", "/missing.py", 2, 0, "f", 0, 0, 0, 0},
    {HL_FRAME_SOURCE, "f", "/native.pyx", 2, 0, "f", 0, 0, 0, 0},
    {HL_FRAME_SOURCE, "f", "/unknown.py", 2, 0, "f", 0, 0, 0, 0},
    {HL_FRAME_SOURCE, "f", NULL, 0, 0, "f", 0, 0, 0, 0},
    {HL_FRAME_OPAQUE, "???", NULL, 0, 0, "???", 0, 0, 0, 0},
    {HL_FRAME_THREAD, "", NULL, 0, 7, "main", 0, 0, 0, 0},
    {HL_FRAME_THREAD, "main", NULL, 0, 7, "main", 0, 0, 0, 0},
    {HL_FRAME_PROCESS, "python x.py", NULL, 0, 7, "python x.py", 0, 0, 0, 0},
    {HL_FRAME_THREAD, "", NULL, 0, 5211, "thread 5211", 0, 0, 0, 0},
    {HL_FRAME_PROCESS, "", NULL, 0, 12, "process 12", 0, 0, 0, 0},
};

/* Frames that are one function, by their numbers above. */
static const uint32_t SAME[][2] = {{0, 1}, {3, 4}, {3, 6}, {7, 8}, {18, 19}};

static struct hl_profile *make_profile(void)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    struct hl_frames *frames = hl_builder_frames(builder);
    uint32_t node = 0;
    for (size_t i = 0; i < ARRAY_SIZE(FRAMES); i++) {
        const char *file = FRAMES[i].file;
        char *text = hl_xasprintf("%zu", i);
        uint32_t frame;
        ck_assert_int_eq(hl_frames_intern(frames, text, strlen(text), &frame), 1);
        ck_assert_int_eq(hl_frames_describe(frames, frame, FRAMES[i].kind, FRAMES[i].name,
                                            strlen(FRAMES[i].name), file, file ? strlen(file) : 0,
                                            FRAMES[i].line, FRAMES[i].number),
                         0);
        ck_assert_int_eq(hl_builder_child(builder, node, frame, &node), 0);
        free(text);
    }
    hl_builder_add(builder, node, 1);
    struct hl_profile *profile = NULL;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    return profile;
}

START_TEST(test_frames)
{
    struct hl_profile *profile = make_profile();
    struct hl_functions *functions = NULL;
    ck_assert_int_eq(hl_attribute(profile, &SOURCES, NULL, &functions), 0);
    ck_assert_uint_lt(functions->of_frame[_i], functions->count);
    const struct hl_function *function = &functions->items[functions->of_frame[_i]];
    ck_assert_str_eq(hl_strings_get(functions->strings, function->name, NULL), FRAMES[_i].function);
    ck_assert_uint_eq(function->line, FRAMES[_i].def_line);
    ck_assert_uint_eq(function->first_line, FRAMES[_i].first_line);
    ck_assert_uint_eq(function->end_line, FRAMES[_i].end_line);
    ck_assert_uint_eq(function->ordinal, FRAMES[_i].ordinal);
    static const enum hl_function_kind KINDS[] = {HL_FUNCTION_CODE, HL_FUNCTION_CODE,
                                                  HL_FUNCTION_THREAD, HL_FUNCTION_PROCESS};
    ck_assert_int_eq((int)function->kind, (int)KINDS[FRAMES[_i].kind]);
    if (FRAMES[_i].file) {
        ck_assert_str_eq(hl_strings_get(functions->strings, function->file, NULL), FRAMES[_i].file);
    } else {
        ck_assert_uint_eq(function->file, HL_NO_STRING);
    }
    hl_functions_destroy(functions);
    hl_profile_unref(profile);
}
END_TEST

START_TEST(test_groups)
{
    struct hl_profile *profile = make_profile();
    struct hl_functions *functions = NULL;
    ck_assert_int_eq(hl_attribute(profile, &SOURCES, NULL, &functions), 0);
    for (uint32_t a = 0; a < ARRAY_SIZE(FRAMES); a++) {
        for (uint32_t b = a + 1; b < ARRAY_SIZE(FRAMES); b++) {
            bool is_same = a == 4 && b == 6;
            for (size_t i = 0; i < ARRAY_SIZE(SAME); i++) {
                is_same = is_same || (SAME[i][0] == a && SAME[i][1] == b);
            }
            ck_assert_msg((functions->of_frame[a] == functions->of_frame[b]) == is_same,
                          "frames %u and %u", a, b);
        }
    }
    hl_functions_destroy(functions);
    hl_profile_unref(profile);
}
END_TEST

/* Every frame's function again, from the rows that were saved when there were texts. */
START_TEST(test_stored)
{
    struct hl_run_data data = {.profile = make_profile()};
    struct hl_functions *again = NULL;
    struct hl_rows rows;
    ck_assert_int_eq(hl_attribute(data.profile, &SOURCES, NULL, &data.functions), 0);
    data.function_self = hl_xcalloc(data.functions->count, sizeof(uint64_t));
    data.function_total = hl_xcalloc(data.functions->count, sizeof(uint64_t));
    ck_assert_int_eq(hl_run_data_rows(&data, &rows), 0);
    ck_assert_int_eq(hl_attribute(data.profile, NULL, &rows, &again), 0);
    for (uint32_t i = 0; i < ARRAY_SIZE(FRAMES); i++) {
        const struct hl_function *a = &data.functions->items[data.functions->of_frame[i]];
        const struct hl_function *b = &again->items[again->of_frame[i]];
        ck_assert_str_eq(hl_strings_get(again->strings, b->name, NULL),
                         hl_strings_get(data.functions->strings, a->name, NULL));
        ck_assert_uint_eq(a->hash, b->hash);
        ck_assert_uint_eq(a->line, b->line);
        ck_assert_uint_eq(a->end_line, b->end_line);
        ck_assert_uint_eq(a->ordinal, b->ordinal);
    }
    ck_assert_uint_eq(again->count, data.functions->count);
    hl_functions_destroy(again);
    for (uint64_t nth = 1, faults = 1; faults > 0; nth++) {
        hl_memory_fail_at(nth, 0);
        int r = hl_attribute(data.profile, NULL, &rows, &again);
        faults = hl_memory_faults();
        hl_memory_fail_at(0, 0);
        ck_assert_int_eq(r, faults > 0 ? -ENOMEM : 0);
    }
    hl_functions_destroy(again);
    hl_rows_finish(&rows);
    hl_run_data_finish(&data);
}
END_TEST

START_TEST(test_failing_allocations)
{
    struct hl_profile *profile = make_profile();
    struct hl_functions *functions = NULL;
    for (uint64_t nth = 1;; nth++) {
        hl_memory_fail_at(nth, 0);
        int r = hl_attribute(profile, &SOURCES, NULL, &functions);
        uint64_t faults = hl_memory_faults();
        hl_memory_fail_at(0, 0);
        if (faults == 0) {
            ck_assert_int_eq(r, 0);
            ck_assert_uint_gt(nth, 10);
            break;
        }
        ck_assert_int_eq(r, -ENOMEM);
        ck_assert_ptr_null(functions);
    }
    hl_functions_destroy(functions);
    hl_profile_unref(profile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("app-attribution");
    TCase *tests = tcase_create("attribution");
    tcase_add_loop_test(tests, test_frames, 0, ARRAY_SIZE(FRAMES));
    tcase_add_test(tests, test_groups);
    tcase_add_test(tests, test_stored);
    tcase_add_test(tests, test_failing_allocations);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
