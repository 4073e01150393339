#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../suite.h"
#include "hotlens/app/target.h"
#include "hotlens/base/file.h"
#include "hotlens/base/macros.h"
#include "hotlens/base/memory.h"

#define WORDS 8

static const struct {
    const char *argv[WORDS];
    const char *key, *title, *script;
} TARGETS[] = {
    {{"python", "train.py", "--fast"}, "file:/w/train.py --fast", "train.py --fast", "/w/train.py"},
    {{"/usr/bin/python3.11", "/p/./a/../train.py"}, "file:/p/train.py", "train.py", "/p/train.py"},
    {{"python3", "-W", "error", "-X", "dev", "-u", "a.py"}, "file:/w/a.py", "a.py", "/w/a.py"},
    {{"python3", "-Werror", "-Xdev", "-uB", "a.py"}, "file:/w/a.py", "a.py", "/w/a.py"},
    {{"python3", "--check-hash-based-pycs", "never", "a.py"}, "file:/w/a.py", "a.py", "/w/a.py"},
    {{"python3", "--", "-odd.py", "-c"}, "file:/w/-odd.py -c", "-odd.py -c", "/w/-odd.py"},
    {{"python3", "a.py", "-m", "x"}, "file:/w/a.py -m x", "a.py -m x", "/w/a.py"},
    {{"python3", "-m", "pytest", "-q"}, "module:pytest -q", "python -m pytest -q", NULL},
    {{"python3", "-um", "pytest", "-q"}, "module:pytest -q", "python -m pytest -q", NULL},
    {{"python3", "-mpytest"}, "module:pytest", "python -m pytest", NULL},
    {{"python3", "-m"}, "module:''", "python -m ''", NULL},
    {{"python3", "-c", "print(1)"}, "code:d287bb7f9d15abdc", "-c \"print(1)\"", NULL},
    {{"python3", "-cprint(1)", "x"}, "code:d287bb7f9d15abdc x", "-c \"print(1)\" x", NULL},
    {{"python3", "-"}, "input:-", "python -", NULL},
    {{"python3"}, "input:-", "python -", NULL},
    {{"python3", "-u"}, "input:-", "python -", NULL},
    {{"python3", "a b.py", "it's", ""},
     "file:'/w/a b.py' 'it'\\''s' ''",
     "'a b.py' 'it'\\''s' ''",
     "/w/a b.py"},
    {{"uv", "run", "x.py"}, "command:uv run x.py", "uv run x.py", NULL},
    {{"env", "python", "x.py"}, "command:env python x.py", "env python x.py", NULL},
    {{"./tool", "x"}, "command:/w/tool x", "tool x", NULL},
    {{"pypy3", "x.py"}, "command:pypy3 x.py", "pypy3 x.py", NULL},
    {{"no-such-program", "a\nb\x1b[31m"},
     "command:no-such-program 'a\nb\x1b[31m'",
     "no-such-program 'a\\nb\\x1b[31m'",
     NULL},
    {{NULL}, "command:", "?", NULL},
};

static void check_target(struct hl_target *target, const char *key, const char *title,
                         const char *script)
{
    ck_assert_str_eq(target->key, key);
    ck_assert_str_eq(target->title, title);
    if (script) {
        ck_assert_ptr_nonnull(target->script);
        ck_assert_str_eq(target->script, script);
    } else {
        ck_assert_ptr_null(target->script);
    }
    hl_target_finish(target);
}

START_TEST(test_argv)
{
    char *argv[WORDS + 1] = {0};
    for (int i = 0; i < WORDS; i++) {
        argv[i] = (char *)(uintptr_t)TARGETS[_i].argv[i];
    }
    struct hl_target target;
    hl_target_from_argv(argv, "/w", &target);
    check_target(&target, TARGETS[_i].key, TARGETS[_i].title, TARGETS[_i].script);
}
END_TEST

static char *folder;

static void setup(void)
{
    folder = hl_xstrdup("/tmp/hotlens-target-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    ck_assert_int_eq(hl_folder_remove(folder), 0);
    free(folder);
}

static char *write_file(const char *name, const char *data, size_t length)
{
    char *path = hl_xasprintf("%s/%s", folder, name);
    char *parent = hl_xstrndup(path, (size_t)(strrchr(path, '/') - path));
    ck_assert_int_eq(hl_folder_make(parent, 0700), 0);
    ck_assert_int_eq(hl_file_write_atomic(path, data, length, 0755), 0);
    free(parent);
    return path;
}

static const struct {
    const char *first_line;
    bool python;
} SCRIPTS[] = {
    {"#!/usr/bin/python3\n", true},
    {"#!/opt/v/bin/python3.12 -E\n", true},
    {"#! /usr/bin/env python3\n", true},
    {"#!/usr/bin/env -S A=1 python3 -u\n", true},
    {"#!/bin/sh\n", false},
    {"#!/usr/bin/env\n", false},
    {"#!\n", false},
    {"\x7f" "ELF", false},
    {"", false},
};

START_TEST(test_script)
{
    const char *line = SCRIPTS[_i].first_line;
    char *path = write_file("tool", line, strlen(line));
    char *argv[] = {path, (char *)(uintptr_t) "-q", NULL};
    struct hl_target target;
    hl_target_from_argv(argv, "/", &target);
    char *key = hl_xasprintf("%s:%s -q", SCRIPTS[_i].python ? "file" : "command", path);
    check_target(&target, key, "tool -q", SCRIPTS[_i].python ? path : NULL);
    free(key);
    free(path);
}
END_TEST

START_TEST(test_process)
{
    static const char LINE[] = "/usr/bin/python3\0-u\0serve.py\0--port\0" "80";
    struct hl_target target;
    free(write_file("12/cmdline", LINE, sizeof(LINE)));
    char *link = hl_xasprintf("%s/12/cwd", folder);
    ck_assert_int_eq(symlink("/srv/app", link), 0);
    hl_target_from_process(12, folder, &target);
    check_target(&target, "file:/srv/app/serve.py --port 80", "serve.py --port 80",
                 "/srv/app/serve.py");
    free(write_file("13/cmdline", "", 0));
    free(write_file("13/comm", "kworker/0\n", 10));
    hl_target_from_process(13, folder, &target);
    check_target(&target, "process:kworker/0", "kworker/0", NULL);
    hl_target_from_process(14, folder, &target);
    check_target(&target, "process:?", "?", NULL);
    free(link);
}
END_TEST

START_TEST(test_long)
{
    char *word = hl_xmalloc(10001);
    memset(word, 'x', 10000);
    word[10000] = '\0';
    char *argv[] = {(char *)(uintptr_t) "python", (char *)(uintptr_t) "a.py", word, NULL};
    struct hl_target first;
    struct hl_target second;
    hl_target_from_argv(argv, "/w", &first);
    word[9999] = 'y';
    hl_target_from_argv(argv, "/w", &second);
    ck_assert_uint_lt(strlen(first.key), 3000);
    ck_assert_uint_lt(strlen(first.title), 300);
    ck_assert_str_ne(first.key, second.key);
    ck_assert_str_eq(first.title, second.title);
    hl_target_finish(&first);
    hl_target_finish(&second);
    free(word);
}
END_TEST

START_TEST(test_file)
{
    struct hl_target target;
    hl_target_from_file("/tmp/x/prof.raw", &target);
    check_target(&target, "import:prof.raw", "prof.raw", NULL);
    hl_target_from_file("-", &target);
    check_target(&target, "import:standard input", "standard input", NULL);
}
END_TEST

static const struct {
    const char *name;
    int is_python;
} NAMES[] = {
    {"python", 1},     {"python3", 1},      {"python3.11", 1}, {"/a/b/python3.13t", 1},
    {"python3-dbg", 1}, {"python3.11d", 1},  {"pypy", 0},       {"pypy3", 0},
    {"python-config", 0}, {"python3.11-config", 0}, {"ipython", 0},    {"", 0},
    {"python/x", 0},   {NULL, 0},
};

START_TEST(test_name)
{
    ck_assert_int_eq(hl_is_python_name(NAMES[_i].name), NAMES[_i].is_python);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("app/target");
    TCase *tests = tcase_create("target");
    tcase_add_loop_test(tests, test_argv, 0, (int)ARRAY_SIZE(TARGETS));
    tcase_add_loop_test(tests, test_name, 0, (int)ARRAY_SIZE(NAMES));
    tcase_add_test(tests, test_long);
    tcase_add_test(tests, test_file);
    suite_add_tcase(suite, tests);
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, setup, teardown);
    tcase_add_loop_test(files, test_script, 0, (int)ARRAY_SIZE(SCRIPTS));
    tcase_add_test(files, test_process);
    suite_add_tcase(suite, files);
    return run_suite(suite);
}
