#include "hotlens/base/strings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"

/* Half of the hash is kept beside the id, so that probing rarely touches the bytes. It also says where
 * the slot belongs, so that a larger table is filled without reading and hashing all strings again.
 * Where the bytes are stands here as well: a lookup then waits for the slot and for them, no more. */
struct slot {
    uint32_t tag;
    uint32_t id_plus_one;  /* 0 is free */
    uint64_t start : 34;   /* HL_LIMIT_STRINGS fits */
    uint64_t length : 30;  /* LENGTH_SATURATED: that or more */
};

#define LENGTH_SATURATED ((UINT64_C(1) << 30) - 1)
_Static_assert(HL_LIMIT_STRINGS < UINT64_C(1) << 34, "the start of a string fits a slot");

#define CACHE_LINE 64

struct hl_strings {
    char *bytes; /* all strings, each followed by a NUL */
    size_t bytes_capacity;
    size_t *ends; /* where string i stops, its NUL included */
    size_t ends_capacity;
    uint32_t count;
    struct slot *slots;
    size_t slot_count; /* 0 or a power of two */
};

struct hl_strings *hl_strings_create(void)
{
    return hl_xcalloc(1, sizeof(struct hl_strings));
}

void hl_strings_destroy(struct hl_strings *strings)
{
    if (!strings) {
        return;
    }
    free(strings->bytes);
    free(strings->ends);
    free(strings->slots);
    free(strings);
}

static size_t start_of(const struct hl_strings *strings, uint32_t id)
{
    return id > 0 ? strings->ends[id - 1] : 0;
}

const char *hl_strings_get(const struct hl_strings *strings, uint32_t id, size_t *ret_length)
{
    hl_assert(id < strings->count);
    size_t start = start_of(strings, id);
    if (ret_length) {
        *ret_length = strings->ends[id] - start - 1;
    }
    return strings->bytes + start;
}

static bool equals(const struct hl_strings *strings, const struct slot *slot, const char *data,
                   size_t length)
{
    size_t known = slot->length;
    if (known == LENGTH_SATURATED) {
        known = strings->ends[slot->id_plus_one - 1] - slot->start - 1;
    }
    return known == length &&
           (length == 0 || memcmp(strings->bytes + slot->start, data, length) == 0);
}

/* The slot of the bytes, or the free one where they belong. There is always a free one. */
static struct slot *probe(const struct hl_strings *strings, const char *data, size_t length,
                          uint64_t hash)
{
    size_t mask = strings->slot_count - 1;
    uint32_t tag = (uint32_t)(hash >> 32);
    for (size_t at = tag & mask;; at = (at + 1) & mask) {
        struct slot *slot = &strings->slots[at];
        if (slot->id_plus_one == 0 ||
            (slot->tag == tag && equals(strings, slot, data, length))) {
            return slot;
        }
    }
}

static void place(struct slot *slots, size_t slot_count, struct slot slot)
{
    size_t mask = slot_count - 1;
    size_t at = slot.tag & mask;
    while (slots[at].id_plus_one != 0) {
        at = (at + 1) & mask;
    }
    slots[at] = slot;
}

static int make_room(struct hl_strings *strings)
{
    if (((size_t)strings->count + 1) * 2 <= strings->slot_count) {
        return 0;
    }
    size_t slot_count = strings->slot_count ? strings->slot_count * 2 : 64;
    struct slot *slots = hl_try_calloc(slot_count, sizeof(*slots));
    if (!slots) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < strings->slot_count; i++) {
        if (strings->slots[i].id_plus_one != 0) {
            place(slots, slot_count, strings->slots[i]);
        }
    }
    free(strings->slots);
    strings->slots = slots;
    strings->slot_count = slot_count;
    return 0;
}

static int append(struct hl_strings *strings, const char *data, size_t length)
{
    size_t start = start_of(strings, strings->count);
    if (strings->count == HL_NO_STRING - 1 || length >= HL_LIMIT_STRINGS - start) {
        return -E2BIG;
    }
    int r = hl_array_reserve(&strings->bytes, &strings->bytes_capacity, start + length + 1, 1);
    if (r < 0) {
        return r;
    }
    r = hl_array_reserve(&strings->ends, &strings->ends_capacity, (size_t)strings->count + 1,
                         sizeof(*strings->ends));
    if (r < 0) {
        return r;
    }
    if (length > 0) {
        memcpy(strings->bytes + start, data, length);
    }
    strings->bytes[start + length] = '\0';
    strings->ends[strings->count] = start + length + 1;
    return 0;
}

void hl_strings_prefetch(const struct hl_strings *strings, uint64_t hash)
{
    if (strings->slot_count > 0) {
        __builtin_prefetch(&strings->slots[(uint32_t)(hash >> 32) & (strings->slot_count - 1)]);
    }
}

void hl_strings_prefetch_bytes(const struct hl_strings *strings, uint64_t hash)
{
    if (strings->slot_count == 0) {
        return;
    }
    const struct slot *slot =
        &strings->slots[(uint32_t)(hash >> 32) & (strings->slot_count - 1)];
    if (slot->id_plus_one > 0) {
        /* What frames print is about as long as a cache line, so it lies in two. */
        const char *bytes = strings->bytes + slot->start;
        __builtin_prefetch(bytes);
        __builtin_prefetch(bytes + hl_min_size(slot->length, CACHE_LINE));
    }
}

int hl_strings_intern_hashed(struct hl_strings *strings, const char *data, size_t length,
                             uint64_t hash, uint32_t *ret_id)
{
    int r = make_room(strings);
    if (r < 0) {
        return r;
    }
    struct slot *slot = probe(strings, data, length, hash);
    if (slot->id_plus_one != 0) {
        *ret_id = slot->id_plus_one - 1;
        return 0;
    }
    r = append(strings, data, length);
    if (r < 0) {
        return r;
    }
    *slot = (struct slot){
        .tag = (uint32_t)(hash >> 32),
        .id_plus_one = strings->count + 1,
        .start = start_of(strings, strings->count),
        .length = hl_min_size(length, LENGTH_SATURATED),
    };
    *ret_id = strings->count++;
    return 1;
}

int hl_strings_intern(struct hl_strings *strings, const char *data, size_t length,
                      uint32_t *ret_id)
{
    return hl_strings_intern_hashed(strings, data, length, hl_hash_bytes(data, length, 0), ret_id);
}

bool hl_strings_find(const struct hl_strings *strings, const char *data, size_t length,
                     uint32_t *ret_id)
{
    if (strings->slot_count == 0) {
        return false;
    }
    const struct slot *slot = probe(strings, data, length, hl_hash_bytes(data, length, 0));
    if (slot->id_plus_one == 0) {
        return false;
    }
    *ret_id = slot->id_plus_one - 1;
    return true;
}

uint32_t hl_strings_count(const struct hl_strings *strings)
{
    return strings->count;
}

size_t hl_strings_memory(const struct hl_strings *strings)
{
    return sizeof(*strings) + strings->bytes_capacity +
           strings->ends_capacity * sizeof(*strings->ends) +
           strings->slot_count * sizeof(*strings->slots);
}
