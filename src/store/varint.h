/* Varints, as blobs of the database are made of: seven bits a byte, lowest first, the high bit set on
 * all but the last. */
#ifndef HOTLENS_STORE_VARINT_H
#define HOTLENS_STORE_VARINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotlens/base/buffer.h"

#define VARINT_MAX 10 /* bytes */

static inline void put_varint(struct hl_buffer *out, uint64_t value)
{
    char *at = hl_buffer_reserve(out, VARINT_MAX);
    if (!at) {
        return;
    }
    size_t length = 0;
    while (value >= 0x80) {
        at[length++] = (char)(value | 0x80);
        value >>= 7;
    }
    at[length++] = (char)value;
    out->length += length;
}

/* What is left to read. After a failure it is empty, so loops end; `bad` is checked later. */
struct cursor {
    const uint8_t *at;
    const uint8_t *end;
    bool bad;
};

static inline void cursor_fail(struct cursor *in)
{
    in->bad = true;
    in->at = in->end;
}

static inline uint64_t get_varint(struct cursor *in)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        uint8_t byte = *in->at++;
        if (shift == 63 && byte > 1) {
            break;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    cursor_fail(in);
    return 0;
}

#endif
