#include "hotlens/base/map.h"

#include <errno.h>
#include <stdlib.h>

#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"

void hl_map_finish(struct hl_map *map)
{
    if (map) {
        free(map->slots);
        *map = (struct hl_map){0};
    }
}

/* The slot that holds `key`, or the free one where it belongs. The table is never full. */
static struct hl_map_slot *probe(const struct hl_map *map, uint64_t key)
{
    size_t mask = map->capacity - 1;
    size_t at = (size_t)hl_hash_mix(key, 1) & mask;
    while (map->slots[at].used && map->slots[at].key != key) {
        at = (at + 1) & mask;
    }
    return &map->slots[at];
}

static int make_room(struct hl_map *map)
{
    if ((map->count + 1) * 4 <= map->capacity * 3) {
        return 0;
    }
    struct hl_map bigger = {.capacity = map->capacity ? map->capacity * 2 : 16,
                            .count = map->count};
    bigger.slots = hl_try_calloc(bigger.capacity, sizeof(*bigger.slots));
    if (!bigger.slots) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->slots[i].used) {
            *probe(&bigger, map->slots[i].key) = map->slots[i];
        }
    }
    free(map->slots);
    *map = bigger;
    return 0;
}

bool hl_map_get(const struct hl_map *map, uint64_t key, uint32_t *ret_value)
{
    if (map->capacity == 0) {
        return false;
    }
    const struct hl_map_slot *slot = probe(map, key);
    if (slot->used) {
        *ret_value = slot->value;
    }
    return slot->used;
}

int hl_map_get_or_put(struct hl_map *map, uint64_t key, uint32_t value, uint32_t *ret_value)
{
    int r = make_room(map);
    if (r < 0) {
        return r;
    }
    struct hl_map_slot *slot = probe(map, key);
    int is_new = !slot->used;
    if (is_new) {
        *slot = (struct hl_map_slot){.key = key, .value = value, .used = 1};
        map->count++;
    }
    *ret_value = slot->value;
    return is_new;
}

int hl_map_put(struct hl_map *map, uint64_t key, uint32_t value)
{
    uint32_t old;
    int r = hl_map_get_or_put(map, key, value, &old);
    if (r == 0) {
        probe(map, key)->value = value;
    }
    return r < 0 ? r : 0;
}
