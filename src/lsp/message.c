#include "hotlens/lsp/message.h"

#include <math.h>
#include <string.h>

#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/utf8.h"
#include "hotlens/lsp/framing.h"

bool hl_rpc_id_equal(const struct hl_rpc_id *a, const struct hl_rpc_id *b)
{
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case HL_RPC_ID_NONE:
        return true;
    case HL_RPC_ID_NUMBER:
        return !(a->number < b->number) && !(a->number > b->number);
    case HL_RPC_ID_STRING:
        return strcmp(a->string, b->string) == 0;
    }
    return false;
}

struct hl_rpc_id hl_rpc_id_copy(const struct hl_rpc_id *id)
{
    struct hl_rpc_id copy = *id;
    copy.string = hl_xstrdup(id->string);
    return copy;
}

void hl_rpc_id_finish(struct hl_rpc_id *id)
{
    if (id) {
        free(id->string);
        *id = (struct hl_rpc_id){0};
    }
}

static void invalid(struct hl_message *message, int code, const char *problem)
{
    message->kind = HL_MESSAGE_INVALID;
    message->code = code;
    message->problem = problem;
}

/* False for an id of a type that JSON-RPC does not have. */
static bool read_id(const cJSON *root, struct hl_rpc_id *ret_id)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(root, "id");
    if (!id || cJSON_IsNull(id)) {
        return true;
    }
    if (cJSON_IsString(id)) {
        *ret_id = (struct hl_rpc_id){.kind = HL_RPC_ID_STRING,
                                     .string = hl_xstrdup(id->valuestring)};
        return true;
    }
    if (cJSON_IsNumber(id) && isfinite(id->valuedouble)) {
        *ret_id = (struct hl_rpc_id){.kind = HL_RPC_ID_NUMBER, .number = id->valuedouble};
        return true;
    }
    return false;
}

static void classify(struct hl_message *message)
{
    const cJSON *root = message->root;
    if (!read_id(root, &message->id)) {
        invalid(message, HL_RPC_INVALID_REQUEST, "id is neither a number nor a string");
        return;
    }
    bool has_id = cJSON_GetObjectItemCaseSensitive(root, "id") != NULL;
    const cJSON *method = cJSON_GetObjectItemCaseSensitive(root, "method");
    message->params = cJSON_GetObjectItemCaseSensitive(root, "params");
    message->result = cJSON_GetObjectItemCaseSensitive(root, "result");
    message->error = cJSON_GetObjectItemCaseSensitive(root, "error");
    if (cJSON_IsNull(message->params)) {
        message->params = NULL;
    }
    if (!method && has_id && (message->result || message->error)) {
        message->kind = HL_MESSAGE_RESPONSE;
    } else if (!method || !cJSON_IsString(method)) {
        invalid(message, HL_RPC_INVALID_REQUEST, "method is missing or not a string");
    } else if (message->params && !cJSON_IsObject(message->params) &&
               !cJSON_IsArray(message->params)) {
        invalid(message, HL_RPC_INVALID_REQUEST, "params is neither an object nor an array");
    } else {
        message->kind = has_id ? HL_MESSAGE_REQUEST : HL_MESSAGE_NOTIFICATION;
        message->method = method->valuestring;
    }
}

/* JSON's white space only, up to `end`. */
static bool is_blank(const char *text, const char *end)
{
    while (text < end && (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r')) {
        text++;
    }
    return text == end;
}

/* Values take forty times the room of their text, so a large message may have only so many. A string, which
 * is what makes messages large, is one. */
static bool has_too_many_values(const char *body, size_t length)
{
    uint64_t count = 0;
    bool in_string = false;
    for (size_t i = 0; length > HL_LIMIT_VALUES && i < length; i++) {
        if (in_string && body[i] == '\\') {
            i++;
        } else if (body[i] == '"') {
            in_string = !in_string;
        } else if (!in_string && (body[i] == ',' || body[i] == '[' || body[i] == '{')) {
            count++;
        }
    }
    return count > HL_LIMIT_VALUES;
}

/* A copy in which U+0000, which would end the strings it is in, is U+FFFD: one character too, so that
 * positions stay right. NULL when there is none. */
static char *without_nul(const char *body, size_t length)
{
    static const char ESCAPE[] = "\\u0000";
    size_t size = sizeof(ESCAPE) - 1;
    if (!memmem(body, length, ESCAPE, size)) {
        return NULL;
    }
    char *copy = hl_try_malloc(length, 1);
    for (size_t i = 0; copy && i < length; i++) {
        copy[i] = body[i];
        if (body[i] != '\\' || i + 1 >= length) {
            continue;
        }
        if (length - i >= size && memcmp(body + i, ESCAPE, size) == 0) {
            memcpy(copy + i, "\\ufffd", size);
            i += size - 1;
        } else {
            copy[i + 1] = body[i + 1];
            i++;
        }
    }
    return copy;
}

/* The root, or NULL for what is not JSON. */
static cJSON *parse(const char *body, size_t length)
{
    const char *end = NULL;
    _cleanup_free_ char *copy = without_nul(body, length);
    const char *text = copy ? copy : body;
    /* cJSON takes control characters in strings as they come. */
    bool has_nul = memchr(text, '\0', length) != NULL;
    cJSON *root = has_nul ? NULL : cJSON_ParseWithLengthOpts(text, length, &end, false);
    if (root && !is_blank(end, text + length)) {
        cJSON_Delete(root);
        return NULL;
    }
    return root;
}

void hl_message_parse(const char *body, size_t length, struct hl_message *ret_message)
{
    *ret_message = (struct hl_message){0};
    if (!hl_utf8_is_valid(body, length)) {
        invalid(ret_message, HL_RPC_PARSE_ERROR, "the message is not UTF-8");
        return;
    }
    if (has_too_many_values(body, length)) {
        invalid(ret_message, HL_RPC_INVALID_REQUEST, "the message has too many values");
        return;
    }
    ret_message->root = parse(body, length);
    if (!ret_message->root) {
        invalid(ret_message, HL_RPC_PARSE_ERROR, "the message is not JSON");
        return;
    }
    if (!cJSON_IsObject(ret_message->root)) {
        invalid(ret_message, HL_RPC_INVALID_REQUEST, "the message is not an object");
        return;
    }
    classify(ret_message);
}

void hl_message_finish(struct hl_message *message)
{
    if (message) {
        hl_rpc_id_finish(&message->id);
        cJSON_Delete(message->root);
        *message = (struct hl_message){0};
    }
}

static void begin(struct hl_json *json, struct hl_buffer *message)
{
    hl_framing_begin(message);
    hl_json_init(json, message);
    hl_json_object_begin(json);
    hl_json_member_string(json, "jsonrpc", "2.0");
}

static void write_id(struct hl_json *json, const struct hl_rpc_id *id)
{
    hl_json_key(json, "id");
    switch (id->kind) {
    case HL_RPC_ID_NONE:
        hl_json_null(json);
        return;
    case HL_RPC_ID_NUMBER:
        hl_json_number(json, id->number);
        return;
    case HL_RPC_ID_STRING:
        hl_json_string(json, id->string);
        return;
    }
}

void hl_message_begin_result(struct hl_json *json, struct hl_buffer *message,
                             const struct hl_rpc_id *id)
{
    begin(json, message);
    write_id(json, id);
    hl_json_key(json, "result");
}

void hl_message_begin_notification(struct hl_json *json, struct hl_buffer *message,
                                   const char *method)
{
    begin(json, message);
    hl_json_member_string(json, "method", method);
    hl_json_key(json, "params");
}

void hl_message_begin_request(struct hl_json *json, struct hl_buffer *message, int64_t id,
                              const char *method, bool has_params)
{
    begin(json, message);
    hl_json_member_i64(json, "id", id);
    hl_json_member_string(json, "method", method);
    if (has_params) {
        hl_json_key(json, "params");
    }
}

void hl_message_end(struct hl_json *json)
{
    hl_json_object_end(json);
    hl_assert(json->depth == 0);
}

void hl_message_write_error(struct hl_buffer *message, const struct hl_rpc_id *id, int code,
                            const char *text)
{
    struct hl_json json;
    begin(&json, message);
    write_id(&json, id);
    hl_json_key(&json, "error");
    hl_json_object_begin(&json);
    hl_json_member_i64(&json, "code", code);
    hl_json_member_string(&json, "message", text);
    hl_json_object_end(&json);
    hl_message_end(&json);
}
