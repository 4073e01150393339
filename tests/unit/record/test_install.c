#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "../suite.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/strv.h"
#include "hotlens/record/find.h"
#include "tree.h"

static const struct {
    const char *name;
    struct hl_python_facts facts; /* the paths are the same in all */
    bool uv;
    const char *commands;         /* joined; T is the temporary folder */
    const char *py_spy;
} rows[] = {
    { "venv with pip", { .is_venv = true, .has_pip = true, .prefix_writable = true }, true,
      "/v/bin/python -m pip install --disable-pip-version-check --no-input py-spy\n",
      "/v/bin/py-spy" },
    { "venv of uv", { .is_venv = true, .prefix_writable = true }, true,
      "T/path/uv pip install --python /v/bin/python py-spy\n", "/v/bin/py-spy" },
    { "venv without pip or uv", { .is_venv = true, .prefix_writable = true }, false,
      "/v/bin/python -m venv T/data/hotlens/tools/py-spy\n"
      "T/data/hotlens/tools/py-spy/bin/python -m pip install --disable-pip-version-check "
      "--no-input py-spy\n", "T/data/hotlens/tools/py-spy/bin/py-spy" },
    { "venv of somebody else", { .is_venv = true, .has_pip = true }, true,
      "/v/bin/python -m venv T/data/hotlens/tools/py-spy\n"
      "T/data/hotlens/tools/py-spy/bin/python -m pip install --disable-pip-version-check "
      "--no-input py-spy\n", "T/data/hotlens/tools/py-spy/bin/py-spy" },
    { "system", { .has_pip = true, .prefix_writable = true, .externally_managed = true }, true,
      "/v/bin/python -m venv T/data/hotlens/tools/py-spy\n"
      "T/data/hotlens/tools/py-spy/bin/python -m pip install --disable-pip-version-check "
      "--no-input py-spy\n", "T/data/hotlens/tools/py-spy/bin/py-spy" },
};

/* Commands with the temporary folder as T. */
static char *describe(const char *tree, const char *text)
{
    struct hl_buffer buffer = { 0 };
    for (const char *at = text; *at;) {
        if (strncmp(at, tree, strlen(tree)) == 0) {
            hl_buffer_putc(&buffer, 'T');
            at += strlen(tree);
        } else {
            hl_buffer_putc(&buffer, *at++);
        }
    }
    return hl_buffer_take(&buffer);
}

static char *join(const struct hl_install_plan *plan)
{
    struct hl_buffer text = { 0 };
    for (size_t i = 0; plan->commands[i]; i++) {
        for (size_t k = 0; plan->commands[i][k]; k++) {
            hl_buffer_puts(&text, k > 0 ? " " : "");
            hl_buffer_puts(&text, plan->commands[i][k]);
        }
        hl_buffer_putc(&text, '\n');
    }
    return hl_buffer_take(&text);
}

START_TEST(plan)
{
    char *tree = tree_create();
    char **environment = NULL;
    hl_strv_addf(&environment, "PATH=%s/path", tree);
    hl_strv_addf(&environment, "XDG_DATA_HOME=%s/data", tree);
    if (rows[_i].uv) {
        tree_put(tree, "path/uv", "", 0, 0755);
    }
    struct hl_python_facts facts = rows[_i].facts;
    facts.executable = (char *)"/v/bin/python";
    facts.prefix = (char *)"/v";
    facts.version = (char *)"3.11.2";
    struct hl_install_plan *made;
    ck_assert_int_eq(hl_install_plan_create(&facts, environment, &made, NULL), 0);
    _cleanup_free_ char *commands = join(made);
    _cleanup_free_ char *plain = describe(tree, commands);
    _cleanup_free_ char *py_spy = describe(tree, made->py_spy);
    ck_assert_str_eq(plain, rows[_i].commands);
    ck_assert_str_eq(py_spy, rows[_i].py_spy);
    ck_assert_ptr_nonnull(made->sentence);
    hl_install_plan_destroy(made);
    hl_strv_free(environment);
    tree_destroy(tree);
}
END_TEST

static const struct {
    const char *script;
    int result;
} interpreters[] = {
    { "#!/bin/sh\nexec python3 \"$@\"\n", 0 }, /* as the shims of version managers */
    { "#!/bin/sh\nexit 3\n", -EIO },
    { "#!/bin/sh\nkill -9 $$\n", -EIO },
    { "#!/bin/sh\necho hello\n", -EIO },
    { "#!/bin/sh\nyes\n", -EFBIG },
    { NULL, -ENOENT }, /* a script with a missing interpreter is the same, but ends valgrind */
};

START_TEST(ask)
{
    char *tree = tree_create();
    _cleanup_free_ char *python = hl_path_join(tree, "python");
    const char *script = interpreters[_i].script;
    if (script) {
        tree_put(tree, "python", script, strlen(script), 0755);
    }
    struct hl_python_facts facts = { 0 };
    struct hl_error error = { 0 };
    int result = hl_python_ask(python, &facts, &error);
    ck_assert_msg(result == interpreters[_i].result, "%d: %s", result, error.message);
    if (result == 0) {
        ck_assert_int_eq(facts.executable[0], '/');
        ck_assert_str_ne(facts.executable, python);
        ck_assert_int_eq(strncmp(facts.version, "3.", 2), 0);
    } else {
        ck_assert_ptr_nonnull(strstr(error.message, python));
    }
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    hl_python_facts_finish(&facts);
    hl_error_finish(&error);
    tree_destroy(tree);
}
END_TEST

/* An environment without pip is quick to make and shows that the facts are real. */
START_TEST(ask_venv)
{
    char *tree = tree_create();
    _cleanup_free_ char *command =
        hl_xasprintf("python3 -m venv --without-pip %s/v && touch %s/v/EXTERNALLY-MANAGED", tree,
                     tree);
    ck_assert_int_eq(system(command), 0);
    _cleanup_free_ char *python = hl_path_join(tree, "v/bin/python");
    struct hl_python_facts facts;
    ck_assert_int_eq(hl_python_ask(python, &facts, NULL), 0);
    ck_assert(facts.is_venv);
    ck_assert(!facts.has_pip);
    ck_assert(facts.prefix_writable);
    ck_assert(!facts.externally_managed);
    ck_assert_str_eq(facts.executable, python);
    hl_python_facts_finish(&facts);
    tree_destroy(tree);
}
END_TEST

START_TEST(run_failure)
{
    const char *broken[] = { "sh", "-c", "echo why >&2; exit 4", NULL };
    const char *never[] = { "touch", "/nonexistent/x", NULL };
    char **commands[] = { (char **)broken, (char **)never, NULL };
    struct hl_install_plan made = { .commands = commands };
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    struct hl_error error = { 0 };
    ck_assert_int_eq(hl_install_plan_run(&made, fds[1], &error), -EIO);
    close(fds[1]);
    char text[16] = "";
    ck_assert_int_eq(read(fds[0], text, sizeof(text) - 1), 4);
    ck_assert_str_eq(text, "why\n");
    ck_assert_ptr_nonnull(strstr(error.message, "exit status 4"));
    hl_error_finish(&error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record-install");
    TCase *tcase = tcase_create("install");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, plan, 0, ARRAY_SIZE(rows));
    tcase_add_loop_test(tcase, ask, 0, ARRAY_SIZE(interpreters));
    tcase_add_test(tcase, ask_venv);
    tcase_add_test(tcase, run_failure);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
