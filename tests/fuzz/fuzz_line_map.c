/* Line maps of any two texts (the input up to the first byte 0xFF, and the rest): matches are between
 * equal lines, keep the order, and are the same both ways; a text maps onto itself. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "hotlens/base/macros.h"
#include "hotlens/base/memory.h"
#include "hotlens/python/line_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_map(const struct hl_line_hashes *old_lines, const struct hl_line_hashes *new_lines)
{
    _cleanup_(hl_line_map_destroy_p) struct hl_line_map *map = NULL;
    hl_assert(hl_line_map_create(old_lines, new_lines, &map) == 0);
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
    hl_line_hashes_finish(&sides[0]);
    hl_line_hashes_finish(&sides[1]);
    return 0;
}
