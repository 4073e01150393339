/* Which file of the run is this one here? */
#include <errno.h>
#include <string.h>

#include "hotlens/app/source_find.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "shown_private.h"

static int by_base(const void *left, const void *right)
{
    const struct shown_name *a = left;
    const struct shown_name *b = right;
    int order = strcmp(a->base, b->base);
    return order != 0 ? order : (a->file > b->file) - (a->file < b->file);
}

int shown_index_names(struct hl_shown *shown)
{
    shown->names = hl_try_calloc(shown->file_count * 2 + 1, sizeof(*shown->names));
    if (!shown->names) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < shown->file_count; i++) {
        const struct hl_shown_file *file = &shown->files[i];
        const char *base = hl_path_base_name(file->path);
        const char *real = file->real_path ? hl_path_base_name(file->real_path) : base;
        shown->names[shown->name_count++] = (struct shown_name){base, i};
        if (strcmp(base, real) != 0) {
            shown->names[shown->name_count++] = (struct shown_name){real, i};
        }
    }
    qsort(shown->names, shown->name_count, sizeof(*shown->names), by_base);
    return 0;
}

/* The files with the base name of a path. */
struct candidates {
    const struct hl_shown *shown;
    size_t start;
    size_t end;
};

static struct candidates candidates_of(const struct hl_shown *shown, const char *path)
{
    const char *base = hl_path_base_name(path);
    size_t low = 0;
    size_t high = shown->name_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(shown->names[middle].base, base) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t end = low;
    while (end < shown->name_count && strcmp(shown->names[end].base, base) == 0) {
        end++;
    }
    return (struct candidates){shown, low, end};
}

static const struct hl_shown_file *candidate(const struct candidates *candidates, size_t index)
{
    return &candidates->shown->files[candidates->shown->names[index].file];
}

static bool equal(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* What the run calls this path, with a relative name completed. */
static bool is_exactly(const struct hl_shown *shown, const struct hl_shown_file *file,
                       const char *path)
{
    if (equal(file->path, path) || equal(file->real_path, path)) {
        return true;
    }
    if (hl_path_is_absolute(file->path) || !shown->run.cwd) {
        return false;
    }
    _cleanup_free_ char *joined = hl_path_join(shown->run.cwd, file->path);
    _cleanup_free_ char *full = hl_path_normalize(joined);
    return equal(full, path);
}

static const struct hl_shown_file *find_exact(const struct hl_shown *shown, const char *path)
{
    struct candidates candidates = candidates_of(shown, path);
    for (size_t i = candidates.start; i < candidates.end; i++) {
        if (is_exactly(shown, candidate(&candidates, i), path)) {
            return candidate(&candidates, i);
        }
    }
    return NULL;
}

static const struct hl_shown_file *find_mapped(const struct hl_shown *shown, const char *path,
                                               const struct hl_path_mapping *mappings,
                                               size_t mapping_count)
{
    struct candidates candidates = candidates_of(shown, path);
    for (size_t i = candidates.start; i < candidates.end; i++) {
        for (size_t j = 0; j < mapping_count; j++) {
            _cleanup_free_ char *here = hl_path_map(candidate(&candidates, i)->path, &mappings[j]);
            if (equal(here, path)) {
                return candidate(&candidates, i);
            }
        }
    }
    return NULL;
}

/* Moves *end before the last part of path[0 … *end) and its slash; the part's start and length. */
static const char *last_part(const char *path, size_t *end, size_t *ret_length)
{
    size_t stop = *end;
    size_t start = stop;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    *end = start > 0 ? start - 1 : 0;
    *ret_length = stop - start;
    return path + start;
}

/* Parts at the end that two paths share. */
static size_t common_parts(const char *a, const char *b)
{
    size_t a_end = strlen(a);
    size_t b_end = strlen(b);
    size_t parts = 0;
    while (a_end > 0 && b_end > 0) {
        size_t a_length;
        size_t b_length;
        const char *a_part = last_part(a, &a_end, &a_length);
        const char *b_part = last_part(b, &b_end, &b_length);
        if (a_length != b_length || memcmp(a_part, b_part, a_length) != 0) {
            break;
        }
        parts++;
    }
    return parts;
}

static const struct hl_shown_file *find_suffix(const struct hl_shown *shown, const char *path)
{
    struct candidates candidates = candidates_of(shown, path);
    const struct hl_shown_file *best = NULL;
    size_t best_parts = 1;
    bool is_unique = true;
    for (size_t i = candidates.start; i < candidates.end; i++) {
        const struct hl_shown_file *file = candidate(&candidates, i);
        size_t parts = file->is_here || !shown_is_path(file->path) ? 0 : common_parts(file->path, path);
        if (parts > best_parts) {
            best = file;
            best_parts = parts;
            is_unique = true;
        } else if (parts == best_parts && best) {
            is_unique = false;
        }
    }
    if (best) {
        return is_unique ? best : NULL;
    }
    bool is_only = candidates.end - candidates.start == 1;
    best = is_only ? candidate(&candidates, candidates.start) : NULL;
    return best && !best->is_here && shown_is_path(best->path) ? best : NULL;
}

const struct hl_shown_file *hl_shown_find(const struct hl_shown *shown, const char *path,
                                          const char *real_path,
                                          const struct hl_path_mapping *mappings,
                                          size_t mapping_count)
{
    const char *const paths[] = {path, real_path};
    const struct hl_shown_file *file = NULL;
    for (size_t i = 0; !file && i < ARRAY_SIZE(paths); i++) {
        file = paths[i] ? find_exact(shown, paths[i]) : NULL;
    }
    for (size_t i = 0; !file && i < ARRAY_SIZE(paths); i++) {
        file = paths[i] ? find_mapped(shown, paths[i], mappings, mapping_count) : NULL;
    }
    for (size_t i = 0; !file && i < ARRAY_SIZE(paths); i++) {
        file = paths[i] ? find_suffix(shown, paths[i]) : NULL;
    }
    return file;
}

void hl_shown_count_found(const struct hl_shown *shown, const struct hl_path_mapping *mappings,
                          size_t mapping_count, uint32_t *ret_found, uint32_t *ret_all)
{
    uint32_t found = 0;
    uint32_t all = 0;
    for (size_t i = 0; i < shown->file_count; i++) {
        const struct hl_shown_file *file = &shown->files[i];
        bool is_file = shown_is_path(file->path) && hl_source_is_python(file->path);
        if (is_file || file->is_here) {
            all++;
            _cleanup_free_ char *here =
                file->is_here ? NULL
                              : hl_source_find(&shown->run, file->path, file->real_path, mappings,
                                               mapping_count);
            found += file->is_here || here;
        }
    }
    *ret_found = found;
    *ret_all = all;
}
