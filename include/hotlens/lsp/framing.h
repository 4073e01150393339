/* The lsp room: the protocol alone. It knows messages, ids and positions, and nothing of profiles.
 *
 * framing.h   bytes ↔ message bodies ("Content-Length: N\r\n\r\n…")
 * message.h   bodies ↔ requests, notifications, responses; JSON-RPC error codes
 * fields.h    strict reading of params, with the field's name in the error
 * pending.h   our own requests, waiting for the client's answer
 * position.h  lines and UTF-16 columns ↔ byte offsets
 *
 * Specification: Language Server Protocol 3.18, "Base Protocol". */
#ifndef HOTLENS_LSP_FRAMING_H
#define HOTLENS_LSP_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

#include "hotlens/base/buffer.h"

enum hl_framing_event {
    HL_FRAMING_MORE,     /* everything given was used; more bytes are needed */
    HL_FRAMING_BODY,     /* a whole body; valid until the next call */
    HL_FRAMING_OVERSIZE, /* a body over the limit was announced; it is being skipped */
    HL_FRAMING_MALFORMED, /* a header block without a usable length; reading goes on after it */
};

struct hl_framing;

/* Bodies over `limit` bytes are skipped, not stored. */
struct hl_framing *hl_framing_create(size_t limit);
void hl_framing_destroy(struct hl_framing *framing);

/* Takes bytes in pieces of any size: call with the same piece until it answers HL_FRAMING_MORE.
 * *data and *length are moved past what was used. Header names in any case and order, unknown headers,
 * bare \n as line end, a repeated equal length are accepted; a missing, negative, overflowing or
 * contradicting length is malformed, and the next header block is looked for. Never fails for good;
 * *ret_body and *ret_length are set for HL_FRAMING_BODY only. -ENOMEM when a body cannot be held. */
int hl_framing_next(struct hl_framing *framing, const char **data, size_t *length,
                    enum hl_framing_event *ret_event, const char **ret_body, size_t *ret_length);
/* Whether a message has begun and not ended: end of input now means a truncated one. */
bool hl_framing_is_inside(const struct hl_framing *framing);

/* Makes room for a header at the start of an empty buffer, and fills it in once the body is there, so
 * that header and body are one piece. */
#define HL_FRAMING_HEADER_ROOM 32
void hl_framing_begin(struct hl_buffer *message);
/* Returns where the message starts in message->data, or NULL with the sticky error. */
const char *hl_framing_end(struct hl_buffer *message, size_t *ret_length);

HL_DEFINE_CLEANUP(struct hl_framing *, hl_framing_destroy);

#endif
