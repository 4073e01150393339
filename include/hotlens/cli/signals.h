/* Signals while a program is recorded. Unlike uv_signal_t this tells who sent one: what the terminal
 * sends reaches the whole foreground group, the program included, so it must not be passed on; what
 * another process sends reached only us. docs/recording.md has the table. */
#ifndef HOTLENS_CLI_SIGNALS_H
#define HOTLENS_CLI_SIGNALS_H

#include <stdbool.h>
#include <uv.h>

struct hl_signals;

typedef void (*hl_signal_fn)(void *user, int signal, bool from_terminal);

/* Catches HUP (once), INT, QUIT, TERM and TSTP and calls `callback` on the loop thread; ignores PIPE. One
 * at a time in a process. */
int hl_signals_start(uv_loop_t *loop, hl_signal_fn callback, void *user,
                     struct hl_signals **ret_signals);
/* Restores the dispositions and closes the handle; the loop must run once more. */
void hl_signals_stop(struct hl_signals *signals);
/* Stops this process as SIGTSTP by default would; returns when it is continued. */
void hl_signals_suspend(void);

#endif
