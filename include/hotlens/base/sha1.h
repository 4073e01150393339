/* SHA-1 (FIPS 180-4): only to recognise git objects, never for security. */
#ifndef HOTLENS_BASE_SHA1_H
#define HOTLENS_BASE_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define HL_SHA1_SIZE 20

void hl_sha1(const void *data, size_t length, uint8_t ret_digest[HL_SHA1_SIZE]);

#endif
