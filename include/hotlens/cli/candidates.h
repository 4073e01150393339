/* `hotlens record --list`: which processes can be attached to. */
#ifndef HOTLENS_CLI_CANDIDATES_H
#define HOTLENS_CLI_CANDIDATES_H

#include <stdbool.h>

/* Prints the running Python processes, newest first: as a table, or as {"processes": [{"pid",
 * "parent", "user", "threads", "start", "version", "command", "cwd", "executable", "mayTrace"}…]}.
 * Returns an exit code. */
int hl_cli_list_candidates(const char *proc, bool json);

#endif
