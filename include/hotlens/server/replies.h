/* The client's requests that are being worked on: each is answered exactly once, also when it is
 * cancelled, and however long its job takes. */
#ifndef HOTLENS_SERVER_REPLIES_H
#define HOTLENS_SERVER_REPLIES_H

#include "hotlens/base/error.h"
#include "hotlens/lsp/message.h"
#include "hotlens/server/transport.h"

struct hl_replies;
struct hl_reply;

struct hl_replies *hl_replies_create(struct hl_transport *transport);
/* Answers what is open with RequestCancelled. */
void hl_replies_destroy(struct hl_replies *replies);

/* A request has come. The reply is owned by whoever answers it; one of the functions below ends it. */
struct hl_reply *hl_reply_begin(struct hl_replies *replies, const struct hl_rpc_id *id);
/* For $/cancelRequest: marks it; an unknown id is ignored. The answer is still the handler's to give;
 * `on_cancel`, when one is set, is called at once. */
void hl_replies_cancel(struct hl_replies *replies, const struct hl_rpc_id *id);
bool hl_reply_is_cancelled(const struct hl_reply *reply);
void hl_reply_on_cancel(struct hl_reply *reply, void (*on_cancel)(void *user), void *user);

/* Writes the result: leaves `json` where the value goes; hl_reply_end sends it. When the request was
 * cancelled meanwhile, RequestCancelled is sent instead. */
struct hl_json *hl_reply_result(struct hl_reply *reply);
void hl_reply_end(struct hl_reply *reply);
void hl_reply_null(struct hl_reply *reply);
void hl_reply_empty_array(struct hl_reply *reply);
void hl_reply_error(struct hl_reply *reply, int code, const char *text);
/* InvalidParams with the field, for -EINVAL; else RequestFailed; message and remedy in one text. */
void hl_reply_failure(struct hl_reply *reply, int result, const struct hl_error *error);
size_t hl_replies_open(const struct hl_replies *replies);

#endif
