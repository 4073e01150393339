/* Failures in words. py-spy's exits and messages, errno values and what the probe found become one
 * sentence that says what happened and a remedy that says what to do. */
#ifndef HOTLENS_RECORD_EXPLAIN_H
#define HOTLENS_RECORD_EXPLAIN_H

#include <stdbool.h>

#include "hotlens/base/error.h"
#include "hotlens/record/probe.h"

enum hl_failure {
    HL_FAILURE_NONE,
    HL_FAILURE_PERMISSION,  /* ptrace denied */
    HL_FAILURE_NOT_PYTHON,
    HL_FAILURE_GONE,        /* no such process, or it ended before py-spy was attached */
    HL_FAILURE_TOO_NEW,     /* a Python that this py-spy does not know */
    HL_FAILURE_NO_INTERPRETER, /* not located: too early, or an odd build */
    HL_FAILURE_OUTPUT,      /* the raw file could not be written */
    HL_FAILURE_PROGRAM,     /* the program could not be started */
    HL_FAILURE_GIL,         /* --gil not possible here */
    HL_FAILURE_USAGE,       /* py-spy refused its arguments: too old or too new a py-spy */
    HL_FAILURE_CRASHED,     /* py-spy panicked or was killed */
    HL_FAILURE_OTHER,
};

/* Sorts py-spy's exit and its output (both streams, escapes are ignored) into a kind. */
enum hl_failure hl_failure_classify(int exit_code, int signal, const char *output);

struct hl_failure_context {
    int pid;              /* of the target, 0 when launched */
    const char *program;  /* name for people */
    const char *py_spy;   /* path */
    const char *hotlens;  /* path; with sudo, what it runs */
    const char *output;   /* what py-spy said; its useful first line is quoted for OTHER */
    const struct hl_probe *probe; /* or NULL */
    bool sudo;
    bool attach;
};

/* Fills message and remedy for the kind. Returns -code. */
int hl_failure_explain(enum hl_failure failure, const struct hl_failure_context *context,
                       struct hl_error *error);

#endif
