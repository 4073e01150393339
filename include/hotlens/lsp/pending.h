/* Our own requests, waiting for the client's answer. No time-outs: some clients never answer, and users
 * leave prompts open for hours. */
#ifndef HOTLENS_LSP_PENDING_H
#define HOTLENS_LSP_PENDING_H

#include "hotlens/lsp/message.h"

/* `result` is NULL when the client answered with an error, or never will (`gone`: it is leaving).
 * Everything is borrowed. Must free what `user` owns in any case; it is called exactly once. */
typedef void (*hl_pending_fn)(void *user, const cJSON *result, const cJSON *error, bool gone);

struct hl_pending;

struct hl_pending *hl_pending_create(void);
/* Answers everything that is open as gone. */
void hl_pending_destroy(struct hl_pending *pending);
/* The id to send the request with. callback NULL ignores the answer. */
int64_t hl_pending_add(struct hl_pending *pending, hl_pending_fn callback, void *user);
/* Hands a response to whom it belongs. False for an id that is not open (late, doubled, invented). */
bool hl_pending_resolve(struct hl_pending *pending, const struct hl_message *response);
size_t hl_pending_count(const struct hl_pending *pending);

HL_DEFINE_CLEANUP(struct hl_pending *, hl_pending_destroy);

#endif
