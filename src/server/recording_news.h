/* hotlens/recording: a recording as its client shows it in a status line. */
#ifndef HOTLENS_SRC_SERVER_RECORDING_NEWS_H
#define HOTLENS_SRC_SERVER_RECORDING_NEWS_H

#include "hotlens/server/dispatch.h"

enum recording_news {
    RECORDING_STARTED,
    RECORDING_PROGRESS,
    RECORDING_STOPPING,
    RECORDING_ENDED,
};

/* `message` is for people; `result` is there at the end. */
void recording_news(struct hl_context *context, const struct hl_recorder *recorder,
                    enum recording_news state, const char *message,
                    const struct hl_session_result *result);

#endif
