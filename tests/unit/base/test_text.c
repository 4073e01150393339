/* Paths, vectors of strings, errors, JSON, UTF-8, SHA-256, time. What Python can judge is in
 * tests/oracle/text_vs_python.py. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../suite.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/error.h"
#include "hotlens/base/escape.h"
#include "hotlens/base/json.h"
#include "hotlens/base/log.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/sha256.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/utf8.h"

/* Compares and frees. */
static void assert_text(char *text, const char *expected)
{
    ck_assert_str_eq(text, expected);
    free(text);
}

/* Every prefix too: a sequence may be cut anywhere. */
START_TEST(test_strip_escapes)
{
    static const struct {
        const char *text;
        const char *expected;
    } ROWS[] = {
        {"plain", "plain"},
        {"\033[31;1mred\033[0m", "red"},
        {"a\033]8;;http://x\033\\link\033]8;;\ab", "alinkb"},
        {"\033(Bx\033", "Bx"},
        {"\033[", ""},
        {"\033]never ends", ""},
        {"a\033\033[1mb", "a[1mb"},
    };
    size_t whole = strlen(ROWS[_i].text);
    for (size_t length = 0; length <= whole; length++) {
        _cleanup_free_ char *text = hl_xstrndup(ROWS[_i].text, length);
        size_t left = hl_strip_escapes(text, length);
        ck_assert_uint_eq(left, strlen(text));
        ck_assert_int_eq(strncmp(text, ROWS[_i].expected, left), 0);
        ck_assert(length < whole || ROWS[_i].expected[left] == '\0');
    }
}
END_TEST

START_TEST(test_path_normalize)
{
    static const struct {
        const char *path;
        const char *expected;
    } ROWS[] = {
        {"/a/./b//c/", "/a/b/c"}, {"/a/../../b", "/b"}, {"../a/..", ".."},  {"a/../..", ".."},
        {"", "."},                {"/", "/"},           {"a/b/../c", "a/c"}, {"./x", "x"},
        {"/..", "/"},             {"../../a", "../../a"}, {"...", "..."},   {"a/..b", "a/..b"},
        {"a/../b", "b"},          {"//a", "/a"},
    };
    assert_text(hl_path_normalize(ROWS[_i].path), ROWS[_i].expected);
}
END_TEST

START_TEST(test_path_parts)
{
    static const struct {
        const char *path;
        const char *parent;
        const char *base;
    } ROWS[] = {
        {"/a/b", "/a", "b"}, {"/a", "/", "a"}, {"a", ".", "a"},
        {"/", "/", ""},      {"a/", "a", ""},  {"", ".", ""},
    };
    assert_text(hl_path_parent(ROWS[_i].path), ROWS[_i].parent);
    ck_assert_str_eq(hl_path_base_name(ROWS[_i].path), ROWS[_i].base);
}
END_TEST

START_TEST(test_path_join)
{
    static const struct {
        const char *base;
        const char *name;
        const char *joined;
    } ROWS[] = {
        {"/a", "b", "/a/b"}, {"/a/", "b", "/a/b"}, {"/a", "/b", "/b"},
        {"", "b", "b"},      {"/", "b", "/b"},     {"a", "", "a/"},
    };
    assert_text(hl_path_join(ROWS[_i].base, ROWS[_i].name), ROWS[_i].joined);
}
END_TEST

START_TEST(test_path_below)
{
    static const struct {
        const char *path;
        const char *folder;
        const char *below; /* NULL: elsewhere */
    } ROWS[] = {
        {"/a/b", "/a", "b"},  {"/a", "/a", ""},    {"/ab", "/a", NULL},     {"/a/b/c", "/a/b", "c"},
        {"/x", "/", "x"},     {"/", "/", ""},      {"/a", "/a/b", NULL},    {"/b", "/a", NULL},
        {"/a/b", "/a/", "b"},
    };
    const char *below = hl_path_below(ROWS[_i].path, ROWS[_i].folder);
    ck_assert_pstr_eq(below, ROWS[_i].below);
    ck_assert_int_eq(hl_path_is_within(ROWS[_i].path, ROWS[_i].folder), below != NULL);
}
END_TEST

START_TEST(test_path_suffix)
{
    ck_assert(hl_path_has_suffix("a.py", ".py"));
    ck_assert(hl_path_has_suffix(".py", ".py"));
    ck_assert(hl_path_has_suffix("x", ""));
    ck_assert(!hl_path_has_suffix("y", ".py"));
    ck_assert(!hl_path_has_suffix("a.pyc", ".py"));
    ck_assert(hl_path_is_absolute("/"));
    ck_assert(!hl_path_is_absolute(""));
}
END_TEST

START_TEST(test_strv)
{
    char **strings = NULL;
    ck_assert_uint_eq(hl_strv_length(NULL), 0);
    hl_strv_add(&strings, "a");
    hl_strv_addf(&strings, "%d%%", 5);
    hl_strv_add_owned(&strings, strdup(""));
    ck_assert_uint_eq(hl_strv_length(strings), 3);
    ck_assert_str_eq(strings[1], "5%");
    ck_assert_ptr_null(strings[3]);
    char **copy = hl_strv_copy(strings);
    ck_assert_uint_eq(hl_strv_length(copy), 3);
    ck_assert_ptr_ne(copy[0], strings[0]);
    ck_assert_str_eq(copy[2], "");
    hl_strv_free(copy);
    hl_strv_free(strings);
    copy = hl_strv_copy(NULL);
    ck_assert_ptr_null(copy[0]);
    hl_strv_free(copy);
    hl_strv_free(NULL);
}
END_TEST

START_TEST(test_environment)
{
    static const struct {
        const char *start; /* words */
        const char *name;
        const char *value;
        const char *end;
    } ROWS[] = {
        {"", "A", "1", "A=1"},
        {"", "A", NULL, ""},
        {"A=0 B=2", "A", "1", "A=1 B=2"},
        {"A=0 B=2", "B", "", "A=0 B="},
        {"A=0 B=2 C=3", "A", NULL, "B=2 C=3"},
        {"A=0 B=2", "B", NULL, "A=0"},
        {"AB=0", "A", "1", "AB=0 A=1"},
        {"A B=2", "A", NULL, "A B=2"},
        /* twice the same name: both go, or one is left */
        {"A=0 B=2 A=3", "A", NULL, "B=2"},
        {"A=0 B=2 A=3 A=4", "A", "1", "A=1 B=2"},
    };
    char **environment = NULL;
    char *start = strdup(ROWS[_i].start);
    for (char *rest, *word = strtok_r(start, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        hl_strv_add(&environment, word);
    }
    free(start);
    hl_strv_env_set(&environment, ROWS[_i].name, ROWS[_i].value);
    ck_assert_pstr_eq(hl_strv_env_get(environment, ROWS[_i].name), ROWS[_i].value);
    struct hl_buffer text = {0};
    for (size_t i = 0; environment && environment[i]; i++) {
        hl_buffer_printf(&text, "%s%s", i > 0 ? " " : "", environment[i]);
    }
    assert_text(hl_buffer_take(&text), ROWS[_i].end);
    hl_strv_free(environment);
}
END_TEST

START_TEST(test_error)
{
    _cleanup_error_ struct hl_error error = {0};
    hl_error_set_remedy(&error, "ignored");
    hl_error_prefix(&error, "ignored");
    ck_assert_ptr_null(error.message);
    ck_assert_str_eq(hl_error_text(&error, -ENOENT), strerror(ENOENT));
    ck_assert_str_eq(hl_error_text(NULL, EACCES), strerror(EACCES));

    ck_assert_int_eq(hl_error_set(&error, ENOENT, "no %s", "file"), -ENOENT);
    ck_assert_int_eq(error.code, ENOENT);
    hl_error_set_remedy(&error, "make %d", 1);
    hl_error_set_remedy(&error, "make %d", 2);
    hl_error_prefix(&error, "at %d", 3);
    ck_assert_str_eq(error.message, "at 3: no file");
    ck_assert_str_eq(error.remedy, "make 2");
    /* a new error does not keep the old remedy, and may quote the old message */
    ck_assert_int_eq(hl_error_set_errno(&error, EIO, "then %s", error.message), -EIO);
    ck_assert_ptr_null(error.remedy);
    ck_assert_int_eq(strncmp(error.message, "then at 3: no file: ", 20), 0);

    struct hl_error moved = {0};
    hl_error_set(&moved, EPERM, "old");
    hl_error_move(&moved, &error);
    ck_assert_int_eq(moved.code, EIO);
    ck_assert_int_eq(error.code, 0);
    hl_error_move(NULL, &moved);
    ck_assert_ptr_null(moved.message);
    ck_assert_int_eq(hl_error_set(NULL, EIO, "nobody reads it"), -EIO);
    hl_error_finish(NULL);
}
END_TEST

START_TEST(test_json_shapes)
{
    struct hl_buffer buffer = {0};
    struct hl_json json;
    hl_json_init(&json, &buffer);
    hl_json_object_begin(&json);
    hl_json_key(&json, "empty");
    hl_json_array_begin(&json);
    hl_json_array_end(&json);
    hl_json_key(&json, "list");
    hl_json_array_begin(&json);
    hl_json_u64(&json, UINT64_MAX);
    hl_json_i64(&json, INT64_MIN);
    hl_json_object_begin(&json);
    hl_json_object_end(&json);
    hl_json_null(&json);
    hl_json_hex(&json, 0xAB);
    hl_json_hex(&json, UINT64_C(0x0123456789abcdef));
    hl_json_hex(&json, UINT64_MAX);
    hl_json_array_end(&json);
    hl_json_member_string(&json, "s", "x\"<\\");
    hl_json_member_string(&json, "n", NULL);
    hl_json_member_u64(&json, "u", 1);
    hl_json_member_i64(&json, "i", -1);
    hl_json_member_number(&json, "d", 0.5);
    hl_json_member_bool(&json, "b", false);
    hl_json_object_end(&json);
    ck_assert_uint_eq(json.depth, 0);
    assert_text(hl_buffer_take(&buffer),
                "{\"empty\":[],\"list\":[18446744073709551615,-9223372036854775808,{},null,"
                "\"00000000000000ab\",\"0123456789abcdef\",\"ffffffffffffffff\"],"
                "\"s\":\"x\\\"\\u003c\\\\\",\"n\":null,\"u\":1,\"i\":-1,"
                "\"d\":0.5,\"b\":false}");
}
END_TEST

START_TEST(test_json_numbers)
{
    static const struct {
        double value;
        const char *text;
    } ROWS[] = {
        {0, "0"},
        {100, "100"},
        {1.5, "1.5"},
        {0.1234567, "0.123457"},
        {1e15, "1000000000000000"},
        {-2.25, "-2.25"},
        {-1e-9, "0"},
        {-0.0, "0"},
        {NAN, "null"},
        {INFINITY, "null"},
        {-INFINITY, "null"},
    };
    struct hl_buffer buffer = {0};
    struct hl_json json;
    hl_json_init(&json, &buffer);
    hl_json_number(&json, ROWS[_i].value);
    assert_text(hl_buffer_take(&buffer), ROWS[_i].text);
}
END_TEST

START_TEST(test_json_largest_number)
{
    struct hl_buffer buffer = {0};
    struct hl_json json;
    hl_json_init(&json, &buffer);
    hl_json_number(&json, -1.7976931348623157e308);
    ck_assert_uint_eq(buffer.length, 310);
    ck_assert(strtod(buffer.data, NULL) == -1.7976931348623157e308);
    hl_buffer_finish(&buffer);
}
END_TEST

START_TEST(test_utf8_encode)
{
    static const struct {
        uint32_t code_point;
        const char *bytes;
    } ROWS[] = {
        {0x7F, "\x7F"},         {0x80, "\xC2\x80"},         {0x7FF, "\xDF\xBF"},
        {0x800, "\xE0\xA0\x80"}, {0xFFFF, "\xEF\xBF\xBF"},   {0x10000, "\xF0\x90\x80\x80"},
        {0x10FFFF, "\xF4\x8F\xBF\xBF"}, {0x110000, "\xEF\xBF\xBD"}, {0xD800, "\xEF\xBF\xBD"},
        {0xDFFF, "\xEF\xBF\xBD"}, {UINT32_MAX, "\xEF\xBF\xBD"},
    };
    char bytes[4];
    size_t length = hl_utf8_encode(ROWS[_i].code_point, bytes);
    ck_assert_uint_eq(length, strlen(ROWS[_i].bytes));
    ck_assert_mem_eq(bytes, ROWS[_i].bytes, length);
}
END_TEST

START_TEST(test_utf8_visible)
{
    static const struct {
        const char *text;
        const char *visible;
    } ROWS[] = {
        {"plain \xC3\xA9", "plain \xC3\xA9"},
        {"a\nb\tc\x1b[31m", "a\\nb\\x09c\\x1b[31m"},
        {"\x7F\xC2\x9B", "\\x7f\\x9b"},
        {"\xFF\xE2\x82", "\\xff\\xe2\\x82"},
        {"\xE2\x80\xAE" "x\xE2\x81\xA9", "\\u202ex\\u2069"},
        {"\xEF\xBF\xBD", "\xEF\xBF\xBD"},
    };
    struct hl_buffer buffer = {0};
    hl_utf8_append_visible(&buffer, ROWS[_i].text, strlen(ROWS[_i].text));
    assert_text(hl_buffer_take(&buffer), ROWS[_i].visible);
}
END_TEST

START_TEST(test_utf8_width)
{
    static const struct {
        const char *text;
        size_t width;
    } ROWS[] = {
        {"", 0},           {"abc", 3},
        {"\xC3\xA9", 1},   {"e\xCC\x81", 1},         /* combining acute */
        {"\xE6\xBC\xA2", 2}, {"\xF0\x9F\x98\x80", 2}, /* a Han character, an emoji */
        {"\n\x1b", 0},     {"\xFF", 1},
    };
    ck_assert_uint_eq(hl_utf8_width(ROWS[_i].text, strlen(ROWS[_i].text)), ROWS[_i].width);
}
END_TEST

/* FIPS 180-4 examples, and lengths around the padding's block border. */
START_TEST(test_sha256)
{
    static const struct {
        const char *text;
        const char *digest;
    } ROWS[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    uint8_t digest[HL_SHA256_SIZE];
    hl_sha256(ROWS[_i].text, strlen(ROWS[_i].text), digest);
    char hex[2 * HL_SHA256_SIZE + 1];
    for (size_t i = 0; i < HL_SHA256_SIZE; i++) {
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    ck_assert_str_eq(hex, ROWS[_i].digest);
}
END_TEST

START_TEST(test_clock_format)
{
    static const struct {
        int64_t utc_ns;
        int offset;
        const char *iso;
        const char *brief;
    } ROWS[] = {
        {0, 0, "1970-01-01T00:00:00+00:00", "00:00"},
        {INT64_C(1777636923999999999), 120, "2026-05-01T14:02:03+02:00", "14:02"},
        {INT64_C(1777636923000000000), -210, "2026-05-01T08:32:03-03:30", "08:32"},
        {-1, 0, "1969-12-31T23:59:59+00:00", "23:59"},
        {INT64_MAX, 0, "2262-04-11T23:47:16+00:00", "23:47"},
    };
    char text[32];
    hl_clock_format_iso(ROWS[_i].utc_ns, ROWS[_i].offset, text, sizeof(text));
    ck_assert_str_eq(text, ROWS[_i].iso);
    hl_clock_format_short(ROWS[_i].utc_ns, ROWS[_i].offset, text, sizeof(text));
    ck_assert_str_eq(text, ROWS[_i].brief);
}
END_TEST

START_TEST(test_clock)
{
    setenv("TZ", "XST-05:30", 1);
    tzset();
    ck_assert_int_eq(hl_clock_offset_minutes(0), 330);
    int64_t first = hl_clock_monotonic();
    ck_assert_int_ge(hl_clock_monotonic(), first);
    ck_assert_int_gt(hl_clock_utc(), INT64_C(1700000000) * HL_NS_PER_SECOND);
}
END_TEST

static void keep_message(void *user, enum hl_log_level level, const char *message)
{
    hl_buffer_printf(user, "%d:%s;", (int)level, message);
}

START_TEST(test_log)
{
    struct hl_buffer got = {0};
    hl_log_set_sink(keep_message, &got);
    hl_log_info("not shown");
    hl_log_warning("w%d", 1);
    hl_log_set_level(HL_LOG_DEBUG);
    hl_log_debug("d");
    hl_log_error("e");
    assert_text(hl_buffer_take(&got), "1:w1;3:d;0:e;");
}
END_TEST

/* A terminal may read what no sink takes: names that others chose do not command it. */
START_TEST(test_log_is_visible)
{
    int ends[2];
    char got[128] = "";
    ck_assert_int_eq(pipe(ends), 0);
    int standard_error = dup(STDERR_FILENO);
    ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    hl_log_warning("no file %s", "\x1b]0;x\a\r\nb\xff");
    ck_assert_int_eq(dup2(standard_error, STDERR_FILENO), STDERR_FILENO);
    ssize_t length = read(ends[0], got, sizeof(got) - 1);
    ck_assert_int_gt(length, 0);
    ck_assert_str_eq(got, "hotlens: warning: no file \\x1b]0;x\\x07\\x0d\\nb\\xff\n");
    close(standard_error);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base-text");
    TCase *tests = tcase_create("text");
    tcase_add_loop_test(tests, test_strip_escapes, 0, 7);
    tcase_add_loop_test(tests, test_path_normalize, 0, 14);
    tcase_add_loop_test(tests, test_path_parts, 0, 6);
    tcase_add_loop_test(tests, test_path_join, 0, 6);
    tcase_add_loop_test(tests, test_path_below, 0, 9);
    tcase_add_test(tests, test_path_suffix);
    tcase_add_test(tests, test_strv);
    tcase_add_loop_test(tests, test_environment, 0, 10);
    tcase_add_test(tests, test_error);
    tcase_add_test(tests, test_json_shapes);
    tcase_add_loop_test(tests, test_json_numbers, 0, 11);
    tcase_add_test(tests, test_json_largest_number);
    tcase_add_loop_test(tests, test_utf8_encode, 0, 11);
    tcase_add_loop_test(tests, test_utf8_visible, 0, 6);
    tcase_add_loop_test(tests, test_utf8_width, 0, 8);
    tcase_add_loop_test(tests, test_sha256, 0, 3);
    tcase_add_loop_test(tests, test_clock_format, 0, 5);
    tcase_add_test(tests, test_clock);
    tcase_add_test(tests, test_log);
    tcase_add_test(tests, test_log_is_visible);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
