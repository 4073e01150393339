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

static uint32_t load_le32(const unsigned char *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap32(word);
#endif
    return word;
}

/* The golden ratio and a prime. */
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)
#define PRIME UINT64_C(0xa0761d6478bd642f)

/* Multiplies to 128 bits and folds them. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* At most 16 bytes as two words. Longer than three, they are read from both ends, overlapping: a loop
 * over them is mispredicted at the end of every text. */
static void load_tail(const unsigned char *bytes, size_t length, uint64_t *a, uint64_t *b)
{
    if (length >= 8) {
        *a = load_le64(bytes);
        *b = load_le64(bytes + length - 8);
    } else if (length >= 4) {
        *a = load_le32(bytes);
        *b = load_le32(bytes + length - 4);
    } else {
        *a = length > 0 ? (uint64_t)bytes[0] << 8 | bytes[length - 1] : 0;
        *b = length > 0 ? bytes[length / 2] : 0;
    }
}

/* Multiply-and-fold over 16 bytes at a time. */
uint64_t hl_hash_bytes(const void *data, size_t length, uint64_t seed)
{
    const unsigned char *bytes = data;
    uint64_t hash = seed ^ (length * GOLDEN);
    size_t rest = length;
    for (; rest > 16; rest -= 16, bytes += 16) {
        hash = fold(load_le64(bytes) ^ PRIME, load_le64(bytes + 8) ^ hash);
        hash += GOLDEN;
    }
    uint64_t a;
    uint64_t b;
    load_tail(bytes, rest, &a, &b);
    return hl_hash_mix(fold(a ^ PRIME, b ^ hash), hash);
}
