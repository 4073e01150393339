/* What shim.c, guard.c and lifeline.c share. */
#ifndef HOTLENS_RECORD_SHIM_INTERNAL_H
#define HOTLENS_RECORD_SHIM_INTERNAL_H

enum {
    SHIM_EXIT_USAGE = 2,
    SHIM_EXIT_CANNOT_RUN = 126,
    SHIM_EXIT_NOT_FOUND = 127,
};

/* Has py-spy say what we read, and in no colours. NULL: not set. */
#define SHIM_SAMPLER_VARIABLES \
    { "CLICOLOR_FORCE", "0" }, { "RUST_LOG", "warn" }, { "RUST_BACKTRACE", NULL }

/* Every signal to its default disposition, none blocked. */
void shim_reset_signals(void);
/* Says on standard error why a program does not run, in no control characters of its name. */
void shim_complain(const char *program, int code);
/* Becomes the program. Returns the exit code when that fails, after telling `status_fd` (-1: standard
 * error) why. */
int shim_exec(char *const *argv, int status_fd);

/* `hold` is kept open until the guard ends; -1 for none. */
int guard_run(int fd, int hold);
int lifeline_run(char *const *argv, int status_fd);

#endif
