/* hotlens label, pin, rm, purge: what people do to runs that are there. */
#include <stdio.h>
#include <string.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"

/* The store, and the run that is to be changed in it. */
static int open_run(const char *db, const char *name, struct hl_store **ret_store, int64_t *ret_id)
{
    struct hl_run run = {0};
    int r = hl_cli_open_store_for_reading(db, ret_store);
    if (r == 0) {
        r = hl_cli_find_run(*ret_store, name, &run);
    }
    if (r == 0) {
        *ret_id = run.id;
    }
    hl_run_finish(&run);
    return r;
}

static int exit_code(int result, const struct hl_error *error)
{
    return result < 0 ? hl_output_error(error, result) : HL_EXIT_OK;
}

struct label {
    const char *db;
    bool remove;
};

static const struct hl_option LABEL_OPTIONS[] = {
    {"remove", 0, HL_OPTION_SET, offsetof(struct label, remove), NULL, "take the label away", 0, 0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct label, db), "FILE", "the database ($HOTLENS_DB)", 0,
     0},
};

static const struct hl_command LABEL_COMMAND = {
    .name = "label",
    .usage = "RUN LABEL | RUN --remove",
    .summary = "name a run",
    .details = "A label can be used wherever RUN is asked for, and keeps the run from being\n"
               "deleted by age.",
    .options = LABEL_OPTIONS,
    .option_count = ARRAY_SIZE(LABEL_OPTIONS),
    .operand = "RUN",
    .operands_least = 1,
    .operands_most = 2,
};

int hl_cli_label(int argc, char **argv)
{
    struct label values = {0};
    struct hl_operands operands;
    int code = hl_options_parse(&LABEL_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    if (values.remove == (operands.count == 2)) {
        return hl_options_misuse(&LABEL_COMMAND, values.remove ? "a LABEL or --remove, not both"
                                                               : "a LABEL or --remove is needed");
    }
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    int64_t id = 0;
    if (open_run(values.db, operands.items[0], &store, &id) < 0) {
        return HL_EXIT_FAILED;
    }
    _cleanup_error_ struct hl_error error = {0};
    const char *label = values.remove ? NULL : operands.items[1];
    return exit_code(hl_store_set_label(store, id, label, &error), &error);
}

struct pin {
    const char *db;
    bool off;
};

static const struct hl_option PIN_OPTIONS[] = {
    {"off", 0, HL_OPTION_SET, offsetof(struct pin, off), NULL, "let it be deleted by age again", 0,
     0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct pin, db), "FILE", "the database ($HOTLENS_DB)", 0, 0},
};

static const struct hl_command PIN_COMMAND = {
    .name = "pin",
    .usage = "[--off] RUN",
    .summary = "keep a run for ever",
    .options = PIN_OPTIONS,
    .option_count = ARRAY_SIZE(PIN_OPTIONS),
    .operand = "RUN",
    .operands_least = 1,
    .operands_most = 1,
};

int hl_cli_pin(int argc, char **argv)
{
    struct pin values = {0};
    struct hl_operands operands;
    int code = hl_options_parse(&PIN_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    int64_t id = 0;
    if (open_run(values.db, operands.items[0], &store, &id) < 0) {
        return HL_EXIT_FAILED;
    }
    _cleanup_error_ struct hl_error error = {0};
    return exit_code(hl_store_set_pinned(store, id, !values.off, &error), &error);
}

static int delete_run(struct hl_store *store, int64_t id)
{
    _cleanup_error_ struct hl_error error = {0};
    return exit_code(hl_store_delete_run(store, id, &error), &error);
}

/* All names are resolved before anything is deleted: "rm last last~1" means two runs, and a
 * misspelt name deletes nothing. */
static int delete_runs(struct hl_store *store, const struct hl_operands *operands)
{
    _cleanup_free_ int64_t *ids = hl_xcalloc(operands->count, sizeof(*ids));
    for (size_t i = 0; i < operands->count; i++) {
        struct hl_run run = {0};
        if (hl_cli_find_run(store, operands->items[i], &run) < 0) {
            return HL_EXIT_FAILED;
        }
        ids[i] = run.id;
        hl_run_finish(&run);
    }
    for (size_t i = 0; i < operands->count; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++) {
            again = again || ids[k] == ids[i];
        }
        int code = again ? HL_EXIT_OK : delete_run(store, ids[i]);
        if (code != HL_EXIT_OK) {
            return code;
        }
    }
    return HL_EXIT_OK;
}

struct rm {
    const char *db;
};

static const struct hl_option RM_OPTIONS[] = {
    {"db", 0, HL_OPTION_TEXT, offsetof(struct rm, db), "FILE", "the database ($HOTLENS_DB)", 0, 0},
};

static const struct hl_command RM_COMMAND = {
    .name = "rm",
    .usage = "RUN…",
    .summary = "delete runs",
    .options = RM_OPTIONS,
    .option_count = ARRAY_SIZE(RM_OPTIONS),
    .operand = "RUN",
    .operands_least = 1,
    .operands_most = SIZE_MAX,
};

int hl_cli_rm(int argc, char **argv)
{
    struct rm values = {0};
    struct hl_operands operands;
    int code = hl_options_parse(&RM_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    if (hl_cli_open_store_for_reading(values.db, &store) < 0) {
        return HL_EXIT_FAILED;
    }
    return delete_runs(store, &operands);
}

static int purge(struct hl_store *store, const char *folder)
{
    uint32_t deleted = 0;
    _cleanup_error_ struct hl_error error = {0};
    int r = hl_store_purge(store, folder, &deleted, &error);
    if (r < 0) {
        return hl_output_error(&error, r);
    }
    printf("deleted %u run%s\n", deleted, deleted == 1 ? "" : "s");
    return HL_EXIT_OK;
}

struct purge {
    const char *db;
    const char *workspace;
    bool all;
    bool yes;
};

static const struct hl_option PURGE_OPTIONS[] = {
    {"workspace", 'w', HL_OPTION_TEXT, offsetof(struct purge, workspace), "FOLDER",
     "the runs of this folder and those in it", 0, 0},
    {"all", 0, HL_OPTION_SET, offsetof(struct purge, all), NULL,
     "every run, pinned and labelled ones too", 0, 0},
    {"yes", 'y', HL_OPTION_SET, offsetof(struct purge, yes), NULL, "do not ask", 0, 0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct purge, db), "FILE", "the database ($HOTLENS_DB)", 0,
     0},
};

static const struct hl_command PURGE_COMMAND = {
    .name = "purge",
    .usage = "--workspace FOLDER | --all",
    .summary = "delete all runs of a folder, or all",
    .options = PURGE_OPTIONS,
    .option_count = ARRAY_SIZE(PURGE_OPTIONS),
};

int hl_cli_purge(int argc, char **argv)
{
    struct purge values = {0};
    struct hl_operands operands;
    int code = hl_options_parse(&PURGE_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    if (values.all == (values.workspace != NULL)) {
        return hl_options_misuse(&PURGE_COMMAND, "either --workspace FOLDER or --all is needed");
    }
    _cleanup_free_ char *folder = values.workspace ? hl_file_real_path(values.workspace) : NULL;
    const char *which = folder ? folder : values.workspace;
    _cleanup_free_ char *question =
        which ? hl_xasprintf("Delete all runs of %s and of every folder in it?", which)
              : hl_xstrdup("Delete all runs?");
    if (!values.yes && !hl_cli_ask(question)) {
        hl_output_note("nothing was deleted%s",
                       hl_cli_can_ask() ? "" : ": there is no terminal to ask on; --yes does not ask");
        return HL_EXIT_FAILED;
    }
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    return hl_cli_open_store_for_reading(values.db, &store) < 0 ? HL_EXIT_FAILED
                                                                 : purge(store, which);
}
