/* Lines and UTF-16 columns. */
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/lsp/position.h"

/* Line ends of all kinds, an astral character, a combining one, an ill-formed byte. */
static const char TEXT[] = "ab\n\xf0\x9f\x98\x80x\r\n\rd\xcc\x81\xff\n";

static const struct row {
    uint32_t line, character;
    size_t offset;
    uint32_t back_line, back_character;
} ROWS[] = {
    {0, 0, 0, 0, 0},
    {0, 2, 2, 0, 2},
    {0, 9, 2, 0, 2},   /* past the end of a line */
    {1, 0, 3, 1, 0},
    {1, 1, 3, 1, 0},   /* inside a surrogate pair */
    {1, 2, 7, 1, 2},
    {1, 3, 8, 1, 3},
    {1, 4, 8, 1, 3},
    {2, 0, 10, 2, 0},  /* \r alone ends a line */
    {3, 0, 11, 3, 0},
    {3, 2, 14, 3, 2},
    {3, 3, 15, 3, 3},  /* an ill-formed byte is one unit */
    {4, 0, 16, 4, 0},
    {99, 0, 16, 4, 0}, /* past the last line */
};

START_TEST(test_rows)
{
    struct hl_line_index index = {0};
    size_t length = sizeof(TEXT) - 1;
    ck_assert_int_eq(hl_line_index_set(&index, TEXT, length), 0);
    ck_assert_uint_eq(index.count, 5);
    const struct row *row = &ROWS[_i];
    size_t offset = hl_position_to_offset(&index, TEXT, length,
                                          (struct hl_position){row->line, row->character});
    ck_assert_uint_eq(offset, row->offset);
    struct hl_position back = hl_position_from_offset(&index, TEXT, length, offset);
    ck_assert_uint_eq(back.line, row->back_line);
    ck_assert_uint_eq(back.character, row->back_character);
    hl_line_index_finish(&index);
}
END_TEST

/* After any edit the index is that of the new text made from nothing. */
static void check_edit(char *text, size_t *length, struct hl_line_index *index)
{
    static const char *const PIECES[] = {"", "\n", "\r", "\r\n", "x", "\n\r\n\r", "ab\ncd"};
    char next[4096];
    size_t start = (size_t)rand() % (*length + 1);
    size_t old_end = start + (size_t)rand() % (*length - start + 1) % 7;
    const char *piece = PIECES[(size_t)rand() % ARRAY_SIZE(PIECES)];
    size_t added = strlen(piece);
    size_t total = *length - (old_end - start) + added;
    if (total >= sizeof(next)) {
        return;
    }
    memcpy(next, text, start);
    memcpy(next + start, piece, added);
    memcpy(next + start + added, text + old_end, *length - old_end);
    ck_assert_int_eq(hl_line_index_edit(index, next, total, start, old_end, start + added), 0);
    struct hl_line_index fresh = {0};
    ck_assert_int_eq(hl_line_index_set(&fresh, next, total), 0);
    ck_assert_uint_eq(index->count, fresh.count);
    ck_assert_mem_eq(index->starts, fresh.starts, fresh.count * sizeof(*fresh.starts));
    hl_line_index_finish(&fresh);
    memcpy(text, next, total);
    *length = total;
}

START_TEST(test_edits_equal_a_new_index)
{
    char text[4096] = "one\r\ntwo\n\rthree\n";
    size_t length = strlen(text);
    struct hl_line_index index = {0};
    srand(1);
    ck_assert_int_eq(hl_line_index_set(&index, text, length), 0);
    for (int i = 0; i < 20000; i++) {
        check_edit(text, &length, &index);
    }
    hl_line_index_finish(&index);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lsp-position");
    TCase *tcase = tcase_create("all");
    tcase_add_loop_test(tcase, test_rows, 0, ARRAY_SIZE(ROWS));
    tcase_add_test(tcase, test_edits_equal_a_new_index);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
