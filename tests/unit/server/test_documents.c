/* Open documents: names, positions, edits, outlines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../suite.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "hotlens/server/documents.h"

static struct hl_documents *documents;

static void setup(void)
{
    documents = hl_documents_create();
}

static void teardown(void)
{
    hl_documents_destroy(documents);
}

static struct hl_document *open_text(const char *uri, const char *text)
{
    struct hl_document *document = NULL;
    cJSON *params = cJSON_CreateObject();
    cJSON *item = cJSON_AddObjectToObject(params, "textDocument");
    cJSON_AddStringToObject(item, "uri", uri);
    cJSON_AddStringToObject(item, "languageId", "python");
    cJSON_AddStringToObject(item, "text", text);
    cJSON_AddNumberToObject(item, "version", 0);
    ck_assert_int_eq(hl_documents_open(documents, params, &document, NULL), 0);
    cJSON_Delete(params);
    return document;
}

static int change(const char *uri, const char *changes, char **ret_error)
{
    struct hl_document *document;
    struct hl_error error = {0};
    char *text = hl_xasprintf(
        "{\"textDocument\":{\"uri\":\"%s\",\"version\":null},\"contentChanges\":%s}", uri, changes);
    cJSON *params = cJSON_Parse(text);
    ck_assert_msg(params != NULL, "%s", text);
    int r = hl_documents_change(documents, params, &document, &error);
    if (ret_error) {
        *ret_error = hl_xstrdup(hl_error_text(&error, r));
    }
    hl_error_finish(&error);
    cJSON_Delete(params);
    free(text);
    return r;
}

#define RANGE(a, b, c, d)                                                                          \
    "\"range\":{\"start\":{\"line\":" #a ",\"character\":" #b "},\"end\":{\"line\":" #c            \
    ",\"character\":" #d "}}"

static const struct {
    const char *before;
    const char *changes;
    const char *after; /* NULL: refused */
    const char *named; /* in the error */
} EDITS[] = {
    {"a\nb\n", "[{" RANGE(1, 0, 1, 1) ",\"text\":\"c\"}]", "a\nc\n", NULL},
    {"a😀b", "[{" RANGE(0, 3, 0, 4) ",\"text\":\"\"}]", "a😀", NULL},
    {"a😀b", "[{" RANGE(0, 2, 0, 3) ",\"text\":\"x\"}]", "axb", NULL},
    {"a\r\nb", "[{" RANGE(0, 9, 1, 0) ",\"text\":\"\"}]", "ab", NULL},
    {"a\rb", "[{" RANGE(1, 0, 1, 0) ",\"text\":\"\\n\"}]", "a\r\nb", NULL},
    {"a\r\nb", "[{" RANGE(9, 9, 9, 9) ",\"text\":\"c\"}]", "a\r\nbc", NULL},
    {"abc", "[{\"text\":\"new\"}]", "new", NULL},
    {"abc", "[{\"range\":null,\"text\":\"new\"}]", "new", NULL},
    {"abc", "[]", "abc", NULL},
    {"abc", "[{" RANGE(0, 0, 0, 1) ",\"text\":\"\"},{" RANGE(0, 0, 0, 1) ",\"text\":\"\"}]", "c",
     NULL},
    {"abc", "[{" RANGE(0, 2, 0, 1) ",\"text\":\"\"}]", NULL, "range"},
    {"abc", "[{\"text\":\"x\"},{" RANGE(1, 0, 0, 9) ",\"text\":\"\"}]", NULL, "range"},
    {"abc", "[{\"text\":5}]", NULL, "text"},
    {"abc", "[5]", NULL, "contentChanges"},
    {"abc", "{}", NULL, "contentChanges"},
    {"abc", "[{\"range\":{\"start\":{\"line\":-1,\"character\":0}},\"text\":\"\"}]", NULL, "line"},
};

START_TEST(test_edits)
{
    const struct hl_document *document = open_text("file:///p/a.py", EDITS[_i].before);
    uint64_t edit = document->edit;
    char *error;
    int r = change("file:///p/a.py", EDITS[_i].changes, &error);
    ck_assert_int_eq(r, EDITS[_i].after ? 0 : -EINVAL);
    ck_assert_str_eq(document->text, EDITS[_i].after ? EDITS[_i].after : EDITS[_i].before);
    ck_assert_int_eq(document->edit != edit, EDITS[_i].after != NULL);
    ck_assert_int_eq(document->is_saved, EDITS[_i].after == NULL);
    if (EDITS[_i].named) {
        ck_assert_msg(strstr(error, EDITS[_i].named) != NULL, "%s", error);
    }
    free(error);
}
END_TEST

static const struct {
    const char *opened;
    const char *asked;
    bool same;
} NAMES[] = {
    {"file:///p/a%20b.py", "file:///p/a b.py", true},
    {"file:///p/a%2Eb.py", "file:///p/./a.b.py", true},
    {"file:///p/x/../a.py", "file:///p/a.py", true},
    {"file://localhost/p/a.py", "file:///p/a.py", true},
    {"file:///p/a.py", "file:///p/A.py", false},
    {"untitled:Untitled-1", "untitled:Untitled-1", true},
    {"untitled:Untitled-1", "untitled:Untitled-2", false},
};

START_TEST(test_names)
{
    struct hl_document *document = open_text(NAMES[_i].opened, "x");
    ck_assert(hl_documents_find(documents, NAMES[_i].asked) == (NAMES[_i].same ? document : NULL));
    ck_assert_str_eq(document->uri, NAMES[_i].opened);
}
END_TEST

START_TEST(test_links)
{
    char folder[] = "/tmp/hotlens-test-XXXXXX";
    ck_assert(mkdtemp(folder) != NULL);
    char *file = hl_xasprintf("%s/real.py", folder);
    char *link = hl_xasprintf("%s/link.py", folder);
    char *file_uri = hl_xasprintf("file://%s", file);
    char *link_uri = hl_xasprintf("file://%s", link);
    FILE *made = fopen(file, "we");
    ck_assert(made && fclose(made) == 0);
    ck_assert_int_eq(symlink(file, link), 0);

    struct hl_document *document = open_text(file_uri, "x");
    ck_assert(hl_documents_find(documents, link_uri) == document);
    /* Opened under both names they are two documents: the client keeps two texts. */
    struct hl_document *other = open_text(link_uri, "y");
    ck_assert(other != document);
    ck_assert(hl_documents_find(documents, link_uri) == other);
    ck_assert(hl_documents_find(documents, file_uri) == document);

    ck_assert(unlink(file) == 0 && unlink(link) == 0 && rmdir(folder) == 0);
    free(file);
    free(link);
    free(file_uri);
    free(link_uri);
}
END_TEST

START_TEST(test_life)
{
    struct hl_document *first = open_text("file:///p/a.py", "a");
    struct hl_document *second = open_text("file:///p/b.py", "b");
    ck_assert(hl_documents_current(documents) == second);
    ck_assert_int_eq(change("file:///p/a.py", "[{\"text\":\"c\"}]", NULL), 0);
    ck_assert(hl_documents_current(documents) == first);
    ck_assert_int_eq(change("file:///p/c.py", "[]", NULL), -ENOENT);

    /* A second didOpen replaces the text, in place. */
    uint64_t edit = first->edit;
    ck_assert(open_text("file:///p/a.py", "again") == first);
    ck_assert_str_eq(first->text, "again");
    ck_assert(first->edit != edit && first->is_saved);

    cJSON *params = cJSON_Parse("{\"textDocument\":{\"uri\":\"file:///p/a.py\"}}");
    struct hl_document *saved;
    char *uri;
    ck_assert_int_eq(hl_documents_save(documents, params, &saved, NULL), 0);
    ck_assert_int_eq(hl_documents_close(documents, params, &uri, NULL), 0);
    ck_assert_str_eq(uri, "file:///p/a.py");
    free(uri);
    ck_assert_int_eq(hl_documents_close(documents, params, &uri, NULL), -ENOENT);
    ck_assert_uint_eq(hl_documents_count(documents), 1);
    ck_assert(hl_documents_current(documents) == second);
    cJSON_Delete(params);
}
END_TEST

START_TEST(test_outline_of_text_being_typed)
{
    struct hl_document *document = open_text("file:///p/a.py", "def f():\n    pass\n");
    ck_assert_uint_eq(hl_outline_count(hl_document_outline(document)), 1);
    ck_assert_int_eq(change("file:///p/a.py", "[{\"text\":\"'''\\ndef f():\\n    pass\\n\"}]", NULL),
                     0);
    ck_assert_uint_eq(hl_outline_count(hl_document_outline(document)), 1);
    ck_assert_int_eq(change("file:///p/a.py", "[{\"text\":\"x = 1\\n\"}]", NULL), 0);
    ck_assert_uint_eq(hl_outline_count(hl_document_outline(document)), 0);
}
END_TEST

/* Of 3,000 lines, whose every third is a function's first. */
static void open_functions(void)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    for (int i = 0; i < 1000; i++) {
        hl_buffer_printf(&text, "def f%d(a):\n    b = 'some' + a\n    return b\n", i);
    }
    open_text("file:///p/a.py", text.data);
}

static void check_outline(struct hl_document *document)
{
    struct hl_outline *fresh = NULL;
    const struct hl_outline *kept = hl_document_outline(document);
    ck_assert_int_eq(hl_outline_create(document->text, document->length, &fresh), 0);
    if (!hl_outline_is_unterminated(fresh)) {
        ck_assert_uint_eq(hl_outline_count(kept), hl_outline_count(fresh));
        ck_assert_uint_eq(hl_outline_lines(kept), hl_outline_lines(fresh));
        for (uint32_t i = 0; i < hl_outline_count(fresh); i++) {
            const struct hl_definition *a = hl_outline_get(kept, i);
            const struct hl_definition *b = hl_outline_get(fresh, i);
            ck_assert_str_eq(hl_outline_path(kept, i), hl_outline_path(fresh, i));
            ck_assert_uint_eq(a->def_line, b->def_line);
            ck_assert_uint_eq(a->end_line, b->end_line);
        }
    }
    hl_outline_destroy(fresh);
}

/* Edits at three places far apart, of which many leave the outline as it is, with an outline now and then:
 * whatever was put off or skipped, the outline is that of the text. */
START_TEST(test_outline_of_edits_far_apart)
{
    static const char *const PIECES[] = {
        "x", " ", "\\n", "x", "\\ndef g():\\n  pass\\n", "y", "#", "\\\"\\\"\\\"",
    };
    uint32_t seed = 7 + (uint32_t)_i;
    open_functions();
    struct hl_document *document = hl_documents_find(documents, "file:///p/a.py");
    check_outline(document);
    for (int i = 0; i < 60; i++) {
        seed = seed * 1664525u + 1013904223u;
        uint32_t line = (seed >> 8) % 3 * 1400 + (seed >> 12) % 4;
        uint32_t at = (seed >> 20) % 14;
        char *edit = hl_xasprintf("[{\"range\":{\"start\":{\"line\":%u,\"character\":%u},\"end\":{"
                                  "\"line\":%u,\"character\":%u}},\"text\":\"%s\"}]",
                                  line, at, line, at + seed % 2, PIECES[seed >> 29]);
        ck_assert_int_eq(change("file:///p/a.py", edit, NULL), 0);
        free(edit);
        if (i % 7 == 0) {
            check_outline(document);
        }
    }
    check_outline(document);
}
END_TEST

/* While a string is being typed the outline is an old one, and knows nothing of later edits; nor does one
 * that nobody has asked for in between. */
START_TEST(test_outline_not_of_the_line_that_changed)
{
    static const char *const EDITS_THEN[] = {
        "[{" RANGE(0, 0, 0, 0) ",\"text\":\"\\\"\\\"\\\"\"}]",
        "[{" RANGE(1, 5, 1, 5) ",\"text\":\" \\\\\"}]",
        "[{" RANGE(1, 5, 1, 5) ",\"text\":\"2\"}]",
        "[{" RANGE(0, 0, 0, 3) ",\"text\":\"\"}]",
    };
    struct hl_document *document = open_text("file:///p/a.py", "a = 1\nx = 1\ndef h(): pass\n");
    ck_assert_uint_eq(hl_outline_count(hl_document_outline(document)), 1);
    for (size_t i = 0; i < ARRAY_SIZE(EDITS_THEN); i++) {
        ck_assert_int_eq(change("file:///p/a.py", EDITS_THEN[i], NULL), 0);
        if (_i == 0) {
            check_outline(document);
        }
    }
    ck_assert_str_eq(document->text, "a = 1\nx = 12 \\\ndef h(): pass\n");
    ck_assert_uint_eq(hl_outline_count(hl_document_outline(document)), 0);
}
END_TEST

START_TEST(test_large)
{
    struct hl_buffer text = {0};
    for (int i = 0; i < 10000; i++) {
        hl_buffer_printf(&text, "    value_%d = compute(%d, 'some text of usual length')\n", i, i);
    }
    struct hl_document *document = open_text("file:///p/a.py", text.data);
    int64_t start = hl_clock_monotonic();
    for (int i = 0; i < 200; i++) {
        ck_assert_int_eq(
            change("file:///p/a.py", "[{" RANGE(5000, 4, 5000, 4) ",\"text\":\"x\\n\"}]", NULL), 0);
    }
    int64_t each = (hl_clock_monotonic() - start) / 200;
    printf("# one keystroke in 10,000 lines: %lld us\n", (long long)(each / 1000));
    ck_assert_uint_eq(document->lines.count, 10201);
    ck_assert_uint_eq(document->hashes.count, 10200);
    hl_buffer_finish(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server-documents");
    TCase *tests = tcase_create("documents");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_edits, 0, ARRAY_SIZE(EDITS));
    tcase_add_loop_test(tests, test_names, 0, ARRAY_SIZE(NAMES));
    tcase_add_test(tests, test_links);
    tcase_add_test(tests, test_life);
    tcase_add_test(tests, test_outline_of_text_being_typed);
    tcase_add_loop_test(tests, test_outline_of_edits_far_apart, 0, 24);
    tcase_add_loop_test(tests, test_outline_not_of_the_line_that_changed, 0, 2);
    tcase_add_test(tests, test_large);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
