/* The beginning and the end of a session. */
#ifndef HOTLENS_SRC_SERVER_INITIALIZE_H
#define HOTLENS_SRC_SERVER_INITIALIZE_H

#include "hotlens/server/dispatch.h"

void hl_initialize(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_initialized(struct hl_context *context, const cJSON *params);
void hl_shutdown(struct hl_context *context, struct hl_reply *reply, const cJSON *params);

#endif
