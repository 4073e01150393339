/* Settings as clients send them. */
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/macros.h"
#include "hotlens/server/settings.h"

static struct hl_settings settings;

static void setup(void)
{
    hl_settings_init(&settings);
}

static void teardown(void)
{
    hl_settings_finish(&settings);
}

static char *apply(const char *text)
{
    struct hl_buffer problems = {0};
    cJSON *json = cJSON_Parse(text);
    ck_assert_msg(json != NULL, "%s", text);
    hl_settings_apply(&settings, json, &problems);
    cJSON_Delete(json);
    return hl_buffer_take(&problems);
}

/* All of these set the rate to 250 and the hints off. */
static const char *const FORMS[] = {
    "{\"hotlens\":{\"rate\":250,\"inlayHints\":{\"enabled\":false}}}",
    "{\"rate\":250,\"inlayHints\":{\"enabled\":false}}",
    "{\"rate\":250,\"inlayHints.enabled\":false}",
    "{\"hotlens.rate\":250,\"hotlens.inlayHints.enabled\":false}",
    "{\"hotlens\":{\"rate\":250,\"inlayHints.enabled\":false},\"python\":{\"x\":1}}",
};

START_TEST(test_forms)
{
    char *problems = apply(FORMS[_i]);
    ck_assert_str_eq(problems, "");
    ck_assert_uint_eq(settings.rate, 250);
    ck_assert(!settings.hints);
    ck_assert(settings.lenses && settings.threads);
    free(problems);
}
END_TEST

static const struct {
    const char *json;
    const char *problems;
} PROBLEMS[] = {
    {"{\"rate\":\"fast\"}", "hotlens.rate: a number from 1 to 10000 is expected, not \"fast\"\n"},
    {"{\"rate\":0}", "hotlens.rate: a number from 1 to 10000 is expected, not 0\n"},
    {"{\"rate\":1.5}", "hotlens.rate: a number from 1 to 10000 is expected, not 1.5\n"},
    {"{\"threads\":1}", "hotlens.threads: true or false is expected, not 1\n"},
    {"{\"colour\":1}", "hotlens.colour: no such setting\n"},
    {"{\"inlayHints\":true}", "hotlens.inlayHints: an object is expected, not true\n"},
    {"{\"inlayHints\":{\"x\":1}}", "hotlens.inlayHints.x: no such setting\n"},
    {"{\"inlayHints\":{\"minimumPercent\":101}}",
     "hotlens.inlayHints.minimumPercent: a number from 0 to 100 is expected, not 101\n"},
    {"{\"inlayHints\":{\"content\":\"all\"}}",
     "hotlens.inlayHints.content: \"both\", \"time\" or \"percent\" is expected, not \"all\"\n"},
    {"{\"duration\":-1}", "hotlens.duration: a number from 0 to 31622400 is expected, not -1\n"},
    {"{\"sudo\":\"yes\"}", "hotlens.sudo: true or false is expected, not \"yes\"\n"},
    {"{\"showFlamegraph\":\"maybe\"}",
     "hotlens.showFlamegraph: \"show\", \"focus\" or \"never\" is expected, not \"maybe\"\n"},
    {"{\"pathMappings\":[\"/a\"]}",
     "hotlens.pathMappings: an object of paths, {\"from\": \"to\"}, is expected, not [\"/a\"]\n"},
    {"{\"targets\":[{}]}",
     "hotlens.targets: an object of objects, {\"name\": {…}}, is expected, not [{}]\n"},
    {"{\"pathMappings\":{\"/a\":1}}",
     "hotlens.pathMappings: an object of paths, {\"from\": \"to\"}, is expected, not {\"/a\":1}\n"},
    {"{\"targets\":[]}",
     "hotlens.targets: an object of objects, {\"name\": {…}}, is expected, not []\n"},
    {"[1]", "hotlens: an object of settings is expected\n"},
    {"[]", ""}, /* an empty table of Lua */
    {"{\"hotlens\":5}", "hotlens: an object of settings is expected\n"},
    {"null", ""},
    {"{}", ""},
    {"{\"hotlens\":null}", ""},
    {"{\"rate\":null,\"inlayHints\":null}", ""},
    {"{\"hotlens\":{\"ui\":true,\"terminal\":true}}", ""},
};

START_TEST(test_problems)
{
    char *problems = apply(PROBLEMS[_i].json);
    ck_assert_str_eq(problems, PROBLEMS[_i].problems);
    ck_assert_uint_eq(settings.rate, 100);
    ck_assert(settings.threads && settings.hints);
    ck_assert(settings.duration == 0 && !settings.sudo && settings.hint_content == HL_HINT_BOTH);
    ck_assert_str_eq(settings.show_flame_graph, "show");
    ck_assert_uint_eq(settings.mapping_count, 0);
    ck_assert(settings.targets == NULL);
    free(problems);
}
END_TEST

START_TEST(test_all)
{
    free(apply("{\"pathMappings\":{\"/app\":\"/home/me\"},\"targets\":{\"t\":{\"file\":\"a.py\"}}}"));
    char *problems =
        apply("{\"python\":\"/usr/bin/python3\",\"pySpy\":\"\",\"idle\":true,\"gil\":true,"
              "\"native\":true,\"duration\":30,\"sudo\":true,"
              "\"inlayHints\":{\"content\":\"percent\"},\"nonblocking\":true,"
              "\"threads\":false,\"subprocesses\":false,"
              "\"subprocessesOnAttach\":false,\"showLastRun\":false,\"storeSources\":false,"
              "\"retention\":{\"runsPerTarget\":5,\"days\":0,\"megabytes\":20},"
              "\"diagnostics\":{\"enabled\":true,\"minimumPercent\":2.5},"
              "\"codeLenses\":{\"enabled\":false},\"hovers\":{\"enabled\":false},"
              "\"showFlamegraph\":\"never\",\"pathMappings\":{\"/x\":\"/y\",\"/z\":\"/w\"}}");
    ck_assert_str_eq(problems, "");
    ck_assert_str_eq(settings.python, "/usr/bin/python3");
    ck_assert(!settings.py_spy && settings.idle && settings.gil && settings.native);
    ck_assert_uint_eq(settings.duration, 30);
    ck_assert(settings.sudo && settings.hint_content == HL_HINT_PERCENT);
    ck_assert(settings.nonblocking && !settings.threads && !settings.subprocesses);
    ck_assert(!settings.subprocesses_attach && !settings.restore && !settings.store_sources);
    ck_assert_uint_eq(settings.retention.runs_per_target, 5);
    ck_assert_uint_eq(settings.retention.days, 0);
    ck_assert_uint_eq(settings.retention.bytes, 20000000);
    ck_assert(settings.diagnostics && settings.diagnostic_percent > 2.4);
    ck_assert(!settings.lenses && !settings.hovers);
    ck_assert_str_eq(settings.show_flame_graph, "never");
    ck_assert_uint_eq(settings.mapping_count, 2);
    ck_assert_str_eq(settings.mappings[1].to, "/w");
    ck_assert(cJSON_GetObjectItem(settings.targets, "t") != NULL);
    free(problems);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server-settings");
    TCase *tests = tcase_create("settings");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_forms, 0, ARRAY_SIZE(FORMS));
    tcase_add_loop_test(tests, test_problems, 0, ARRAY_SIZE(PROBLEMS));
    tcase_add_test(tests, test_all);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
