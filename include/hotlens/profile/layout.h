/* A view laid out in cells of a terminal: one row per level, widths in whole columns.
 *
 * The columns of a node are shared out among its children, its own part (left blank, at the end) and what is
 * narrower than a column, by largest remainder, so they always add up to the node's. A child gets at least
 * the columns that its share holds whole; children whose share is under one column are merged into one cell,
 * after the others, which is there when together they get a column. */
#ifndef HOTLENS_PROFILE_LAYOUT_H
#define HOTLENS_PROFILE_LAYOUT_H

#include "hotlens/profile/view.h"

#define HL_LAYOUT_MERGED UINT32_MAX
/* Columns that can be asked for; one cell takes at least one. */
#define HL_LAYOUT_COLUMNS 10000u

struct hl_cell {
    uint32_t x;
    uint32_t width; /* at least 1 */
    uint32_t node;  /* of the view, or HL_LAYOUT_MERGED */
    uint32_t parent; /* node that it lies in; 0 for the root */
    uint64_t total; /* of all that is merged in it */
};

struct hl_layout {
    struct hl_cell *cells; /* row by row, left to right */
    size_t count;
    size_t capacity;
    size_t *row; /* row r is cells[row[r]] … cells[row[r + 1]] */
    size_t row_capacity;
    uint32_t rows;
};

/* All rows in which something is at least a column wide. `columns` is 1 … HL_LAYOUT_COLUMNS. O(cells + the
 * children of what is shown). Release it in any case. 0 or -ENOMEM. */
int hl_layout_make(const struct hl_view *view, uint32_t columns, struct hl_layout *ret_layout);
void hl_layout_finish(struct hl_layout *layout);

#endif
