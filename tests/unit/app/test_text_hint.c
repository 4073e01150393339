/* The words on lines and functions. */
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/app/text.h"
#include "hotlens/base/macros.h"

static void check_text(struct hl_buffer *out, const char *expected)
{
    char *text = hl_buffer_take(out);
    ck_assert_str_eq(text, expected);
    free(text);
}

static const struct {
    double rate;
    uint64_t self, total, all;
    const char *focus;
    const char *hint, *lens;
} NUMBERS[] = {
    {100, 40, 120, 976, NULL, "1.20 s · 12.3% · own 0.40 s", "1.20 s total (12.3%) · 0.40 s own"},
    {100, 120, 120, 976, NULL, "1.20 s · 12.3%", "1.20 s total (12.3%) · 1.20 s own"},
    {100, 0, 120, 976, NULL, "1.20 s · 12.3% · own 0 s", "1.20 s total (12.3%) · 0 s own"},
    {0, 40, 120, 976, NULL, "120 samples · 12.3% · own 40 samples",
     "120 samples total (12.3%) · 40 samples own"},
    {100, 40, 120, 976, "train()", "1.20 s · 12.3% · own 0.40 s",
     "1.20 s total (12.3% of train()) · 0.40 s own"},
    {100, 120, 120, 120, "a\nb", "1.20 s · 100%", "1.20 s total (100% of a\\nb) · 1.20 s own"},
};

START_TEST(test_numbers)
{
    struct hl_buffer out = {0};
    struct hl_scale scale = {
        .seconds_per_sample = NUMBERS[_i].rate > 0 ? 1 / NUMBERS[_i].rate : 0,
        .samples = NUMBERS[_i].all,
    };
    hl_text_hint(&out, &scale, HL_HINT_BOTH, NUMBERS[_i].self, NUMBERS[_i].total);
    check_text(&out, NUMBERS[_i].hint);
    hl_text_lens(&out, &scale, NUMBERS[_i].focus, NUMBERS[_i].self, NUMBERS[_i].total);
    check_text(&out, NUMBERS[_i].lens);
}
END_TEST

static const struct {
    double rate;
    enum hl_hint_content content;
    uint64_t self;
    const char *hint;
} CONTENTS[] = {
    {100, HL_HINT_TIME, 40, "1.20 s · own 0.40 s"},
    {100, HL_HINT_TIME, 120, "1.20 s"},
    {0, HL_HINT_TIME, 40, "120 samples · own 40 samples"},
    {100, HL_HINT_PERCENT, 40, "12.3% · own 4.1%"},
    {100, HL_HINT_PERCENT, 120, "12.3%"},
    {0, HL_HINT_PERCENT, 0, "12.3% · own 0%"},
};

START_TEST(test_contents)
{
    struct hl_buffer out = {0};
    struct hl_scale scale = {
        .seconds_per_sample = CONTENTS[_i].rate > 0 ? 1 / CONTENTS[_i].rate : 0,
        .samples = 976,
    };
    hl_text_hint(&out, &scale, CONTENTS[_i].content, CONTENTS[_i].self, 120);
    check_text(&out, CONTENTS[_i].hint);
}
END_TEST

static const struct {
    double now, before;
    const char *text;
} CHANGES[] = {
    {1.2, 0.9, "▲ 0.30 s more (+33%) than 14:02"},
    {0.9, 1.2, "▼ 0.30 s less (−25%) than 14:02"},
    {30, 1, "▲ 29 s more (30 times) than 14:02"},
    {0.05, 0.02, "▲ 30 ms more (+150%) than 14:02"},
    {1, 0, "▲ 1.0 s more than 14:02"},
};

START_TEST(test_changes)
{
    struct hl_buffer out = {0};
    hl_text_change(&out, CHANGES[_i].now, CHANGES[_i].before, "14:02");
    check_text(&out, CHANGES[_i].text);
}
END_TEST

static const struct {
    uint64_t samples, all;
    double percent;
    bool worth;
} WORTH[] = {
    {3, 300, 1, true},  {2, 100, 1, false}, {3, 301, 1, false}, {3, 1000, 0, true},
    {2, 2, 0, false},   {10, 1000, 1, true}, {9, 1000, 1, false}, {3, 0, 1, false},
    {UINT64_MAX, UINT64_MAX, 100, true},
};

START_TEST(test_worth)
{
    struct hl_scale scale = {.seconds_per_sample = 0.01, .samples = WORTH[_i].all};
    ck_assert(hl_text_is_worth_a_hint(&scale, WORTH[_i].samples, WORTH[_i].percent) ==
              WORTH[_i].worth);
}
END_TEST

static const struct {
    uint32_t flags;
    const char *focus;
    const char *text;
} TOOLTIPS[] = {
    {0, NULL,
     "1.20 s total, 12.0% of this run\n0.40 s own, 4.0%\n120 ± 10 samples (1.20 s ± 0.1 s)\n"
     "seconds busy (waiting not shown)"},
    {HL_RUN_IDLE, "train()",
     "1.20 s total, 12.0% of focus: train()\n0.40 s own, 4.0%\n"
     "120 ± 10 samples (1.20 s ± 0.1 s)\nseconds of all threads, waiting included"},
    {HL_RUN_GIL, NULL,
     "1.20 s total, 12.0% of this run\n0.40 s own, 4.0%\n120 ± 10 samples (1.20 s ± 0.1 s)\n"
     "seconds holding the GIL (other time not shown)"},
};

START_TEST(test_tooltips)
{
    struct hl_buffer out = {0};
    struct hl_run run = {.rate = 100, .samples = 1000, .flags = TOOLTIPS[_i].flags};
    struct hl_scale scale = {.seconds_per_sample = 0.01, .samples = 1000};
    hl_text_hint_tooltip(&out, &run, &scale, TOOLTIPS[_i].focus, 40, 120);
    check_text(&out, TOOLTIPS[_i].text);
}
END_TEST

/* The noun goes with the count, not with its error. */
static const struct {
    uint64_t n, of;
    const char *text;
} COUNTS[] = {
    {510, 511, "510 ± 1 samples"}, {1, 1000, "1 ± 1 sample"},       {1, 1, "1 ± 0 sample"},
    {0, 10, "0 ± 0 samples"},      {5000, 9000, "5000 ± 47 samples"},
};

START_TEST(test_counts)
{
    struct hl_buffer out = {0};
    struct hl_scale scale = {.samples = COUNTS[_i].of};
    hl_text_samples(&out, &scale, COUNTS[_i].n);
    check_text(&out, COUNTS[_i].text);
}
END_TEST

#define P "\xe2\x80\x87" /* figure space */

static const struct {
    uint64_t part, whole;
    const char *text;
} BARS[] = {
    {0, 10, P P P P P P P P P P}, {10, 10, "██████████"},    {5, 10, "█████" P P P P P},
    {1, 1000000, "▏" P P P P P P P P P}, {1, 0, "▏" P P P P P P P P P}, {20, 10, "██████████"},
    {55, 100, "█████▌" P P P P},
};

START_TEST(test_bars)
{
    struct hl_buffer out = {0};
    hl_text_bar(&out, BARS[_i].part, BARS[_i].whole);
    check_text(&out, BARS[_i].text);
}
END_TEST

START_TEST(test_columns_and_markdown)
{
    struct hl_buffer out = {0};
    hl_text_pad(&out, "9%", 5);
    check_text(&out, P P P "9%");
    hl_text_pad(&out, "100.0%", 5);
    check_text(&out, "100.0%");
    hl_text_markdown(&out, "<__init__> [a](b) `c` *d* 1.5 x\ny");
    check_text(&out, "\\<\\_\\_init\\_\\_\\> \\[a\\](b) \\`c\\` \\*d\\* 1.5 x\\\\ny");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("app-text-hint");
    TCase *tests = tcase_create("hint");
    tcase_add_loop_test(tests, test_numbers, 0, ARRAY_SIZE(NUMBERS));
    tcase_add_loop_test(tests, test_contents, 0, ARRAY_SIZE(CONTENTS));
    tcase_add_loop_test(tests, test_changes, 0, ARRAY_SIZE(CHANGES));
    tcase_add_loop_test(tests, test_worth, 0, ARRAY_SIZE(WORTH));
    tcase_add_loop_test(tests, test_tooltips, 0, ARRAY_SIZE(TOOLTIPS));
    tcase_add_loop_test(tests, test_counts, 0, ARRAY_SIZE(COUNTS));
    tcase_add_loop_test(tests, test_bars, 0, ARRAY_SIZE(BARS));
    tcase_add_test(tests, test_columns_and_markdown);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
