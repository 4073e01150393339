#include "line_census.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/map.h"
#include "hotlens/base/memory.h"

struct tally {
    uint32_t old_count;
    uint32_t new_count;
};

struct line_census {
    struct hl_map ids; /* of the lines of the old text, by hash */
    struct tally *tallies;
    uint64_t *old_items;
    uint32_t old_count;
    uint64_t *new_items;
    size_t new_capacity;
    uint32_t new_count;
    uint32_t most;
};

void line_census_destroy(struct line_census *census)
{
    if (census) {
        hl_map_finish(&census->ids);
        free(census->tallies);
        free(census->old_items);
        free(census->new_items);
        free(census);
    }
}

/* Lines that the old text does not have count for nothing. */
static void add_line(struct line_census *census, uint64_t hash)
{
    uint32_t id;
    if (hl_map_get(&census->ids, hash, &id)) {
        struct tally *tally = &census->tallies[id];
        census->most += tally->new_count++ < tally->old_count;
    }
}

static void remove_line(struct line_census *census, uint64_t hash)
{
    uint32_t id;
    if (hl_map_get(&census->ids, hash, &id)) {
        struct tally *tally = &census->tallies[id];
        census->most -= --tally->new_count < tally->old_count;
    }
}

static int count_old(struct line_census *census)
{
    for (uint32_t i = 0; i < census->old_count; i++) {
        uint32_t id;
        int r = hl_map_get_or_put(&census->ids, census->old_items[i], (uint32_t)census->ids.count,
                                  &id);
        if (r < 0) {
            return r;
        }
        census->tallies[id].old_count++;
    }
    return 0;
}

static void copy(uint64_t *to, const uint64_t *from, uint32_t count)
{
    if (count > 0) {
        memcpy(to, from, count * sizeof(*to));
    }
}

int line_census_create(const struct hl_line_hashes *old_lines,
                       const struct hl_line_hashes *new_lines, struct line_census **ret_census)
{
    _cleanup_(line_census_destroy_p) struct line_census *census = hl_xcalloc(1, sizeof(*census));
    census->old_items = hl_try_malloc((size_t)old_lines->count + 1, sizeof(*census->old_items));
    census->tallies = hl_try_calloc((size_t)old_lines->count + 1, sizeof(*census->tallies));
    if (!census->old_items || !census->tallies) {
        return -ENOMEM;
    }
    census->old_count = old_lines->count;
    copy(census->old_items, old_lines->items, old_lines->count);
    uint32_t head;
    uint32_t tail;
    int r = count_old(census);
    if (r == 0) {
        r = line_census_update(census, new_lines, &head, &tail);
    }
    if (r < 0) {
        return r;
    }
    *ret_census = TAKE_PTR(census);
    return 0;
}

bool line_census_is_of(const struct line_census *census, const struct hl_line_hashes *old_lines)
{
    size_t size = old_lines->count * sizeof(*old_lines->items);
    return census->old_count == old_lines->count &&
           (size == 0 || memcmp(census->old_items, old_lines->items, size) == 0);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

int line_census_update(struct line_census *census, const struct hl_line_hashes *new_lines,
                       uint32_t *ret_head, uint32_t *ret_tail)
{
    uint32_t before = census->new_count;
    uint32_t now = new_lines->count;
    int r = hl_array_reserve(&census->new_items, &census->new_capacity, (size_t)now + 1,
                             sizeof(*census->new_items));
    if (r < 0) {
        return r;
    }
    uint32_t shared = smaller(before, now);
    uint32_t head = 0;
    while (head < shared && census->new_items[head] == new_lines->items[head]) {
        head++;
    }
    uint32_t tail = 0;
    while (tail < shared - head &&
           census->new_items[before - 1 - tail] == new_lines->items[now - 1 - tail]) {
        tail++;
    }
    for (uint32_t i = head; i < before - tail; i++) {
        remove_line(census, census->new_items[i]);
    }
    for (uint32_t i = head; i < now - tail; i++) {
        add_line(census, new_lines->items[i]);
    }
    copy(census->new_items, new_lines->items, now);
    census->new_count = now;
    *ret_head = head;
    *ret_tail = tail;
    return 0;
}

uint32_t line_census_most(const struct line_census *census)
{
    return census->most;
}
