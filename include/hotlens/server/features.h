/* What is pulled by the client and answered from memory at once: one file each. */
#ifndef HOTLENS_SERVER_FEATURES_H
#define HOTLENS_SERVER_FEATURES_H

#include "hotlens/server/dispatch.h"

void hl_feature_inlay_hint(struct hl_context *context, struct hl_reply *reply,
                           const cJSON *params);
void hl_feature_code_lens(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_feature_hover(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_feature_code_action(struct hl_context *context, struct hl_reply *reply,
                            const cJSON *params);
/* Publishes or clears the diagnostics of all open documents, as far as they changed. */
void hl_feature_diagnostics(struct hl_context *context);
/* Those of a document that is being closed. */
void hl_feature_clear_diagnostics(struct hl_context *context, struct hl_document *document);
/* Asks the client to pull again: at most one refresh of a kind outstanding, only what it supports. */
void hl_feature_refresh(struct hl_context *context);

#endif
