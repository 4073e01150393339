#include <errno.h>

#include "../suite.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"
#include "hotlens/profile/functions.h"
#include "stacks.h"

#define MAX_GROUPS 16

static struct hl_functions *functions_of(const struct hl_profile *profile)
{
    struct hl_functions *functions;
    ck_assert_int_eq(hl_functions_from_names(profile, &functions), 0);
    ck_assert_uint_le(functions->count, MAX_GROUPS - 1);
    return functions;
}

static const char *name_of(const struct hl_functions *functions, uint32_t index)
{
    return hl_strings_get(functions->strings, functions->items[index].name, NULL);
}

START_TEST(test_recursion_counts_once)
{
    static const struct {
        const char *stacks;
        const char *function;
        uint64_t self;
        uint64_t total;
    } ROWS[] = {
        {"f 3", "f", 3, 3},
        {"f;f;f 3", "f", 3, 3},
        {"f;g;f;g 3", "f", 0, 3},
        {"f;g;f;g 3", "g", 3, 3},
        {"a;f;b;f 2\na;f 1\nb;f;c 4", "f", 3, 7},
        {"a;f;b;f 2\na;f 1\nb;f;c 4", "b", 0, 6},
        /* the second f starts after the first one's subtree has ended */
        {"a;f;f 1\nb;f 1\nf;a;f 1", "f", 3, 3},
        {"a;f;f 1\nb;f 1\nf;a;f 1", "a", 0, 2},
        {" 5\nf 1", "f", 1, 1},
        {"f 18446744073709551615\ng;f 9", "f", UINT64_MAX, UINT64_MAX},
        {"f 0", "f", 0, 0},
    };
    struct hl_profile *profile = profile_of(ROWS[_i].stacks);
    struct hl_functions *functions = functions_of(profile);
    struct hl_groups groups = hl_functions_groups(functions);
    uint32_t group = functions->of_frame[frame_of(profile, ROWS[_i].function)];
    uint64_t self[MAX_GROUPS];
    uint64_t total[MAX_GROUPS];
    ck_assert_int_eq(hl_groups_count(profile, &groups, self, total), 0);
    ck_assert_uint_eq(self[group], ROWS[_i].self);
    ck_assert_uint_eq(total[group], ROWS[_i].total);
    hl_functions_destroy(functions);
    hl_profile_unref(profile);
}
END_TEST

/* "name=count …" of the entries that are not 0; the last one, for none, is "-". */
static char *describe(const struct hl_functions *functions, const uint64_t *counts)
{
    struct hl_buffer text = {0};
    for (uint32_t i = 0; i <= functions->count; i++) {
        if (counts[i] > 0) {
            hl_buffer_printf(&text, "%s%s=%llu", text.length > 0 ? " " : "",
                             i < functions->count ? name_of(functions, i) : "-",
                             (unsigned long long)counts[i]);
        }
    }
    return hl_buffer_take(&text);
}

START_TEST(test_callers_and_callees)
{
    static const struct {
        const char *stacks;
        const char *callers; /* of f */
        const char *callees;
    } ROWS[] = {
        {"f 3", "-=3", "-=3"},
        {"a;f;b 3\nc;f 1", "a=3 c=1", "b=3 -=1"},
        {"a;f;f;b 3", "a=3", "b=3"},
        {"a;f;b;f;c;d 3\na;f;b 2", "a=5", "b=2 c=3"},
        {"a;f;b;f 3\nf;a;f;c 1", "a=3 -=1", "c=1 -=3"},
        {"b 3\nf 0", "", ""},
    };
    struct hl_profile *profile = profile_of(ROWS[_i].stacks);
    struct hl_functions *functions = functions_of(profile);
    struct hl_groups groups = hl_functions_groups(functions);
    uint32_t group = functions->of_frame[frame_of(profile, "f")];
    uint64_t counts[MAX_GROUPS];
    ck_assert_int_eq(hl_groups_callers(profile, &groups, group, counts), 0);
    char *text = describe(functions, counts);
    ck_assert_str_eq(text, ROWS[_i].callers);
    free(text);
    ck_assert_int_eq(hl_groups_callees(profile, &groups, group, counts), 0);
    text = describe(functions, counts);
    ck_assert_str_eq(text, ROWS[_i].callees);
    free(text);
    hl_functions_destroy(functions);
    hl_profile_unref(profile);
}
END_TEST

START_TEST(test_lines)
{
    static const struct {
        const char *stacks;
        const char *lines;
    } ROWS[] = {
        {"", ""},
        {"opaque 1\nf@a.py:0 2", ""},
        {"f@b.py:2;g@a.py:10 1\ng@a.py:9 2\nf@b.py:2 4", "a.py:9=2/2 a.py:10=1/1 b.py:2=4/5"},
        /* two functions on one line are one row; recursion counts once */
        {"f@a.py:1;g@a.py:1 3\nf@a.py:1;h@a.py:2;f@a.py:1 1", "a.py:1=4/4 a.py:2=0/1"},
        {"f@a/b:1 1\nf@a:1 1\nf@a.b:1 1", "a:1=1/1 a.b:1=1/1 a/b:1=1/1"},
    };
    struct hl_profile *profile = profile_of(ROWS[_i].stacks);
    struct hl_line *lines;
    size_t count;
    ck_assert_int_eq(hl_profile_lines(profile, &lines, &count), 0);
    struct hl_buffer text = {0};
    for (size_t i = 0; i < count; i++) {
        const struct hl_strings *strings = hl_frames_strings(hl_profile_frames(profile));
        hl_buffer_printf(&text, "%s%s:%u=%llu/%llu", i > 0 ? " " : "",
                         hl_strings_get(strings, lines[i].file, NULL), lines[i].line,
                         (unsigned long long)lines[i].self, (unsigned long long)lines[i].total);
    }
    char *taken = hl_buffer_take(&text);
    ck_assert_str_eq(taken, ROWS[_i].lines);
    free(taken);
    free(lines);

    uint32_t *of_frame;
    uint32_t groups;
    ck_assert_int_eq(hl_profile_line_groups(profile, &of_frame, &groups), 0);
    ck_assert_uint_eq(groups, count);
    free(of_frame);
    hl_profile_unref(profile);
}
END_TEST

static uint32_t structure(struct hl_frames *frames, enum hl_frame_kind kind, const char *text,
                          const char *name, uint64_t number)
{
    uint32_t id;
    ck_assert_int_eq(hl_frames_intern(frames, text, strlen(text), &id), 1);
    ck_assert_int_eq(
        hl_frames_describe(frames, id, kind, name, strlen(name), NULL, 0, 0, number), 0);
    return id;
}

START_TEST(test_threads_and_processes)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    struct hl_frames *frames = hl_builder_frames(builder);
    uint32_t nameless = structure(frames, HL_FRAME_THREAD, "thread (5)", "", 5);
    uint32_t named = structure(frames, HL_FRAME_THREAD, "thread (5): w", "w", 5);
    uint32_t other = structure(frames, HL_FRAME_THREAD, "thread (6)", "", 6);
    uint32_t process = structure(frames, HL_FRAME_PROCESS, "process 5:\"x\"", "x", 5);
    uint32_t code;
    ck_assert_int_eq(put_frame(frames, "thread", 6, &code), 0);
    struct hl_profile *profile;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    struct hl_functions *functions = functions_of(profile);
    const uint32_t *of = functions->of_frame;
    ck_assert_uint_eq(functions->count, 4);
    ck_assert_uint_eq(of[nameless], of[named]);
    ck_assert_str_eq(name_of(functions, of[named]), "w");
    ck_assert_str_eq(name_of(functions, of[other]), "thread 6");
    ck_assert_str_eq(name_of(functions, of[process]), "x");
    ck_assert_int_eq(functions->items[of[other]].kind, HL_FUNCTION_THREAD);
    ck_assert_int_eq(functions->items[of[process]].kind, HL_FUNCTION_PROCESS);
    ck_assert_uint_eq(functions->items[of[process]].number, 5);
    ck_assert_int_eq(functions->items[of[code]].kind, HL_FUNCTION_CODE);
    hl_functions_destroy(functions);
    hl_profile_unref(profile);
}
END_TEST

START_TEST(test_functions_by_name_and_file)
{
    struct hl_profile *profile = profile_of("f@a:1 1\nf@a:2 1\nf@b:1 1\nf 1\ng@a:1 1");
    struct hl_functions *functions = functions_of(profile);
    const uint32_t *of = functions->of_frame;
    ck_assert_uint_eq(functions->count, 4);
    ck_assert_uint_eq(of[frame_of(profile, "f@a:1")], of[frame_of(profile, "f@a:2")]);
    ck_assert_uint_eq(functions->items[of[frame_of(profile, "f")]].file, HL_NO_STRING);
    ck_assert_uint_eq(functions->items[of[frame_of(profile, "g@a:1")]].line, 0);
    for (uint32_t i = 1; i < functions->count; i++) {
        ck_assert_uint_ne(functions->items[i].hash, functions->items[0].hash);
    }
    hl_functions_destroy(functions);
    hl_profile_unref(profile);
}
END_TEST

static uint32_t intern(struct hl_functions *functions, struct hl_function description,
                       const char *name, const char *file, uint64_t number, int expected)
{
    uint32_t index;
    ck_assert_int_eq(hl_functions_intern(functions, &description, name, strlen(name), file,
                                         file ? strlen(file) : 0, number, &index),
                     expected);
    return index;
}

START_TEST(test_intern_functions)
{
    struct hl_functions *functions;
    ck_assert_int_eq(hl_functions_create(3, &functions), 0);
    ck_assert_uint_eq(functions->of_frame[2], HL_NO_GROUP);
    struct hl_function first = {.line = 4, .first_line = 3, .end_line = 9};
    struct hl_function second = {.ordinal = 1, .line = 20};
    uint32_t a = intern(functions, first, "f", "x", 0, 1);
    uint32_t b = intern(functions, second, "f", "x", 0, 1);
    ck_assert_uint_eq(intern(functions, first, "f", "x", 0, 0), a);
    ck_assert_uint_eq(functions->items[a].first_line, 3);
    ck_assert_uint_eq(functions->items[b].line, 20);
    intern(functions, first, "f", "", 0, 1); /* an empty path is not "none" */
    intern(functions, first, "f", NULL, 0, 1);
    ck_assert_uint_eq(hl_functions_groups(functions).count, 4);
    hl_functions_destroy(functions);
    hl_functions_destroy(NULL);
}
END_TEST

/* The number whose process has the hash of thread 1: both are hl_hash_mix(kind + 1, number), which
 * starts with kind + 1 ^ number * odd. */
static uint64_t colliding_pid(void)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t inverse = odd; /* doubles its right bits each round */
    for (int i = 0; i < 6; i++) {
        inverse *= 2 - odd * inverse;
    }
    uint64_t wanted = (HL_FUNCTION_THREAD + 1) ^ odd;
    return (wanted ^ (HL_FUNCTION_PROCESS + 1)) * inverse;
}

START_TEST(test_equal_hashes_stay_apart)
{
    struct hl_functions *functions;
    ck_assert_int_eq(hl_functions_create(0, &functions), 0);
    struct hl_function thread = {.kind = HL_FUNCTION_THREAD};
    struct hl_function process = {.kind = HL_FUNCTION_PROCESS};
    uint32_t a = intern(functions, thread, "t", NULL, 1, 1);
    uint32_t b = intern(functions, process, "p", NULL, colliding_pid(), 1);
    ck_assert_uint_eq(functions->items[a].hash, functions->items[b].hash);
    ck_assert_uint_ne(a, b);
    ck_assert_uint_eq(intern(functions, process, "p", NULL, colliding_pid(), 0), b);
    ck_assert_uint_eq(intern(functions, thread, "t", NULL, 1, 0), a);
    hl_functions_destroy(functions);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("profile-count");
    TCase *tests = tcase_create("count");
    tcase_add_loop_test(tests, test_recursion_counts_once, 0, 11);
    tcase_add_loop_test(tests, test_callers_and_callees, 0, 6);
    tcase_add_loop_test(tests, test_lines, 0, 5);
    tcase_add_test(tests, test_threads_and_processes);
    tcase_add_test(tests, test_functions_by_name_and_file);
    tcase_add_test(tests, test_intern_functions);
    tcase_add_test(tests, test_equal_hashes_stay_apart);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
