#include "hotlens/profile/layout.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/saturate.h"

__extension__ typedef unsigned __int128 wide;

/* One that columns are shared out to. */
struct party {
    uint32_t node; /* or HL_LAYOUT_MERGED, or OWN */
    uint32_t width;
    uint64_t total;
    uint64_t remainder; /* of total * columns / whole, below whole */
};

#define OWN (UINT32_MAX - 1)

struct work {
    const struct hl_view *view;
    struct hl_layout *layout;
    struct party *parties; /* those of one node */
    struct party **order;
    size_t capacity;
    size_t order_capacity;
    size_t count;
};

static int add_party(struct work *work, uint32_t node, uint64_t total)
{
    int r = hl_array_reserve(&work->parties, &work->capacity, work->count + 1,
                             sizeof(*work->parties));
    if (r == 0) {
        work->parties[work->count++] = (struct party){.node = node, .total = total};
    }
    return r;
}

/* Children at least a column wide, then the rest, then what is the node's own. */
static int find_parties(struct work *work, const struct hl_cell *cell)
{
    const struct hl_view *view = work->view;
    uint64_t narrow = 0;
    int r = 0;
    work->count = 0;
    uint32_t child = cell->node + 1;
    for (; r == 0 && child < view->end[cell->node]; child = view->end[child]) {
        if ((wide)view->total[child] * cell->width < view->total[cell->node]) {
            narrow = hl_add_saturating(narrow, view->total[child]);
        } else if (view->total[child] > 0) {
            r = add_party(work, child, view->total[child]);
        }
    }
    r = r < 0 ? r : add_party(work, HL_LAYOUT_MERGED, narrow);
    return r < 0 ? r : add_party(work, OWN, view->self[cell->node]);
}

static int compare_remainders(const void *left, const void *right)
{
    const struct party *a = *(struct party *const *)left;
    const struct party *b = *(struct party *const *)right;
    if (a->remainder != b->remainder) {
        return a->remainder > b->remainder ? -1 : 1;
    }
    return a < b ? -1 : a > b; /* the earlier one */
}

/* The whole parts first, then a column each to the largest remainders. */
static int share(struct work *work, uint32_t columns)
{
    uint64_t whole = 0; /* not the node's total: saturated sums do not add up */
    for (size_t i = 0; i < work->count; i++) {
        whole = hl_add_saturating(whole, work->parties[i].total);
    }
    int r = hl_array_reserve(&work->order, &work->order_capacity, work->count, sizeof(*work->order));
    if (r < 0 || whole == 0) {
        return r;
    }
    uint32_t left = columns;
    for (size_t i = 0; i < work->count; i++) {
        struct party *party = &work->parties[i];
        wide product = (wide)party->total * columns;
        wide width = product / whole;
        party->width = width < left ? (uint32_t)width : left;
        party->remainder = (uint64_t)(product % whole);
        left -= party->width;
        work->order[i] = party;
    }
    qsort(work->order, work->count, sizeof(struct party *), compare_remainders);
    for (size_t i = 0; i < work->count && left > 0; i++, left--) {
        work->order[i]->width++;
    }
    return 0;
}

static int add_cell(struct hl_layout *layout, const struct hl_cell *cell)
{
    int r = hl_array_reserve(&layout->cells, &layout->capacity, layout->count + 1,
                             sizeof(*layout->cells));
    if (r == 0) {
        layout->cells[layout->count++] = *cell;
    }
    return r;
}

static int divide(struct work *work, struct hl_cell cell)
{
    int r = find_parties(work, &cell);
    r = r < 0 ? r : share(work, cell.width);
    uint32_t x = cell.x;
    for (size_t i = 0; r == 0 && i < work->count; i++) {
        const struct party *party = &work->parties[i];
        struct hl_cell made = {x, party->width, party->node, cell.node, party->total};
        x += party->width;
        if (party->width > 0 && party->node != OWN) {
            r = add_cell(work->layout, &made);
        }
    }
    return r;
}

static int end_row(struct hl_layout *layout)
{
    int r = hl_array_reserve(&layout->row, &layout->row_capacity, (size_t)layout->rows + 2,
                             sizeof(*layout->row));
    if (r == 0) {
        layout->row[++layout->rows] = layout->count;
    }
    return r;
}

static int make_rows(struct work *work, uint32_t columns)
{
    struct hl_layout *layout = work->layout;
    struct hl_cell root = {0, columns, 0, 0, work->view->total[0]};
    int r = add_cell(layout, &root);
    size_t from = 0;
    r = r < 0 ? r : end_row(layout);
    while (r == 0) {
        size_t to = layout->count;
        for (size_t i = from; r == 0 && i < to; i++) {
            if (layout->cells[i].node != HL_LAYOUT_MERGED) {
                r = divide(work, layout->cells[i]);
            }
        }
        if (r < 0 || layout->count == to) {
            break;
        }
        from = to;
        r = end_row(layout);
    }
    layout->row[0] = 0;
    return r;
}

int hl_layout_make(const struct hl_view *view, uint32_t columns, struct hl_layout *ret_layout)
{
    hl_assert(columns > 0 && columns <= HL_LAYOUT_COLUMNS);
    *ret_layout = (struct hl_layout){0};
    struct work work = {.view = view, .layout = ret_layout};
    int r = hl_array_reserve(&ret_layout->row, &ret_layout->row_capacity, 2,
                             sizeof(*ret_layout->row));
    r = r < 0 ? r : make_rows(&work, columns);
    free(work.parties);
    free(work.order);
    return r;
}

void hl_layout_finish(struct hl_layout *layout)
{
    free(layout->cells);
    free(layout->row);
    *layout = (struct hl_layout){0};
}
