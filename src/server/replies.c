#include "hotlens/server/replies.h"

#include <errno.h>

#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"

struct hl_reply {
    struct hl_replies *replies;
    struct hl_reply *next;
    struct hl_rpc_id id;
    bool cancelled;
    void (*on_cancel)(void *user);
    void *on_cancel_user;
    struct hl_buffer message;
    struct hl_json json;
};

struct hl_replies {
    struct hl_transport *transport;
    struct hl_reply *first;
    size_t count;
    bool held; /* no more is read: see HL_LIMIT_OPEN_REQUESTS */
};

struct hl_replies *hl_replies_create(struct hl_transport *transport)
{
    struct hl_replies *replies = hl_xcalloc(1, sizeof(*replies));
    replies->transport = transport;
    return replies;
}

static void unlink_reply(struct hl_reply *reply)
{
    for (struct hl_reply **link = &reply->replies->first; *link; link = &(*link)->next) {
        if (*link == reply) {
            *link = reply->next;
            if (--reply->replies->count <= HL_LIMIT_OPEN_REQUESTS / 2 && reply->replies->held) {
                reply->replies->held = false;
                hl_transport_hold(reply->replies->transport, false);
            }
            return;
        }
    }
    hl_assert(false); /* answered twice */
}

static void finish(struct hl_reply *reply)
{
    unlink_reply(reply);
    hl_transport_send(reply->replies->transport, &reply->message, HL_SEND_ALWAYS);
    hl_buffer_finish(&reply->message);
    hl_rpc_id_finish(&reply->id);
    free(reply);
}

void hl_replies_destroy(struct hl_replies *replies)
{
    while (replies && replies->first) {
        /* Unlinks itself. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
        hl_reply_error(replies->first, HL_RPC_CANCELLED, "the server is leaving");
    }
    free(replies);
}

struct hl_reply *hl_reply_begin(struct hl_replies *replies, const struct hl_rpc_id *id)
{
    struct hl_reply *reply = hl_xcalloc(1, sizeof(*reply));
    reply->replies = replies;
    reply->id = hl_rpc_id_copy(id);
    reply->next = replies->first;
    replies->first = reply;
    if (++replies->count >= HL_LIMIT_OPEN_REQUESTS && !replies->held) {
        replies->held = true;
        hl_transport_hold(replies->transport, true);
    }
    return reply;
}

void hl_replies_cancel(struct hl_replies *replies, const struct hl_rpc_id *id)
{
    for (struct hl_reply *reply = replies->first; reply; reply = reply->next) {
        if (hl_rpc_id_equal(&reply->id, id) && !reply->cancelled) {
            reply->cancelled = true;
            if (reply->on_cancel) {
                reply->on_cancel(reply->on_cancel_user); /* may answer, which frees the reply */
            }
            return;
        }
    }
}

bool hl_reply_is_cancelled(const struct hl_reply *reply)
{
    return reply->cancelled;
}

void hl_reply_on_cancel(struct hl_reply *reply, void (*on_cancel)(void *user), void *user)
{
    reply->on_cancel = on_cancel;
    reply->on_cancel_user = user;
}

struct hl_json *hl_reply_result(struct hl_reply *reply)
{
    hl_buffer_clear(&reply->message);
    hl_message_begin_result(&reply->json, &reply->message, &reply->id);
    return &reply->json;
}

void hl_reply_end(struct hl_reply *reply)
{
    if (reply->cancelled) {
        hl_reply_error(reply, HL_RPC_CANCELLED, "cancelled");
        return;
    }
    hl_message_end(&reply->json);
    if (reply->message.error) {
        hl_reply_error(reply, HL_RPC_INTERNAL_ERROR, "not enough memory for the answer");
        return;
    }
    finish(reply);
}

void hl_reply_null(struct hl_reply *reply)
{
    hl_json_null(hl_reply_result(reply));
    hl_reply_end(reply);
}

void hl_reply_empty_array(struct hl_reply *reply)
{
    struct hl_json *json = hl_reply_result(reply);
    hl_json_array_begin(json);
    hl_json_array_end(json);
    hl_reply_end(reply);
}

void hl_reply_error(struct hl_reply *reply, int code, const char *text)
{
    hl_buffer_clear(&reply->message);
    hl_message_write_error(&reply->message, &reply->id, code, text);
    finish(reply);
}

void hl_reply_failure(struct hl_reply *reply, int result, const struct hl_error *error)
{
    int code = result == -EINVAL ? HL_RPC_INVALID_PARAMS : HL_RPC_REQUEST_FAILED;
    const char *remedy = error ? error->remedy : NULL;
    _cleanup_free_ char *text = hl_xasprintf("%s%s%s", hl_error_text(error, result),
                                             remedy ? ". " : "", remedy ? remedy : "");
    hl_reply_error(reply, code, text);
}

size_t hl_replies_open(const struct hl_replies *replies)
{
    return replies->count;
}
