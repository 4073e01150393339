/* hotlens/… requests: numbers of stored runs for clients with views of their own, and for scripts.
 * docs/protocol.md describes them. Each loads in the store's lane and answers when it is done. */
#ifndef HOTLENS_SERVER_REQUESTS_H
#define HOTLENS_SERVER_REQUESTS_H

#include "hotlens/server/dispatch.h"

/* The tree of the run that was asked for last, so that zooming and searching do not load it again. Only
 * jobs of the store's lane touch it. */
struct hl_flame_cache;
struct hl_flame_cache *hl_flame_cache_create(void);
void hl_flame_cache_destroy(struct hl_flame_cache *cache); /* only when the jobs are idle */

void hl_request_flamegraph(struct hl_context *context, struct hl_reply *reply,
                           const cJSON *params);
void hl_request_functions(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_request_lines(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_request_processes(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_request_runs(struct hl_context *context, struct hl_reply *reply, const cJSON *params);
void hl_request_source(struct hl_context *context, struct hl_reply *reply, const cJSON *params);

#endif
