/* Recordings that a crash interrupted become runs when the next server starts. */
#ifndef HOTLENS_SRC_SERVER_RECOVER_H
#define HOTLENS_SRC_SERVER_RECOVER_H

#include "hotlens/server/dispatch.h"

void hl_recover(struct hl_context *context);

#endif
