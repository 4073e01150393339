#include "hotlens/server/dispatch.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/log.h"
#include "hotlens/base/memory.h"
#include "hotlens/server/commands.h"
#include "hotlens/server/features.h"
#include "hotlens/server/requests.h"
#include "hotlens/server/workspace.h"
#include "initialize.h"
#include "synchronize.h"

static void on_cancel_request(struct hl_context *context, const cJSON *params)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(params, "id");
    struct hl_rpc_id id = {0};
    if (cJSON_IsNumber(item)) {
        id = (struct hl_rpc_id){.kind = HL_RPC_ID_NUMBER, .number = item->valuedouble};
    } else if (cJSON_IsString(item)) {
        id = (struct hl_rpc_id){.kind = HL_RPC_ID_STRING, .string = item->valuestring};
    }
    hl_replies_cancel(context->replies, &id);
}

/* Notifications that are heard and need nothing: known, so that nobody wonders. */
static void ignore(struct hl_context *context, const cJSON *params)
{
    (void)context;
    (void)params;
}

/* Sorted by name. What is here is what initialize announces. */
static const struct hl_method METHODS[] = {
    {"$/cancelRequest", NULL, on_cancel_request},
    {"$/setTrace", NULL, ignore},
    {"hotlens/flamegraph", hl_request_flamegraph, NULL},
    {"hotlens/functions", hl_request_functions, NULL},
    {"hotlens/lines", hl_request_lines, NULL},
    {"hotlens/location", hl_request_location, NULL},
    {"hotlens/processes", hl_request_processes, NULL},
    {"hotlens/runs", hl_request_runs, NULL},
    {"hotlens/source", hl_request_source, NULL},
    {"initialize", hl_initialize, NULL},
    {"initialized", NULL, hl_initialized},
    {"shutdown", hl_shutdown, NULL},
    {"textDocument/codeAction", hl_feature_code_action, NULL},
    {"textDocument/codeLens", hl_feature_code_lens, NULL},
    {"textDocument/didChange", NULL, hl_did_change},
    {"textDocument/didClose", NULL, hl_did_close},
    {"textDocument/didOpen", NULL, hl_did_open},
    {"textDocument/didSave", NULL, hl_did_save},
    {"textDocument/hover", hl_feature_hover, NULL},
    {"textDocument/inlayHint", hl_feature_inlay_hint, NULL},
    {"window/workDoneProgress/cancel", NULL, hl_progress_cancelled},
    {"workspace/didChangeConfiguration", NULL, hl_did_change_configuration},
    {"workspace/didChangeWatchedFiles", NULL, ignore},
    {"workspace/didChangeWorkspaceFolders", NULL, hl_did_change_folders},
    {"workspace/executeCommand", hl_execute_command, NULL},
};

static int compare(const void *name, const void *method)
{
    return strcmp(name, ((const struct hl_method *)method)->name);
}

const struct hl_method *hl_method_find(const char *name)
{
    return bsearch(name, METHODS, ARRAY_SIZE(METHODS), sizeof(*METHODS), compare);
}

static void answer_unknown(struct hl_reply *reply, const char *name)
{
    _cleanup_free_ char *text = hl_xasprintf("there is no request \"%.100s\"", name);
    hl_reply_error(reply, HL_RPC_METHOD_NOT_FOUND, text);
}

void hl_dispatch(struct hl_context *context, const struct hl_message *message)
{
    if (message->kind == HL_MESSAGE_RESPONSE) {
        (void)hl_pending_resolve(context->pending, message); /* late ones hurt nobody */
        return;
    }
    const struct hl_method *method = hl_method_find(message->method);
    hl_log_debug("client: %.100s", message->method);
    if (message->kind == HL_MESSAGE_NOTIFICATION) {
        if (method && method->notification) {
            method->notification(context, message->params);
        }
        return;
    }
    struct hl_reply *reply = hl_reply_begin(context->replies, &message->id);
    if (method && method->request) {
        method->request(context, reply, message->params);
    } else {
        answer_unknown(reply, message->method);
    }
}

void hl_notify(struct hl_context *context, const char *method,
               void (*write)(struct hl_json *json, const void *data), const void *data,
               enum hl_urgency urgency)
{
    if (!context->transport) {
        return;
    }
    struct hl_buffer message = {0};
    struct hl_json json;
    hl_log_debug("server: %s", method);
    hl_message_begin_notification(&json, &message, method);
    write(&json, data);
    hl_message_end(&json);
    hl_transport_send(context->transport, &message, urgency);
}

void hl_ask(struct hl_context *context, const char *method,
            void (*write)(struct hl_json *json, const void *data), const void *data,
            hl_pending_fn callback, void *user)
{
    if (!context->transport || context->leaving || context->shut_down) {
        if (callback) {
            callback(user, NULL, NULL, true);
        }
        return;
    }
    struct hl_buffer message = {0};
    struct hl_json json;
    hl_log_debug("server: %s", method);
    int64_t id = hl_pending_add(context->pending, callback, user);
    hl_message_begin_request(&json, &message, id, method, write != NULL);
    if (write) {
        write(&json, data);
    }
    hl_message_end(&json);
    hl_transport_send(context->transport, &message, HL_SEND_ALWAYS);
}

struct text_message {
    int level;
    const char *text;
};

static void write_text(struct hl_json *json, const void *data)
{
    const struct text_message *message = data;
    hl_json_object_begin(json);
    hl_json_member_i64(json, "type", message->level);
    hl_json_member_string(json, "message", message->text);
    hl_json_object_end(json);
}

static void say(struct hl_context *context, const char *method, int level, enum hl_urgency urgency,
                const char *format, va_list arguments) HL_PRINTF(5, 0);

static void say(struct hl_context *context, const char *method, int level, enum hl_urgency urgency,
                const char *format, va_list arguments)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_buffer_vprintf(&text, format, arguments);
    struct text_message message = {level, text.data ? text.data : ""};
    hl_notify(context, method, write_text, &message, urgency);
}

void hl_show_message(struct hl_context *context, int level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(context, "window/showMessage", level, HL_SEND_ALWAYS, format, arguments);
    va_end(arguments);
}

void hl_log_message(struct hl_context *context, int level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(context, "window/logMessage", level, HL_SEND_DROPPABLE, format, arguments);
    va_end(arguments);
}
