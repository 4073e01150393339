/* What several subcommands need. */
#ifndef HOTLENS_CLI_COMMON_H
#define HOTLENS_CLI_COMMON_H

#include "hotlens/app/save.h"
#include "hotlens/base/buffer.h"

/* Opens the store (db NULL: the default), recovers what a crash left and says so on standard error.
 * Returns 0 or prints the reason and returns a negative errno. */
int hl_cli_open_store(const char *db, struct hl_store **ret_store);
/* Whether there is no database yet, and no recording to recover. */
bool hl_cli_nothing_is_there(const char *db);
/* For commands on runs that are there: a missing database is an empty one, nothing is created. */
int hl_cli_open_store_for_reading(const char *db, struct hl_store **ret_store);
/* "train.py · 14:02 · … · 790 samples" and below it what is not shown or not sure, fitted
 * to `width`; "run 3: " before it with `number`, else "hotlens: ". */
void hl_cli_append_summary(struct hl_buffer *out, const struct hl_run *run, bool number,
                           size_t width, bool colour);
/* Finds a run and prints the reason when there is none. name NULL is "last". */
int hl_cli_find_run(struct hl_store *store, const char *name, struct hl_run *ret_run);
/* Path of this executable. Caller frees; NULL when it cannot be found. */
char *hl_cli_executable(void);
/* Asks a yes/no question on the terminal; false without one. */
bool hl_cli_ask(const char *question);
/* Whether a person can be asked: standard input and error are terminals. */
bool hl_cli_can_ask(void);

#endif
