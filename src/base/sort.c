#include "hotlens/base/sort.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "hotlens/base/memory.h"

#define DIGITS 8
#define DIGIT_VALUES 256

/* Few items are sorted faster than digits are counted. */
#define FEW 32

static void insert_each(struct hl_sort_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct hl_sort_item item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

static uint8_t digit_of(uint64_t key, unsigned digit)
{
    return (uint8_t)(key >> (8 * digit));
}

/* Moves the items to where their digit puts them; false when it is the same in all. */
static bool distribute(const struct hl_sort_item *from, struct hl_sort_item *to, size_t count,
                       unsigned digit, size_t counts[DIGIT_VALUES])
{
    if (counts[digit_of(from[0].key, digit)] == count) {
        return false;
    }
    size_t next = 0;
    for (size_t i = 0; i < DIGIT_VALUES; i++) {
        size_t here = counts[i];
        counts[i] = next;
        next += here;
    }
    for (size_t i = 0; i < count; i++) {
        to[counts[digit_of(from[i].key, digit)]++] = from[i];
    }
    return true;
}

int hl_sort_by_key(struct hl_sort_item *items, size_t count)
{
    if (count <= FEW) {
        insert_each(items, count);
        return 0;
    }
    _cleanup_free_ struct hl_sort_item *other = hl_try_malloc(count, sizeof(*other));
    if (!other) {
        return -ENOMEM;
    }
    size_t counts[DIGITS][DIGIT_VALUES] = {0};
    for (size_t i = 0; i < count; i++) {
        for (unsigned digit = 0; digit < DIGITS; digit++) {
            counts[digit][digit_of(items[i].key, digit)]++;
        }
    }
    struct hl_sort_item *from = items;
    struct hl_sort_item *to = other;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        if (distribute(from, to, count, digit, counts[digit])) {
            struct hl_sort_item *swap = from;
            from = to;
            to = swap;
        }
    }
    if (from != items) {
        memcpy(items, from, count * sizeof(*items));
    }
    return 0;
}
