/* Sums that stop at the largest value instead of wrapping: a count that is too large to hold is
 * shown as too large, never as small. */
#ifndef HOTLENS_BASE_SATURATE_H
#define HOTLENS_BASE_SATURATE_H

#include <stdint.h>

static inline uint64_t hl_add_saturating(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

#endif
