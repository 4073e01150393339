/* JSON-RPC 2.0 messages. Incoming ones are read with cJSON and must not outlive their dispatch; outgoing
 * ones are written straight into a buffer with hl_json. */
#ifndef HOTLENS_LSP_MESSAGE_H
#define HOTLENS_LSP_MESSAGE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "hotlens/base/json.h"

/* Specification 3.18, "ErrorCodes". */
enum hl_rpc_code {
    HL_RPC_PARSE_ERROR = -32700,
    HL_RPC_INVALID_REQUEST = -32600,
    HL_RPC_METHOD_NOT_FOUND = -32601,
    HL_RPC_INVALID_PARAMS = -32602,
    HL_RPC_INTERNAL_ERROR = -32603,
    HL_RPC_NOT_INITIALIZED = -32002,
    HL_RPC_REQUEST_FAILED = -32803,
    HL_RPC_CANCELLED = -32800,
};

/* An id as it came: answered with the same type and the same text. */
enum hl_rpc_id_kind {
    HL_RPC_ID_NONE, /* a notification; or null in an answer to what could not be read */
    HL_RPC_ID_NUMBER,
    HL_RPC_ID_STRING,
};

struct hl_rpc_id {
    enum hl_rpc_id_kind kind;
    double number; /* integers up to 2^53 are exact */
    char *string;  /* owned */
};

bool hl_rpc_id_equal(const struct hl_rpc_id *a, const struct hl_rpc_id *b);
struct hl_rpc_id hl_rpc_id_copy(const struct hl_rpc_id *id);
void hl_rpc_id_finish(struct hl_rpc_id *id);

enum hl_message_kind {
    HL_MESSAGE_REQUEST,
    HL_MESSAGE_NOTIFICATION,
    HL_MESSAGE_RESPONSE,
    HL_MESSAGE_INVALID, /* not JSON, or not JSON-RPC: `code` and `problem` say why; id as far as known */
};

struct hl_message {
    enum hl_message_kind kind;
    struct hl_rpc_id id;
    const char *method;   /* of requests and notifications */
    const cJSON *params;  /* object or array, or NULL */
    const cJSON *result;  /* of responses; NULL when it failed */
    const cJSON *error;   /* of responses */
    int code;             /* enum hl_rpc_code */
    const char *problem;
    cJSON *root;          /* owns all of the above */
};

/* Always fills the message; finish it. */
void hl_message_parse(const char *body, size_t length, struct hl_message *ret_message);
void hl_message_finish(struct hl_message *message);

/* Writers. Each begins a framed message in an empty buffer and leaves `json` where the value goes;
 * hl_message_end() closes it. A result is always written, null if nothing else; `error` only in errors:
 * clients drop or kill servers that mix the two. */
void hl_message_begin_result(struct hl_json *json, struct hl_buffer *message,
                             const struct hl_rpc_id *id);
void hl_message_begin_notification(struct hl_json *json, struct hl_buffer *message,
                                   const char *method);
/* Without params when has_params is false: some clients refuse an empty one. */
void hl_message_begin_request(struct hl_json *json, struct hl_buffer *message, int64_t id,
                              const char *method, bool has_params);
void hl_message_end(struct hl_json *json);
void hl_message_write_error(struct hl_buffer *message, const struct hl_rpc_id *id, int code,
                            const char *text);

#endif
