/* Functions as flame graphs show them: a list comprehension, a lambda or another scope without a name
 * counts as the function it is written in everywhere else, and is a node of its own here:
 * `train.<listcomp>`. */
#ifndef HOTLENS_APP_SCOPES_H
#define HOTLENS_APP_SCOPES_H

#include "hotlens/app/save.h"

/* A table that begins with all functions of the run, under the same numbers. NULL when it would have none
 * more: then the run's own will do. The caller destroys it. 0 or -ENOMEM. Linear. */
int hl_scopes_create(const struct hl_run_data *data, struct hl_functions **ret_functions);

#endif
