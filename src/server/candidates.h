/* Running processes as this workspace wants to see them: its own first. */
#ifndef HOTLENS_SRC_SERVER_CANDIDATES_H
#define HOTLENS_SRC_SERVER_CANDIDATES_H

#include "hotlens/record/processes.h"
#include "hotlens/server/dispatch.h"

/* The workspace's folders, for a job. On the loop thread; caller frees with hl_strv_free. */
char **candidates_folders(const struct hl_context *context);
/* Python processes, or all; those of `folders` first, then the newest first. On a worker. */
int candidates_list(char *const *folders, bool all, struct hl_process_list *ret_list,
                    struct hl_error *error);

#endif
