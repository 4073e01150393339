/* hotlens/runInTerminal: `hotlens record …` in a terminal of the client. */
#ifndef HOTLENS_SRC_SERVER_TERMINAL_H
#define HOTLENS_SRC_SERVER_TERMINAL_H

#include "profile_request.h"

/* `refused` is called when the client cannot; it owns the request then. Takes ownership. */
void run_in_terminal(struct profile_request *request,
                     void (*refused)(struct profile_request *request));

#endif
