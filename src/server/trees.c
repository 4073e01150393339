#include "hotlens/server/trees.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"

/* The one that was asked for last comes first. */
struct hl_trees {
    struct hl_run_data items[HL_LIMIT_TREES];
    size_t count;
};

struct hl_trees *hl_trees_create(void)
{
    return hl_xcalloc(1, sizeof(struct hl_trees));
}

void hl_trees_destroy(struct hl_trees *trees)
{
    for (size_t i = 0; trees && i < trees->count; i++) {
        hl_run_data_finish(&trees->items[i]);
    }
    free(trees);
}

size_t hl_trees_count(const struct hl_trees *trees)
{
    return trees->count;
}

/* A run never changes once it is stored, but its label and its pin, which nothing here shows; an id may
 * come again after its run was deleted, a uuid never. */
static size_t find(const struct hl_trees *trees, const struct hl_run *run)
{
    for (size_t i = 0; run->uuid && i < trees->count; i++) {
        const char *uuid = trees->items[i].run.uuid;
        if (uuid && strcmp(uuid, run->uuid) == 0) {
            return i;
        }
    }
    return trees->count;
}

static void bring_to_front(struct hl_trees *trees, size_t index)
{
    struct hl_run_data item = trees->items[index];
    memmove(&trees->items[1], &trees->items[0], index * sizeof(*trees->items));
    trees->items[0] = item;
}

static void drop(struct hl_trees *trees, size_t index)
{
    hl_run_data_finish(&trees->items[index]);
    trees->count--;
    memmove(&trees->items[index], &trees->items[index + 1],
            (trees->count - index) * sizeof(*trees->items));
}

static int load(struct hl_trees *trees, struct hl_store *store, int64_t run_id,
                struct hl_error *error)
{
    char name[32];
    struct hl_run_data data = {0};
    (void)snprintf(name, sizeof(name), "%" PRId64, run_id);
    if (trees->count == HL_LIMIT_TREES) {
        drop(trees, trees->count - 1); /* first, so that there is memory for the next */
    }
    int r = hl_run_data_load(store, name, &data, error);
    if (r < 0) {
        hl_run_data_finish(&data);
        return r;
    }
    trees->items[trees->count++] = data;
    return 0;
}

int hl_trees_get(struct hl_trees *trees, struct hl_store *store, const char *name,
                 const struct hl_run_data **ret_data, struct hl_error *error)
{
    struct hl_run run = {0};
    int r = hl_store_find_run(store, name, &run, error);
    if (r < 0) {
        return r;
    }
    size_t index = find(trees, &run);
    if (index == trees->count) {
        r = load(trees, store, run.id, error);
        index = r < 0 ? 0 : trees->count - 1;
    }
    hl_run_finish(&run);
    if (r == 0) {
        bring_to_front(trees, index);
        *ret_data = &trees->items[0];
    }
    return r;
}

int hl_trees_get_id(struct hl_trees *trees, struct hl_store *store, int64_t run_id,
                    const struct hl_run_data **ret_data, struct hl_error *error)
{
    char name[32];
    (void)snprintf(name, sizeof(name), "%" PRId64, run_id);
    return hl_trees_get(trees, store, name, ret_data, error);
}

void hl_trees_forget(struct hl_trees *trees, int64_t run_id)
{
    for (size_t i = trees->count; i-- > 0;) {
        if (trees->items[i].run.id == run_id) {
            drop(trees, i);
        }
    }
}
