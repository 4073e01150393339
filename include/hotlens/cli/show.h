/* The parts of `hotlens show`. Each prints to standard output; -EPIPE without a message means that
 * standard output could not be written, which was said already. */
#ifndef HOTLENS_CLI_SHOW_H
#define HOTLENS_CLI_SHOW_H

#include "hotlens/app/text.h"
#include "hotlens/store/store.h"

/* The source of `file` (as the profiler printed it, resolved, relative to the workspace, or the end of
 * one path of the run) with own and total beside each line. */
int hl_show_lines(struct hl_store *store, const struct hl_run *run, const char *file,
                  struct hl_error *error);
/* Callers and callees of a function, given by qualified name, its last part, or FILE:NAME. */
int hl_show_callers(struct hl_store *store, const struct hl_run *run, const char *function,
                    uint32_t limit, struct hl_error *error);
/* An amount in a right-aligned column, coloured by its share of the run; empty for 0. */
void hl_show_amount(struct hl_buffer *out, const struct hl_scale *scale, uint64_t samples,
                    int width, bool colour);

#endif
