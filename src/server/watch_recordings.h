/* What the client sees of recordings: progress, messages, output, live numbers, the new run. */
#ifndef HOTLENS_SRC_SERVER_WATCH_RECORDINGS_H
#define HOTLENS_SRC_SERVER_WATCH_RECORDINGS_H

#include "hotlens/server/dispatch.h"

/* The events' user is the context. */
const struct hl_recordings_events *hl_watch_recordings_events(void);
/* Shows a recording that was begun; `token` as of hl_progress_begin. */
void hl_watch_recording(struct hl_context *context, struct hl_recorder *recorder,
                        const cJSON *token);

#endif
