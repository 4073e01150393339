/* Interned byte strings: equal bytes get equal ids, in order of first appearance from 0. Any bytes
 * are legal, NUL included. Ids are dense, so callers keep attributes in arrays beside them. */
#ifndef HOTLENS_BASE_STRINGS_H
#define HOTLENS_BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotlens/base/macros.h"

#define HL_NO_STRING UINT32_MAX

struct hl_strings;

struct hl_strings *hl_strings_create(void);
void hl_strings_destroy(struct hl_strings *strings);

/* Returns 1 when the bytes were new, 0 when they were there, -ENOMEM, or -E2BIG past
 * HL_LIMIT_STRINGS. O(length). */
int hl_strings_intern(struct hl_strings *strings, const char *data, size_t length,
                      uint32_t *ret_id);
/* The same for a caller that has hl_hash_bytes(data, length, 0) already. */
int hl_strings_intern_hashed(struct hl_strings *strings, const char *data, size_t length,
                             uint64_t hash, uint32_t *ret_id);
/* Says that these bytes are interned soon, so that their slot is on its way into the cache. */
void hl_strings_prefetch(const struct hl_strings *strings, uint64_t hash);
/* Some time after that: the same for the bytes that they will be compared with. */
void hl_strings_prefetch_bytes(const struct hl_strings *strings, uint64_t hash);
bool hl_strings_find(const struct hl_strings *strings, const char *data, size_t length,
                     uint32_t *ret_id);
/* The bytes of an id that exists, followed by a NUL. Valid until the next intern. ret_length may
 * be NULL. */
const char *hl_strings_get(const struct hl_strings *strings, uint32_t id, size_t *ret_length);
uint32_t hl_strings_count(const struct hl_strings *strings);
/* Bytes of memory held. */
size_t hl_strings_memory(const struct hl_strings *strings);

HL_DEFINE_CLEANUP(struct hl_strings *, hl_strings_destroy);

#endif
