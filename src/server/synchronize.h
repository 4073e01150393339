/* textDocument/did…: what the client types arrives in the documents. */
#ifndef HOTLENS_SRC_SERVER_SYNCHRONIZE_H
#define HOTLENS_SRC_SERVER_SYNCHRONIZE_H

#include "hotlens/server/dispatch.h"

void hl_did_open(struct hl_context *context, const cJSON *params);
void hl_did_change(struct hl_context *context, const cJSON *params);
void hl_did_close(struct hl_context *context, const cJSON *params);
void hl_did_save(struct hl_context *context, const cJSON *params);

#endif
