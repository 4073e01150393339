#include "hotlens/profile/functions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"

int hl_functions_create(uint32_t frame_count, struct hl_functions **ret_functions)
{
    _cleanup_(hl_functions_destroy_p) struct hl_functions *functions =
        hl_xcalloc(1, sizeof(*functions));
    functions->strings = hl_strings_create();
    functions->frame_count = frame_count;
    functions->of_frame = hl_try_malloc(frame_count, sizeof(*functions->of_frame));
    if (!functions->of_frame) {
        return -ENOMEM;
    }
    memset(functions->of_frame, 0xFF, frame_count * sizeof(*functions->of_frame));
    *ret_functions = TAKE_PTR(functions);
    return 0;
}

void hl_functions_destroy(struct hl_functions *functions)
{
    if (!functions) {
        return;
    }
    hl_strings_destroy(functions->strings);
    free(functions->items);
    free(functions->of_frame);
    hl_map_finish(&functions->by_hash);
    free(functions);
}

/* Changing this changes the names of nodes in stored links and between runs. */
static uint64_t hash_of(const struct hl_function *function, const char *name, size_t name_length,
                        const char *file, size_t file_length)
{
    uint64_t hash = (uint64_t)function->kind + 1;
    if (function->kind != HL_FUNCTION_CODE) {
        return hl_hash_mix(hash, function->number);
    }
    hash = hl_hash_bytes(name, name_length, hash);
    hash = file ? hl_hash_bytes(file, file_length, hash) : hl_hash_mix(hash, 1);
    return hl_hash_mix(hash, function->ordinal);
}

static bool is_same(const struct hl_function *a, const struct hl_function *b)
{
    if (a->kind != b->kind || a->kind != HL_FUNCTION_CODE) {
        return a->kind == b->kind && a->number == b->number;
    }
    return a->name == b->name && a->file == b->file && a->ordinal == b->ordinal;
}

/* Finds the place of `function` under its hash, stepping to a further key where another function
 * has the same one. 1 when new, 0 when known, -ENOMEM. */
static int find(struct hl_functions *functions, const struct hl_function *function,
                uint32_t *ret_index)
{
    uint64_t key = function->hash;
    for (;;) {
        uint32_t index;
        int r = hl_map_get_or_put(&functions->by_hash, key, (uint32_t)functions->count, &index);
        if (r != 0 || is_same(&functions->items[index], function)) {
            if (r >= 0) {
                *ret_index = index;
            }
            return r;
        }
        key = hl_hash_mix(key, 1);
    }
}

static void improve_name(const struct hl_functions *functions, struct hl_function *known,
                         const struct hl_function *other)
{
    size_t length;
    hl_strings_get(functions->strings, known->name, &length);
    if (known->kind != HL_FUNCTION_CODE && length == 0) {
        known->name = other->name;
    }
}

int hl_functions_intern(struct hl_functions *functions, const struct hl_function *description,
                        const char *name, size_t name_length, const char *file,
                        size_t file_length, uint64_t number, uint32_t *ret_index)
{
    struct hl_function function = *description;
    function.number = function.kind == HL_FUNCTION_CODE ? 0 : number;
    function.file = HL_NO_STRING;
    function.hash = hash_of(&function, name, name_length, file, file_length);
    if (functions->count >= HL_NO_GROUP - 1) {
        return -E2BIG;
    }
    int r = hl_strings_intern(functions->strings, name, name_length, &function.name);
    if (r >= 0 && file) {
        r = hl_strings_intern(functions->strings, file, file_length, &function.file);
    }
    if (r >= 0) {
        r = hl_array_reserve(&functions->items, &functions->capacity, functions->count + 1,
                             sizeof(*functions->items));
    }
    if (r < 0) {
        return r;
    }
    uint32_t index;
    r = find(functions, &function, &index);
    if (r < 0) {
        return r;
    }
    if (r > 0) {
        functions->items[functions->count++] = function;
    } else {
        improve_name(functions, &functions->items[index], &function);
    }
    *ret_index = index;
    return r;
}

int hl_functions_name_structure(struct hl_functions *functions)
{
    for (size_t i = 0; i < functions->count; i++) {
        struct hl_function *function = &functions->items[i];
        size_t length;
        hl_strings_get(functions->strings, function->name, &length);
        if (function->kind == HL_FUNCTION_CODE || length > 0) {
            continue;
        }
        char name[48];
        const char *what = function->kind == HL_FUNCTION_THREAD ? "thread" : "process";
        int written = snprintf(name, sizeof(name), "%s %" PRIu64, what, function->number);
        int r = hl_strings_intern(functions->strings, name, (size_t)written, &function->name);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

struct hl_groups hl_functions_groups(const struct hl_functions *functions)
{
    return (struct hl_groups){.of_frame = functions->of_frame,
                              .count = (uint32_t)functions->count};
}
