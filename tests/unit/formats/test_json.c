#include "../suite.h"

#include <errno.h>

#include "hotlens/formats/flame_json.h"
#include "hotlens/formats/module_name.h"
#include "hotlens/formats/profile_json.h"
#include "raw_help.h"

static struct hl_profile *read_text(const char *data)
{
    struct hl_profile *profile = NULL;
    struct hl_raw_report report;
    ck_assert_int_eq(
        read_bytes(data, strlen(data), (struct reading){0}, &profile, &report, NULL, NULL), 0);
    return profile;
}

static const struct {
    const char *file;
    const char *module;
} MODULES[] = {
    {"/w/app/main.py", "main"},
    {"/v/lib/python3.11/site-packages/a/b/c.py", "a.b.c"},
    {"/v/lib/python3.11/site-packages/a/__init__.py", "a"},
    {"/usr/lib/python3/dist-packages/x.py", "x"},
    {"/usr/lib/python3.11/json/decoder.py", "json.decoder"},
    {"C:\\Python\\Lib\\site-packages\\a\\b.py", "a.b"},
    {"<frozen importlib._bootstrap>", "importlib._bootstrap"},
    {"<string>", "<string>"},
    {"<frozen >", "<frozen >"},
    {"libc.so.6", "libc.so.6"},
    {"/usr/lib/libc.so.6", "libc.so.6"},
    {"__init__.py", "__init__"},
    {".py", ".py"},
    {"/", ""},
    {"", ""},
    {"?", "?"},
};

START_TEST(test_module)
{
    struct hl_buffer out = {0};
    hl_module_name_append(MODULES[_i].file, strlen(MODULES[_i].file), &out);
    ck_assert_str_eq(out.data ? out.data : "", MODULES[_i].module);
    hl_buffer_finish(&out);
}
END_TEST

static const char DATA[] = "process 1:\"p <x>\";f (/a/x.py:3);g (/a/x.py:5) 4\n"
                           "process 1:\"p <x>\";f (/a/x.py:4) 2\n 1\nmain 1\n";

START_TEST(test_profile_json)
{
    static const char EXPECTED[] =
        "{\"format\":\"hotlens-profile\",\"version\":1,\"metric\":\"cpu\",\"samples\":8,"
        "\"frames\":{\"text\":[\"process 1:\\\"p \\u003cx\\u003e\\\"\",\"f (/a/x.py:3)\","
        "\"g (/a/x.py:5)\",\"f (/a/x.py:4)\",\"main\"],"
        "\"kind\":[\"process\",\"source\",\"source\",\"source\",\"opaque\"],"
        "\"name\":[\"p \\u003cx\\u003e\",\"f\",\"g\",\"f\",\"main\"],"
        "\"file\":[null,\"/a/x.py\",\"/a/x.py\",\"/a/x.py\",null],"
        "\"line\":[0,3,5,4,0],\"number\":[1,0,0,0,0]},"
        "\"nodes\":{\"frame\":[-1,0,1,2,3,4],\"depth\":[0,1,2,3,2,1],\"self\":[1,0,0,4,2,1]}}";
    struct hl_profile *profile = read_text(DATA);
    struct hl_buffer out = {0};
    struct hl_json json;
    hl_json_init(&json, &out);
    hl_json_object_begin(&json);
    hl_profile_json_write(profile, NULL, &json);
    hl_json_object_end(&json);
    ck_assert_str_eq(out.data, EXPECTED);
    hl_buffer_finish(&out);
    hl_profile_unref(profile);
}
END_TEST

static struct hl_view *make_view(const struct hl_profile *profile,
                                 const struct hl_functions *functions, uint32_t limit)
{
    uint64_t *hashes = hl_xcalloc(functions->count, sizeof(*hashes));
    for (size_t i = 0; i < functions->count; i++) {
        hashes[i] = functions->items[i].hash;
    }
    struct hl_view_options options = {
        .groups = hl_functions_groups(functions), .group_hash = hashes, .limit = limit};
    struct hl_view *view = NULL;
    ck_assert_int_eq(hl_view_create(profile, &options, &view), 0);
    free(hashes);
    return view;
}

static void write_flame(const struct hl_profile *profile, uint32_t limit, struct hl_buffer *out)
{
    struct hl_functions *functions = NULL;
    ck_assert_int_eq(hl_functions_from_names(profile, &functions), 0);
    struct hl_view *view = make_view(profile, functions, limit);
    struct hl_json json;
    hl_json_init(&json, out);
    hl_json_object_begin(&json);
    hl_flame_json_write(view, profile, functions, &json);
    hl_json_object_end(&json);
    hl_view_destroy(view);
    hl_functions_destroy(functions);
}

/* The names of nodes are hashes: only what stands around them is compared. */
START_TEST(test_flame_json)
{
    static const char *const PARTS[] = {
        "{\"name\":[\"p \\u003cx\\u003e\",\"f\",\"g\",\"main\"],\"file\":[\"/a/x.py\"],"
        "\"module\":[\"x\"],\"functions\":{\"name\":[0,1,2,3],\"file\":[-1,0,0,-1],"
        "\"module\":[-1,0,0,-1],\"line\":[0,0,0,0],\"kind\":[2,0,0,0]},\"nodes\":{\"id\":[\"",
        "],\"function\":[-1,0,1,2,3],\"parent\":[0,0,1,2,0],\"line\":[0,0,3,5,0],"
        "\"self\":[1,0,2,4,1],\"total\":[8,6,6,4,1],\"end\":[5,4,4,4,5]}}",
    };
    struct hl_profile *profile = read_text(DATA);
    struct hl_buffer out = {0};
    write_flame(profile, 0, &out);
    for (size_t i = 0; i < ARRAY_SIZE(PARTS); i++) {
        ck_assert_msg(strstr(out.data, PARTS[i]), "%s", out.data);
    }
    hl_buffer_clear(&out);
    write_flame(profile, 4, &out);
    ck_assert_msg(strstr(out.data, "-2"), "%s", out.data);
    hl_buffer_finish(&out);
    hl_profile_unref(profile);
}
END_TEST

START_TEST(test_no_memory)
{
    struct hl_profile *profile = read_text(DATA);
    struct hl_functions *functions = NULL;
    ck_assert_int_eq(hl_functions_from_names(profile, &functions), 0);
    struct hl_view *view = make_view(profile, functions, 0);
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        struct hl_buffer out = {0};
        struct hl_json json;
        hl_memory_fail_at(nth, 0);
        hl_json_init(&json, &out);
        hl_json_object_begin(&json);
        hl_flame_json_write(view, profile, functions, &json);
        hl_profile_json_write(profile, functions, &json);
        hl_json_object_end(&json);
        done = hl_memory_faults() == 0;
        hl_memory_fail_at(0, 0);
        ck_assert_int_eq(out.error, done ? 0 : -ENOMEM);
        hl_buffer_finish(&out);
    }
    hl_view_destroy(view);
    hl_functions_destroy(functions);
    hl_profile_unref(profile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("formats-json");
    TCase *tests = tcase_create("json");
    tcase_add_loop_test(tests, test_module, 0, (int)ARRAY_SIZE(MODULES));
    tcase_add_test(tests, test_profile_json);
    tcase_add_test(tests, test_flame_json);
    tcase_add_test(tests, test_no_memory);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
