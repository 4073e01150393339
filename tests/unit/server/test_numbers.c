/* A run's numbers on the lines of a document that was edited since. */
#include <errno.h>

#include "../suite.h"
#include "fixture.h"

static struct program program;
static struct hl_documents *documents;
static struct hl_shown *shown;

static void setup(void)
{
    program_create(&program);
    documents = hl_documents_create();
    shown = program_shown(&program, USUAL);
}

static void teardown(void)
{
    hl_shown_unref(shown);
    hl_documents_destroy(documents);
    program_remove(&program);
}

static const struct hl_shown_file *file(void)
{
    const struct hl_shown_file *found = hl_shown_find(shown, program.path, NULL, NULL, 0);
    ck_assert(found != NULL);
    return found;
}

static uint64_t total_at(const struct hl_numbers *numbers, uint32_t line)
{
    for (size_t i = 0; i < numbers->line_count; i++) {
        if (numbers->lines[i].line == line) {
            return numbers->lines[i].total;
        }
    }
    return 0;
}

static const struct hl_function_number *function(const struct hl_numbers *numbers, const char *name)
{
    for (size_t i = 0; i < numbers->function_count; i++) {
        if (strcmp(numbers->functions[i].function->name, name) == 0) {
            return &numbers->functions[i];
        }
    }
    return NULL;
}

/* Edits, and where the lines of `x = 1`, `return x`, `hot()` and `return 2` are afterwards; 0 is
 * nowhere. */
static const struct {
    const char *what;
    unsigned line;
    const char *text;
    uint32_t at[4];
    bool hot_edited;
    bool m_edited;
    uint32_t lost;
} EDITS[] = {
    {"nothing", 0, "", {1, 2, 6, 7}, false, false, 0},
    {"above all", 0, "import os\n\n", {3, 4, 8, 9}, false, false, 0},
    {"between", 4, "Y = 1\n", {1, 2, 7, 8}, false, false, 0},
    {"a line in hot", 2, "    y = 2\n", {1, 3, 7, 8}, true, false, 0},
    {"a changed line in hot", 1, "  ", {0, 2, 6, 7}, true, false, 1},
    {"a line in m", 7, "        print()\n", {1, 2, 6, 8}, false, true, 0},
    {"the end", 11, "print()\n", {1, 2, 6, 7}, false, false, 0},
};

START_TEST(test_edits)
{
    struct hl_document *document = open_document(documents, program.uri, PROGRAM);
    insert_text(documents, program.uri, EDITS[_i].line, EDITS[_i].text);
    struct hl_numbers *numbers;
    ck_assert_int_eq(hl_numbers_create(document, file(), &numbers), 0);
    static const uint64_t TOTALS[] = {600, 200, 800, 195};
    for (size_t i = 0; i < ARRAY_SIZE(TOTALS); i++) {
        uint32_t line = EDITS[_i].at[i];
        ck_assert_msg(line == 0 || total_at(numbers, line) == TOTALS[i], "%s: line %u",
                      EDITS[_i].what, line);
    }
    ck_assert_uint_eq(numbers->line_count, 5 - EDITS[_i].lost);
    ck_assert_uint_eq(numbers->lost, EDITS[_i].lost);
    ck_assert_uint_eq(function(numbers, "hot")->function->total, 800);
    ck_assert_uint_eq(function(numbers, "K.m")->function->self, 195);
    ck_assert_int_eq(function(numbers, "hot")->edited, EDITS[_i].hot_edited);
    ck_assert_int_eq(function(numbers, "K.m")->edited, EDITS[_i].m_edited);
    for (size_t i = 1; i < numbers->line_count; i++) {
        ck_assert_uint_lt(numbers->lines[i - 1].line, numbers->lines[i].line);
    }
    hl_numbers_destroy(numbers);
}
END_TEST

START_TEST(test_crlf_is_the_same_text)
{
    char *text = hl_xcalloc(2, sizeof(PROGRAM));
    for (const char *at = PROGRAM; *at; at++) {
        (void)strcat(text, *at == '\n' ? "\r\n" : (char[]){*at, '\0'});
    }
    struct hl_numbers *numbers;
    struct hl_document *document = open_document(documents, program.uri, text);
    ck_assert_int_eq(hl_numbers_create(document, file(), &numbers), 0);
    ck_assert_uint_eq(numbers->line_count, 5);
    ck_assert(!function(numbers, "hot")->edited);
    hl_numbers_destroy(numbers);
    free(text);
}
END_TEST

START_TEST(test_states)
{
    struct hl_document *document = open_document(documents, program.uri, PROGRAM);
    struct hl_shown_file changed = *file();
    struct hl_numbers *numbers;
    changed.state = HL_SOURCE_CHANGED;
    ck_assert_int_eq(hl_numbers_create(document, &changed, &numbers), -ESTALE);
    ck_assert_int_eq(hl_numbers_create(document, NULL, &numbers), -ENOENT);

    /* From elsewhere, without its text: lines are those of the text at didOpen. */
    struct hl_shown_file elsewhere = *file();
    elsewhere.state = HL_SOURCE_MISSING;
    elsewhere.text = NULL;
    elsewhere.hashes = (struct hl_line_hashes){0};
    insert_text(documents, program.uri, 0, "\n\n");
    ck_assert_int_eq(hl_numbers_create(document, &elsewhere, &numbers), 0);
    ck_assert_uint_eq(total_at(numbers, 3), 600);
    hl_numbers_destroy(numbers);
    elsewhere.state = HL_SOURCE_HASHED;
    ck_assert_int_eq(hl_numbers_create(document, &elsewhere, &numbers), -ESTALE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server-numbers");
    TCase *tests = tcase_create("numbers");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_edits, 0, ARRAY_SIZE(EDITS));
    tcase_add_test(tests, test_crlf_is_the_same_text);
    tcase_add_test(tests, test_states);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
