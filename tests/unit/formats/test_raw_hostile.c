#include "../suite.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hotlens/base/limits.h"
#include "raw_help.h"

struct hostile {
    const char *data;
    size_t length; /* 0: strlen */
    struct hl_raw_report report;
    uint32_t nodes;
};

#define Q(n) "process " #n ":\""
#define BYTES(text) (text), sizeof(text) - 1

static const struct hostile ROWS[] = {
    {"", 0, {0}, 1},
    {"\n\r\n\n", 0, {0}, 1},
    {" 5\n", 0, {.records = 1, .samples = 5, .empty = 5}, 1},
    {"f (x.py:1) 4\ng (x.py:2) 5", 0, {.records = 2, .samples = 9, .truncated = true}, 3},
    /* counts */
    {"f (x.py:1) 0\n", 0, {.records = 1}, 1},
    {"f (x.py:1) 007\n", 0, {.records = 1, .samples = 7}, 2},
    {"f (x.py:1) 18446744073709551616\n", 0,
     {.records = 1, .samples = UINT64_MAX, .overflow = true}, 2},
    {"f (x.py:1) 18446744073709551615\nf (x.py:1) 1\n", 0,
     {.records = 2, .samples = UINT64_MAX, .overflow = true}, 2},
    {"f (x.py:1) 00000000000000000000000000000000000000000000012\n", 0,
     {.records = 1, .samples = 12}, 2},
    {"f (x.py:1) -1\nf (x.py:1) 2\n", 0,
     {.records = 1, .samples = 2, .skipped = 1, .first_problem_line = 1}, 2},
    /* bytes */
    {BYTES("f\0g (x\0.py:1) 3\n"), {.records = 1, .samples = 3}, 2},
    {"f\xff (\xc3.py:1);f\xff (\xc3.py:1) 3\n", 0,
     {.records = 1, .samples = 3, .invalid_utf8 = 1}, 3},
    {"\r 3\r\n", 0, {.records = 1, .samples = 3, .opaque = 1}, 2},
    /* lines that are no records */
    {"py-spy> Sampling process 100 times a second. Press Control-C to exit.\n\nf (x.py:1) 3\n", 0,
     {.records = 1, .samples = 3, .skipped = 1, .first_problem_line = 1}, 2},
    {"f (x.py:1)\ng (x.py:2) 3\n", 0,
     {.records = 1, .samples = 3, .skipped = 1, .first_problem_line = 1}, 2},
    {"a (x.py:1) 1\nloaded (3) files\nf (x.py:1) 3\n", 0,
     {.records = 2, .samples = 4, .skipped = 1, .first_problem_line = 2}, 3},
    {"thread (7): a\nthread (8): b 2\n", 0,
     {.records = 1, .samples = 2, .skipped = 1, .first_problem_line = 1}, 2},
    /* cut off */
    {"f (x.py:1) 4\ng (x.py:2", 0,
     {.records = 1, .samples = 4, .truncated = true, .skipped = 1, .first_problem_line = 2}, 2},
    {"f (x.py:1) 4\ng (x.py:2\n", 0,
     {.records = 1, .samples = 4, .truncated = true, .skipped = 1, .first_problem_line = 2}, 2},
    {Q(1) "a\";f (x.py:1) 4\n" Q(1) "b\nt = 7\n", 0,
     {.records = 1, .samples = 4, .truncated = true, .skipped = 1, .first_problem_line = 2}, 3},
    {Q(1) "a\";f (x.py:1) 4\n" Q(1) "b\nt = 7\nu", 0,
     {.records = 1, .samples = 4, .truncated = true, .skipped = 1, .first_problem_line = 2}, 3},
    /* command lines that never end */
    {"f (x.py:1) 4\n" Q(1) "a 5\ng (x.py:2) 6\n", 0,
     {.records = 3, .samples = 15, .opaque = 1, .recovered = 2, .truncated = true}, 4},
    {"f (x.py:1) 4\n" Q(1) "a 5\nnothing\ng (x.py:2) 6\n", 0,
     {.records = 3, .samples = 15, .opaque = 1, .recovered = 2, .truncated = true, .skipped = 1,
      .first_problem_line = 3}, 4},
    {Q(1) "a\";f (x.py:1) 4\n" Q(2) "a\";;f 5\n" Q(1) "a\";f (x.py:1) 6\n", 0,
     {.records = 3, .samples = 15, .opaque = 2, .recovered = 1}, 6},
    {Q(1) "a\";f (x.py:1) 4\n" Q(2) "a\nb 5\n" Q(1) "a\";f (x.py:1) 6\n", 0,
     {.records = 3, .samples = 15, .opaque = 1, .recovered = 1}, 4},
    {Q(1) "a\";f (x.py:1) 4\n" Q(2) "a\nb\n" Q(1) "a\";f (x.py:1) 6\n", 0,
     {.records = 2, .samples = 10, .skipped = 1, .first_problem_line = 2}, 3},
    {Q(1) "a\";f (x.py:1) 4\n" Q(2) "a\";;f 5\n", 0,
     {.records = 2, .samples = 9, .opaque = 2, .recovered = 1, .truncated = true}, 6},
    {Q(1) "a 5\n" Q(1) "b 6\n", 0,
     {.records = 2, .samples = 11, .opaque = 2, .recovered = 2, .truncated = true}, 3},
};

static void check_report(const struct hl_raw_report *got, const struct hl_raw_report *expected)
{
    ck_assert_uint_eq(got->records, expected->records);
    ck_assert_uint_eq(got->samples, expected->samples);
    ck_assert_uint_eq(got->empty, expected->empty);
    ck_assert_uint_eq(got->opaque, expected->opaque);
    ck_assert_uint_eq(got->invalid_utf8, expected->invalid_utf8);
    ck_assert_uint_eq(got->skipped, expected->skipped);
    ck_assert_uint_eq(got->recovered, expected->recovered);
    ck_assert_uint_eq(got->first_problem_line, expected->first_problem_line);
    ck_assert_int_eq(got->overflow, expected->overflow);
    ck_assert_int_eq(got->truncated, expected->truncated);
}

START_TEST(test_report)
{
    const struct hostile *row = &ROWS[_i];
    size_t length = row->length ? row->length : strlen(row->data);
    for (size_t first = 0; first <= length; first++) {
        struct hl_profile *profile = NULL;
        struct hl_raw_report report;
        struct hl_error error = {0};
        int r = read_bytes(row->data, length, (struct reading){.first = first}, &profile, &report,
                           NULL, &error);
        ck_assert_msg(r == 0, "%s", hl_error_text(&error, r));
        check_report(&report, &row->report);
        ck_assert_uint_eq(hl_profile_samples(profile), report.samples);
        ck_assert_uint_eq(hl_profile_columns(profile)->count, row->nodes);
        hl_profile_unref(profile);
    }
}
END_TEST

struct refused {
    const char *data;
    size_t length;
    int code;
    const char *message; /* a part of it */
};

static const struct refused REFUSED[] = {
    {BYTES("hello\nworld\n"), ENODATA, "none of 2 lines"},
    {BYTES("f (x.py:1)"), ENODATA, "none of 1 lines"},
    {BYTES("\x1f\x8b\x08 5\n"), ENODATA, "gzip"},
    {BYTES("{\"$schema\": 5\n"), ENODATA, "JSON"},
    {BYTES("[\n {\n  \"line\": 5\n"), ENODATA, "JSON"},
    {BYTES("<?xml version 5\n"), ENODATA, "XML"},
    {BYTES("\0\0\0"), ENODATA, "none of 1 lines"},
};

START_TEST(test_refused)
{
    const struct refused *row = &REFUSED[_i];
    for (size_t first = 0; first <= row->length; first++) {
        struct hl_profile *profile = NULL;
        struct hl_raw_report report;
        struct hl_error error = {0};
        int r = read_bytes(row->data, row->length, (struct reading){.first = first}, &profile,
                           &report, NULL, &error);
        ck_assert_int_eq(r, -row->code);
        ck_assert_msg(strstr(error.message, row->message), "%s", error.message);
        ck_assert_ptr_nonnull(error.remedy);
        ck_assert_ptr_null(profile);
        hl_error_finish(&error);
    }
}
END_TEST

/* `count` times the unit, then the end. */
static char *repeat(const char *unit, size_t count, const char *end, size_t *ret_length)
{
    struct hl_buffer out = {0};
    for (size_t i = 0; i < count; i++) {
        hl_buffer_puts(&out, unit);
    }
    hl_buffer_puts(&out, end);
    ck_assert_int_eq(out.error, 0);
    *ret_length = out.length;
    return hl_buffer_take(&out);
}

static int read_repeated(const char *unit, size_t count, const char *end, char **ret_message,
                         struct hl_raw_report *ret_report, uint64_t *ret_steps)
{
    size_t length;
    char *data = repeat(unit, count, end, &length);
    struct hl_profile *profile = NULL;
    struct hl_error error = {0};
    int r = read_bytes(data, length, (struct reading){.piece = 1 << 16}, &profile, ret_report,
                       ret_steps, &error);
    *ret_message = error.message;
    free(error.remedy);
    hl_profile_unref(profile);
    free(data);
    return r;
}

START_TEST(test_limits)
{
    struct hl_raw_report report;
    char *message = NULL;
    /* one less fits */
    ck_assert_int_eq(
        read_repeated("f;", HL_LIMIT_STACK_DEPTH - 1, "f 3\n", &message, &report, NULL), 0);
    ck_assert_uint_eq(report.samples, 3);
    ck_assert_int_eq(read_repeated("f;", HL_LIMIT_STACK_DEPTH, "f 3\n", &message, &report, NULL),
                     -E2BIG);
    ck_assert_str_eq(message, "line 1: a stack of more than 65536 frames");
    free(message);
    size_t half = HL_LIMIT_RAW_RECORD / 2;
    ck_assert_int_eq(read_repeated("ab", half, " 3\n", &message, &report, NULL), -E2BIG);
    ck_assert_str_eq(message, "line 1: record longer than 64 MiB");
    free(message);
    ck_assert_int_eq(read_repeated("ab", half - 1, " 3", &message, &report, NULL), 0);
    ck_assert_uint_eq(report.samples, 3);
}
END_TEST

/* Past the limit a command line that never ends is read line by line, and no count is lost. */
START_TEST(test_open_limit)
{
    struct hl_raw_report report;
    size_t count = HL_LIMIT_RAW_OPEN / 8 + 1000; /* 8 bytes each */
    size_t length;
    char *data = repeat("abcde 2\n", count, "", &length);
    struct hl_buffer all = {0};
    hl_buffer_puts(&all, Q(1) "a\";f (x.py:1) 1\n" Q(1) "x\n");
    hl_buffer_append(&all, data, length);
    struct hl_profile *profile = NULL;
    struct hl_error error = {0};
    int r = read_bytes(all.data, all.length, (struct reading){.piece = 1 << 16}, &profile, &report,
                       NULL, &error);
    ck_assert_msg(r == 0, "%s", hl_error_text(&error, r));
    ck_assert_uint_eq(report.samples, 2 * count + 1);
    ck_assert_uint_eq(report.records, count + 1);
    ck_assert_uint_ge(report.recovered, 1);
    ck_assert_uint_eq(report.skipped, 1);
    hl_profile_unref(profile);
    hl_buffer_finish(&all);
    free(data);
}
END_TEST

/* Input made to make the reader look at the same bytes again and again. */
static const struct {
    const char *unit;
    const char *end;
} LINEAR[] = {
    {"process 1:\"", " 1\n"},
    {"process 1:\" 1\n", ""},
    {"process 1:\"a\n", ""},
    {"process 1:\"a\" 1\nb\";", " 1\n"},
    {"\"", " 1\n"},
    {"process 1:\"\";f (\"", " 1\n"},
    {"\n", "process 1:\" 1\n"},
    {"(", " 1\n"},
    {"f (", " 1\n"},
    {"f (;\n", "f 1\n"},
    {"f (\n", "f 1\n"},
    {"thread (1): ", " 1\n"},
    {"thread (1): a\n", " 1\n"},
    {") (", " 1\n"},
    {"9", "\n"},
    {"f (x.py:9", ") 1\n"},
    {" 1", "\n"},
};

START_TEST(test_linear)
{
    struct hl_raw_report report;
    char *message = NULL;
    for (size_t count = 1000; count <= 1000000; count *= 10) {
        uint64_t steps;
        int r = read_repeated(LINEAR[_i].unit, count, LINEAR[_i].end, &message, &report, &steps);
        ck_assert_msg(r == 0 || r == -E2BIG || r == -ENODATA, "%d", r);
        uint64_t length = count * strlen(LINEAR[_i].unit) + 16;
        ck_assert_msg(steps <= 24 * length, "%" PRIu64 " steps for %" PRIu64 " bytes", steps,
                      length);
        free(message);
        message = NULL;
    }
}
END_TEST

/* The same for one stack within the depth limit, behind a prefix that opens the search. */
static const struct {
    const char *start;
    const char *unit;
} LINEAR_STACKS[] = {
    {"process 1:\"", "\";f (x"}, {"process 1:\"", ";\""},  {"thread (1): a", ";f (x"},
    {"thread (1): a", ";f\""},   {"", "f (x;"},            {"", "f (x);y);"},
    {"process 1:\"", "\";f ((;"}, {"thread (1): ", ";a (b c)"},
};

START_TEST(test_linear_stacks)
{
    struct hl_buffer data = {0};
    hl_buffer_puts(&data, LINEAR_STACKS[_i].start);
    for (int i = 0; i < 30000; i++) {
        hl_buffer_puts(&data, LINEAR_STACKS[_i].unit);
    }
    hl_buffer_puts(&data, " 1\n");
    struct hl_profile *profile = NULL;
    struct hl_raw_report report;
    uint64_t steps;
    int r = read_bytes(data.data, data.length, (struct reading){0}, &profile, &report, &steps,
                       NULL);
    ck_assert_int_eq(r, 0);
    ck_assert_uint_eq(report.samples, 1);
    ck_assert_msg(steps <= 24 * (uint64_t)data.length, "%" PRIu64 " steps for %zu bytes", steps,
                  data.length);
    hl_profile_unref(profile);
    hl_buffer_finish(&data);
}
END_TEST

START_TEST(test_no_memory)
{
    static const char DATA[] = Q(1) "a\";thread (1): x;f (x.py:1);g (y.py:2) 4\n" Q(
        2) "a\nb\";thread (1): x;f (x.py:1) 5\n 7\n" Q(1) "a\";thread (1): x;f (x.py:1) 5\n";
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        struct hl_profile *profile = NULL;
        struct hl_raw_report report;
        struct hl_error error = {0};
        hl_memory_fail_at(nth, 0);
        int r = read_bytes(DATA, strlen(DATA), (struct reading){.piece = 50}, &profile, &report,
                           NULL, &error);
        done = hl_memory_faults() == 0;
        hl_memory_fail_at(0, 0);
        ck_assert(r == -ENOMEM || r == 0);
        ck_assert(!done || r == 0);
        ck_assert(r == 0 || !profile);
        if (r == 0) {
            ck_assert_uint_eq(hl_profile_samples(profile), 21);
        }
        hl_profile_unref(profile);
        hl_error_finish(&error);
        ck_assert_uint_lt(nth, 10000);
    }
}
END_TEST

START_TEST(test_write_no_memory)
{
    static const char DATA[] = "f (x.py:1);g (y.py:2) 4\n";
    struct hl_profile *profile = NULL;
    struct hl_raw_report report;
    ck_assert_int_eq(read_bytes(DATA, strlen(DATA), (struct reading){0}, &profile, &report, NULL,
                                NULL), 0);
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        struct hl_buffer out = {0};
        hl_memory_fail_at(nth, 0);
        hl_raw_write(profile, &out);
        done = hl_memory_faults() == 0;
        hl_memory_fail_at(0, 0);
        ck_assert_int_eq(out.error, done ? 0 : -ENOMEM);
        hl_buffer_finish(&out);
    }
    hl_profile_unref(profile);
}
END_TEST

static int read_path(const char *path, char **ret_message)
{
    struct hl_profile *profile = NULL;
    struct hl_raw_report report;
    struct hl_error error = {0};
    int r = hl_raw_read_file(path, NULL, NULL, &profile, &report, &error);
    ck_assert(r < 0 || profile);
    hl_profile_unref(profile);
    *ret_message = error.message;
    free(error.remedy);
    return r;
}

START_TEST(test_files)
{
    char *message = NULL;
    ck_assert_int_eq(read_path("/", &message), -EISDIR);
    ck_assert_str_eq(message, "/ is a folder, not a raw profile");
    free(message);
    ck_assert_int_eq(read_path("/no such file", &message), -ENOENT);
    ck_assert_ptr_nonnull(strstr(message, "cannot open /no such file"));
    free(message);
    ck_assert_int_eq(read_path("/dev/null", &message), 0);
    ck_assert_int_eq(read_path("/proc/self/exe", &message), -ENODATA);
    ck_assert_ptr_nonnull(strstr(message, "/proc/self/exe: not a raw profile"));
    free(message);
}
END_TEST

static void add_progress(void *user, uint64_t bytes)
{
    *(uint64_t *)user = bytes;
}

START_TEST(test_pipe)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    static const char DATA[] = "f (x.py:1) 4\n";
    ck_assert_int_eq(write(ends[1], DATA, strlen(DATA)), (ssize_t)strlen(DATA));
    close(ends[1]);
    ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    struct hl_profile *profile = NULL;
    struct hl_raw_report report;
    uint64_t seen = 0;
    ck_assert_int_eq(hl_raw_read_file("-", add_progress, &seen, &profile, &report, NULL), 0);
    ck_assert_uint_eq(report.samples, 4);
    ck_assert_uint_eq(seen, strlen(DATA));
    hl_profile_unref(profile);
    close(ends[0]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("formats-raw-hostile");
    TCase *tests = tcase_create("hostile");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_report, 0, (int)ARRAY_SIZE(ROWS));
    tcase_add_loop_test(tests, test_refused, 0, (int)ARRAY_SIZE(REFUSED));
    tcase_add_test(tests, test_limits);
    tcase_add_test(tests, test_open_limit);
    tcase_add_loop_test(tests, test_linear, 0, (int)ARRAY_SIZE(LINEAR));
    tcase_add_loop_test(tests, test_linear_stacks, 0, (int)ARRAY_SIZE(LINEAR_STACKS));
    tcase_add_test(tests, test_no_memory);
    tcase_add_test(tests, test_write_no_memory);
    tcase_add_test(tests, test_files);
    tcase_add_test(tests, test_pipe);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
