/* Growable bytes with a sticky error: append without checking, check once at the end. */
#ifndef HOTLENS_BASE_BUFFER_H
#define HOTLENS_BASE_BUFFER_H

#include <stdarg.h>
#include <stdint.h>
#include <sys/types.h>

#include "hotlens/base/macros.h"

/* Where bytes go. Returns 0 or a negative errno, which stops the writer. */
typedef int (*hl_write_fn)(void *user, const char *data, size_t length);

/* Zero it to start. `data` always ends in a NUL that `length` does not count, or is NULL. */
struct hl_buffer {
    char *data;
    size_t length;
    size_t capacity;
    int error;         /* 0, or the first failure; later appends do nothing */
    hl_write_fn flush; /* when set, full buffers are handed on and emptied */
    void *flush_user;
};

/* A buffer that hands its bytes to `flush` in pieces of about 64 KiB. End with hl_buffer_flush. */
void hl_buffer_init_writer(struct hl_buffer *buffer, hl_write_fn flush, void *user);
void hl_buffer_finish(struct hl_buffer *buffer);
void hl_buffer_clear(struct hl_buffer *buffer); /* keeps the memory, forgets bytes and error */

void hl_buffer_append(struct hl_buffer *buffer, const void *data, size_t length);
void hl_buffer_puts(struct hl_buffer *buffer, const char *text);
void hl_buffer_putc(struct hl_buffer *buffer, char byte);
void hl_buffer_put_u64(struct hl_buffer *buffer, uint64_t value); /* decimal */
void hl_buffer_printf(struct hl_buffer *buffer, const char *format, ...) HL_PRINTF(2, 3);
void hl_buffer_vprintf(struct hl_buffer *buffer, const char *format, va_list arguments)
    HL_PRINTF(2, 0);
/* Room for `length` more bytes at the returned place, to be counted with length += …; NULL and a
 * sticky error when there is none. */
char *hl_buffer_reserve(struct hl_buffer *buffer, size_t length);

/* Hands over what is held. Returns the sticky error. */
int hl_buffer_flush(struct hl_buffer *buffer);
/* The NUL-terminated bytes ("" when empty), which the caller frees; the buffer is left empty. */
char *hl_buffer_take(struct hl_buffer *buffer);

/* hl_write_fn for a file descriptor: `user` is an int *. Writes all: retries EINTR, and waits
 * where a descriptor that is shared with others has been made non-blocking. */
int hl_write_to_fd(void *user, const char *data, size_t length);

#define _cleanup_buffer_ _cleanup_(hl_buffer_finish)

#endif
