#include "hotlens/server/lifecycle.h"

#include <string.h>

static enum hl_verdict refuse(int code, const char *text, int *ret_code, const char **ret_text)
{
    *ret_code = code;
    *ret_text = text;
    return HL_VERDICT_REFUSE;
}

static enum hl_verdict judge_request(enum hl_phase *phase, const char *method, int *ret_code,
                                     const char **ret_text)
{
    bool initialize = strcmp(method, "initialize") == 0;
    switch (*phase) {
    case HL_PHASE_UNINITIALIZED:
        if (!initialize) {
            return refuse(HL_RPC_NOT_INITIALIZED, "initialize has to come first", ret_code,
                          ret_text);
        }
        *phase = HL_PHASE_INITIALIZING;
        return HL_VERDICT_HANDLE;
    case HL_PHASE_INITIALIZING:
    case HL_PHASE_RUNNING:
        if (initialize) {
            return refuse(HL_RPC_INVALID_REQUEST, "initialize was sent already", ret_code,
                          ret_text);
        }
        if (strcmp(method, "shutdown") == 0) {
            *phase = HL_PHASE_SHUT_DOWN;
        }
        return HL_VERDICT_HANDLE;
    case HL_PHASE_SHUT_DOWN:
    case HL_PHASE_EXITED:
        break;
    }
    return refuse(HL_RPC_INVALID_REQUEST, "the server was shut down", ret_code, ret_text);
}

static enum hl_verdict judge_notification(enum hl_phase *phase, const char *method)
{
    if (strcmp(method, "exit") == 0) {
        *phase = HL_PHASE_EXITED;
        return HL_VERDICT_EXIT;
    }
    if (strcmp(method, "initialized") == 0) {
        bool is_first = *phase == HL_PHASE_INITIALIZING;
        *phase = is_first ? HL_PHASE_RUNNING : *phase;
        return is_first ? HL_VERDICT_HANDLE : HL_VERDICT_IGNORE;
    }
    bool alive = *phase == HL_PHASE_INITIALIZING || *phase == HL_PHASE_RUNNING;
    return alive ? HL_VERDICT_HANDLE : HL_VERDICT_IGNORE;
}

enum hl_verdict hl_lifecycle_judge(enum hl_phase *phase, const struct hl_message *message,
                                   int *ret_code, const char **ret_text)
{
    switch (message->kind) {
    case HL_MESSAGE_REQUEST:
        return judge_request(phase, message->method, ret_code, ret_text);
    case HL_MESSAGE_NOTIFICATION:
        return judge_notification(phase, message->method);
    case HL_MESSAGE_RESPONSE:
        return HL_VERDICT_HANDLE;
    case HL_MESSAGE_INVALID:
        return refuse(message->code, message->problem, ret_code, ret_text);
    }
    return HL_VERDICT_IGNORE;
}

int hl_lifecycle_exit_code(enum hl_phase before_exit)
{
    return before_exit == HL_PHASE_SHUT_DOWN ? 0 : 1;
}
