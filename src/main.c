/* hotlens: the language server, or a subcommand. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/memory.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"
#include "hotlens/server/server.h"

struct serve {
    const char *db;
    bool stdio;
};

/* Clients add --stdio by themselves. */
static const struct hl_option SERVE_OPTIONS[] = {
    {"stdio", 0, HL_OPTION_SET, offsetof(struct serve, stdio), NULL,
     "talk on standard input and output (always so)", 0, 0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct serve, db), "FILE", "the database ($HOTLENS_DB)", 0,
     0},
};

static const struct hl_command SERVE_COMMAND = {
    .name = "serve",
    .usage = "[options]",
    .summary = "the language server, for editors",
    .details = "Without a command, and without a terminal as standard input, hotlens does the same.",
    .options = SERVE_OPTIONS,
    .option_count = ARRAY_SIZE(SERVE_OPTIONS),
};

static int serve(int argc, char **argv)
{
    struct serve values = {0};
    struct hl_operands operands;
    int code = hl_options_parse(&SERVE_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    if (isatty(STDIN_FILENO)) { /* else somebody waits for it to say something */
        hl_output_note("an editor starts this and talks to it on standard input; Ctrl+C ends it");
    }
    _cleanup_free_ char *executable = hl_cli_executable();
    return hl_server_main(executable ? executable : "hotlens", values.db);
}

int main(int argc, char **argv)
{
    bool is_server = argc < 2 ? !isatty(STDIN_FILENO) : strcmp(argv[1], "--stdio") == 0;
    if (is_server) {
        return serve(argc, argv);
    }
    if (argc > 1 && strcmp(argv[1], "serve") == 0) {
        return serve(argc - 1, argv + 1);
    }
    return hl_cli_main(argc, argv);
}
