#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/python/outline.h"

static struct hl_outline *outline_of(const char *text)
{
    struct hl_outline *outline = NULL;
    ck_assert_int_eq(hl_outline_create(text, strlen(text), &outline), 0);
    return outline;
}

/* "path first-def-body-end" of each definition, separated by spaces; '#' and the ordinal if not 0. */
static char *describe(const struct hl_outline *outline)
{
    struct hl_buffer text = {0};
    for (uint32_t i = 0; i < hl_outline_count(outline); i++) {
        const struct hl_definition *item = hl_outline_get(outline, i);
        hl_buffer_printf(&text, "%s%s", i > 0 ? " " : "", hl_outline_path(outline, i));
        if (item->ordinal > 0) {
            hl_buffer_printf(&text, "#%u", item->ordinal);
        }
        hl_buffer_printf(&text, ":%u-%u-%u-%u", item->first_line, item->def_line, item->body_line,
                         item->end_line);
    }
    return hl_buffer_take(&text);
}

static const struct {
    const char *text;
    const char *expected;
} OUTLINES[] = {
    {"", ""},
    {"def f(): pass", "f:1-1-1-1"},
    {"def f():\n    pass\n", "f:1-1-2-2"},
    {"\xEF\xBB\xBF" "def f():\n    pass\n", "f:1-1-2-2"},
    {"class K:\n    def m(self):\n        pass\n\n    x = 1\n", "K:1-1-2-5 K.m:2-2-3-3"},
    {"def outer():\n    def inner():\n        pass\n    return inner\n",
     "outer:1-1-2-4 outer.<locals>.inner:2-2-3-3"},
    {"def f():\n    class K:\n        def m(self): pass\n",
     "f:1-1-2-3 f.<locals>.K:2-2-3-3 f.<locals>.K.m:3-3-3-3"},
    {"@a\n# why\n\n@b\nasync def f():\n    pass\n", "f:1-5-6-6"},
    {"@a\nx = 1\ndef f(): pass\n", "f:3-3-3-3"},
    {"if 1:\n    def f(): pass\nelse:\n    def f(): pass\n", "f:2-2-2-2 f#1:4-4-4-4"},
    {"def f(\n    a,\n    b=lambda: 0,\n):\n    pass\n", "f:1-1-5-5"},
    {"def f(a) -> lambda: 0: return a\n", "f:1-1-1-1"},
    {"def f(): # why\n    # what\n    pass\n# end\n\nx = 1\n", "f:1-1-2-3"},
    {"def f[T: (int, str)](x: T) -> T:\n    return x\n", "f:1-1-2-2"},
    {"class K:\r    def m(self):\r        pass\r", "K:1-1-2-3 K.m:2-2-3-3"},
    {"class K:\r\n    def m(self):\r\n        pass\r\n", "K:1-1-2-3 K.m:2-2-3-3"},
    {"class K:\n\tdef m(self):\n\t\tpass\n        def n(self): pass\n",
     "K:1-1-2-4 K.m:2-2-3-3 K.n:4-4-4-4"},
    {"class K:\n    pass\n\f\ndef f(): pass\n", "K:1-1-2-2 f:4-4-4-4"},
    {"class K:\n    pass\n \f  def m(self): pass\n", "K:1-1-2-3 K.m:3-3-3-3"},
    {"def \\\n  f(): \\\n  return 1\n", "f:1-1-3-3"},
    {"def f():\n    return '''\ndef no(): pass\n'''\n", "f:1-1-2-4"},
    {"def f():\n    return '\\\ndef no(): pass'\n", "f:1-1-2-3"},
    {"def f():\n    return r'\\'' # '\n\ndef g(): pass\n", "f:1-1-2-2 g:4-4-4-4"},
    {"def f():\n    return f\"{x[\"(\"]}\"\n\ny = 1\n", "f:1-1-2-2"},
    {"def f():\n    return f'{x[\"{\"]}' + '}'\n\ny = 1\n", "f:1-1-2-2"},
    {"def f():\n    return f'{{{x!r:{w}}}}'\n\ny = 1\n", "f:1-1-2-2"},
    {"def f():\n    x = (1,\n  2)\n\ny = 1\n", "f:1-1-2-3"},
    {"defx = 1\nclassy = 2\ndefault(def_=1)\n", ""},
    {"x = 1; y = 'def f(): pass'\n", ""},
    {"def caf\xC3\xA9(): pass\n", "caf\xC3\xA9:1-1-1-1"},
    /* text that is being typed */
    {"def", ""},
    {"def \n", ""},
    {"def 1(): pass\n", ""},
    {"def f", "f:1-1-1-1"},
    {"def f(\n\ndef g(): pass\n", "f:1-1-1-1 g:3-3-3-3"},
    {"x = foo(\n@a\nclass K:\n    pass\n", "K:3-3-4-4"},
    {"x = foo(\ndef g():\n    pass\ny = 1\ndef h(): pass\n", "g:2-2-3-3 h:5-5-5-5"},
    {"x = 'abc\ndef g(): pass\n", "g:2-2-2-2"},
    {")\ndef g(): pass\n", "g:2-2-2-2"},
    {"def f():\n    x = '''\ndef g(): pass\n", "f:1-1-2-3"},
    {"class K:\n    @a\ndef f(): pass\n", "K:1-1-2-2 f:3-3-3-3"},
    {"async\ndef f(): pass\n", "f:2-2-2-2"},
    {"async def\n", ""},
};

START_TEST(test_outline)
{
    struct hl_outline *outline = outline_of(OUTLINES[_i].text);
    char *described = describe(outline);
    ck_assert_str_eq(described, OUTLINES[_i].expected);
    free(described);
    hl_outline_destroy(outline);
}
END_TEST

static const struct {
    const char *text;
    uint32_t lines;
    uint32_t main_line;
    bool is_unterminated;
} FACTS[] = {
    {"", 0, 0, false},
    {"x", 1, 0, false},
    {"x\n", 1, 0, false},
    {"x\r\ny\rz\n\n", 4, 0, false},
    {"'''\n", 1, 0, true},
    {"x = '''a\n'''\n", 2, 0, false},
    {"x\nif __name__ == '__main__':\n    f()\n", 3, 2, false},
    {"if __name__==\"__main__\": f()\n", 1, 1, false},
    {"if '__main__' == __name__:\n    f()\n", 2, 1, false},
    {"if (__name__ == '__main__'):\n    f()\n", 2, 1, false},
    {"if x:\n    if __name__ == '__main__':\n        f()\n", 3, 0, false},
    {"if __name__ != '__main__':\n    f()\n", 2, 0, false},
    {"if __name__ == '__mp_main__':\n    f()\n", 2, 0, false},
};

START_TEST(test_facts)
{
    struct hl_outline *outline = outline_of(FACTS[_i].text);
    ck_assert_uint_eq(hl_outline_lines(outline), FACTS[_i].lines);
    ck_assert_uint_eq(hl_outline_main_line(outline), FACTS[_i].main_line);
    ck_assert_int_eq(hl_outline_is_unterminated(outline), FACTS[_i].is_unterminated);
    hl_outline_destroy(outline);
}
END_TEST

START_TEST(test_at_line)
{
    static const struct {
        uint32_t line;
        const char *path;
    } ROWS[] = {
        {0, NULL}, {1, NULL},  {2, "K"}, {3, "K"},  {4, "K.m"},
        {5, "K.m"}, {6, "K"}, {7, NULL}, {8, "f"}, {99, NULL},
    };
    struct hl_outline *outline =
        outline_of("x\n@a\nclass K:\n    @b\n    def m(): pass\n    x\n\ndef f(): pass\n");
    uint32_t index = hl_outline_at_line(outline, ROWS[_i].line);
    if (ROWS[_i].path) {
        ck_assert_uint_ne(index, HL_NO_DEFINITION);
        ck_assert_str_eq(hl_outline_path(outline, index), ROWS[_i].path);
    } else {
        ck_assert_uint_eq(index, HL_NO_DEFINITION);
    }
    hl_outline_destroy(outline);
}
END_TEST

/* Deeper than CPython allows: the rest is left out, what follows is not. */
START_TEST(test_nesting_limit)
{
    struct hl_buffer text = {0};
    for (int i = 0; i <= (int)HL_LIMIT_OUTLINE_NESTING; i++) {
        hl_buffer_printf(&text, "%*sdef f%d():\n", i, "", i);
    }
    hl_buffer_puts(&text, "def g(): pass\n");
    struct hl_outline *outline = outline_of(text.data);
    ck_assert_uint_eq(hl_outline_count(outline), HL_LIMIT_OUTLINE_NESTING + 1);
    ck_assert_str_eq(hl_outline_path(outline, HL_LIMIT_OUTLINE_NESTING), "g");
    hl_outline_destroy(outline);
    hl_buffer_finish(&text);
}
END_TEST

START_TEST(test_definition_limit)
{
    struct hl_buffer text = {0};
    for (uint32_t i = 0; i < HL_LIMIT_DEFINITIONS; i++) {
        hl_buffer_puts(&text, "def f():0\n");
    }
    struct hl_outline *outline = outline_of(text.data);
    ck_assert_uint_eq(hl_outline_get(outline, HL_LIMIT_DEFINITIONS - 1)->ordinal,
                      HL_LIMIT_DEFINITIONS - 1);
    bool found;
    ck_assert_uint_eq(hl_outline_function_of(outline, "f", 1, 5000, &found), 4999);
    ck_assert_uint_eq(hl_outline_function_of(outline, "f", 1, 0, &found), HL_NO_DEFINITION);
    hl_outline_destroy(outline);
    hl_buffer_puts(&text, "def f():0\n");
    ck_assert_int_eq(hl_outline_create(text.data, text.length, &outline), -E2BIG);
    hl_buffer_finish(&text);
}
END_TEST

/* Qualified names grow with the names around them: a short text could ask for terabytes. */
START_TEST(test_path_limit)
{
    struct hl_buffer text = {0};
    hl_buffer_puts(&text, "class ");
    for (int i = 0; i < 1 << 20; i++) {
        hl_buffer_putc(&text, 'K');
    }
    hl_buffer_puts(&text, ":\n");
    size_t fit = HL_LIMIT_OUTLINE_PATHS / ((1 << 20) + strlen(".f"));
    for (size_t i = 0; i < fit; i++) {
        hl_buffer_puts(&text, " def f():0\n");
    }
    struct hl_outline *outline = NULL;
    ck_assert_int_eq(hl_outline_create(text.data, text.length, &outline), 0);
    ck_assert_uint_eq(hl_outline_count(outline), fit + 1);
    hl_outline_destroy(outline);
    outline = NULL;
    hl_buffer_puts(&text, " def f():0\n");
    ck_assert_int_eq(hl_outline_create(text.data, text.length, &outline), -E2BIG);
    ck_assert_ptr_null(outline);
    hl_buffer_finish(&text);
}
END_TEST

START_TEST(test_failing_allocations)
{
    static const char TEXT[] = "class K:\n    def m(self):\n        def n(): pass\n\ndef f(): pass\n";
    struct hl_outline *outline = NULL;
    for (uint64_t nth = 1;; nth++) {
        hl_memory_fail_at(nth, 0);
        int r = hl_outline_create(TEXT, strlen(TEXT), &outline);
        uint64_t faults = hl_memory_faults();
        hl_memory_fail_at(0, 0);
        if (faults == 0) {
            ck_assert_int_eq(r, 0);
            ck_assert_uint_gt(nth, 5);
            break;
        }
        ck_assert_int_eq(r, -ENOMEM);
        ck_assert_ptr_null(outline);
    }
    hl_outline_destroy(outline);
}
END_TEST

static const char FUNCTIONS[] =
    "import x\n"                                         /* 1 */
    "class K:\n"                                         /* 2 */
    "    a = [i for i in x]\n"                           /* 3 */
    "    @deco(lambda: 0)\n"                             /* 4 */
    "    def m(self, b=lambda: 1):\n"                    /* 5 */
    "        return [c for c in self]\n"                 /* 6 */
    "    def __private(self): pass\n"                    /* 7 */
    "def outer():\n"                                     /* 8 */
    "    def inner():\n"                                 /* 9 */
    "        return lambda: 2\n"                         /* 10 */
    "    def outer():\n"                                 /* 11 */
    "        pass\n"                                     /* 12 */
    "    class L:\n"                                     /* 13 */
    "        z = lambda: 3\n"                            /* 14 */
    "    return inner\n"                                 /* 15 */
    "if x:\n"                                            /* 16 */
    "    def twice(): return 1\n"                        /* 17 */
    "else:\n"                                            /* 18 */
    "    def twice(): return 2\n"                        /* 19 */
    "y = lambda: 4\n"                                    /* 20 */
    "def g[T](v: T = (lambda: 5)()):\n"                  /* 21 */
    "    global made\n"                                  /* 22 */
    "    def made(): pass\n"                             /* 23 */
    "class same:\n"                                      /* 24 */
    "    def same(self):\n"                              /* 25 */
    "        pass\n"                                     /* 26 */
    "def to_\xc2\xb5s(x):\n"                             /* 27, with a micro sign */
    "    def e\xcc\x81t(): pass\n"                       /* 28, with an accent of its own */
    "    return [y for y in x]\n";                       /* 29 */

static const struct {
    const char *name;
    uint32_t line;
    const char *path; /* NULL: module level; "?" when the text does not explain it */
    uint32_t def_line;
} ROWS[] = {
    {"<module>", 1, NULL, 0},
    {"<module>", 0, NULL, 0},
    {"K", 3, "K", 2},
    {"m", 6, "K.m", 5},
    {"K.m", 6, "K.m", 5},
    {"K.m", 4, "K.m", 5},
    {"K.m", 7, "?", 0},
    {"m", 99, "?", 0},
    {"nothing", 6, "?", 0},
    {"", 6, "?", 0},
    {".", 6, "?", 0},
    {"m.", 6, "?", 0},
    {"__private", 7, "K.__private", 7},
    {"K.__private", 7, "K.__private", 7},
    {"inner", 10, "outer.<locals>.inner", 9},
    {"outer.<locals>.inner", 10, "outer.<locals>.inner", 9},
    {"outer.inner", 10, "outer.<locals>.inner", 9},
    {"outer", 8, "outer", 8},
    {"outer", 15, "outer", 8},
    {"outer", 12, "outer.<locals>.outer", 11},
    {"outer", 11, "outer", 8},
    {"outer.<locals>.outer", 11, "outer.<locals>.outer", 11},
    {"outer.<locals>.outer", 12, "outer.<locals>.outer", 11},
    {"twice", 17, "twice", 17},
    {"twice", 19, "twice", 19},
    {"twice", 18, "?", 0},
    {"made", 23, "g.<locals>.made", 23},
    {"same", 26, "same.same", 25},
    {"same", 25, "same", 24},
    {"same.same", 25, "same.same", 25},
    {"other.m", 6, "K.m", 5},
    /* as Python normalizes names: a Greek letter, a letter with an accent */
    {"to_\xce\xbcs", 29, "to_\xc2\xb5s", 27},
    {"to_\xce\xbcs", 28, "to_\xc2\xb5s", 27},
    {"\xc3\xa9t", 28, "to_\xc2\xb5s.<locals>.e\xcc\x81t", 28},
    {"to_\xce\xbcs.<locals>.\xc3\xa9t", 28, "to_\xc2\xb5s.<locals>.e\xcc\x81t", 28},
    {"to_\xce\xbcs.<locals>.<listcomp>", 29, "to_\xc2\xb5s", 27},
    {"K.to_\xce\xbcs", 29, "?", 0},
    {"to_\xce\xbc", 29, "?", 0},
    {"from_\xce\xbcs", 29, "?", 0},
    {"to_\xce\xbcs", 12, "?", 0},
    /* in angle brackets: the def it was written in */
    {"<listcomp>", 6, "K.m", 5},
    {"K.m.<locals>.<listcomp>", 6, "K.m", 5},
    {"<listcomp>", 3, NULL, 0},
    {"K.<listcomp>", 3, NULL, 0},
    {"<lambda>", 4, NULL, 0},
    {"K.<lambda>", 4, NULL, 0},
    {"<lambda>", 5, NULL, 0},
    {"<lambda>", 10, "outer.<locals>.inner", 9},
    {"outer.<locals>.inner.<locals>.<lambda>", 10, "outer.<locals>.inner", 9},
    {"outer.<locals>.inner.<locals>.<lambda>.<locals>.<genexpr>", 10, "outer.<locals>.inner", 9},
    {"outer.<locals>.L.<lambda>", 14, "outer", 8},
    {"<lambda>", 14, "outer", 8},
    {"<lambda>", 20, NULL, 0},
    {"<lambda>", 21, NULL, 0},
    {"<lambda>", 99, "?", 0},
    {"<generic parameters of g>", 21, NULL, 0},
    {"gone.<locals>.<lambda>", 10, "outer.<locals>.inner", 9},
    /* without a line: only what is there once */
    {"m", 0, "K.m", 5},
    {"K.m", 0, "K.m", 5},
    {"outer", 0, "?", 0},
    {"outer.<locals>.outer", 0, "outer.<locals>.outer", 11},
    {"twice", 0, "?", 0},
    {"<lambda>", 0, "?", 0},
    {"K.m.<locals>.<lambda>", 0, "K.m", 5},
    {"other.m", 0, "K.m", 5},
};

START_TEST(test_function_of)
{
    struct hl_outline *outline = outline_of(FUNCTIONS);
    const char *name = ROWS[_i].name;
    bool found;
    uint32_t index = hl_outline_function_of(outline, name, strlen(name), ROWS[_i].line, &found);
    bool is_unknown = ROWS[_i].path && strcmp(ROWS[_i].path, "?") == 0;
    ck_assert_int_eq(found, !is_unknown);
    if (ROWS[_i].path && !is_unknown) {
        ck_assert_uint_ne(index, HL_NO_DEFINITION);
        ck_assert_str_eq(hl_outline_path(outline, index), ROWS[_i].path);
        ck_assert_uint_eq(hl_outline_get(outline, index)->def_line, ROWS[_i].def_line);
    } else {
        ck_assert_uint_eq(index, HL_NO_DEFINITION);
    }
    hl_outline_destroy(outline);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("python-outline");
    TCase *tests = tcase_create("scan");
    tcase_add_loop_test(tests, test_outline, 0, ARRAY_SIZE(OUTLINES));
    tcase_add_loop_test(tests, test_facts, 0, ARRAY_SIZE(FACTS));
    tcase_add_loop_test(tests, test_at_line, 0, 10);
    tcase_add_test(tests, test_nesting_limit);
    tcase_add_test(tests, test_definition_limit);
    tcase_add_test(tests, test_path_limit);
    tcase_add_test(tests, test_failing_allocations);
    tcase_add_loop_test(tests, test_function_of, 0, ARRAY_SIZE(ROWS));
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
