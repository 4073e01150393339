#include "hotlens/python/outline.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "outline_private.h"

static int key_of(struct hl_outline *outline, const char *text, size_t length, uint32_t *ret_id)
{
    int r = hl_strings_intern(outline->strings, text, length, ret_id);
    if (r <= 0) {
        return r;
    }
    r = hl_array_reserve(&outline->keys, &outline->key_capacity, (size_t)*ret_id + 1,
                         sizeof(*outline->keys));
    if (r < 0) {
        return r;
    }
    outline->keys[*ret_id] = (struct outline_key){.path_last = HL_NO_DEFINITION};
    outline->key_count = *ret_id + 1;
    return 0;
}

/* "K.m", "outer.<locals>.inner": as __qualname__ has it. */
static int path_of(struct hl_outline *outline, uint32_t parent, const char *name, size_t length,
                   uint32_t *ret_id)
{
    if (parent == HL_NO_DEFINITION) {
        return key_of(outline, name, length, ret_id);
    }
    bool in_function = outline->items[parent].kind == HL_DEFINITION_FUNCTION;
    _cleanup_buffer_ struct hl_buffer path = {0};
    hl_buffer_puts(&path, hl_outline_path(outline, parent));
    hl_buffer_puts(&path, in_function ? ".<locals>." : ".");
    hl_buffer_append(&path, name, length);
    if (path.error) {
        return path.error;
    }
    outline->path_bytes += path.length;
    if (outline->path_bytes > HL_LIMIT_OUTLINE_PATHS) {
        return -E2BIG;
    }
    return key_of(outline, path.data, path.length, ret_id);
}

/* The nearest definition around `parent`'s children that is called `name`. */
static uint32_t nearest_named(const struct hl_outline *outline, uint32_t parent, uint32_t name)
{
    while (parent != HL_NO_DEFINITION && outline->items[parent].name != name) {
        parent = outline->items[parent].parent;
    }
    return parent;
}

int outline_add(struct hl_outline *outline, const struct hl_definition *description,
                const char *name, size_t length)
{
    if (outline->count == HL_LIMIT_DEFINITIONS) {
        return -E2BIG;
    }
    struct hl_definition added = *description;
    int r = key_of(outline, name, length, &added.name);
    if (r < 0) {
        return r;
    }
    r = path_of(outline, added.parent, name, length, &added.path);
    if (r < 0) {
        return r;
    }
    r = hl_array_reserve(&outline->items, &outline->capacity, (size_t)outline->count + 1,
                         sizeof(*outline->items));
    if (r < 0) {
        return r;
    }
    struct outline_key *path = &outline->keys[added.path];
    added.ordinal = path->path_count++;
    path->path_last = outline->count;
    outline->keys[added.name].name_count++;
    outline->items[outline->count++] = added;
    return 0;
}

int outline_add_fresh(struct hl_outline *outline, uint32_t line)
{
    int r = hl_array_reserve(&outline->fresh, &outline->fresh_capacity,
                             (size_t)outline->fresh_count + 1, sizeof(*outline->fresh));
    if (r == 0) {
        outline->fresh[outline->fresh_count++] = (struct outline_fresh){line, outline->count};
    }
    return r;
}

/* Groups the definitions by name, once all are known. */
int outline_index_names(struct hl_outline *outline)
{
    outline->by_name = hl_try_malloc(outline->count, sizeof(*outline->by_name));
    outline->same_name = hl_try_malloc(outline->count, sizeof(*outline->same_name));
    if (!outline->by_name || !outline->same_name) {
        return -ENOMEM;
    }
    uint32_t next = 0;
    for (uint32_t id = 0; id < outline->key_count; id++) {
        outline->keys[id].first = next;
        next += outline->keys[id].name_count;
        outline->keys[id].name_count = 0;
    }
    for (uint32_t i = 0; i < outline->count; i++) {
        struct outline_key *key = &outline->keys[outline->items[i].name];
        outline->by_name[key->first + key->name_count++] = i;
        outline->same_name[i] =
            nearest_named(outline, outline->items[i].parent, outline->items[i].name);
    }
    return 0;
}

int hl_outline_create(const char *text, size_t length, struct hl_outline **ret_outline)
{
    _cleanup_(hl_outline_destroy_p) struct hl_outline *outline = hl_xcalloc(1, sizeof(*outline));
    outline->strings = hl_strings_create();
    int r = outline_scan(outline, text, length);
    if (r < 0) {
        return r;
    }
    r = outline_index_names(outline);
    if (r < 0) {
        return r;
    }
    *ret_outline = TAKE_PTR(outline);
    return 0;
}

void hl_outline_destroy(struct hl_outline *outline)
{
    if (!outline) {
        return;
    }
    hl_strings_destroy(outline->strings);
    free(outline->items);
    free(outline->keys);
    free(outline->by_name);
    free(outline->same_name);
    free(outline->fresh);
    free(outline);
}

uint32_t hl_outline_count(const struct hl_outline *outline)
{
    return outline->count;
}

const struct hl_definition *hl_outline_get(const struct hl_outline *outline, uint32_t index)
{
    hl_assert(index < outline->count);
    return &outline->items[index];
}

const char *hl_outline_name(const struct hl_outline *outline, uint32_t index)
{
    return hl_strings_get(outline->strings, hl_outline_get(outline, index)->name, NULL);
}

const char *hl_outline_path(const struct hl_outline *outline, uint32_t index)
{
    return hl_strings_get(outline->strings, hl_outline_get(outline, index)->path, NULL);
}

uint32_t hl_outline_lines(const struct hl_outline *outline)
{
    return outline->lines;
}

bool hl_outline_is_unterminated(const struct hl_outline *outline)
{
    return outline->is_unterminated;
}

uint32_t hl_outline_main_line(const struct hl_outline *outline)
{
    return outline->main_line;
}

uint32_t outline_last_before(const struct hl_outline *outline, const uint32_t *indices,
                             uint32_t count, uint32_t line)
{
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t index = indices ? indices[middle] : middle;
        if (outline->items[index].first_line <= line) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return HL_NO_DEFINITION;
    }
    return indices ? indices[low - 1] : low - 1;
}

uint32_t hl_outline_at_line(const struct hl_outline *outline, uint32_t line)
{
    /* Ranges nest: whatever holds the line also holds the last definition that starts before it. */
    uint32_t index = outline_last_before(outline, NULL, outline->count, line);
    while (index != HL_NO_DEFINITION && outline->items[index].end_line < line) {
        index = outline->items[index].parent;
    }
    return index;
}
