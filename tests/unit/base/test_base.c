#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/path.h"
#include "hotlens/base/sha256.h"

START_TEST(test_path_normalize)
{
    static const struct {
        const char *path;
        const char *expected;
    } ROWS[] = {
        {"/a/./b//c/", "/a/b/c"}, {"/a/../../b", "/b"}, {"../a/..", ".."},
        {"a/../..", ".."},        {"", "."},            {"/", "/"},
        {"a/b/../c", "a/c"},      {"./x", "x"},         {"/..", "/"},
    };
    char *result = hl_path_normalize(ROWS[_i].path);
    ck_assert_str_eq(result, ROWS[_i].expected);
    free(result);
}
END_TEST

START_TEST(test_sha256_vectors)
{
    uint8_t digest[HL_SHA256_SIZE];
    hl_sha256("abc", 3, digest);
    ck_assert_uint_eq(digest[0], 0xba);
    ck_assert_uint_eq(digest[31], 0xad);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base");
    TCase *tests = tcase_create("path");
    tcase_add_loop_test(tests, test_path_normalize, 0, 9);
    tcase_add_test(tests, test_sha256_vectors);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
