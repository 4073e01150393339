#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/app/text.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/macros.h"

#define S HL_NS_PER_SECOND
#define TOP UINT64_MAX

/* hl_text_amount and hl_text_error of n of N samples */
static const struct {
    double rate;
    uint64_t n, all;
    bool lower;
    const char *amount, *error;
} AMOUNTS[] = {
    {100, 120, 1000, false, "1.20 s", "± 0.1 s"},
    {100, 0, 1000, false, "0 s", "± 0 s"},
    {100, 1, 1000, false, "10 ms", "± 10 ms"},
    {100, 3, 1000, false, "30 ms", "± 20 ms"},
    {1000, 45, 1000, false, "45 ms", "± 7 ms"},
    {1000, 45, 45, false, "45 ms", "± 0 ms"},
    {100, 40, 1000, false, "0.40 s", "± 0.06 s"},
    {1000, 400, 1000, false, "0.40 s", "± 0.02 s"},
    {7, 3, 100, false, "0.4 s", "± 0.2 s"},
    {100, 1234, 100000, false, "12.3 s", "± 0.3 s"},
    {100, 11960, 100000, false, "2 min 00 s", "± 1 s"},
    {100, 12300, 100000, false, "2 min 03 s", "± 1 s"},
    {1, 99, 1000, false, "99 s", "± 9 s"},
    {1, 150, 1000, false, "2 min 30 s", "± 10 s"},
    {1, 5000, 10000, false, "83 min", "± 50 s"},
    {1, 880, 10000, false, "14 min 40 s", "± 30 s"},
    {0.01, 150, 1000, false, "4 h 10 min", "± 1000 s"},
    {0.001, 15, 1000, false, "4 h", "± 4000 s"},
    {100, 123400, 1000000, false, "20 min 34 s", "± 3 s"},
    {100, 900000, 1000000, false, "2 h 30 min", "± 3 s"},
    {10000, 3, 100, false, "0.3 ms", "± 0.2 ms"},
    {100, 120, 1000, true, "≥ 1.20 s", "± 0.1 s"},
    {0, 120, 1000, false, "120 samples", "± 10 samples"},
    {0, 1, 1, false, "1 sample", "± 0 samples"},
    {0, 1234567, 2000000, false, "1,234,567 samples", "± 690 samples"},
    {0, TOP, TOP, false, "18,446,744,073,709,551,615 samples", "± 0 samples"},
};

static void check_text(struct hl_buffer *out, const char *expected)
{
    char *text = hl_buffer_take(out);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(test_amount)
{
    struct hl_scale scale = {
        .seconds_per_sample = AMOUNTS[_i].rate > 0 ? 1 / AMOUNTS[_i].rate : 0,
        .samples = AMOUNTS[_i].all,
        .lower_bound = AMOUNTS[_i].lower,
    };
    struct hl_buffer out = {0};
    hl_text_amount(&out, &scale, AMOUNTS[_i].n);
    check_text(&out, AMOUNTS[_i].amount);
    hl_text_error(&out, &scale, AMOUNTS[_i].n);
    check_text(&out, AMOUNTS[_i].error);
}
END_TEST

static const struct {
    uint64_t part, whole;
    const char *text;
} PERCENTS[] = {
    {0, 0, "0%"},          {0, 1000, "0%"},        {1000, 1000, "100%"}, {123, 1000, "12.3%"},
    {1, 3, "33%"},         {2, 3, "67%"},          {1, 499, "<1%"},      {3, 499, "1%"},
    {498, 499, ">99%"},    {1, 100000, "<0.1%"},   {99999, 100000, ">99.9%"},
    {1, 2000, "0.1%"},     {500, 1000, "50.0%"},   {TOP, TOP, "100%"},   {TOP / 2, TOP, "50.0%"},
    {1, TOP, "<0.1%"},     {TOP - 1, TOP, ">99.9%"},
};

START_TEST(test_percent)
{
    struct hl_buffer out = {0};
    hl_text_percent(&out, PERCENTS[_i].part, PERCENTS[_i].whole);
    check_text(&out, PERCENTS[_i].text);
}
END_TEST

static const struct {
    int64_t ns;
    const char *text;
} DURATIONS[] = {
    {HL_UNKNOWN, "unknown time"},
    {-1, "0 s"},
    {0, "0 s"},
    {4 * S / 10, "0.40 s"},
    {9990 * HL_NS_PER_MS, "9.99 s"},
    {9996 * HL_NS_PER_MS, "10 s"},
    {12 * S, "12 s"},
    {60 * S, "60 s"},
    {119400 * HL_NS_PER_MS, "119 s"},
    {119600 * HL_NS_PER_MS, "2 min 00 s"},
    {200 * S, "3 min 20 s"},
    {7199 * S, "119 min 59 s"},
    {7200 * S, "2 h 00 min"},
    {INT64_MAX, "2,562,047 h 47 min"},
};

START_TEST(test_duration)
{
    struct hl_buffer out = {0};
    hl_text_duration(&out, DURATIONS[_i].ns);
    check_text(&out, DURATIONS[_i].text);
}
END_TEST

static const struct {
    struct hl_run run;
    const char *meaning, *caveats;
} RUNS[] = {
    {{.rate = 100, .samples = 4120, .duration = 60 * S, .sampled = 60 * S, .covered = 60 * S,
      .flags = HL_RUN_SUBPROCESSES},
     "60 s elapsed, 41 s busy (waiting not shown)", ""},
    {{.rate = 100, .samples = 4120, .duration = 60 * S, .sampled = 60 * S,
      .covered = 60 * S, .flags = 0},
     "60 s elapsed, 41 s busy (waiting not shown)", "subprocesses were not recorded\n"},
    {{.rate = 100, .samples = 6000, .duration = 60 * S, .sampled = 60 * S, .covered = 60 * S,
      .flags = HL_RUN_IDLE | HL_RUN_SUBPROCESSES},
     "60 s elapsed, 60 s of all threads, waiting included", ""},
    {{.rate = 100, .samples = 3000, .duration = 60 * S, .sampled = 60 * S, .covered = 60 * S,
      .flags = HL_RUN_GIL | HL_RUN_SUBPROCESSES},
     "60 s elapsed, 30 s holding the GIL (other time not shown)", ""},
    /* Overlapping windows sample some time twice; a gap is scaled up. */
    {{.rate = 100, .samples = 4400, .duration = 60 * S, .sampled = 60 * S, .covered = 66 * S,
      .flags = HL_RUN_SUBPROCESSES},
     "60 s elapsed, 40 s busy (waiting not shown)", ""},
    {{.rate = 100, .samples = 3600, .duration = 60 * S, .sampled = 60 * S, .covered = 48 * S,
      .flags = HL_RUN_SUBPROCESSES},
     "60 s elapsed, 45 s busy (waiting not shown)",
     "80% of the time was sampled; times are scaled up to all of it\n"},
    /* A thread is not busy for longer than it was looked at, two may be. */
    {{.rate = 100, .samples = 630, .duration = 6 * S, .sampled = 6 * S, .covered = 6 * S, .threads = 1,
      .flags = HL_RUN_SUBPROCESSES},
     "6.00 s elapsed, 6.00 s busy (waiting not shown)", ""},
    {{.rate = 100, .samples = 630, .duration = 6 * S, .sampled = 6 * S, .covered = 6 * S, .threads = 2,
      .flags = HL_RUN_SUBPROCESSES},
     "6.00 s elapsed, 6.30 s busy (waiting not shown)", ""},
    {{.rate = 100, .samples = 540, .duration = 6 * S, .sampled = 6 * S, .covered = 6 * S, .threads = 1,
      .flags = HL_RUN_SUBPROCESSES},
     "6.00 s elapsed, 5.40 s busy (waiting not shown)", ""},
    {{.rate = 100, .samples = 1200, .duration = 60 * S, .sampled = 60 * S, .covered = 12 * S,
      .flags = HL_RUN_SUBPROCESSES},
     "60 s elapsed, ≥ 12 s busy (waiting not shown)",
     "20% of the time was sampled: times are at least what is shown\n"},
    {{.rate = 100, .samples = 990, .errors = 10, .duration = 10 * S, .sampled = 10 * S,
      .covered = 10 * S,
      .flags = HL_RUN_SUBPROCESSES},
     "10 s elapsed, 9.90 s busy (waiting not shown)", "10 samples failed (1.0%)\n"},
    {{.rate = 100, .samples = 980, .errors = 20, .duration = 10 * S, .sampled = 10 * S,
      .covered = 10 * S,
      .flags = HL_RUN_SUBPROCESSES | HL_RUN_UNVERIFIED},
     "10 s elapsed, ≥ 9.80 s busy (waiting not shown)",
     "20 samples failed (2.0%): times are at least what is shown\n"
     "the sampler's own count of samples is missing or different\n"},
    {{.rate = 100, .samples = 1000, .duration = 10 * S, .sampled = 10 * S, .covered = 10 * S,
      .flags = HL_RUN_SUBPROCESSES | HL_RUN_BEHIND},
     "10 s elapsed, ≥ 10 s busy (waiting not shown)",
     "the sampler could not keep up: times are at least what is shown\n"},
    {{.rate = 100, .samples = 100, .duration = S, .sampled = S,
      .covered = S, .flags = HL_RUN_SUBPROCESSES,
      .notes = (char *)(uintptr_t) "one\n\ntwo\x1b[31m"},
     "1.00 s elapsed, 1.00 s busy (waiting not shown)",
     "only 100 samples: shares are uncertain by up to ± 5 points; record again at 1000 Hz for more\n"
     "one\ntwo\\x1b[31m\n"},
    /* What waited is not told by a higher rate. */
    {{.rate = 100, .samples = 29, .duration = 3 * S, .sampled = 3 * S, .covered = 3 * S,
      .flags = HL_RUN_SUBPROCESSES},
     "3.00 s elapsed, 0.29 s busy (waiting not shown)",
     "only 29 samples: shares are uncertain by up to ± 10 points; it mostly waited: record again with --idle "
     "to see where\n"},
    {{.rate = 100, .samples = 30, .duration = 3 * S, .sampled = 3 * S, .covered = 3 * S,
      .flags = HL_RUN_SUBPROCESSES},
     "3.00 s elapsed, 0.30 s busy (waiting not shown)",
     "only 30 samples: shares are uncertain by up to ± 10 points; record again at 1000 Hz for more\n"},
    {{.rate = 100, .samples = 29, .duration = 3 * S, .sampled = 3 * S, .covered = 3 * S,
      .flags = HL_RUN_SUBPROCESSES | HL_RUN_GIL},
     "3.00 s elapsed, 0.29 s holding the GIL (other time not shown)",
     "only 29 samples: shares are uncertain by up to ± 10 points; record again at 1000 Hz for more\n"},
    /* The start of the interpreter, before py-spy attached, is no time of the program's functions. */
    {{.rate = 100, .samples = 500, .duration = 5 * S + S / 4, .sampled = 5 * S, .covered = 5 * S,
      .flags = HL_RUN_SUBPROCESSES},
     "5.25 s elapsed, 5.00 s busy (waiting not shown)", ""},
    {{.rate = 100, .samples = 1800, .duration = 60 * S, .sampled = 20 * S, .covered = 18 * S,
      .flags = HL_RUN_SUBPROCESSES},
     "60 s elapsed, 20 s busy (waiting not shown)",
     "the first 40 s were not sampled and are in no number\n"},
    {{.rate = 0, .samples = 1000, .duration = HL_UNKNOWN, .sampled = HL_UNKNOWN,
      .covered = HL_UNKNOWN,
      .flags = HL_RUN_IMPORTED},
     "1000 samples", ""},
    {{.rate = 100, .samples = 1, .duration = HL_UNKNOWN, .sampled = HL_UNKNOWN,
      .covered = HL_UNKNOWN,
      .flags = HL_RUN_IMPORTED},
     "10 ms sampled", "only 1 sample: shares are uncertain by up to ± 50 points\n"},
};

START_TEST(test_run)
{
    struct hl_buffer out = {0};
    hl_text_meaning(&out, &RUNS[_i].run);
    check_text(&out, RUNS[_i].meaning);
    hl_text_caveats(&out, &RUNS[_i].run);
    char *text = out.length > 0 ? hl_buffer_take(&out) : NULL;
    ck_assert_str_eq(text ? text : "", RUNS[_i].caveats);
    free(text);
}
END_TEST

START_TEST(test_summary)
{
    struct hl_run run = RUNS[0].run;
    struct hl_buffer out = {0};
    run.title = (char *)(uintptr_t) "train.py --fast";
    run.start = 0;
    run.offset_minutes = 14 * 60 + 2;
    run.processes = 3;
    run.threads = 1;
    hl_text_summary(&out, &run);
    check_text(&out, "train.py --fast · 14:02 · 60 s elapsed, 41 s busy (waiting not shown) · "
                     "3 processes · 100 Hz");
    run.processes = 1;
    run.threads = 12;
    run.rate = 0;
    hl_text_summary(&out, &run);
    check_text(&out, "train.py --fast · 14:02 · 60 s elapsed, 4120 samples (waiting not shown) · "
                     "12 threads · unknown rate");
}
END_TEST

static const struct {
    uint64_t count;
    const char *noun, *text;
} COUNTS[] = {
    {0, "process", "0 processes"}, {1, "process", "1 process"},        {3, "process", "3 processes"},
    {1, "thread", "1 thread"},     {9999, "thread", "9999 threads"},   {10000, "file", "10,000 files"},
};

START_TEST(test_counted)
{
    struct hl_buffer out = {0};
    hl_text_counted(&out, COUNTS[_i].count, COUNTS[_i].noun);
    check_text(&out, COUNTS[_i].text);
}
END_TEST

static const struct {
    uint64_t bytes;
    const char *text;
} BYTES[] = {
    {0, "0 bytes"},        {1, "1 byte"},       {999, "999 bytes"},    {1000, "1.0 kB"},
    {1234567, "1.2 MB"},   {999499, "999 kB"},  {999500, "1.0 MB"},    {UINT64_C(12) << 30, "13 GB"},
    {TOP, "18 EB"},
};

START_TEST(test_bytes)
{
    struct hl_buffer out = {0};
    hl_text_bytes(&out, BYTES[_i].bytes);
    check_text(&out, BYTES[_i].text);
}
END_TEST

START_TEST(test_path)
{
    ck_assert_str_eq(hl_text_path("/p/a/b.py", "/p"), "a/b.py");
    ck_assert_str_eq(hl_text_path("/p", "/p"), "/p");
    ck_assert_str_eq(hl_text_path("/pq/b.py", "/p"), "/pq/b.py");
    ck_assert_str_eq(hl_text_path("<string>", "/p"), "<string>");
    ck_assert_str_eq(hl_text_path("/p/a", NULL), "/p/a");
    ck_assert_ptr_null(hl_text_path(NULL, "/p"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("app/text");
    TCase *tests = tcase_create("text");
    tcase_add_loop_test(tests, test_amount, 0, (int)ARRAY_SIZE(AMOUNTS));
    tcase_add_loop_test(tests, test_percent, 0, (int)ARRAY_SIZE(PERCENTS));
    tcase_add_loop_test(tests, test_duration, 0, (int)ARRAY_SIZE(DURATIONS));
    tcase_add_loop_test(tests, test_run, 0, (int)ARRAY_SIZE(RUNS));
    tcase_add_loop_test(tests, test_counted, 0, (int)ARRAY_SIZE(COUNTS));
    tcase_add_loop_test(tests, test_bytes, 0, (int)ARRAY_SIZE(BYTES));
    tcase_add_test(tests, test_summary);
    tcase_add_test(tests, test_path);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
