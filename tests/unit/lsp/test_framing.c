/* Bytes to bodies, however they are cut. */
#include <string.h>

#include "../suite.h"
#include "hotlens/lsp/framing.h"

#define LIMIT 16

/* B body, O oversize, M malformed, in order. */
static const struct row {
    const char *name;
    const char *bytes;
    const char *events;
    const char *bodies; /* joined by | */
    bool inside;
} ROWS[] = {
    {"one", "Content-Length: 2\r\n\r\n{}", "B", "{}", false},
    {"two", "Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n[1]", "BB", "{}|[1]", false},
    {"empty body", "Content-Length: 0\r\n\r\nContent-Length: 1\r\n\r\nx", "BB", "|x", false},
    {"any case, no blank", "CONTENT-length:2\r\n\r\n{}", "B", "{}", false},
    {"bare line ends", "Content-Length: 2\n\n{}", "B", "{}", false},
    {"other headers", "X: y\r\nContent-Length: 2\r\nContent-Type: z\r\n\r\n{}", "B", "{}", false},
    {"the same twice", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", "B", "{}", false},
    {"two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n\r\nContent-Length: 1\r\n\r\nx", "MB",
     "x", false},
    {"none", "X: y\r\n\r\nContent-Length: 1\r\n\r\nx", "MB", "x", false},
    {"negative", "Content-Length: -1\r\n\r\nContent-Length: 1\r\n\r\nx", "MB", "x", false},
    {"words", "Content-Length: two\r\n\r\nContent-Length: 1\r\n\r\nx", "MB", "x", false},
    {"number and words", "Content-Length: 1x\r\n\r\nContent-Length: 1\r\n\r\nx", "MB", "x", false},
    {"overflow", "Content-Length: 99999999999999999999\r\n\r\nContent-Length: 1\r\n\r\nx", "MB", "x",
     false},
    {"at the limit", "Content-Length: 16\r\n\r\n0123456789abcdef", "B", "0123456789abcdef", false},
    {"past the limit", "Content-Length: 17\r\n\r\n0123456789abcdefgContent-Length: 1\r\n\r\nx", "OB",
     "x", false},
    {"stray empty lines", "\r\n\r\nContent-Length: 1\r\n\r\nx", "B", "x", false},
    {"cut in a header", "Content-Len", "", "", true},
    {"cut after a header", "Content-Length: 1\r\n", "", "", true},
    {"cut in a body", "Content-Length: 2\r\n\r\n{", "", "", true},
};

static void feed(const struct row *row, size_t piece)
{
    _cleanup_(hl_framing_destroy_p) struct hl_framing *framing = hl_framing_create(LIMIT);
    char events[8] = "";
    _cleanup_buffer_ struct hl_buffer bodies = {0};
    size_t length = strlen(row->bytes);
    bool first = true;
    for (size_t at = 0; at < length; at += piece) {
        const char *data = row->bytes + at;
        size_t left = piece < length - at ? piece : length - at;
        for (;;) {
            enum hl_framing_event event;
            const char *body;
            size_t size;
            ck_assert_int_eq(hl_framing_next(framing, &data, &left, &event, &body, &size), 0);
            if (event == HL_FRAMING_MORE) {
                break;
            }
            ck_assert_uint_lt(strlen(events), sizeof(events) - 1);
            events[strlen(events)] = event == HL_FRAMING_BODY       ? 'B'
                                     : event == HL_FRAMING_OVERSIZE ? 'O'
                                                                    : 'M';
            if (event == HL_FRAMING_BODY) {
                hl_buffer_puts(&bodies, first ? "" : "|");
                hl_buffer_append(&bodies, body, size);
                first = false;
            }
        }
        ck_assert_uint_eq(left, 0);
    }
    ck_assert_msg(strcmp(events, row->events) == 0, "%s, by %zu: %s", row->name, piece, events);
    ck_assert_str_eq(bodies.data ? bodies.data : "", row->bodies);
    ck_assert_int_eq(hl_framing_is_inside(framing), row->inside);
}

START_TEST(test_rows)
{
    for (size_t piece = 1; piece <= strlen(ROWS[_i].bytes); piece++) {
        feed(&ROWS[_i], piece);
    }
}
END_TEST

START_TEST(test_written_is_byte_exact)
{
    _cleanup_buffer_ struct hl_buffer message = {0};
    size_t length;
    hl_framing_begin(&message);
    hl_buffer_puts(&message, "{\"\u00e9\":1}");
    const char *bytes = hl_framing_end(&message, &length);
    static const char EXPECTED[] = "Content-Length: 8\r\n\r\n{\"\u00e9\":1}";
    ck_assert_uint_eq(length, sizeof(EXPECTED) - 1);
    ck_assert_mem_eq(bytes, EXPECTED, length);
}
END_TEST

START_TEST(test_a_header_without_an_end_is_not_kept)
{
    _cleanup_(hl_framing_destroy_p) struct hl_framing *framing = hl_framing_create(LIMIT);
    static char bytes[100000];
    memset(bytes, 'x', sizeof(bytes));
    for (int i = 0; i < 100; i++) {
        const char *data = bytes;
        size_t left = sizeof(bytes);
        enum hl_framing_event event;
        ck_assert_int_eq(hl_framing_next(framing, &data, &left, &event, &data, &left), 0);
        ck_assert_int_eq(event, HL_FRAMING_MORE);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lsp-framing");
    TCase *tcase = tcase_create("all");
    tcase_add_loop_test(tcase, test_rows, 0, ARRAY_SIZE(ROWS));
    tcase_add_test(tcase, test_written_is_byte_exact);
    tcase_add_test(tcase, test_a_header_without_an_end_is_not_kept);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
