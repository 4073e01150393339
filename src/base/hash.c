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

/* Multiply-and-fold over eight bytes at a time. The constants are the golden ratio and a prime. */
uint64_t hl_hash_bytes(const void *data, size_t length, uint64_t seed)
{
    const unsigned char *bytes = data;
    uint64_t hash = seed ^ (length * UINT64_C(0x9e3779b97f4a7c15));
    while (length >= 8) {
        __extension__ unsigned __int128 product =
            (unsigned __int128)(hash ^ load_le64(bytes)) * UINT64_C(0xa0761d6478bd642f);
        hash = (uint64_t)product ^ (uint64_t)(product >> 64);
        hash = (hash << 23 | hash >> 41) + UINT64_C(0x9e3779b97f4a7c15);
        bytes += 8;
        length -= 8;
    }
    uint64_t tail = 0;
    for (size_t i = 0; i < length; i++) {
        tail |= (uint64_t)bytes[i] << (8 * i);
    }
    return hl_hash_mix(hash, tail);
}
