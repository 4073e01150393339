/* Hashes. hl_hash_bytes is part of formats that outlive the process (names of nodes), so its
 * result never changes: the same on every machine, byte order and version. Not cryptographic;
 * tables that take hostile keys must stay correct, if slower, under collisions. */
#ifndef HOTLENS_BASE_HASH_H
#define HOTLENS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hl_hash_bytes(const void *data, size_t length, uint64_t seed);

/* Mixes two words into one; a bijection of `a` for each fixed `b`. */
static inline uint64_t hl_hash_mix(uint64_t a, uint64_t b)
{
    uint64_t x = a ^ (b * UINT64_C(0x9e3779b97f4a7c15));
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    return x;
}

#endif
