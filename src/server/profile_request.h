/* A wish to profile something, on its way to a plan: parsed from a command's arguments, completed off the
 * loop thread (targets, the last time, which Python, which py-spy). */
#ifndef HOTLENS_SRC_SERVER_PROFILE_REQUEST_H
#define HOTLENS_SRC_SERVER_PROFILE_REQUEST_H

#include "hotlens/app/targets.h"
#include "hotlens/record/find.h"
#include "hotlens/server/commands.h"

enum request_kind {
    REQUEST_FILE,
    REQUEST_MODULE,
    REQUEST_TEST, /* `subject` is a file, `test` what is behind it: "K::test_a" */
    REQUEST_COMMAND,
    REQUEST_AGAIN,
    REQUEST_ATTACH,
};

struct profile_request {
    struct hl_context *context;
    enum request_kind kind;
    cJSON *token;
    char *subject;    /* path of the file, or name of the module */
    char *test;       /* or NULL: all of the file */
    char *run;        /* name of the run to repeat, or NULL: the last */
    char *target;     /* name of a target, or NULL */
    char **command;
    char **args;
    bool has_args;
    char **environment;
    char *cwd;
    char *folder;     /* workspace folder, or NULL */
    pid_t pid;
    uint32_t rate;    /* 0: as the settings say */
    bool has_idle;
    bool idle;
    bool has_native;
    bool native;

    /* Of the settings, for the worker. */
    char *python_setting;
    char *py_spy_setting;
    char *executable;
    struct hl_named_targets targets; /* of the settings, then of pyproject.toml too */
    bool targets_are_read;
    struct hl_plan last; /* of the same program in this session */
    bool has_last;

    /* What came out. */
    int result;
    struct hl_error error;
    struct hl_plan plan;
    char *python;
    char *py_spy;                   /* NULL: not found, `install` says how to get it */
    struct hl_install_plan *install;
    struct hl_error py_spy_error;
};

/* Reads what all profile commands share. 0 or -EINVAL with the field. */
int profile_request_create(const struct hl_call *call, enum request_kind kind,
                           struct profile_request **ret_request, struct hl_error *error);
void profile_request_destroy(struct profile_request *request);
/* Adds the targets of the folder's pyproject.toml, once. Reads one small file. */
void profile_request_read_targets(struct profile_request *request);
/* Fills `plan`, `python` and `py_spy`, or `result` and `error`. On a worker, in the store's lane; the
 * store may be NULL. */
void profile_request_complete(struct profile_request *request, struct hl_store *store);

HL_DEFINE_CLEANUP(struct profile_request *, profile_request_destroy);

#endif
