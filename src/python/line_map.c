#include "hotlens/python/line_map.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cursor.h"
#include "diff.h"
#include "hotlens/base/array.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/map.h"
#include "hotlens/base/memory.h"
#include "line_map_private.h"


int hl_line_hashes_init(struct hl_line_hashes *hashes, const char *text, size_t length)
{
    struct hl_line_hashes made = {0};
    struct cursor cursor = {.at = text, .end = text + length};
    while (cursor.at < cursor.end) {
        int r = made.count == UINT32_MAX - 1 ? -E2BIG
                                             : hl_array_reserve(&made.items, &made.capacity,
                                                                (size_t)made.count + 1,
                                                                sizeof(*made.items));
        if (r < 0) {
            hl_line_hashes_finish(&made);
            return r;
        }
        const char *start = cursor.at;
        cursor_skip_line(&cursor);
        made.items[made.count++] = hl_hash_bytes(start, (size_t)(cursor.at - start), 0);
        cursor_skip_newline(&cursor);
    }
    *hashes = made;
    return 0;
}

void hl_line_hashes_finish(struct hl_line_hashes *hashes)
{
    if (hashes) {
        free(hashes->items);
        *hashes = (struct hl_line_hashes){0};
    }
}

/* From this many lines on, equal stretches are looked for first (map_stretches). */
#define LONG 512u
#define WINDOW 64u
#define LIKENESS 16u

/* The differing middle, with small numbers for hashes, and without the lines that only one side
 * has: those can match nothing, and leaving them out changes no other match. */
struct side {
    uint32_t *items;
    uint32_t *lines; /* 0-based, of each item */
    uint32_t count;
};

struct middle {
    struct side old_side;
    struct side new_side;
    struct hl_map ids;
    struct hl_line_map *map;
};

static void middle_finish(struct middle *middle)
{
    free(middle->old_side.items);
    free(middle->old_side.lines);
    free(middle->new_side.items);
    free(middle->new_side.lines);
    hl_map_finish(&middle->ids);
}

static int side_init(struct side *side, uint32_t count)
{
    side->items = hl_try_malloc(count, sizeof(*side->items));
    side->lines = hl_try_malloc(count, sizeof(*side->lines));
    return side->items && side->lines ? 0 : -ENOMEM;
}

static int number_hashes(struct hl_map *ids, const uint64_t *hashes, uint32_t start, uint32_t end)
{
    for (uint32_t i = start; i < end; i++) {
        uint32_t id;
        int r = hl_map_get_or_put(ids, hashes[i], (uint32_t)ids->count, &id);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* The lines in [start, end) whose hash is in `ids`. */
static int take_known(struct side *side, const struct hl_map *ids, const uint64_t *hashes,
                      uint32_t start, uint32_t end)
{
    int r = side_init(side, end - start);
    if (r < 0) {
        return r;
    }
    for (uint32_t i = start; i < end; i++) {
        uint32_t id;
        if (hl_map_get(ids, hashes[i], &id)) {
            side->items[side->count] = id;
            side->lines[side->count++] = i;
        }
    }
    return 0;
}

static void pair_lines(struct hl_line_map *map, uint32_t old_line, uint32_t new_line)
{
    map->to_new[old_line] = new_line + 1;
    map->to_old[new_line] = old_line + 1;
}

static void pair_items(void *user, uint32_t old_index, uint32_t new_index)
{
    struct middle *middle = user;
    pair_lines(middle->map, middle->old_side.lines[old_index],
               middle->new_side.lines[new_index]);
}

static int run_diff(struct middle *middle)
{
    struct diff diff = {
        .old_items = middle->old_side.items,
        .new_items = middle->new_side.items,
        .old_count = middle->old_side.count,
        .new_count = middle->new_side.count,
        .id_count = (uint32_t)middle->ids.count,
        .steps = HL_LIMIT_DIFF_STEPS,
        .match = pair_items,
        .user = middle,
    };
    int r = diff_run(&diff);
    middle->map->is_rough = diff.is_rough;
    return r;
}

static int map_middle(struct hl_line_map *map, const struct line_map_part *part)
{
    if (part->old == part->old_end || part->new == part->new_end) {
        return 0;
    }
    _cleanup_(middle_finish) struct middle middle = {.map = map};
    struct hl_map new_ids _cleanup_(hl_map_finish) = {0};
    int r = number_hashes(&new_ids, part->new_hashes, part->new, part->new_end);
    if (r == 0) {
        r = take_known(&middle.old_side, &new_ids, part->old_hashes, part->old, part->old_end);
    }
    for (uint32_t i = 0; r == 0 && i < middle.old_side.count; i++) {
        uint32_t id = (uint32_t)middle.ids.count;
        r = hl_map_get_or_put(&middle.ids, part->old_hashes[middle.old_side.lines[i]], id,
                              &middle.old_side.items[i]);
        r = r < 0 ? r : 0;
    }
    if (r == 0) {
        r = take_known(&middle.new_side, &middle.ids, part->new_hashes, part->new, part->new_end);
    }
    return r == 0 ? run_diff(&middle) : r;
}

/* Where both go on alike: the nearest place, counted in lines left out, with LIKENESS equal lines. */
static bool find_likeness(const struct line_map_part *part, uint32_t *ret_old, uint32_t *ret_new)
{
    for (uint32_t out = 1; out <= WINDOW; out++) {
        for (uint32_t old = 0; old <= out; old++) {
            uint32_t i = part->old + old;
            uint32_t j = part->new + (out - old);
            if (i + LIKENESS > part->old_end || j + LIKENESS > part->new_end ||
                part->old_hashes[i] != part->new_hashes[j]) {
                continue;
            }
            if (memcmp(part->old_hashes + i, part->new_hashes + j,
                       LIKENESS * sizeof(*part->old_hashes)) == 0) {
                *ret_old = i;
                *ret_new = j;
                return true;
            }
        }
    }
    return false;
}

/* Of a few lines, as one edit leaves them: all against all is quicker than the search. */
static bool has_nothing_in_common(const struct line_map_part *part)
{
    if (part->old_end - part->old > 4 || part->new_end - part->new > 4) {
        return false;
    }
    for (uint32_t i = part->old; i < part->old_end; i++) {
        for (uint32_t j = part->new; j < part->new_end; j++) {
            if (part->old_hashes[i] == part->new_hashes[j]) {
                return false;
            }
        }
    }
    return true;
}

/* Edits here and there in a long text leave long stretches alike: those are paired as they come, and
 * only what lies between two of them is searched. Takes off `part` what it could pair. */
static int map_stretches(struct hl_line_map *map, struct line_map_part *part)
{
    while (part->old < part->old_end && part->new < part->new_end) {
        if (part->old_hashes[part->old] == part->new_hashes[part->new]) {
            pair_lines(map, part->old++, part->new++);
            continue;
        }
        struct line_map_part between = *part;
        if (!find_likeness(part, &between.old_end, &between.new_end)) {
            return 0;
        }
        int r = has_nothing_in_common(&between) ? 0 : map_middle(map, &between);
        if (r < 0) {
            return r;
        }
        part->old = between.old_end;
        part->new = between.new_end;
    }
    return 0;
}

int line_map_pair(struct hl_line_map *map, const struct line_map_part *whole)
{
    struct line_map_part part = *whole;
    while (part.old < part.old_end && part.new < part.new_end &&
           part.old_hashes[part.old] == part.new_hashes[part.new]) {
        pair_lines(map, part.old++, part.new++);
    }
    while (part.old_end > part.old && part.new_end > part.new &&
           part.old_hashes[part.old_end - 1] == part.new_hashes[part.new_end - 1]) {
        pair_lines(map, --part.old_end, --part.new_end);
    }
    int r = 0;
    if (part.old_end - part.old >= LONG && part.new_end - part.new >= LONG) {
        r = map_stretches(map, &part);
    }
    return r == 0 ? map_middle(map, &part) : r;
}

int hl_line_map_create(const struct hl_line_hashes *old_lines,
                       const struct hl_line_hashes *new_lines, struct hl_line_map **ret_map)
{
    _cleanup_(hl_line_map_destroy_p) struct hl_line_map *map = hl_xcalloc(1, sizeof(*map));
    map->old_count = old_lines->count;
    map->new_count = new_lines->count;
    map->to_new = hl_try_calloc(map->old_count, sizeof(*map->to_new));
    map->to_old = hl_try_calloc(map->new_count, sizeof(*map->to_old));
    if (!map->to_new || !map->to_old) {
        return -ENOMEM;
    }
    struct line_map_part whole = {old_lines->items, new_lines->items, 0, map->old_count,
                                  0,                map->new_count};
    int r = line_map_pair(map, &whole);
    if (r < 0) {
        return r;
    }
    *ret_map = TAKE_PTR(map);
    return 0;
}

void hl_line_map_destroy(struct hl_line_map *map)
{
    if (map) {
        line_census_destroy(map->census);
        free(map->to_new);
        free(map->to_old);
        free(map);
    }
}

uint32_t hl_line_map_to_new(const struct hl_line_map *map, uint32_t old_line)
{
    return old_line > 0 && old_line <= map->old_count ? map->to_new[old_line - 1] : 0;
}

uint32_t hl_line_map_to_old(const struct hl_line_map *map, uint32_t new_line)
{
    return new_line > 0 && new_line <= map->new_count ? map->to_old[new_line - 1] : 0;
}

int hl_line_map_is_rough(const struct hl_line_map *map)
{
    return map->is_rough;
}
