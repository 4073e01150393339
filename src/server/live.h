/* Numbers of a recording that goes on: the profile so far becomes a shown run, in a job. */
#ifndef HOTLENS_SRC_SERVER_LIVE_H
#define HOTLENS_SRC_SERVER_LIVE_H

#include "hotlens/server/dispatch.h"

/* `done` gets the shown run (owned by the callee), or NULL when it failed or the server is leaving. */
void live_start(struct hl_context *context, struct hl_profile *profile, const struct hl_run *run,
                void (*done)(void *user, struct hl_shown *shown), void *user);

#endif
