/* "Which run?": the runs of a folder as a question. */
#ifndef HOTLENS_SRC_SERVER_RUN_PICK_H
#define HOTLENS_SRC_SERVER_RUN_PICK_H

#include "hotlens/server/commands.h"

/* The run that was named or chosen; NULL when there is none, after that was said. Called once. */
typedef void (*run_chosen_fn)(struct hl_context *context, void *user, const struct hl_run *run);

/* By `name` (id, last, label …); with NULL the user is asked. `folder` NULL: of all folders. */
void run_choose(struct hl_context *context, const char *folder, const char *name,
                const char *question, run_chosen_fn chosen, void *user);
/* The argument "run": a string, or a number that is an id. NULL in *ret_name when it is not given; caller
 * frees. */
int run_argument(const cJSON *arguments, char **ret_name, struct hl_error *error);

#endif
