/* Room for more items in a plain C array that its owner keeps with a count and a capacity. */
#ifndef HOTLENS_BASE_ARRAY_H
#define HOTLENS_BASE_ARRAY_H

#include <stddef.h>

/* Makes *items hold at least `needed` items of `size` bytes; grows geometrically, so a row of
 * appends is linear. Returns 0 or -ENOMEM (then nothing changed). `items` is the address of the
 * array pointer. */
int hl_array_reserve(void *items, size_t *capacity, size_t needed, size_t size);

#endif
