/* SHA-256 (FIPS 180-4): the identity of a stored source text. */
#ifndef HOTLENS_BASE_SHA256_H
#define HOTLENS_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define HL_SHA256_SIZE 32

void hl_sha256(const void *data, size_t length, uint8_t ret_digest[HL_SHA256_SIZE]);

#endif
