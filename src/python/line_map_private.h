/* The inside of a line map, for the files that make it and bring it up to date. */
#ifndef HOTLENS_SRC_PYTHON_LINE_MAP_PRIVATE_H
#define HOTLENS_SRC_PYTHON_LINE_MAP_PRIVATE_H

#include <stdbool.h>

#include "hotlens/python/line_map.h"
#include "line_census.h"

struct hl_line_map {
    uint32_t *to_new; /* 1-based lines, 0 for none */
    uint32_t *to_old;
    uint32_t old_count;
    uint32_t new_count;
    bool is_rough;
    struct line_census *census; /* for updates; NULL before the first */
};

/* Lines [old, old_end) against [new, new_end). */
struct line_map_part {
    const uint64_t *old_hashes;
    const uint64_t *new_hashes;
    uint32_t old;
    uint32_t old_end;
    uint32_t new;
    uint32_t new_end;
};

/* Pairs the equal lines of a part of two texts, none of which is paired yet. 0 or -ENOMEM. */
int line_map_pair(struct hl_line_map *map, const struct line_map_part *part);

#endif
