/* How often each line of one text occurs in another, kept up to date while that one is edited: no map
 * can pair more lines than both have, so a map that pairs as many is a longest one. */
#ifndef HOTLENS_SRC_PYTHON_LINE_CENSUS_H
#define HOTLENS_SRC_PYTHON_LINE_CENSUS_H

#include <stdbool.h>

#include "hotlens/python/line_map.h"

struct line_census;

/* 0 or -ENOMEM. Keeps copies. */
int line_census_create(const struct hl_line_hashes *old_lines,
                       const struct hl_line_hashes *new_lines, struct line_census **ret_census);
void line_census_destroy(struct line_census *census);

/* Whether it was made for just these lines. */
bool line_census_is_of(const struct line_census *census, const struct hl_line_hashes *old_lines);
/* The present new text instead of the last, and how many lines at both ends are alike in both. 0 or
 * -ENOMEM, when all is as before. */
int line_census_update(struct line_census *census, const struct hl_line_hashes *new_lines,
                       uint32_t *ret_head, uint32_t *ret_tail);
/* The most lines that a map can pair. */
uint32_t line_census_most(const struct line_census *census);

HL_DEFINE_CLEANUP(struct line_census *, line_census_destroy);

#endif
