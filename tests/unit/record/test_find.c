#include <errno.h>

#include "../suite.h"
#include "hotlens/base/strv.h"
#include "hotlens/record/find.h"
#include "tree.h"

/* Each row adds one program before the ones above it, so the order of looking is what is tested. */
static const struct {
    const char *file;
    const char *why;
} pythons[] = {
    { "path/python", "PATH" },          { "path/python3", "PATH" },
    { "conda/bin/python", "CONDA_PREFIX" }, { "work/venv/bin/python", "venv of the folder" },
    { "work/.venv/bin/python3", ".venv of the folder" }, { "active/bin/python", "VIRTUAL_ENV" },
}, py_spies[] = {
    { "data/hotlens/tools/py-spy/bin/py-spy", "tool folder of hotlens" },
    { "home/.cargo/bin/py-spy", "~/.cargo/bin" }, { "home/.local/bin/py-spy", "~/.local/bin" },
    { "path/py-spy", "PATH" }, { "us/py-spy", "beside hotlens" },
    { "active/bin/py-spy", "beside Python" },
};

static char **make_environment(const char *tree)
{
    char **environment = NULL;
    hl_strv_addf(&environment, "PATH=%s/empty:%s/path", tree, tree);
    hl_strv_addf(&environment, "HOME=%s/home", tree);
    hl_strv_addf(&environment, "VIRTUAL_ENV=%s/active", tree);
    hl_strv_addf(&environment, "CONDA_PREFIX=%s/conda", tree);
    hl_strv_addf(&environment, "XDG_DATA_HOME=%s/data", tree);
    return environment;
}

typedef int (*find_fn)(const struct hl_find_options *, struct hl_found *, struct hl_error *);

static void expect(find_fn find, const struct hl_find_options *options, const char *tree,
                   const char *file, const char *why)
{
    struct hl_found found;
    _cleanup_free_ char *path = hl_path_join(tree, file);
    ck_assert_msg(find(options, &found, NULL) == 0, "%s not found", file);
    ck_assert_str_eq(found.path, path);
    ck_assert_str_eq(found.why, why);
    hl_found_finish(&found);
}

START_TEST(order)
{
    char *tree = tree_create();
    char **environment = make_environment(tree);
    _cleanup_free_ char *folder = hl_path_join(tree, "work");
    _cleanup_free_ char *python = hl_path_join(tree, "active/bin/python");
    _cleanup_free_ char *us = hl_path_join(tree, "us/hotlens");
    struct hl_find_options options = {
        .folder = folder, .python = python, .hotlens = us, .environment = environment };
    struct hl_found found;
    struct hl_error error = { 0 };
    ck_assert_int_eq(hl_find_python(&options, &found, &error), -ENOENT);
    ck_assert_ptr_nonnull(error.remedy);
    ck_assert_int_eq(hl_find_py_spy(&options, &found, &error), -ENOENT);
    hl_error_finish(&error);
    for (size_t i = 0; i < ARRAY_SIZE(pythons); i++) {
        tree_put(tree, pythons[i].file, "", 0, 0755);
        expect(hl_find_python, &options, tree, pythons[i].file, pythons[i].why);
    }
    for (size_t i = 0; i < ARRAY_SIZE(py_spies); i++) {
        tree_put(tree, py_spies[i].file, "", 0, 0755);
        expect(hl_find_py_spy, &options, tree, py_spies[i].file, py_spies[i].why);
    }
    hl_strv_free(environment);
    tree_destroy(tree);
}
END_TEST

START_TEST(not_programs)
{
    char *tree = tree_create();
    char **environment = make_environment(tree);
    struct hl_find_options options = { .environment = environment };
    tree_link(tree, "active/bin/python3", "/nonexistent/python3"); /* its Python was removed */
    tree_put(tree, "conda/bin/python3", "", 0, 0644);
    tree_put(tree, "empty/python3/file", "", 0, 0755);
    tree_put(tree, "path/python3", "", 0, 0755);
    expect(hl_find_python, &options, tree, "path/python3", "PATH");
    hl_strv_free(environment);
    tree_destroy(tree);
}
END_TEST

static const struct {
    const char *setting;
    int result;
} settings[] = {
    { "~/bin/py", 0 }, { "sub/py", 0 }, { "pathpy", 0 }, { "local", 0 }, { "missing", -ENOENT },
    { "plain", -EACCES }, { "/nonexistent/x", -ENOENT }, { "sub", -EACCES },
};

START_TEST(setting)
{
    char *tree = tree_create();
    char **environment = make_environment(tree);
    _cleanup_free_ char *folder = hl_path_join(tree, "work");
    tree_put(tree, "home/bin/py", "", 0, 0755);
    tree_put(tree, "work/sub/py", "", 0, 0755);
    tree_put(tree, "work/local", "", 0, 0755);
    tree_put(tree, "work/plain", "", 0, 0644);
    tree_put(tree, "path/pathpy", "", 0, 0755);
    tree_put(tree, "path/python3", "", 0, 0755); /* not taken instead of a wrong setting */
    struct hl_find_options options = {
        .setting = settings[_i].setting, .folder = folder, .environment = environment };
    struct hl_found found = { 0 };
    struct hl_error error = { 0 };
    ck_assert_int_eq(hl_find_python(&options, &found, &error), settings[_i].result);
    ck_assert((settings[_i].result == 0) == (found.path != NULL));
    ck_assert_int_eq(error.code, -settings[_i].result);
    hl_found_finish(&found);
    hl_error_finish(&error);
    hl_strv_free(environment);
    tree_destroy(tree);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record-find");
    TCase *tcase = tcase_create("find");
    tcase_add_test(tcase, order);
    tcase_add_test(tcase, not_programs);
    tcase_add_loop_test(tcase, setting, 0, ARRAY_SIZE(settings));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
