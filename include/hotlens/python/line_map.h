/* Where the lines of one text are in another: how numbers measured on the text that ran move with
 * the edits since. Equal lines are found by hash and order (a diff), over the differing middle only
 * and in bounded time; a line that was changed has no counterpart. */
#ifndef HOTLENS_PYTHON_LINE_MAP_H
#define HOTLENS_PYTHON_LINE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "hotlens/base/macros.h"

/* Hashes of the lines of a text, line ends not included (so CRLF and LF texts are equal). */
struct hl_line_hashes {
    uint64_t *items;
    uint32_t count;
    size_t capacity;
};

int hl_line_hashes_init(struct hl_line_hashes *hashes, const char *text, size_t length);
void hl_line_hashes_finish(struct hl_line_hashes *hashes);

struct hl_line_map;

/* 0 or -ENOMEM. At most HL_LIMIT_DIFF_STEPS steps; past that, lines in a differing part are matched
 * only where they are unique in both. Every match is between equal lines and keeps the order. */
int hl_line_map_create(const struct hl_line_hashes *old_lines,
                       const struct hl_line_hashes *new_lines, struct hl_line_map **ret_map);
/* Makes a map of `old_lines` to the new text as it is now, out of what it was at the last update: no fewer
 * lines are paired than in a map made anew, at the cost of the edit where no lines were moved. 0, or
 * -ENOMEM: then the map is only good for destroying. */
int hl_line_map_update(struct hl_line_map *map, const struct hl_line_hashes *old_lines,
                       const struct hl_line_hashes *new_lines);
void hl_line_map_destroy(struct hl_line_map *map);
/* 1-based; 0 when the line is gone or changed, or out of range. */
uint32_t hl_line_map_to_new(const struct hl_line_map *map, uint32_t old_line);
uint32_t hl_line_map_to_old(const struct hl_line_map *map, uint32_t new_line);
/* Whether the step limit cut the search short. */
int hl_line_map_is_rough(const struct hl_line_map *map);

HL_DEFINE_CLEANUP(struct hl_line_map *, hl_line_map_destroy);

#endif
