#include "../suite.h"
#include "hotlens/base/hash.h"

#include "raw_cases.h"
#include "raw_help.h"
#include "raw_split.h"

static struct hl_profile *read_text(const char *data, size_t length, struct reading how,
                                    struct hl_raw_report *ret_report)
{
    struct hl_profile *profile = NULL;
    struct hl_error error = {0};
    int r = read_bytes(data, length, how, &profile, ret_report, NULL, &error);
    ck_assert_msg(r == 0, "%s", hl_error_text(&error, r));
    return profile;
}

static char *write_text(const struct hl_profile *profile)
{
    struct hl_buffer out = {0};
    hl_raw_write(profile, &out);
    ck_assert_int_eq(out.error, 0);
    return hl_buffer_take(&out);
}

static void check_string(const struct hl_strings *strings, uint32_t id, const char *expected)
{
    if (!expected) {
        ck_assert_uint_eq(id, HL_NO_STRING);
        return;
    }
    size_t length;
    const char *text = hl_strings_get(strings, id, &length);
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(length, strlen(expected));
}

START_TEST(test_case)
{
    const struct raw_case *row = &CASES[_i];
    struct hl_raw_report report;
    struct hl_profile *profile =
        read_text(row->text, strlen(row->text), (struct reading){0}, &report);
    const struct hl_columns *columns = hl_profile_columns(profile);
    const struct hl_frames *frames = hl_profile_frames(profile);
    ck_assert_uint_eq(columns->count, row->depth + 1);
    ck_assert_uint_eq(columns->self[row->depth], row->count);
    ck_assert_uint_eq(report.samples, row->count);
    ck_assert_uint_eq(report.records, 1);
    ck_assert_uint_eq(report.empty, row->depth == 0 ? row->count : 0);
    ck_assert(report.truncated); /* no line end */
    for (size_t i = 0; i < row->depth; i++) {
        const struct expected_frame *expected = &row->frames[i];
        const struct hl_frame *frame = hl_frames_get(frames, columns->frame[i + 1]);
        check_string(hl_frames_strings(frames), frame->name, expected->name);
        check_string(hl_frames_strings(frames), frame->file, expected->file);
        ck_assert_int_eq(frame->kind, expected->kind);
        ck_assert_uint_eq(frame->line, expected->line);
        ck_assert_uint_eq(frame->number, expected->number);
    }
    char *written = write_text(profile);
    ck_assert_uint_eq(strlen(written), strlen(row->text) + 1);
    ck_assert_int_eq(memcmp(written, row->text, strlen(row->text)), 0);
    free(written);
    hl_profile_unref(profile);
}
END_TEST

/* Joining what a stack was split into gives the stack. */
START_TEST(test_split_loses_nothing)
{
    const struct raw_case *row = &CASES[_i];
    size_t length = (size_t)(strrchr(row->text, ' ') - row->text);
    struct hl_raw_split split = {0};
    struct hl_buffer joined = {0};
    ck_assert_int_eq(hl_raw_split(&split, row->text, length), 0);
    ck_assert_uint_eq(split.count, row->depth);
    for (size_t i = 0; i < split.count; i++) {
        if (i > 0) {
            hl_buffer_putc(&joined, ';');
        }
        hl_buffer_append(&joined, row->text + split.spans[i].start,
                         split.spans[i].end - split.spans[i].start);
    }
    ck_assert_uint_eq(joined.length, length);
    ck_assert(length == 0 || memcmp(joined.data, row->text, length) == 0);
    hl_buffer_finish(&joined);
    hl_raw_split_finish(&split);
}
END_TEST

/* All cases in one file, without the largest count. */
static char *all_cases(const char *line_end)
{
    struct hl_buffer all = {0};
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        const char *text = CASES[i].text;
        if (CASES[i].count < UINT64_MAX) {
            hl_buffer_puts(&all, text);
            hl_buffer_puts(&all, line_end);
        }
    }
    return hl_buffer_take(&all);
}

static uint64_t all_samples(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        sum += CASES[i].count < UINT64_MAX ? CASES[i].count : 0;
    }
    return sum;
}

static void check_same(const char *data, struct reading how, const char *expected)
{
    struct hl_raw_report report;
    struct hl_profile *profile = read_text(data, strlen(data), how, &report);
    char *written = write_text(profile);
    ck_assert_str_eq(written, expected);
    ck_assert_uint_eq(report.samples, all_samples());
    ck_assert_uint_eq(report.skipped + report.recovered, 0);
    ck_assert(!report.truncated);
    free(written);
    hl_profile_unref(profile);
}

START_TEST(test_pieces)
{
    char *data = all_cases("\n");
    struct hl_raw_report report;
    struct hl_profile *profile = read_text(data, strlen(data), (struct reading){0}, &report);
    char *expected = write_text(profile);
    for (size_t i = 1; i <= strlen(data); i++) {
        check_same(data, (struct reading){.first = i}, expected);
    }
    check_same(data, (struct reading){.piece = 1}, expected);
    check_same(data, (struct reading){.piece = 7, .plain = true}, expected);
    check_same(data, (struct reading){.plain = true}, expected);
    free(expected);
    free(data);
    hl_profile_unref(profile);
}
END_TEST

START_TEST(test_carriage_returns)
{
    char *data = all_cases("\n");
    char *dos = all_cases("\r\n");
    struct hl_raw_report report;
    struct hl_profile *profile = read_text(data, strlen(data), (struct reading){0}, &report);
    char *expected = write_text(profile);
    check_same(dos, (struct reading){0}, expected);
    check_same(dos, (struct reading){.piece = 3}, expected);
    free(expected);
    free(dos);
    free(data);
    hl_profile_unref(profile);
}
END_TEST

/* What one stack shares with the one before must not change how it is taken apart. */
START_TEST(test_neighbours)
{
    static const char *const ROWS[] = {
        /* the second closes a path that looked complete in the first */
        "f (a.py:1);g (/x/a);h (c.py:1) 1\nf (a.py:1);g (/x/a);b.py:3) 2\nf (a.py:1);g (/x/a) 3\n",
        "process 1:\"a (b);f (c.py:1) 1\nprocess 1:\"a (b);f (c.py:1)\";g (x.py:1) 2\n",
        ("thread (1): a;f (x.py:1);g (x.py:2) 1\nthread (1): a;f (x.py:1) 2\n"
         "thread (1): a;f (x.py:1);h (x.py:2) 3\nthread (1): a;b;f (x.py:1) 3\n"),
        "f (a.py:1);f (a.py:1) 1\nf (a.py:1);f (a.py:1);f (a.py:1) 1\nf (a.py:1) 5\n 3\n",
        "f (a.py:1);g 1\nf (a.py:1);g;h (x.py:1) 1\nf (a.py:1);g (x;h (x.py:1) 1\n",
    };
    const char *data = ROWS[_i];
    struct hl_raw_report plain_report;
    struct hl_raw_report report;
    struct hl_profile *plain =
        read_text(data, strlen(data), (struct reading){.plain = true}, &plain_report);
    struct hl_profile *profile = read_text(data, strlen(data), (struct reading){0}, &report);
    const struct hl_columns *a = hl_profile_columns(plain);
    const struct hl_columns *b = hl_profile_columns(profile);
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_int_eq(memcmp(a->frame, b->frame, a->count * sizeof(*a->frame)), 0);
    ck_assert_int_eq(memcmp(a->parent, b->parent, a->count * sizeof(*a->parent)), 0);
    ck_assert_int_eq(memcmp(a->self, b->self, a->count * sizeof(*a->self)), 0);
    ck_assert_uint_eq(hl_frames_count(hl_profile_frames(plain)),
                      hl_frames_count(hl_profile_frames(profile)));
    ck_assert_int_eq(memcmp(&plain_report, &report, sizeof(report)), 0);
    hl_profile_unref(plain);
    hl_profile_unref(profile);
}
END_TEST

START_TEST(test_collapsed)
{
    static const char DATA[] = "process 1:\"a;b\nc\";f (/x;y.py:1);g (x.py:1) 3\n 4\n";
    struct hl_raw_report report;
    struct hl_profile *profile = read_text(DATA, strlen(DATA), (struct reading){0}, &report);
    struct hl_buffer out = {0};
    hl_collapsed_write(profile, &out);
    ck_assert_str_eq(out.data, " 4\nprocess 1:\"a:b c\";f (/x:y.py:1);g (x.py:1) 3\n");
    hl_buffer_finish(&out);
    hl_profile_unref(profile);
}
END_TEST

/* Frames are looked up in blocks and nodes made in rows: nothing of that shows. Stacks of up to `depth`
 * frames out of few or many, with beginnings in common. */
START_TEST(test_blocks)
{
    static const struct {
        uint32_t depth;
        uint32_t names;
    } ROWS[] = {{1, 3}, {40, 2}, {63, 500}, {64, 500}, {65, 500}, {130, 40}, {1000, 100000}};
    _cleanup_buffer_ struct hl_buffer text = {0};
    for (uint64_t stack = 0; stack < 150; stack++) {
        uint64_t depth = hl_hash_mix(stack, 1) % (ROWS[_i].depth + 1);
        uint64_t fresh = hl_hash_mix(stack, 2) % (ROWS[_i].depth + 1);
        for (uint64_t i = 0; i < depth; i++) {
            uint64_t name = hl_hash_mix(i, i < fresh ? 3 : stack + 4) % ROWS[_i].names;
            hl_buffer_printf(&text, "%sf%u (/%u.py:%u)", i > 0 ? ";" : "", (unsigned)name,
                             (unsigned)name % 7, (unsigned)name + 1);
        }
        hl_buffer_printf(&text, " %u\n", (unsigned)stack + 1);
    }
    struct hl_raw_report reports[2];
    struct hl_profile *profiles[2];
    for (size_t i = 0; i < 2; i++) {
        struct reading how = {.plain = i == 1};
        profiles[i] = read_text(text.data, text.length, how, &reports[i]);
    }
    const struct hl_columns *a = hl_profile_columns(profiles[0]);
    const struct hl_columns *b = hl_profile_columns(profiles[1]);
    ck_assert_uint_eq(reports[0].samples, 150 * 151 / 2);
    ck_assert_uint_eq(reports[1].samples, reports[0].samples);
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_int_eq(memcmp(a->frame, b->frame, a->count * sizeof(*a->frame)), 0);
    ck_assert_int_eq(memcmp(a->end, b->end, a->count * sizeof(*a->end)), 0);
    ck_assert_int_eq(memcmp(a->self, b->self, a->count * sizeof(*a->self)), 0);
    hl_profile_unref(profiles[0]);
    hl_profile_unref(profiles[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("formats-raw");
    TCase *tests = tcase_create("raw");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_case, 0, (int)ARRAY_SIZE(CASES));
    tcase_add_loop_test(tests, test_split_loses_nothing, 0, (int)ARRAY_SIZE(CASES));
    tcase_add_test(tests, test_pieces);
    tcase_add_test(tests, test_carriage_returns);
    tcase_add_loop_test(tests, test_neighbours, 0, 5);
    tcase_add_test(tests, test_collapsed);
    tcase_add_loop_test(tests, test_blocks, 0, 7);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
