/* [tool.hotlens.targets] among everything else that a pyproject.toml has. */
#include <string.h>

#include "../suite.h"
#include "hotlens/app/targets.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/macros.h"

/* What was read, as "name file|-m module|! command [args] {env} @cwd;" */
static const struct row {
    const char *text;
    const char *targets;
    const char *error;
} ROWS[] = {
    {"", "", NULL},
    {"[project]\nname = \"x\"\n", "", NULL},
    {"[tool.hotlens.targets]\na = { file = \"a.py\" }\n", "a a.py;", NULL},
    {"[tool.hotlens.targets.a]\nfile = 'a.py'\nargs = [\"--n\", '3',]\ncwd = \"sub\"\n",
     "a a.py [--n 3] @sub;", NULL},
    {"[tool.hotlens.targets.a]\nmodule = \"m\"\n[tool.hotlens.targets.a.env]\nX = \"1\"\n\"Y Z\" = ''\n",
     "a -m m {X=1 Y Z=};", NULL},
    {"[tool.hotlens]\ntargets.a.command = [\n  \"x\", # why\n  \"y\"\n]\n", "a ! x y;", NULL},
    {"tool.hotlens.targets.\"a b\".env.K = \"v\"\n", "a b {K=v};", NULL},
    {"[tool.hotlens.targets]\na = { file = \"\\u00e9\\\"\\\\\", env = { K = \"v\" } } # end\r\nb.module = "
     "\"m\"\n",
     "a \u00e9\"\\ {K=v};b -m m;", NULL},
    /* what is not ours is passed over, whatever it is */
    {"[a]\nx = \"\"\"\n[tool.hotlens.targets.no]\nfile = 'x'\n\"\"\"\ny = '''\n'' \\''''\nz = [[1, {a = "
     "\"]\"}], # ]\n 1979-05-27]\n[[b]]\nn = 1e3\n[tool.hotlens.targets.a]\nfile = \"a\"\n",
     "a a;", NULL},
    {"[tool.hotlens.targets.a]\nother = [1, 2]\nfile = \"a\"\n", "a a;", NULL},
    {"\xEF\xBB\xBF[tool.hotlens.targets.a]\nfile = \"a\"", "a a;", NULL},
    {"[tool.hotlens.targetsx.a]\nfile = \"a\"\n", "", NULL},
    /* what is ours has to be right */
    {"[tool.hotlens.targets.a]\nfile = 1\n", "a;", "line 2: a string is expected"},
    {"[tool.hotlens.targets.a]\nargs = \"x\"\n", "a;", "line 2: an array of strings is expected"},
    {"[tool.hotlens.targets.a]\nargs = [1]\n", "a;", "line 2: a string is expected"},
    {"[tool.hotlens.targets]\na = 1\n", "a;", "line 2: a table is expected"},
    {"[tool.hotlens.targets.a]\nenv = { \"A=B\" = \"c\" }\n", "a;",
     "line 2: the name of an environment variable is expected"},
    {"[tool.hotlens.targets.a]\nfile = \"a\n", "a;", "line 2: a string has no end"},
    {"[x]\ny = \"\\q\"\n", "", "line 2: an escape in a string is not known"},
    {"[x\n", "", "line 1: \"]\" is expected"},
    {"x\n", "", "line 1: \"=\" is expected"},
    {"x = [\n", "", "line 2: a value is not whole"},
    {"x = 1 ] \n", "", "line 1: the end of the line is expected"},
};

static void put_vector(struct hl_buffer *out, const char *open, char *const *items,
                       const char *close)
{
    for (size_t i = 0; items && items[i]; i++) {
        hl_buffer_printf(out, "%s%s", i == 0 ? open : " ", items[i]);
    }
    if (items) {
        hl_buffer_puts(out, close);
    }
}

static void describe(struct hl_buffer *out, const struct hl_named_target *target)
{
    hl_buffer_puts(out, target->name);
    if (target->file) {
        hl_buffer_printf(out, " %s", target->file);
    }
    if (target->module) {
        hl_buffer_printf(out, " -m %s", target->module);
    }
    put_vector(out, " ! ", target->command, "");
    put_vector(out, " [", target->args, "]");
    put_vector(out, " {", target->environment, "}");
    if (target->cwd) {
        hl_buffer_printf(out, " @%s", target->cwd);
    }
    hl_buffer_putc(out, ';');
}

START_TEST(test_rows)
{
    const struct row *row = &ROWS[_i];
    struct hl_named_targets targets = {0};
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_buffer_ struct hl_buffer out = {0};
    int r = hl_named_targets_parse(row->text, strlen(row->text), &targets, &error);
    for (size_t i = 0; i < targets.count; i++) {
        describe(&out, &targets.items[i]);
    }
    ck_assert_str_eq(out.data ? out.data : "", row->targets);
    ck_assert_str_eq(error.message ? error.message : "", row->error ? row->error : "");
    ck_assert_int_eq(r, row->error ? -22 : 0);
    hl_named_targets_finish(&targets);
}
END_TEST

/* Any piece of any text is read without a crash, and so is each with a byte changed. */
START_TEST(test_pieces)
{
    for (size_t row = 0; row < ARRAY_SIZE(ROWS); row++) {
        size_t length = strlen(ROWS[row].text);
        for (size_t cut = 0; cut <= length; cut++) {
            struct hl_named_targets targets = {0};
            char text[512];
            memcpy(text, ROWS[row].text, length);
            (void)hl_named_targets_parse(text, cut, &targets, NULL);
            hl_named_targets_finish(&targets);
            if (cut < length) {
                text[cut] = "\"'[]{}=.\n#\\\0"[cut % 12];
                (void)hl_named_targets_parse(text, length, &targets, NULL);
                hl_named_targets_finish(&targets);
            }
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("app-targets");
    TCase *tcase = tcase_create("all");
    tcase_add_loop_test(tcase, test_rows, 0, ARRAY_SIZE(ROWS));
    tcase_add_test(tcase, test_pieces);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
