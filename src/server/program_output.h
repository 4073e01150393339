/* What the program prints, on its way to the client: as it is for clients that show it, else by lines in
 * the log, up to a limit. */
#ifndef HOTLENS_SRC_SERVER_PROGRAM_OUTPUT_H
#define HOTLENS_SRC_SERVER_PROGRAM_OUTPUT_H

#include "hotlens/server/dispatch.h"

struct program_output;

struct program_output *program_output_create(void);
void program_output_add(struct program_output *output, struct hl_context *context,
                        uint32_t recording, int stream, const char *data, size_t length);
/* Sends the last line, if it has no end. */
void program_output_destroy(struct program_output *output, struct hl_context *context,
                            uint32_t recording);

#endif
