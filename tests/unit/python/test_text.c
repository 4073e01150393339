/* Decoding and line maps. */
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/python/decode.h"
#include "hotlens/python/line_map.h"

static const struct {
    const char *bytes;
    const char *encoding;
    int result;
    const char *text;
} DECODES[] = {
    {"", "utf-8", 0, ""},
    {"x = 1\r\n", "utf-8", 0, "x = 1\r\n"},
    {"\xEF\xBB\xBFx", "utf-8", 0, "x"},
    {"\xC3\xA9", "utf-8", 0, "\xC3\xA9"},
    {"\xE9", "utf-8", -EILSEQ, ""},
    {"# coding: latin-1\n\xE9", "iso-8859-1", 0, "# coding: latin-1\n\xC3\xA9"},
    {"# -*- coding: Latin_1-unix -*-\n\xE9", "iso-8859-1", 0,
     "# -*- coding: Latin_1-unix -*-\n\xC3\xA9"},
    {"#!x\n# vim: set fileencoding=cp1252 :\n\x80", "cp1252", 0,
     "#!x\n# vim: set fileencoding=cp1252 :\n\xE2\x82\xAC"},
    {"x = 1\n# coding: latin-1\n\xE9", "utf-8", -EILSEQ, ""},
    {"\n\n# coding: latin-1\n", "utf-8", 0, "\n\n# coding: latin-1\n"},
    {"\f # coding=utf8\n", "utf8", 0, "\f # coding=utf8\n"},
    {"# coding: ascii\n\xC3\xA9", "ascii", -EILSEQ, ""},
    {"# coding: no-such-thing\n", "no-such-thing", -ENOTSUP, ""},
    {"\xEF\xBB\xBF# coding: latin-1\n", "iso-8859-1", -EILSEQ, ""},
    {"\xEF\xBB\xBF# coding: utf-8\n", "utf-8", 0, "# coding: utf-8\n"},
    {"# encoding\tcoding: \n", "utf-8", 0, "# encoding\tcoding: \n"},
    {"# coding:", "utf-8", 0, "# coding:"},
    {"# coding: shift_jis\n\x83\x65\x5C", "shift-jis", 0, "# coding: shift_jis\n\xE3\x83\x86\\"},
    {"# coding: shift_jis\n\x83", "shift-jis", -EILSEQ, ""},
};

START_TEST(test_decode)
{
    const char *bytes = DECODES[_i].bytes;
    char *encoding = hl_python_encoding(bytes, strlen(bytes));
    ck_assert_str_eq(encoding, DECODES[_i].encoding);
    free(encoding);
    struct hl_buffer text = {0};
    hl_buffer_puts(&text, "before ");
    ck_assert_int_eq(hl_python_decode(bytes, strlen(bytes), &text), DECODES[_i].result);
    ck_assert_str_eq(text.data + strlen("before "), DECODES[_i].text);
    hl_buffer_finish(&text);
}
END_TEST

START_TEST(test_decode_faults)
{
    static const char *const TEXTS[] = {"x", "# coding: koi8-r\n\xC1"};
    const char *bytes = TEXTS[_i];
    struct hl_buffer text = {0};
    hl_memory_fail_at(1, 1);
    ck_assert_int_eq(hl_python_decode(bytes, strlen(bytes), &text), -ENOMEM);
    hl_memory_fail_at(0, 0);
    hl_buffer_finish(&text);
}
END_TEST

static struct hl_line_hashes hashes_of(const char *text)
{
    struct hl_line_hashes hashes;
    ck_assert_int_eq(hl_line_hashes_init(&hashes, text, strlen(text)), 0);
    return hashes;
}

static const struct {
    const char *old_text;
    const char *new_text;
    const char *to_new; /* a digit per old line */
} MAPS[] = {
    {"", "", ""},
    {"a\n", "", "0"},
    {"", "a\n", ""},
    {"a\nb\nc\n", "a\nb\nc\n", "123"},
    {"a\nb\nc", "a\r\nb\rc\n", "123"},
    {"a\nb\nc\n", "x\na\nb\nc\n", "234"},
    {"a\nb\nc\n", "a\nx\nc\n", "103"},
    {"a\nb\nc\n", "a\nc\n", "102"},
    {"a\nb\nc\nd\ne\n", "x\nb\ny\nd\nz\n", "02040"},
    {"a\nb\n", "b\na\n", NULL},
    {"a\n\nb\n\nc\n", "a\n\nx\n\nb\n\nc\n", "12567"},
};

START_TEST(test_map)
{
    struct hl_line_hashes sides[] = {hashes_of(MAPS[_i].old_text), hashes_of(MAPS[_i].new_text)};
    struct hl_line_map *map = NULL;
    ck_assert_int_eq(hl_line_map_create(&sides[0], &sides[1], &map), 0);
    for (uint32_t line = 1; MAPS[_i].to_new && line <= sides[0].count; line++) {
        uint32_t expected = (uint32_t)(MAPS[_i].to_new[line - 1] - '0');
        ck_assert_uint_eq(hl_line_map_to_new(map, line), expected);
        if (expected > 0) {
            ck_assert_uint_eq(hl_line_map_to_old(map, expected), line);
        }
    }
    ck_assert_int_eq(hl_line_map_is_rough(map), 0);
    ck_assert_uint_eq(hl_line_map_to_new(map, 0), 0);
    ck_assert_uint_eq(hl_line_map_to_new(map, sides[0].count + 1), 0);
    ck_assert_uint_eq(hl_line_map_to_old(map, UINT32_MAX), 0);
    hl_line_map_destroy(map);
    hl_line_hashes_finish(&sides[0]);
    hl_line_hashes_finish(&sides[1]);
}
END_TEST

/* Edits here and there in a long text, with lines that occur often: a line that is there once and was not
 * touched is found where it went. */
START_TEST(test_scattered_map)
{
    enum { LINES = 5000 };
    struct hl_buffer texts[2] = {{0}, {0}};
    uint32_t expected[LINES + 1] = {0};
    uint32_t to = 0;
    unsigned seed = (unsigned)_i;
    for (uint32_t line = 1; line <= LINES; line++) {
        seed = seed * 1103515245u + 12345u;
        unsigned what = (seed >> 16) % 100;
        bool is_common = (seed >> 8) % 3 == 0;
        char text[32];
        (void)snprintf(text, sizeof(text), "line %u\n", line);
        const char *old = is_common ? "    return\n" : text;
        hl_buffer_puts(&texts[0], old);
        what = is_common ? 99 : what; /* else one common line could stand for another */
        if (what == 0) { /* removed */
            continue;
        }
        if (what == 1 || what == 2) { /* changed, and more with it */
            hl_buffer_puts(&texts[1], "changed\n");
            to++;
            for (unsigned more = (seed >> 4) % 90; what == 2 && more > 0; more--) {
                hl_buffer_puts(&texts[1], "    return\n");
                to++;
            }
            continue;
        }
        hl_buffer_puts(&texts[1], old);
        expected[line] = is_common ? UINT32_MAX : ++to;
        to += is_common ? 1 : 0;
    }
    struct hl_line_hashes sides[2];
    struct hl_line_map *map = NULL;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(hl_line_hashes_init(&sides[i], texts[i].data, texts[i].length), 0);
    }
    ck_assert_int_eq(hl_line_map_create(&sides[0], &sides[1], &map), 0);
    uint32_t before = 0;
    for (uint32_t line = 1; line <= LINES; line++) {
        uint32_t found = hl_line_map_to_new(map, line);
        if (expected[line] != UINT32_MAX) {
            ck_assert_uint_eq(found, expected[line]);
        }
        if (found > 0) {
            ck_assert_uint_gt(found, before);
            ck_assert_uint_eq(hl_line_map_to_old(map, found), line);
            ck_assert_uint_eq(sides[0].items[line - 1], sides[1].items[found - 1]);
            before = found;
        }
    }
    hl_line_map_destroy(map);
    for (int i = 0; i < 2; i++) {
        hl_line_hashes_finish(&sides[i]);
        hl_buffer_finish(&texts[i]);
    }
}
END_TEST

/* Texts of the same few lines in an unrelated order: past the step limit, only the lines that are
 * there once are matched, each with its equal, in order. */
START_TEST(test_rough_map)
{
    struct hl_buffer texts[2] = {{0}, {0}};
    uint32_t random = 1;
    for (int side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < HL_LIMIT_DIFF_STEPS / 200; i++) {
            random = random * 1664525 + 1013904223;
            hl_buffer_printf(&texts[side], "%u\n", (random >> 16) % 50);
            if (i % 1000 == 500) {
                hl_buffer_printf(&texts[side], "unique %u\n", i);
            }
        }
    }
    struct hl_line_hashes sides[] = {hashes_of(texts[0].data), hashes_of(texts[1].data)};
    struct hl_line_map *map = NULL;
    ck_assert_int_eq(hl_line_map_create(&sides[0], &sides[1], &map), 0);
    ck_assert_int_eq(hl_line_map_is_rough(map), 1);
    uint32_t matched = 0;
    uint32_t last = 0;
    for (uint32_t line = 1; line <= sides[0].count; line++) {
        uint32_t to = hl_line_map_to_new(map, line);
        if (to > 0) {
            ck_assert_uint_gt(to, last);
            ck_assert(sides[0].items[line - 1] == sides[1].items[to - 1]);
            last = to;
            matched++;
        }
    }
    ck_assert_uint_ge(matched, 20);
    hl_line_map_destroy(map);
    for (int side = 0; side < 2; side++) {
        hl_line_hashes_finish(&sides[side]);
        hl_buffer_finish(&texts[side]);
    }
}
END_TEST

START_TEST(test_map_faults)
{
    struct hl_line_hashes sides[] = {hashes_of("a\nb\nc\nd\ne\n"), hashes_of("e\nb\na\nd\nx\n")};
    struct hl_line_map *map = NULL;
    for (uint64_t nth = 1;; nth++) {
        hl_memory_fail_at(nth, 0);
        int r = hl_line_map_create(&sides[0], &sides[1], &map);
        uint64_t faults = hl_memory_faults();
        hl_memory_fail_at(0, 0);
        if (faults == 0) {
            ck_assert_int_eq(r, 0);
            ck_assert_uint_gt(nth, 7);
            break;
        }
        ck_assert_int_eq(r, -ENOMEM);
        ck_assert_ptr_null(map);
    }
    hl_line_map_destroy(map);
    hl_line_hashes_finish(&sides[0]);
    hl_memory_fail_at(1, 0);
    ck_assert_int_eq(hl_line_hashes_init(&sides[0], "a", 1), -ENOMEM);
    hl_memory_fail_at(0, 0);
    hl_line_hashes_finish(&sides[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("python-text");
    TCase *tests = tcase_create("text");
    tcase_add_loop_test(tests, test_decode, 0, ARRAY_SIZE(DECODES));
    tcase_add_loop_test(tests, test_decode_faults, 0, 2);
    tcase_add_loop_test(tests, test_map, 0, ARRAY_SIZE(MAPS));
    tcase_add_loop_test(tests, test_scattered_map, 0, 10);
    tcase_add_test(tests, test_rough_map);
    tcase_add_test(tests, test_map_faults);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
