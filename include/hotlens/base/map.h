/* A table from 64-bit keys to 32-bit values, open-addressed, without deletion. Any key is legal;
 * lookups are O(1) expected. Zero it to start. */
#ifndef HOTLENS_BASE_MAP_H
#define HOTLENS_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hl_map_slot {
    uint64_t key;
    uint32_t value;
    uint32_t used;
};

struct hl_map {
    struct hl_map_slot *slots;
    size_t capacity; /* 0 or a power of two */
    size_t count;
};

void hl_map_finish(struct hl_map *map);
bool hl_map_get(const struct hl_map *map, uint64_t key, uint32_t *ret_value);
/* The value of `key`, or `value` newly stored for it. Returns 1 when it was new, 0 when it was
 * there, -ENOMEM. */
int hl_map_get_or_put(struct hl_map *map, uint64_t key, uint32_t value, uint32_t *ret_value);
/* Stores or replaces. Returns 0 or -ENOMEM. */
int hl_map_put(struct hl_map *map, uint64_t key, uint32_t value);

#endif
