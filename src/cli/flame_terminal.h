/* The whole terminal for a while: alternate screen, raw mode, mouse; given back on every way out. */
#ifndef HOTLENS_SRC_CLI_FLAME_TERMINAL_H
#define HOTLENS_SRC_CLI_FLAME_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

/* Standard input and output are one that can: a terminal, and not a dumb one (TERM, as Emacs' shell says). */
bool terminal_can_be_taken(void);
/* 0 or a negative errno. One at a time in a process. */
int terminal_enter(void);
void terminal_leave(void);
/* The same for a program that handles signals itself; only crashes are handled here. */
int terminal_enter_plainly(void);
/* After the process was stopped and goes on. False in the background, where the terminal is the shell's: then
 * nothing may be drawn or read until a later call has taken it. */
bool terminal_take_again(void);
/* Whether it is ours now. */
bool terminal_is_entered(void);
/* Ctrl+Z: gives the terminal back, stops the process, takes the terminal again. In the background it stops
 * again, unless a signal that ends it has come, which the next wait finds. */
void terminal_suspend(void);
/* The same after terminal_enter_plainly: in the background it goes on without the terminal. */
void terminal_suspend_plainly(void);
/* A signal that ends the process has come; it is raised again by terminal_leave's caller. 0 for none. */
int terminal_ended_by(void);
/* Somebody else stopped the process, or made it go on after SIGSTOP: to be called when nothing was read. */
bool terminal_follow_job_control(void); /* true when what is on the screen was lost */
/* Lends the terminal to a program and waits for it; its exit code, 127 and more if it could not run, or a
 * negative errno. */
int terminal_run(char *const argv[]);

enum {
    KEY_NONE = 0, /* nothing, or a signal (a new size) */
    KEY_END = 256,
    KEY_ESCAPE,
    KEY_CLICK,
    KEY_WHEEL_UP,
    KEY_WHEEL_DOWN,
    KEY_UP,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_FIRST, /* Home; KEY_END above is the end of input */
    KEY_LAST,
    KEY_ALT_LEFT,
    KEY_ALT_RIGHT,
};

struct terminal_key {
    int key; /* a byte, or one of the above */
    uint32_t x;
    uint32_t y;
};

/* Waits for a key or a signal; signals come nowhere else while the terminal is entered. */
void terminal_read_key(struct terminal_key *ret_key);
/* Waits until there is something to read, or a signal: > 0 when there is. */
int terminal_wait(void);

#endif
