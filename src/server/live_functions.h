/* hotlens/functions of a run that is still being recorded: from memory, as the store does not have it. */
#ifndef HOTLENS_SRC_SERVER_LIVE_FUNCTIONS_H
#define HOTLENS_SRC_SERVER_LIVE_FUNCTIONS_H

#include <stdbool.h>

#include "hotlens/server/replies.h"
#include "hotlens/server/shelf.h"

/* Whether the numbers are those of a recording that goes on; NULL is not. */
bool live_functions_has(const struct hl_shown *shown);
/* Answers with the functions of `shown`, or of one of its files (`path` as the profiler printed it; NULL
 * for all), `limit` at most. O(functions log functions). */
void live_functions_answer(const struct hl_shown *shown, const char *path, size_t limit,
                           struct hl_reply *reply);

#endif
