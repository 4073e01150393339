/* hotlens/… requests: numbers of runs for clients with views of their own, and for scripts.
 * docs/protocol.md describes them. Each is answered by a job, of the store's lane but for runs in memory. */
#ifndef HOTLENS_SERVER_REQUESTS_H
#define HOTLENS_SERVER_REQUESTS_H

#include "hotlens/server/dispatch.h"

void hl_request_flamegraph(struct hl_context *context, struct hl_reply *reply,
                           const cJSON *params);
void hl_request_functions(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_request_lines(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_request_location(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_request_processes(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_request_runs(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_request_source(struct hl_context *context, struct hl_reply *reply, const cJSON *params);

#endif
