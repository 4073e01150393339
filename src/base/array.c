#include "hotlens/base/array.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/memory.h"

int hl_array_reserve(void *items, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity) {
        return 0;
    }
    size_t wanted = *capacity + *capacity / 2;
    wanted = hl_max_size(wanted, needed);
    wanted = hl_max_size(wanted, 16);

    void *old;
    memcpy(&old, items, sizeof(old));
    void *moved = hl_try_realloc(old, wanted, size);
    if (!moved) {
        return -ENOMEM;
    }
    memcpy(items, &moved, sizeof(moved));
    *capacity = wanted;
    return 0;
}
