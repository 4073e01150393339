/* The command line: one file per subcommand. */
#ifndef HOTLENS_CLI_CLI_H
#define HOTLENS_CLI_CLI_H

/* Runs `hotlens ARGUMENTS…` and returns the exit code: 0 ok, 1 failed, 2 usage; `record` returns the
 * program's own. */
int hl_cli_main(int argc, char **argv);

#endif
