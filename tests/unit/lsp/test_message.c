/* Bodies to messages and back. */
#include <stdio.h>
#include <string.h>

#include "../suite.h"
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

int main(void)
{
    Suite *suite = suite_create("lsp-message");
    TCase *tcase = tcase_create("all");
    tcase_add_loop_test(tcase, test_rows, 0, ARRAY_SIZE(ROWS));
    tcase_add_loop_test(tcase, test_ids_are_echoed, 0, ARRAY_SIZE(IDS));
    tcase_add_test(tcase, test_number_and_string_differ);
    tcase_add_test(tcase, test_requests_have_no_params_when_they_have_none);
    tcase_add_test(tcase, test_errors_have_no_result);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
