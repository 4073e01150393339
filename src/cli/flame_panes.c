/* Trees on rows of the screen. A sandwich has two: one upside down above the other. */
#include "flame_screen.h"

const struct hl_view *spot_view(const struct screen *screen, struct spot spot)
{
    return screen->panes[spot.pane].view;
}

void panes_finish(struct screen *screen)
{
    for (size_t i = 0; i < screen->pane_count; i++) {
        hl_layout_finish(&screen->panes[i].layout);
    }
    screen->pane_count = 0;
}

static void choose_trees(struct screen *screen)
{
    const struct hl_flame *flame = screen->shown->flame;
    enum tree zoomed;
    if (screen->now.look != LOOK_SANDWICH) {
        enum tree tree = screen->now.look == LOOK_INVERTED ? TREE_INVERTED : TREE_FLAME;
        screen->panes[0] = (struct pane){.tree = tree, .view = flame->view, .up = screen->up};
        screen->pane_count = 1;
        return;
    }
    uint32_t skip = place_is_zoomed(&screen->now, &zoomed) ? 0 : 1;
    struct pane callers = {.tree = TREE_CALLERS, .view = flame->callers, .skip = skip};
    struct pane callees = {.tree = TREE_CALLEES, .view = flame->view};
    screen->panes[0] = screen->up ? callees : callers;
    screen->panes[1] = screen->up ? callers : callees;
    screen->panes[0].up = true;
    screen->pane_count = 2;
}

int panes_lay_out(struct screen *screen)
{
    uint32_t row = 0;
    int r = 0;
    panes_finish(screen);
    choose_trees(screen);
    for (size_t i = 0; i < screen->pane_count && r == 0; i++) {
        struct pane *pane = &screen->panes[i];
        r = hl_layout_make(pane->view, screen->columns, &pane->layout);
        pane->first_row = row;
        pane->rows = pane->layout.rows > pane->skip ? pane->layout.rows - pane->skip : 0;
        row += pane->rows;
    }
    return r;
}

uint32_t panes_rows(const struct screen *screen)
{
    uint32_t rows = 0;
    for (size_t i = 0; i < screen->pane_count; i++) {
        rows += screen->panes[i].rows;
    }
    return rows;
}

bool panes_at(const struct screen *screen, uint32_t row, const struct pane **ret_pane,
              uint32_t *ret_layout_row)
{
    for (size_t i = 0; i < screen->pane_count; i++) {
        const struct pane *pane = &screen->panes[i];
        if (row >= pane->first_row && row < pane->first_row + pane->rows) {
            uint32_t offset = row - pane->first_row;
            *ret_layout_row = pane->up ? pane->layout.rows - 1 - offset : pane->skip + offset;
            *ret_pane = pane;
            return true;
        }
    }
    return false;
}

static uint32_t screen_row(const struct pane *pane, uint32_t layout_row)
{
    return pane->first_row +
           (pane->up ? pane->layout.rows - 1 - layout_row : layout_row - pane->skip);
}

static const struct hl_cell *find_cell(const struct pane *pane, uint32_t node, uint32_t *ret_row)
{
    const struct hl_layout *layout = &pane->layout;
    for (uint32_t row = pane->skip; row < layout->rows; row++) {
        for (size_t i = layout->row[row]; i < layout->row[row + 1]; i++) {
            if (layout->cells[i].node == node) {
                *ret_row = row;
                return &layout->cells[i];
            }
        }
    }
    return NULL;
}

const struct hl_cell *panes_cell(const struct screen *screen, struct spot spot, uint32_t *ret_row)
{
    const struct pane *pane = &screen->panes[spot.pane];
    uint32_t row;
    const struct hl_cell *cell = find_cell(pane, spot.node, &row);
    if (cell) {
        *ret_row = screen_row(pane, row);
    }
    return cell;
}

bool panes_find(const struct screen *screen, uint64_t id, struct spot *ret_spot)
{
    uint32_t ignored;
    for (size_t i = screen->pane_count; i-- > 0;) {
        const struct hl_view *view = screen->panes[i].view;
        for (uint32_t node = 0; node < view->count; node++) {
            struct spot spot = {i, node};
            if (view->id[node] == id && panes_cell(screen, spot, &ignored)) {
                *ret_spot = spot;
                return true;
            }
        }
    }
    return false;
}

/* Where a tree begins on the screen: its root, or of the other half of a sandwich what is next to it. */
static struct spot nearest(const struct screen *screen, size_t pane)
{
    const struct hl_layout *layout = &screen->panes[pane].layout;
    uint32_t row = screen->panes[pane].skip;
    for (size_t i = row < layout->rows ? layout->row[row] : 0;
         row < layout->rows && i < layout->row[row + 1]; i++) {
        if (layout->cells[i].node != HL_LAYOUT_MERGED) {
            return (struct spot){pane, layout->cells[i].node};
        }
    }
    return screen->selected;
}

void panes_keep_in_sight(struct screen *screen)
{
    uint32_t row = 0;
    uint32_t body = picture_body_rows(screen);
    if (!panes_cell(screen, screen->selected, &row)) {
        screen->selected = (struct spot){screen->pane_count - 1, 0};
        if (!panes_cell(screen, screen->selected, &row)) {
            screen->selected = nearest(screen, screen->pane_count - 1);
            (void)panes_cell(screen, screen->selected, &row);
        }
    }
    if (row < screen->top) {
        screen->top = row;
    } else if (row >= screen->top + body) {
        screen->top = row - body + 1;
    }
}

void panes_scroll(struct screen *screen, int rows)
{
    uint32_t all = panes_rows(screen);
    uint32_t body = picture_body_rows(screen);
    int64_t last = all > body ? all - body : 0;
    int64_t top = (int64_t)screen->top + rows;
    screen->top = (uint32_t)(top < 0 ? 0 : top > last ? last : top);
}

static bool first_child(const struct pane *pane, uint32_t node, uint32_t row, uint32_t *ret_node)
{
    const struct hl_layout *layout = &pane->layout;
    if (row + 1 >= layout->rows) {
        return false;
    }
    for (size_t i = layout->row[row + 1]; i < layout->row[row + 2]; i++) {
        if (layout->cells[i].parent == node && layout->cells[i].node != HL_LAYOUT_MERGED) {
            *ret_node = layout->cells[i].node;
            return true;
        }
    }
    return false;
}

/* One row up or down; through the row of a sandwich's function to its other side. */
void panes_vertical(struct screen *screen, bool down)
{
    const struct pane *pane = &screen->panes[screen->selected.pane];
    uint32_t row = 0;
    const struct hl_cell *cell = find_cell(pane, screen->selected.node, &row);
    uint32_t node = screen->selected.node;
    if (!cell) {
        return;
    }
    if (down != pane->up) {
        if (first_child(pane, node, row, &node)) {
            screen->selected.node = node;
        }
    } else if (row > pane->skip) {
        screen->selected.node = pane->view->parent[node];
    } else if (screen->pane_count > 1) {
        screen->selected = nearest(screen, !screen->selected.pane);
    }
    panes_keep_in_sight(screen);
}

/* The neighbour that has the same parent. */
void panes_sideways(struct screen *screen, bool right)
{
    const struct pane *pane = &screen->panes[screen->selected.pane];
    const struct hl_layout *layout = &pane->layout;
    uint32_t row = 0;
    const struct hl_cell *cell = find_cell(pane, screen->selected.node, &row);
    if (!cell) {
        return;
    }
    const struct hl_cell *end = layout->cells + (right ? layout->row[row + 1] - 1 : layout->row[row]);
    while (cell != end) {
        cell += right ? 1 : -1;
        if (cell->node != HL_LAYOUT_MERGED) {
            bool same = cell->parent == pane->view->parent[screen->selected.node];
            screen->selected.node = same ? cell->node : screen->selected.node;
            break;
        }
    }
    panes_keep_in_sight(screen);
}

bool panes_hit(const struct screen *screen, uint32_t x, uint32_t row, struct spot *ret_spot)
{
    const struct pane *pane;
    uint32_t layout_row;
    if (!panes_at(screen, row, &pane, &layout_row)) {
        return false;
    }
    for (size_t i = pane->layout.row[layout_row]; i < pane->layout.row[layout_row + 1]; i++) {
        const struct hl_cell *cell = &pane->layout.cells[i];
        if (x >= cell->x && x < cell->x + cell->width && cell->node != HL_LAYOUT_MERGED) {
            *ret_spot = (struct spot){(size_t)(pane - screen->panes), cell->node};
            return true;
        }
    }
    return false;
}
