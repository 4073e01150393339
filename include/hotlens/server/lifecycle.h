/* Which messages are legal when: a pure state machine (specification 3.18, "Server lifecycle"). */
#ifndef HOTLENS_SERVER_LIFECYCLE_H
#define HOTLENS_SERVER_LIFECYCLE_H

#include "hotlens/lsp/message.h"

enum hl_phase {
    HL_PHASE_UNINITIALIZED,
    HL_PHASE_INITIALIZING, /* initialize was answered, initialized has not come */
    HL_PHASE_RUNNING,
    HL_PHASE_SHUT_DOWN,
    HL_PHASE_EXITED,
};

enum hl_verdict {
    HL_VERDICT_HANDLE,
    HL_VERDICT_IGNORE, /* a notification that is not legal now */
    HL_VERDICT_REFUSE, /* answer *ret_code with *ret_text */
    HL_VERDICT_EXIT,
};

/* Judges a message and moves to the phase that follows. Requests in INITIALIZING are handled: some clients
 * do not wait. */
enum hl_verdict hl_lifecycle_judge(enum hl_phase *phase, const struct hl_message *message,
                                   int *ret_code, const char **ret_text);
/* 0 when shutdown was seen, else 1. */
int hl_lifecycle_exit_code(enum hl_phase before_exit);

#endif
