/* The command line: one file per subcommand, each with a table of its options, from which parsing and
 * help are made. Data goes to standard output, everything else to standard error.
 *
 * main.c     picks the subcommand
 * options.h  option tables
 * output.h   tables, colours, errors
 * common.h   what several subcommands need: the store, a run by name
 * signals.h  what reaches `record` while a program runs */
#ifndef HOTLENS_CLI_CLI_H
#define HOTLENS_CLI_CLI_H

enum hl_exit_code {
    HL_EXIT_OK = 0,
    HL_EXIT_FAILED = 1,
    HL_EXIT_USAGE = 2,
};

/* Runs `hotlens ARGUMENTS…` and returns the exit code; `record` returns the program's own. */
int hl_cli_main(int argc, char **argv);

/* The subcommands. argv[0] is the subcommand's name. Each returns an exit code. */
int hl_cli_record(int argc, char **argv);
int hl_cli_runs(int argc, char **argv);
int hl_cli_show(int argc, char **argv);
int hl_cli_flame(int argc, char **argv);
int hl_cli_top(int argc, char **argv);
int hl_cli_import(int argc, char **argv);
int hl_cli_export(int argc, char **argv);
int hl_cli_label(int argc, char **argv);
int hl_cli_pin(int argc, char **argv);
int hl_cli_rm(int argc, char **argv);
int hl_cli_purge(int argc, char **argv);
int hl_cli_doctor(int argc, char **argv);

#endif
