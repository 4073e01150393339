/* Sorting by numbers, in time that is linear in the count: rows of a profile come by the ten thousand. */
#ifndef HOTLENS_BASE_SORT_H
#define HOTLENS_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

struct hl_sort_item {
    uint64_t key;
    uint32_t value; /* what the key belongs to: an index, say */
};

/* Ascending by key; equal keys keep their order. 0 or -ENOMEM (then nothing moved). */
int hl_sort_by_key(struct hl_sort_item *items, size_t count);

#endif
