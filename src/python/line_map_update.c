/* A map brought up to date after an edit: what was paired outside of it stays paired, and only the lines
 * between the pairs around it are searched again. That is kept when the census says that no map pairs
 * more lines; else (lines were moved) the whole is searched as for a new map. */
#include <errno.h>
#include <string.h>

#include "hotlens/base/memory.h"
#include "line_map_private.h"

/* The new text's side of the map, without pairs in the lines that are not alike. */
static int shift_pairs(struct hl_line_map *map, uint32_t now, uint32_t head, uint32_t tail)
{
    uint32_t before = map->new_count;
    uint32_t *to_old = hl_try_calloc((size_t)now + 1, sizeof(*to_old));
    if (!to_old) {
        return -ENOMEM;
    }
    if (map->to_old) {
        memcpy(to_old, map->to_old, head * sizeof(*to_old));
        memcpy(to_old + (now - tail), map->to_old + (before - tail), tail * sizeof(*to_old));
    }
    free(map->to_old);
    map->to_old = to_old;
    map->new_count = now;
    memset(map->to_new, 0, map->old_count * sizeof(*map->to_new));
    for (uint32_t i = 0; i < now; i++) {
        if (to_old[i] > 0) {
            map->to_new[to_old[i] - 1] = i + 1;
        }
    }
    return 0;
}

/* What lies between the pair before the edit and the pair behind it. */
static struct line_map_part find_gap(const struct hl_line_map *map, uint32_t head, uint32_t tail)
{
    struct line_map_part gap = {.new = head, .new_end = map->new_count - tail};
    while (gap.new > 0 && map->to_old[gap.new - 1] == 0) {
        gap.new--;
    }
    while (gap.new_end < map->new_count && map->to_old[gap.new_end] == 0) {
        gap.new_end++;
    }
    gap.old = gap.new > 0 ? map->to_old[gap.new - 1] : 0;
    gap.old_end = gap.new_end < map->new_count ? map->to_old[gap.new_end] - 1 : map->old_count;
    return gap;
}

static uint32_t count_pairs(const struct hl_line_map *map)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < map->new_count; i++) {
        count += map->to_old[i] > 0;
    }
    return count;
}

static int pair_gap(struct hl_line_map *map, struct line_map_part gap,
                    const struct hl_line_hashes *old_lines, const struct hl_line_hashes *new_lines)
{
    gap.old_hashes = old_lines->items;
    gap.new_hashes = new_lines->items;
    map->is_rough = false;
    return line_map_pair(map, &gap);
}

static int search_all(struct hl_line_map *map, const struct hl_line_hashes *old_lines,
                      const struct hl_line_hashes *new_lines)
{
    memset(map->to_new, 0, map->old_count * sizeof(*map->to_new));
    memset(map->to_old, 0, map->new_count * sizeof(*map->to_old));
    struct line_map_part whole = {.old_end = map->old_count, .new_end = map->new_count};
    return pair_gap(map, whole, old_lines, new_lines);
}

/* The first update has nothing to go by. */
static int begin(struct hl_line_map *map, const struct hl_line_hashes *old_lines,
                 const struct hl_line_hashes *new_lines)
{
    _cleanup_(hl_line_map_destroy_p) struct hl_line_map *made = NULL;
    int r = hl_line_map_create(old_lines, new_lines, &made);
    if (r < 0 || !made) {
        return r;
    }
    r = line_census_create(old_lines, new_lines, &made->census);
    if (r < 0) {
        return r;
    }
    struct hl_line_map old = *map;
    *map = *made;
    *made = old;
    return 0;
}

int hl_line_map_update(struct hl_line_map *map, const struct hl_line_hashes *old_lines,
                       const struct hl_line_hashes *new_lines)
{
    uint32_t head;
    uint32_t tail;
    if (!map->census || !line_census_is_of(map->census, old_lines)) {
        return begin(map, old_lines, new_lines);
    }
    int r = line_census_update(map->census, new_lines, &head, &tail);
    if (r == 0) {
        r = shift_pairs(map, new_lines->count, head, tail);
    }
    if (r == 0) {
        r = pair_gap(map, find_gap(map, head, tail), old_lines, new_lines);
    }
    if (r == 0 && count_pairs(map) < line_census_most(map->census)) {
        r = search_all(map, old_lines, new_lines);
    }
    return r;
}
