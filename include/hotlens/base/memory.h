/* Allocation. Two kinds, told apart by who controls the size:
 *
 * - hl_x…: small, sized by our own code. They abort when memory is gone; callers never check.
 * - hl_try_…: sized by input (a profile, a file, a message). They return NULL and the caller
 *   reports -ENOMEM. Each call counts for hl_memory_fail_at(), so a test can make every one of
 *   them fail in turn.
 *
 * Everything is released with free(). */
#ifndef HOTLENS_BASE_MEMORY_H
#define HOTLENS_BASE_MEMORY_H

#include <stdint.h>
#include <stdlib.h>

#include "hotlens/base/macros.h"

void *hl_xmalloc(size_t size);
void *hl_xcalloc(size_t count, size_t size);
void *hl_xrealloc(void *memory, size_t size);
char *hl_xstrdup(const char *text);                    /* NULL gives NULL */
char *hl_xstrndup(const char *text, size_t length);    /* copies embedded NULs too */
char *hl_xasprintf(const char *format, ...) HL_PRINTF(1, 2);

/* count * size bytes, or NULL when that overflows, is over HL_LIMIT_ALLOCATION or is not there. */
void *hl_try_malloc(size_t count, size_t size);
void *hl_try_calloc(size_t count, size_t size);
/* As realloc(): on NULL the old block is untouched. */
void *hl_try_realloc(void *memory, size_t count, size_t size);

/* Make the nth hl_try_ call from now fail, and with `persistent` every later one as well; 0 turns
 * it off. For tests only. hl_memory_faults() tells how many calls failed since. */
void hl_memory_fail_at(uint64_t nth, int persistent);
uint64_t hl_memory_faults(void);

static inline void hl_free_p(void *pointer)
{
    free(*(void **)pointer);
}
#define _cleanup_free_ _cleanup_(hl_free_p)

#endif
