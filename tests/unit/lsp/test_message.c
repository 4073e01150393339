/* Bodies to messages and back. */
#include <stdio.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/base/limits.h"
#include "hotlens/lsp/framing.h"
#include "hotlens/lsp/message.h"

static const struct row {
    const char *body;
    enum hl_message_kind kind;
    int code;
} ROWS[] = {
    {"{\"id\":1,\"method\":\"m\"}", HL_MESSAGE_REQUEST, 0},
    {"{\"id\":\"1\",\"method\":\"m\",\"params\":{}}", HL_MESSAGE_REQUEST, 0},
    {"{\"id\":1,\"method\":\"m\",\"params\":null}", HL_MESSAGE_REQUEST, 0},
    {" {\"method\":\"m\",\"params\":[]}\r\n", HL_MESSAGE_NOTIFICATION, 0},
    {"{\"id\":1,\"result\":null}", HL_MESSAGE_RESPONSE, 0},
    {"{\"id\":1,\"error\":{}}", HL_MESSAGE_RESPONSE, 0},
    {"{\"id\":1}", HL_MESSAGE_INVALID, HL_RPC_INVALID_REQUEST},
    {"{\"id\":[],\"method\":\"m\"}", HL_MESSAGE_INVALID, HL_RPC_INVALID_REQUEST},
    {"{\"id\":true,\"method\":\"m\"}", HL_MESSAGE_INVALID, HL_RPC_INVALID_REQUEST},
    {"{\"method\":1}", HL_MESSAGE_INVALID, HL_RPC_INVALID_REQUEST},
    {"{\"method\":\"m\",\"params\":1}", HL_MESSAGE_INVALID, HL_RPC_INVALID_REQUEST},
    {"{}", HL_MESSAGE_INVALID, HL_RPC_INVALID_REQUEST},
    {"[]", HL_MESSAGE_INVALID, HL_RPC_INVALID_REQUEST},
    {"1", HL_MESSAGE_INVALID, HL_RPC_INVALID_REQUEST},
    {"", HL_MESSAGE_INVALID, HL_RPC_PARSE_ERROR},
    {"{", HL_MESSAGE_INVALID, HL_RPC_PARSE_ERROR},
    {"{} {}", HL_MESSAGE_INVALID, HL_RPC_PARSE_ERROR},
    {"{\"method\":\"m\",\"params\":[1}", HL_MESSAGE_INVALID, HL_RPC_PARSE_ERROR},
    {"{\"method\":\"\xff\"}", HL_MESSAGE_INVALID, HL_RPC_PARSE_ERROR},
};

START_TEST(test_rows)
{
    struct hl_message message;
    hl_message_parse(ROWS[_i].body, strlen(ROWS[_i].body), &message);
    ck_assert_int_eq(message.kind, ROWS[_i].kind);
    ck_assert_int_eq(message.code, ROWS[_i].code);
    ck_assert_int_eq(message.problem != NULL, ROWS[_i].kind == HL_MESSAGE_INVALID);
    hl_message_finish(&message);
}
END_TEST

static const char *body_of(struct hl_buffer *message)
{
    size_t length;
    ck_assert_ptr_nonnull(hl_framing_end(message, &length));
    return message->data + HL_FRAMING_HEADER_ROOM;
}

static const struct id_row {
    const char *id;
} IDS[] = {{"1"}, {"0"}, {"-5"}, {"2147483647"}, {"9007199254740991"}, {"\"1\""}, {"\"\""},
           {"\"a\\\"b\""}};

START_TEST(test_ids_are_echoed)
{
    struct hl_message message;
    char body[80];
    snprintf(body, sizeof(body), "{\"id\":%s,\"method\":\"m\"}", IDS[_i].id);
    hl_message_parse(body, strlen(body), &message);
    _cleanup_buffer_ struct hl_buffer out = {0};
    struct hl_json json;
    hl_message_begin_result(&json, &out, &message.id);
    hl_json_null(&json);
    hl_message_end(&json);
    char expected[80];
    snprintf(expected, sizeof(expected), "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":null}", IDS[_i].id);
    ck_assert_str_eq(body_of(&out), expected);
    struct hl_rpc_id copy = hl_rpc_id_copy(&message.id);
    ck_assert(hl_rpc_id_equal(&copy, &message.id));
    hl_rpc_id_finish(&copy);
    hl_message_finish(&message);
}
END_TEST

START_TEST(test_number_and_string_differ)
{
    struct hl_rpc_id number = {.kind = HL_RPC_ID_NUMBER, .number = 1};
    struct hl_rpc_id string = {.kind = HL_RPC_ID_STRING, .string = (char *)"1"};
    ck_assert(!hl_rpc_id_equal(&number, &string));
}
END_TEST

START_TEST(test_requests_have_no_params_when_they_have_none)
{
    _cleanup_buffer_ struct hl_buffer out = {0};
    struct hl_json json;
    hl_message_begin_request(&json, &out, 7, "m", false);
    hl_message_end(&json);
    ck_assert_str_eq(body_of(&out), "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"m\"}");
}
END_TEST

START_TEST(test_errors_have_no_result)
{
    _cleanup_buffer_ struct hl_buffer out = {0};
    struct hl_rpc_id nobody = {0};
    hl_message_write_error(&out, &nobody, HL_RPC_PARSE_ERROR, "no");
    ck_assert_str_eq(body_of(&out), "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,"
                                    "\"message\":\"no\"}}");
}
END_TEST

/* C's strings end at U+0000: an escaped one is another character, one that is not is no JSON. */
START_TEST(test_nul)
{
    static const char ESCAPED[] = "{\"method\":\"a\\u0000b\\\\u0000\\n\"}";
    static const char BARE[] = "{\"method\":\"a\0b\"}";
    struct hl_message message;
    hl_message_parse(ESCAPED, sizeof(ESCAPED) - 1, &message);
    ck_assert_int_eq(message.kind, HL_MESSAGE_NOTIFICATION);
    ck_assert_str_eq(message.method, "a\xef\xbf\xbd" "b\\u0000\n");
    hl_message_finish(&message);
    hl_message_parse(BARE, sizeof(BARE) - 1, &message);
    ck_assert_int_eq(message.code, HL_RPC_PARSE_ERROR);
    hl_message_finish(&message);
}
END_TEST

/* [0,0,…] with a string in front whose commas are no values. */
START_TEST(test_values_have_a_limit)
{
    _cleanup_buffer_ struct hl_buffer body = {0};
    struct hl_message message;
    hl_buffer_puts(&body, "{\"method\":\"m\",\"params\":[\"\\\"[,");
    for (uint32_t i = 0; i < HL_LIMIT_VALUES; i++) {
        hl_buffer_putc(&body, ',');
    }
    hl_buffer_puts(&body, "\"");
    /* The object and the array have two commas or brackets of their own, the object's fields one. */
    uint32_t more = HL_LIMIT_VALUES - 3 + (uint32_t)_i;
    for (uint32_t i = 0; i < more; i++) {
        hl_buffer_puts(&body, ",0");
    }
    hl_buffer_puts(&body, "]}");
    hl_message_parse(body.data, body.length, &message);
    ck_assert_int_eq(message.code, _i == 0 ? 0 : HL_RPC_INVALID_REQUEST);
    hl_message_finish(&message);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lsp-message");
    TCase *tcase = tcase_create("all");
    tcase_add_loop_test(tcase, test_rows, 0, ARRAY_SIZE(ROWS));
    tcase_add_loop_test(tcase, test_ids_are_echoed, 0, ARRAY_SIZE(IDS));
    tcase_add_test(tcase, test_number_and_string_differ);
    tcase_add_test(tcase, test_requests_have_no_params_when_they_have_none);
    tcase_add_test(tcase, test_errors_have_no_result);
    tcase_add_test(tcase, test_nul);
    tcase_add_loop_test(tcase, test_values_have_a_limit, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
