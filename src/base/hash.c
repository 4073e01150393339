#include "hotlens/base/hash.h"

#include <string.h>

static uint64_t load_le64(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The last `rest` (1 to 7) of `length` bytes as a number. Where the text is long enough, the word that
 * ends with them is read at once: a loop over them is mispredicted at the end of every text. */
static uint64_t load_tail(const unsigned char *end, size_t rest, size_t length)
{
    if (length >= 8) {
        return load_le64(end - 8) >> (64 - 8 * rest);
    }
    uint64_t tail = 0;
    for (size_t i = 0; i < rest; i++) {
        tail |= (uint64_t)end[(ptrdiff_t)i - (ptrdiff_t)rest] << (8 * i);
    }
    return tail;
}

/* Multiply-and-fold over eight bytes at a time. The constants are the golden ratio and a prime. */
uint64_t hl_hash_bytes(const void *data, size_t length, uint64_t seed)
{
    const unsigned char *bytes = data;
    uint64_t hash = seed ^ (length * UINT64_C(0x9e3779b97f4a7c15));
    size_t rest = length;
    for (; rest >= 8; rest -= 8, bytes += 8) {
        __extension__ unsigned __int128 product =
            (unsigned __int128)(hash ^ load_le64(bytes)) * UINT64_C(0xa0761d6478bd642f);
        hash = (uint64_t)product ^ (uint64_t)(product >> 64);
        hash = (hash << 23 | hash >> 41) + UINT64_C(0x9e3779b97f4a7c15);
    }
    return hl_hash_mix(hash, rest > 0 ? load_tail(bytes + rest, rest, length) : 0);
}
