/* From a wish to a running recording. */
#ifndef HOTLENS_SRC_SERVER_START_RECORDING_H
#define HOTLENS_SRC_SERVER_START_RECORDING_H

#include "profile_request.h"

/* Completes the request in a job, offers to install py-spy where it is missing, then records: in the
 * server, or in the client's terminal. Says what goes wrong. Takes ownership. */
void start_recording(struct profile_request *request);
/* What the settings say of recordings. Paths are borrowed from the request. */
void recording_options(const struct profile_request *request,
                       struct hl_session_options *ret_options);

#endif
