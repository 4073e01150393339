/* Options of a subcommand, as a table. */
#ifndef HOTLENS_CLI_OPTIONS_H
#define HOTLENS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotlens/base/error.h"

enum hl_option_kind {
    HL_OPTION_SET,    /* bool, becomes true */
    HL_OPTION_CLEAR,  /* bool, becomes false */
    HL_OPTION_TEXT,   /* const char *, borrowed from argv */
    HL_OPTION_NUMBER, /* uint32_t, within minimum … maximum */
    HL_OPTION_REAL,   /* double, within minimum … maximum */
};

struct hl_option {
    const char *name; /* without the dashes */
    char letter;      /* or 0 */
    enum hl_option_kind kind;
    size_t offset; /* of the member that takes the value, in the struct given to parse */
    const char *value; /* what the help calls the value, or NULL */
    const char *help;
    uint32_t minimum;
    uint32_t maximum;
};

struct hl_command {
    const char *name;
    const char *usage;   /* after the name: "[options] RUN" */
    const char *summary; /* one line */
    const char *details; /* more paragraphs, or NULL */
    const struct hl_option *options;
    size_t option_count;
    const char *operand; /* what the first operand is called: "RUN" */
    size_t operands_least;
    size_t operands_most;     /* SIZE_MAX for any number */
    bool stops_at_operand;    /* everything from the first operand on is left alone */
};

struct hl_operands {
    char **items; /* borrowed from argv, which is reordered; NULL-terminated */
    size_t count;
};

/* Parses argv[1…] into the members of `values`, which has the defaults. Returns -1 to go on, else the
 * exit code: help was printed (0), or a usage error was (2). */
int hl_options_parse(const struct hl_command *command, int argc, char **argv, void *values,
                     struct hl_operands *ret_operands);
void hl_options_print_help(const struct hl_command *command);
/* "hotlens COMMAND: message" with a hint at --help. Returns HL_EXIT_USAGE. */
int hl_options_misuse(const struct hl_command *command, const char *format, ...) HL_PRINTF(2, 3);

#endif
