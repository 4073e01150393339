/* Types of params, and the words for wrong ones. */
#include <string.h>

#include "../suite.h"
#include "hotlens/lsp/fields.h"

enum what { STRING, STRING_OR_NOT, UINT, UINT_OR_NOT, INT_OR_NOT, BOOL_OR_NOT, OBJECT, ARRAY, RANGE };

static const struct row {
    enum what what;
    const char *json;
    const char *path;
    const char *error; /* NULL: it is well */
} ROWS[] = {
    {STRING, "{\"a\":\"x\"}", "a", NULL},
    {STRING, "{\"a\":{\"b\":\"x\"}}", "a.b", NULL},
    {STRING, "{}", "a", "a: a string is expected"},
    {STRING, "{\"a\":null}", "a", "a: a string is expected"},
    {STRING, "{\"a\":1}", "a.b", "a.b: a string is expected"},
    {STRING, "[]", "a", "a: a string is expected"},
    {STRING_OR_NOT, "{}", "a", NULL},
    {STRING_OR_NOT, "{\"a\":null}", "a", NULL},
    {STRING_OR_NOT, "{\"a\":false}", "a", "a: a string is expected"},
    {UINT, "{\"a\":0}", "a", NULL},
    {UINT, "{\"a\":2147483647}", "a", NULL},
    {UINT, "{\"a\":1e3}", "a", NULL},
    {UINT, "{\"a\":2147483648}", "a", "a: an integer from 0 to 2147483647 is expected"},
    {UINT, "{\"a\":-1}", "a", "a: an integer from 0 to 2147483647 is expected"},
    {UINT, "{\"a\":0.5}", "a", "a: an integer from 0 to 2147483647 is expected"},
    {UINT, "{\"a\":\"1\"}", "a", "a: an integer from 0 to 2147483647 is expected"},
    {UINT_OR_NOT, "{}", "a", NULL},
    {INT_OR_NOT, "{\"a\":-9007199254740992}", "a", NULL},
    {INT_OR_NOT, "{\"a\":1e300}", "a", "a: an integer is expected"},
    {BOOL_OR_NOT, "{\"a\":true}", "a", NULL},
    {BOOL_OR_NOT, "{\"a\":0}", "a", "a: true or false is expected"},
    {OBJECT, "{\"a\":{}}", "a", NULL},
    {OBJECT, "{\"a\":[]}", "a", "a: an object is expected"},
    {ARRAY, "{\"a\":[]}", "a", NULL},
    {ARRAY, "{\"a\":{}}", "a", "a: an array is expected"},
    {RANGE, "{\"a\":{\"start\":{\"line\":0,\"character\":1},\"end\":{\"line\":2,\"character\":3}}}", "a",
     NULL},
    {RANGE, "{\"a\":{\"start\":{\"line\":0,\"character\":1},\"end\":{\"line\":2}}}", "a",
     "a.end.character: an integer from 0 to 2147483647 is expected"},
};

static int read_row(const struct row *row, const cJSON *json, struct hl_error *error)
{
    const char *text;
    uint32_t number;
    int64_t integer;
    bool flag;
    const cJSON *item;
    struct hl_range range;
    switch (row->what) {
    case STRING:
        return hl_field_string(json, row->path, &text, error);
    case STRING_OR_NOT:
        return hl_field_string_optional(json, row->path, &text, error);
    case UINT:
        return hl_field_uint(json, row->path, &number, error);
    case UINT_OR_NOT:
        return hl_field_uint_optional(json, row->path, &number, error);
    case INT_OR_NOT:
        return hl_field_int_optional(json, row->path, &integer, error);
    case BOOL_OR_NOT:
        return hl_field_bool_optional(json, row->path, &flag, error);
    case OBJECT:
        return hl_field_object(json, row->path, &item, error);
    case ARRAY:
        return hl_field_array(json, row->path, &item, error);
    case RANGE:
        return hl_field_range(json, row->path, &range, error);
    }
    return -1;
}

START_TEST(test_rows)
{
    const struct row *row = &ROWS[_i];
    cJSON *json = cJSON_Parse(row->json);
    _cleanup_error_ struct hl_error error = {0};
    int r = read_row(row, json, &error);
    cJSON_Delete(json);
    if (row->error) {
        ck_assert_int_eq(r, -22);
        ck_assert_str_eq(error.message, row->error);
    } else {
        ck_assert_int_eq(r, 0);
    }
}
END_TEST

START_TEST(test_nothing_at_all)
{
    const char *text = "untouched";
    ck_assert_int_eq(hl_field_string_optional(NULL, "a", &text, NULL), 0);
    ck_assert_str_eq(text, "untouched");
    ck_assert_int_lt(hl_field_string(NULL, "a", &text, NULL), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lsp-fields");
    TCase *tcase = tcase_create("all");
    tcase_add_loop_test(tcase, test_rows, 0, ARRAY_SIZE(ROWS));
    tcase_add_test(tcase, test_nothing_at_all);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
