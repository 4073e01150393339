/* Line maps of any two texts (the input up to the first byte 0xFF, and the rest): matches are between
 * equal lines, keep the order, and are the same both ways; a text maps onto itself; a map brought up to
 * date is as long as a new one. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/macros.h"
#include "hotlens/base/memory.h"
#include "hotlens/python/line_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The number of matches. */
static uint32_t check_matches(const struct hl_line_map *map, const struct hl_line_hashes *old_lines,
                              const struct hl_line_hashes *new_lines)
{
    uint32_t last = 0;
    uint32_t matches = 0;
    for (uint32_t line = 1; line <= old_lines->count; line++) {
        uint32_t to = hl_line_map_to_new(map, line);
        if (to > 0) {
            hl_assert(to > last && to <= new_lines->count);
            hl_assert(old_lines->items[line - 1] == new_lines->items[to - 1]);
            hl_assert(hl_line_map_to_old(map, to) == line);
            last = to;
            matches++;
        }
    }
    uint32_t back = 0;
    for (uint32_t line = 1; line <= new_lines->count; line++) {
        back += hl_line_map_to_old(map, line) > 0;
    }
    hl_assert(back == matches);
    hl_assert(old_lines != new_lines || matches == old_lines->count);
    return matches;
}

static uint32_t check_map(const struct hl_line_hashes *old_lines,
                          const struct hl_line_hashes *new_lines)
{
    _cleanup_(hl_line_map_destroy_p) struct hl_line_map *map = NULL;
    hl_assert(hl_line_map_create(old_lines, new_lines, &map) == 0);
    return check_matches(map, old_lines, new_lines);
}

/* A map that follows a text from the old to the new one, some lines at a time, is at each step as long as
 * one made anew. The last line that is given stays where it is until its turn comes. */
static void check_updates(const struct hl_line_hashes *old_lines,
                          const struct hl_line_hashes *new_lines)
{
    _cleanup_(hl_line_map_destroy_p) struct hl_line_map *map = NULL;
    hl_assert(hl_line_map_create(old_lines, old_lines, &map) == 0);
    size_t most = (size_t)old_lines->count + new_lines->count;
    struct hl_line_hashes text = {.items = hl_xcalloc(most + 1, sizeof(*text.items))};
    uint32_t step = 1 + new_lines->count / 16;
    for (uint32_t taken = 0; taken <= new_lines->count + step - 1; taken += step) {
        uint32_t head = taken < new_lines->count ? taken : new_lines->count;
        uint32_t left = head < new_lines->count && head < old_lines->count
                            ? old_lines->count - head : 0;
        if (head > 0) {
            memcpy(text.items, new_lines->items, head * sizeof(*text.items));
        }
        if (left > 0) {
            memcpy(text.items + head, old_lines->items + (old_lines->count - left),
                   left * sizeof(*text.items));
        }
        text.count = head + left;
        hl_assert(hl_line_map_update(map, old_lines, &text) == 0);
        hl_assert(check_matches(map, old_lines, &text) >= check_map(old_lines, &text));
    }
    free(text.items);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *cut = size > 0 ? memchr(text, 0xFF, size) : NULL;
    size_t first = cut ? (size_t)(cut - text) : size;
    size_t second = cut ? size - first - 1 : 0;
    struct hl_line_hashes sides[2];
    hl_assert(hl_line_hashes_init(&sides[0], text, first) == 0);
    hl_assert(hl_line_hashes_init(&sides[1], cut ? cut + 1 : text, second) == 0);
    check_map(&sides[0], &sides[1]);
    check_map(&sides[1], &sides[0]);
    check_map(&sides[0], &sides[0]);
    check_updates(&sides[0], &sides[1]);
    check_updates(&sides[1], &sides[0]);
    hl_line_hashes_finish(&sides[0]);
    hl_line_hashes_finish(&sides[1]);
    return 0;
}
