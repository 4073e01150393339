/* hotlens/lines of an open document: the shown run's numbers on the text as it is now, with the texts and
 * shares that a client draws. */
#ifndef HOTLENS_SRC_SERVER_DOCUMENT_LINES_H
#define HOTLENS_SRC_SERVER_DOCUMENT_LINES_H

#include "hotlens/server/dispatch.h"

void document_lines(struct hl_context *context, struct hl_reply *reply, const cJSON *params);

#endif
