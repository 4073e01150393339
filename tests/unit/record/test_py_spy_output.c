/* The parser of what py-spy says, fed whole and byte by byte. */
#include "../suite.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/limits.h"
#include "hotlens/base/macros.h"
#include "py_spy_output.h"

#define SAMPLING "py-spy> Sampling process 100 times a second. Press Control-C to exit.\n"

static const struct {
    const char *input;
    bool attached, stopped, closed;
    uint64_t samples, errors, behind_ms;
    const char *text;
} ROWS[] = {
    {"", false, false, false, 0, 0, 0, ""},
    {SAMPLING, true, false, false, 0, 0, 0, ""},
    {"\x1b[32mpy-spy\x1b[0m> Sampling process 1 times a second\r\n", true, false, false, 0, 0, 0, ""},
    {"\x1b]0;title\apy-spy> Sampling process 1", true, false, false, 0, 0, 0, ""},
    {"\x1b]0;title\x1b\\py-spy> Sampling process 1", true, false, false, 0, 0, 0, ""},
    {"Sampling process 1 times\n", false, false, false, 0, 0, 0, "Sampling process 1 times\n"},
    {"x py-spy> Sampling process\n", false, false, false, 0, 0, 0, "x py-spy> Sampling process\n"},
    {SAMPLING "\npy-spy> Stopped sampling because process exited\n", true, true, false, 0, 0, 0, ""},
    {"py-spy> Wrote raw flamegraph data to 'a'. Samples: 99 Errors: 1\n", false, false, true, 99, 1,
     0, ""},
    {"py-spy> Wrote raw flamegraph data to '/x'. Samples: 1 Errors: 2'. Samples: 3 Errors: 4", false,
     false, true, 3, 4, 0, ""},
    {"py-spy> Wrote raw flamegraph data to 'a'. Samples: -1 Errors: 1\n", false, false, false, 0, 0,
     0, "py-spy> Wrote raw flamegraph data to 'a'. Samples: -1 Errors: 1\n"},
    {"py-spy> Wrote raw flamegraph data to 'a'. Samples: 99999999999999999999 Errors: 1\n", false,
     false, false, 0, 0, 0,
     "py-spy> Wrote raw flamegraph data to 'a'. Samples: 99999999999999999999 Errors: 1\n"},
    {"py-spy> 1.66s behind in sampling, results may be inaccurate.\n", false, false, false, 0, 0, 1660,
     ""},
    {"py-spy> 12.5s behind in sampling\npy-spy> 2s behind in sampling\n", false, false, false, 0, 0,
     12500, ""},
    {"py-spy> 1.23456789s behind in sampling\n", false, false, false, 0, 0, 1234, ""},
    {"py-spy> 1,66s behind in sampling\n", false, false, false, 0, 0, 0,
     "py-spy> 1,66s behind in sampling\n"},
    {"Error: one\n\nCaused by:\n    two", false, false, false, 0, 0, 0,
     "Error: one\nCaused by:\n    two\n"},
    {"\x1b[", false, false, false, 0, 0, 0, ""},
    {"\x1b", false, false, false, 0, 0, 0, ""},
};

static void check_row(int row, size_t piece)
{
    struct py_spy_output output = {0};
    const char *input = ROWS[row].input;
    for (size_t length = strlen(input); length > 0;) {
        size_t part = hl_min_size(piece, length);
        py_spy_output_feed(&output, input, part);
        input += part;
        length -= part;
    }
    py_spy_output_end(&output);
    ck_assert_int_eq(output.attached, ROWS[row].attached);
    ck_assert_int_eq(output.stopped, ROWS[row].stopped);
    ck_assert_int_eq(output.closed, ROWS[row].closed);
    ck_assert_uint_eq(output.behind_ms, ROWS[row].behind_ms);
    ck_assert_str_eq(output.text.data ? output.text.data : "", ROWS[row].text);
    if (output.closed) {
        ck_assert_uint_eq(output.samples, ROWS[row].samples);
        ck_assert_uint_eq(output.errors, ROWS[row].errors);
    }
    py_spy_output_finish(&output);
}

START_TEST(row)
{
    check_row(_i, SIZE_MAX);
    check_row(_i, 1);
}
END_TEST

START_TEST(flood_is_bounded)
{
    struct py_spy_output output = {0};
    size_t size = (size_t)1 << 20;
    char *noise = malloc(size);
    ck_assert_ptr_nonnull(noise);
    memset(noise, 'x', size);
    for (int i = 0; i < 8; i++) {
        py_spy_output_feed(&output, noise, size);
    }
    for (int i = 0; i < 100000; i++) {
        py_spy_output_feed(&output, "\nnoise noise noise", 18);
    }
    py_spy_output_feed(&output, "\n" SAMPLING, strlen(SAMPLING) + 1);
    ck_assert(output.attached);
    ck_assert_uint_le(output.text.length, HL_LIMIT_CHILD_OUTPUT + 1);
    ck_assert_uint_le(output.line.capacity, 64u << 10);
    py_spy_output_finish(&output);
    free(noise);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("py-spy output");
    TCase *tests = tcase_create("output");
    tcase_add_loop_test(tests, row, 0, ARRAY_SIZE(ROWS));
    tcase_add_test(tests, flood_is_bounded);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
