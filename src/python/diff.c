/* Myers' O(ND) difference algorithm with the linear-space refinement ("An O(ND) Difference Algorithm
 * and Its Variations", 1986): find the middle of a shortest edit script from both ends, then go on
 * with the two halves. When the steps are used up, the rest is matched by items that occur once. */
#include "diff.h"

#include <errno.h>
#include <stdlib.h>

#include "hotlens/base/memory.h"

/* Each halving at least halves the edits, of which there are fewer than 2^33. */
#define BOX_LIMIT 64

/* The part old[a, a_end) against new[b, b_end). */
struct box {
    uint32_t a;
    uint32_t a_end;
    uint32_t b;
    uint32_t b_end;
};

/* A run of matches, perhaps empty, in the middle of a shortest script; relative to the box. */
struct snake {
    int64_t x;
    int64_t y;
    int64_t x_end;
    int64_t y_end;
};

struct search {
    struct diff *diff;
    int64_t *memory;
    int64_t *forward;  /* furthest x on each diagonal x - y from the start; -1 for none */
    int64_t *backward; /* the same from the end */
    struct box boxes[BOX_LIMIT];
    uint32_t box_count;
    int64_t steps; /* left */
};

/* The furthest point on diagonal k with one more edit, inside the box; -1 when there is none. */
static int64_t step(const int64_t *furthest, int64_t k, int64_t width, int64_t height)
{
    int64_t right = furthest[k - 1] >= 0 && furthest[k - 1] < width ? furthest[k - 1] + 1 : -1;
    int64_t down = furthest[k + 1] >= 0 && furthest[k + 1] - k <= height ? furthest[k + 1] : -1;
    return right > down ? right : down;
}

static bool is_equal(const struct search *search, const struct box *box, int64_t x, int64_t y,
                     bool from_end)
{
    const struct diff *diff = search->diff;
    return from_end ? diff->old_items[box->a_end - 1 - x] == diff->new_items[box->b_end - 1 - y]
                    : diff->old_items[box->a + x] == diff->new_items[box->b + y];
}

/* One round of one direction: every diagonal with `d` edits. True when the ends have met. */
static bool round_of(struct search *search, const struct box *box, int64_t d, bool from_end,
                     struct snake *ret_snake)
{
    int64_t width = box->a_end - box->a;
    int64_t height = box->b_end - box->b;
    int64_t delta = width - height;
    int64_t *own = from_end ? search->backward : search->forward;
    const int64_t *other = from_end ? search->forward : search->backward;
    bool may_meet = (delta % 2 != 0) != from_end;
    int64_t first = d <= height ? -d : -height + ((d - height) & 1);
    for (int64_t k = first; k <= d && k <= width; k += 2) {
        int64_t x = d == 0 ? 0 : step(own, k, width, height);
        int64_t start = x;
        while (x >= 0 && x < width && x - k < height && is_equal(search, box, x, x - k, from_end)) {
            x++;
        }
        own[k] = x;
        search->steps -= x - start + 1;
        if (may_meet && x >= 0 && other[delta - k] >= 0 && x + other[delta - k] >= width) {
            *ret_snake = from_end ? (struct snake){width - x, height - (x - k), width - start,
                                                   height - (start - k)}
                                  : (struct snake){start, start - k, x, x - k};
            return true;
        }
    }
    return false;
}

/* Finds the middle of a shortest script; false when the steps are used up. */
static bool find_middle(struct search *search, const struct box *box, struct snake *ret_snake)
{
    int64_t width = box->a_end - box->a;
    int64_t height = box->b_end - box->b;
    search->forward = search->memory + height + 1;
    search->backward = search->forward + width + height + 3;
    for (int64_t k = -height - 1; k <= width + 1; k++) {
        search->forward[k] = -1;
        search->backward[k] = -1;
    }
    for (int64_t d = 0; search->steps > 0; d++) {
        if (round_of(search, box, d, false, ret_snake) ||
            round_of(search, box, d, true, ret_snake)) {
            return true;
        }
    }
    return false;
}

/* Matches what the box's ends have in common and takes it off. */
static void strip(struct search *search, struct box *box)
{
    struct diff *diff = search->diff;
    while (box->a < box->a_end && box->b < box->b_end &&
           diff->old_items[box->a] == diff->new_items[box->b]) {
        diff->match(diff->user, box->a++, box->b++);
    }
    while (box->a < box->a_end && box->b < box->b_end &&
           diff->old_items[box->a_end - 1] == diff->new_items[box->b_end - 1]) {
        diff->match(diff->user, --box->a_end, --box->b_end);
    }
}

static void push(struct search *search, struct box box)
{
    if (box.a < box.a_end && box.b < box.b_end) {
        hl_assert(search->box_count < BOX_LIMIT);
        search->boxes[search->box_count++] = box;
    }
}

static void divide(struct search *search, const struct box *box, const struct snake *snake)
{
    struct diff *diff = search->diff;
    for (int64_t i = 0; i < snake->x_end - snake->x; i++) {
        diff->match(diff->user, (uint32_t)(box->a + snake->x + i),
                    (uint32_t)(box->b + snake->y + i));
    }
    push(search, (struct box){(uint32_t)(box->a + snake->x_end), box->a_end,
                              (uint32_t)(box->b + snake->y_end), box->b_end});
    push(search, (struct box){box->a, (uint32_t)(box->a + snake->x), box->b,
                              (uint32_t)(box->b + snake->y)});
}

/* Items that occur once on both sides, and the longest row of them that is in order. */
struct unique {
    uint32_t *old_seen; /* per id */
    uint32_t *new_seen;
    uint32_t *new_at;
    uint32_t *partner;  /* per old index: its new index, or DIFF_NONE */
    uint32_t *piles;    /* patience: the old index on top of each pile */
    uint32_t *previous; /* per old index: the top of the pile to the left when it was put down */
};

static void unique_finish(struct unique *unique)
{
    free(unique->old_seen);
    free(unique->new_seen);
    free(unique->new_at);
    free(unique->partner);
    free(unique->piles);
    free(unique->previous);
}

static int unique_init(struct unique *unique, const struct diff *diff)
{
    unique->old_seen = hl_try_calloc(diff->id_count, sizeof(uint32_t));
    unique->new_seen = hl_try_calloc(diff->id_count, sizeof(uint32_t));
    unique->new_at = hl_try_calloc(diff->id_count, sizeof(uint32_t));
    unique->partner = hl_try_calloc(diff->old_count, sizeof(uint32_t));
    unique->piles = hl_try_calloc(diff->old_count, sizeof(uint32_t));
    unique->previous = hl_try_calloc(diff->old_count, sizeof(uint32_t));
    if (!unique->old_seen || !unique->new_seen || !unique->new_at || !unique->partner ||
        !unique->piles || !unique->previous) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < diff->old_count; i++) {
        unique->old_seen[diff->old_items[i]]++;
    }
    for (uint32_t i = 0; i < diff->new_count; i++) {
        unique->new_seen[diff->new_items[i]]++;
        unique->new_at[diff->new_items[i]] = i;
    }
    for (uint32_t i = 0; i < diff->old_count; i++) {
        uint32_t id = diff->old_items[i];
        bool once = unique->old_seen[id] == 1 && unique->new_seen[id] == 1;
        unique->partner[i] = once ? unique->new_at[id] : DIFF_NONE;
    }
    return 0;
}

/* The first pile whose top lies behind `partner`; `count` when none does. */
static uint32_t find_pile(const struct unique *unique, uint32_t count, uint32_t partner)
{
    uint32_t low = 0;
    while (low < count) {
        uint32_t middle = low + (count - low) / 2;
        if (unique->partner[unique->piles[middle]] < partner) {
            low = middle + 1;
        } else {
            count = middle;
        }
    }
    return low;
}

static void match_unique(struct search *search, const struct unique *unique, const struct box *box)
{
    uint32_t count = 0;
    for (uint32_t i = box->a; i < box->a_end; i++) {
        uint32_t partner = unique->partner[i];
        if (partner == DIFF_NONE || partner < box->b || partner >= box->b_end) {
            continue;
        }
        uint32_t pile = find_pile(unique, count, partner);
        unique->previous[i] = pile > 0 ? unique->piles[pile - 1] : DIFF_NONE;
        unique->piles[pile] = i;
        count = pile == count ? count + 1 : count;
    }
    uint32_t top = count > 0 ? unique->piles[count - 1] : DIFF_NONE;
    for (; top != DIFF_NONE; top = unique->previous[top]) {
        search->diff->match(search->diff->user, top, unique->partner[top]);
    }
}

/* The boxes that the steps did not suffice for. */
static int match_rest(struct search *search)
{
    search->diff->is_rough = true;
    _cleanup_(unique_finish) struct unique unique = {0};
    int r = unique_init(&unique, search->diff);
    while (r == 0 && search->box_count > 0) {
        match_unique(search, &unique, &search->boxes[--search->box_count]);
    }
    return r;
}

static int search_all(struct search *search)
{
    while (search->box_count > 0) {
        struct box box = search->boxes[--search->box_count];
        struct snake snake;
        strip(search, &box);
        if (box.a == box.a_end || box.b == box.b_end) {
            continue;
        }
        if (!find_middle(search, &box, &snake)) {
            push(search, box);
            return match_rest(search);
        }
        divide(search, &box, &snake);
    }
    return 0;
}

int diff_run(struct diff *diff)
{
    struct search search = {.diff = diff, .steps = (int64_t)diff->steps};
    diff->is_rough = false;
    size_t diagonals = (size_t)diff->old_count + diff->new_count + 3;
    _cleanup_free_ int64_t *memory = hl_try_malloc(diagonals, 2 * sizeof(*memory));
    if (!memory) {
        return -ENOMEM;
    }
    search.memory = memory;
    push(&search, (struct box){0, diff->old_count, 0, diff->new_count});
    return search_all(&search);
}
