/* Which messages are legal when. */
#include "../suite.h"
#include "hotlens/base/macros.h"
#include "hotlens/server/lifecycle.h"

static const struct row {
    enum hl_phase phase;
    enum hl_message_kind kind;
    const char *method;
    enum hl_verdict verdict;
    int code;
    enum hl_phase after;
} ROWS[] = {
    {HL_PHASE_UNINITIALIZED, HL_MESSAGE_REQUEST, "initialize", HL_VERDICT_HANDLE, 0,
     HL_PHASE_INITIALIZING},
    {HL_PHASE_UNINITIALIZED, HL_MESSAGE_REQUEST, "shutdown", HL_VERDICT_REFUSE,
     HL_RPC_NOT_INITIALIZED, HL_PHASE_UNINITIALIZED},
    {HL_PHASE_UNINITIALIZED, HL_MESSAGE_NOTIFICATION, "initialized", HL_VERDICT_IGNORE, 0,
     HL_PHASE_UNINITIALIZED},
    {HL_PHASE_UNINITIALIZED, HL_MESSAGE_NOTIFICATION, "exit", HL_VERDICT_EXIT, 0, HL_PHASE_EXITED},
    {HL_PHASE_INITIALIZING, HL_MESSAGE_REQUEST, "textDocument/hover", HL_VERDICT_HANDLE, 0,
     HL_PHASE_INITIALIZING},
    {HL_PHASE_INITIALIZING, HL_MESSAGE_NOTIFICATION, "initialized", HL_VERDICT_HANDLE, 0,
     HL_PHASE_RUNNING},
    {HL_PHASE_INITIALIZING, HL_MESSAGE_REQUEST, "initialize", HL_VERDICT_REFUSE,
     HL_RPC_INVALID_REQUEST, HL_PHASE_INITIALIZING},
    {HL_PHASE_RUNNING, HL_MESSAGE_NOTIFICATION, "initialized", HL_VERDICT_IGNORE, 0,
     HL_PHASE_RUNNING},
    {HL_PHASE_RUNNING, HL_MESSAGE_REQUEST, "initialize", HL_VERDICT_REFUSE, HL_RPC_INVALID_REQUEST,
     HL_PHASE_RUNNING},
    {HL_PHASE_RUNNING, HL_MESSAGE_REQUEST, "shutdown", HL_VERDICT_HANDLE, 0, HL_PHASE_SHUT_DOWN},
    {HL_PHASE_RUNNING, HL_MESSAGE_RESPONSE, NULL, HL_VERDICT_HANDLE, 0, HL_PHASE_RUNNING},
    {HL_PHASE_SHUT_DOWN, HL_MESSAGE_REQUEST, "shutdown", HL_VERDICT_REFUSE, HL_RPC_INVALID_REQUEST,
     HL_PHASE_SHUT_DOWN},
    {HL_PHASE_SHUT_DOWN, HL_MESSAGE_NOTIFICATION, "textDocument/didOpen", HL_VERDICT_IGNORE, 0,
     HL_PHASE_SHUT_DOWN},
    {HL_PHASE_SHUT_DOWN, HL_MESSAGE_NOTIFICATION, "exit", HL_VERDICT_EXIT, 0, HL_PHASE_EXITED},
};

START_TEST(test_rows)
{
    const struct row *row = &ROWS[_i];
    struct hl_message message = {.kind = row->kind, .method = row->method};
    enum hl_phase phase = row->phase;
    int code = 0;
    const char *text = NULL;
    ck_assert_int_eq(hl_lifecycle_judge(&phase, &message, &code, &text), row->verdict);
    ck_assert_int_eq(code, row->code);
    ck_assert_int_eq(text != NULL, row->verdict == HL_VERDICT_REFUSE);
    ck_assert_int_eq(phase, row->after);
}
END_TEST

START_TEST(test_exit_codes)
{
    ck_assert_int_eq(hl_lifecycle_exit_code(HL_PHASE_SHUT_DOWN), 0);
    ck_assert_int_eq(hl_lifecycle_exit_code(HL_PHASE_RUNNING), 1);
    ck_assert_int_eq(hl_lifecycle_exit_code(HL_PHASE_UNINITIALIZED), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server-lifecycle");
    TCase *tcase = tcase_create("all");
    tcase_add_loop_test(tcase, test_rows, 0, ARRAY_SIZE(ROWS));
    tcase_add_test(tcase, test_exit_codes);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
