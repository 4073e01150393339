/* Why something failed, for the person who reads it.
 *
 * Functions return 0 or a negative errno. Where a user will see the reason, they also take a
 * `struct hl_error *error` (may be NULL) and fill it on failure, never on success. */
#ifndef HOTLENS_BASE_ERROR_H
#define HOTLENS_BASE_ERROR_H

#include "hotlens/base/macros.h"

struct hl_error {
    int code;      /* positive errno, 0 when empty */
    char *message; /* what happened, one sentence without a final full stop; owned */
    char *remedy;  /* what to do about it, or NULL; may have several lines; owned */
};

/* Replaces what `error` holds, and returns -code so that callers can write
 * `return hl_error_set(error, ENOENT, "no file %s", path);`. code must be positive. */
int hl_error_set(struct hl_error *error, int code, const char *format, ...) HL_PRINTF(3, 4);
/* The same, with ": " and the text of `code` appended. */
int hl_error_set_errno(struct hl_error *error, int code, const char *format, ...) HL_PRINTF(3, 4);
/* Adds the remedy to an error that is set; a NULL or empty error is left alone. */
void hl_error_set_remedy(struct hl_error *error, const char *format, ...) HL_PRINTF(2, 3);
/* Puts "prefix: " before the message of an error that is set. */
void hl_error_prefix(struct hl_error *error, const char *format, ...) HL_PRINTF(2, 3);
/* Moves `from` into `to` (dropped when to is NULL) and leaves `from` empty. */
void hl_error_move(struct hl_error *to, struct hl_error *from);
/* The message, or the text of `result` when none was set; never NULL. Valid until error changes. */
const char *hl_error_text(const struct hl_error *error, int result);
void hl_error_finish(struct hl_error *error);

#define _cleanup_error_ _cleanup_(hl_error_finish)

#endif
