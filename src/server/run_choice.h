/* Which run a request is about: the one that it names, else the one that is shown, else the last. A run that
 * is shown while it is recorded, or could not be saved, is in no store: its numbers are in memory. */
#ifndef HOTLENS_SRC_SERVER_RUN_CHOICE_H
#define HOTLENS_SRC_SERVER_RUN_CHOICE_H

#include "hotlens/app/run_json.h"
#include "hotlens/server/dispatch.h"
#include "hotlens/server/trees.h"
#include "question.h"

struct run_choice {
    char *name;             /* for the store; NULL: in memory */
    struct hl_shown *shown; /* in memory, with its tree */
};

/* Reads {"run"?, "folder"?}; on the loop thread. -EINVAL with the field. */
int run_choice_read(struct hl_context *context, const cJSON *params,
                    struct run_choice *ret_choice, struct hl_error *error);
void run_choice_finish(struct run_choice *choice);

/* Asks the question where its run is: a run in memory needs no store, and is there where none can be
 * opened. */
void run_choice_ask(const struct run_choice *choice, struct question *question);

/* On a worker; `store` is not asked for a run in memory. The tree is borrowed until the next one is asked
 * for. */
int run_choice_tree(const struct run_choice *choice, struct hl_trees *trees,
                    struct hl_store *store, const struct hl_run_data **ret_data,
                    struct hl_error *error);
/* The facts, and functions and lines (`path` NULL: of all files). The caller finishes both. */
int run_choice_rows(const struct run_choice *choice, struct hl_store *store, const char *path,
                    struct hl_run *ret_run, struct hl_rows *ret_rows, struct hl_error *error);
/* Functions without the machinery of import (app/machinery.h), whose own samples are its callers'; no
 * lines. What is loaded for it stays for the flame graph. */
int run_choice_bare_rows(const struct run_choice *choice, struct hl_trees *trees,
                         struct hl_store *store, const char *path, struct hl_run *ret_run,
                         struct hl_rows *ret_rows, struct hl_error *error);

/* A file of a run in memory, by its path as printed or resolved, or NULL. */
const struct hl_source *run_choice_source(const struct run_choice *choice, const char *path);

/* A file as the run calls it, or its URI. NULL in *ret_path when it is not given; caller frees. */
int run_path_argument(const cJSON *params, const char *field, char **ret_path,
                      struct hl_error *error);

#endif
