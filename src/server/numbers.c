#include "hotlens/server/numbers.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/memory.h"

void hl_numbers_destroy(struct hl_numbers *numbers)
{
    if (numbers) {
        free(numbers->lines);
        free(numbers->functions);
        hl_line_map_destroy(numbers->map);
        free(numbers);
    }
}

/* Lines of the run are in order, and the map keeps it. */
static int place_lines(struct hl_numbers *numbers, const struct hl_line_map *map)
{
    const struct hl_shown_file *file = numbers->file;
    if (!numbers->lines) {
        numbers->lines = hl_try_calloc(file->line_count + 1, sizeof(*numbers->lines));
    }
    numbers->line_count = 0;
    numbers->lost = 0;
    if (!numbers->lines) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < file->line_count; i++) {
        uint32_t line = hl_line_map_to_new(map, file->lines[i].line);
        if (line == 0) {
            numbers->lost++;
            continue;
        }
        numbers->lines[numbers->line_count++] = (struct hl_line_number){
            .line = line - 1,
            .self = file->lines[i].self,
            .total = file->lines[i].total,
        };
    }
    return 0;
}

static int by_name(const void *left, const void *right)
{
    const struct hl_shown_function *a = *(const struct hl_shown_function *const *)left;
    const struct hl_shown_function *b = *(const struct hl_shown_function *const *)right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

/* Whether the definition reads now as it did when it ran. */
static bool is_edited(const struct hl_line_map *map, const struct hl_definition *now,
                      const struct hl_shown_function *then)
{
    if (then->line > 0 && now->end_line - now->def_line != then->end_line - then->line) {
        return true;
    }
    for (uint32_t line = now->def_line; line <= now->end_line; line++) {
        uint32_t old_line = hl_line_map_to_old(map, line);
        bool in_place = then->line == 0 || old_line == then->line + (line - now->def_line);
        if (old_line == 0 || !in_place) {
            return true;
        }
    }
    return false;
}

static void add_function(struct hl_numbers *numbers, const struct hl_line_map *map,
                         const struct hl_definition *definition,
                         const struct hl_shown_function *function)
{
    numbers->functions[numbers->function_count++] = (struct hl_function_number){
        .line = definition->def_line - 1,
        .first_line = definition->first_line - 1,
        .end_line = definition->end_line - 1,
        .function = function,
        .kind = definition->kind,
        .edited = is_edited(map, definition, function),
    };
}

static const struct hl_shown_function *find_function(const struct hl_shown_function *const *sorted,
                                                     size_t count, const char *name,
                                                     uint32_t ordinal)
{
    struct hl_shown_function key = {.name = name, .ordinal = ordinal};
    const struct hl_shown_function *wanted = &key;
    const struct hl_shown_function *const *found =
        count > 0 ? bsearch(&wanted, sorted, count, sizeof(*sorted), by_name) : NULL;
    return found ? *found : NULL;
}

/* Whether the function was only seen by its bare name ("m" for K.m), and no text told more. Such a name
 * is taken when the present text has it once. */
static const struct hl_shown_function *find_bare(const struct hl_shown_function *const *sorted,
                                                 size_t count, const struct hl_outline *outline,
                                                 uint32_t index)
{
    const char *name = hl_outline_name(outline, index);
    const struct hl_shown_function *function = find_function(sorted, count, name, 0);
    bool found = false;
    if (!function || function->line > 0) {
        return NULL;
    }
    uint32_t meant = hl_outline_function_of(outline, name, strlen(name), 0, &found);
    return found && meant == index ? function : NULL;
}

static void sort_functions(const struct hl_shown_function **functions, size_t count,
                           bool *is_sorted)
{
    if (!*is_sorted && count > 1) {
        qsort(functions, count, sizeof(*functions), by_name);
    }
    *is_sorted = true;
}

static int place_functions(struct hl_numbers *numbers, const struct hl_line_map *map,
                           const struct hl_outline *outline)
{
    const struct hl_shown_file *file = numbers->file;
    size_t count = file->function_count;
    _cleanup_free_ const struct hl_shown_function **sorted =
        hl_try_calloc(count + 1, sizeof(*sorted));
    free(numbers->functions);
    numbers->function_count = 0;
    numbers->functions = hl_try_calloc(hl_outline_count(outline) + 1, sizeof(*numbers->functions));
    if (!sorted || !numbers->functions) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &file->functions[i];
    }
    bool is_sorted = false;
    size_t next = 0;
    for (uint32_t i = 0; count > 0 && i < hl_outline_count(outline); i++) {
        const struct hl_definition *definition = hl_outline_get(outline, i);
        /* Both are in order of their lines: as a rule it is the one behind the last. */
        const struct hl_shown_function *function = file->functions + (next < count ? next : 0);
        if (next >= count || function->ordinal != definition->ordinal ||
            strcmp(function->name, hl_outline_path(outline, i)) != 0) {
            sort_functions(sorted, count, &is_sorted);
            function =
                find_function(sorted, count, hl_outline_path(outline, i), definition->ordinal);
        }
        function = function ? function : find_bare(sorted, count, outline, i);
        if (function) {
            next = (size_t)(function - file->functions) + 1;
            add_function(numbers, map, definition, function);
        }
    }
    return 0;
}

/* Without the text that ran, that of didOpen is the best guess: what is on disk here. */
static const struct hl_line_hashes *lines_that_ran(const struct hl_document *document,
                                                   const struct hl_shown_file *file)
{
    return file->text ? &file->hashes : &document->opened;
}

int hl_numbers_create_lines(struct hl_document *document, const struct hl_shown_file *file,
                            struct hl_numbers **ret_numbers)
{
    if (!file) {
        return -ENOENT;
    }
    /* A hash alone means that another text than ran is here, and that one is gone. */
    if (file->state == HL_SOURCE_CHANGED || (!file->text && file->state == HL_SOURCE_HASHED)) {
        return -ESTALE;
    }
    const struct hl_line_hashes *new_lines = hl_document_hashes(document);
    if (!new_lines) {
        return -ENOMEM;
    }
    _cleanup_(hl_numbers_destroy_p) struct hl_numbers *numbers = hl_xcalloc(1, sizeof(*numbers));
    numbers->file = file;
    int r = hl_line_map_create(lines_that_ran(document, file), new_lines, &numbers->map);
    if (r == 0) {
        r = place_lines(numbers, numbers->map);
    }
    if (r < 0) {
        return r;
    }
    *ret_numbers = TAKE_PTR(numbers);
    return 0;
}

int hl_numbers_update_lines(struct hl_numbers *numbers, struct hl_document *document)
{
    const struct hl_line_hashes *new_lines = hl_document_hashes(document);
    if (!new_lines) {
        return -ENOMEM;
    }
    int r = hl_line_map_update(numbers->map, lines_that_ran(document, numbers->file), new_lines);
    if (r == 0) {
        r = place_lines(numbers, numbers->map);
    }
    numbers->function_count = 0;
    numbers->has_functions = false;
    return r;
}

int hl_numbers_add_functions(struct hl_numbers *numbers, struct hl_document *document)
{
    const struct hl_outline *outline = hl_document_outline(document);
    if (!outline) {
        return -ENOMEM;
    }
    int r = place_functions(numbers, numbers->map, outline);
    numbers->has_functions = r == 0;
    return r;
}

int hl_numbers_create(struct hl_document *document, const struct hl_shown_file *file,
                      struct hl_numbers **ret_numbers)
{
    _cleanup_(hl_numbers_destroy_p) struct hl_numbers *numbers = NULL;
    int r = hl_numbers_create_lines(document, file, &numbers);
    if (r == 0) {
        r = hl_numbers_add_functions(numbers, document);
    }
    if (r < 0) {
        return r;
    }
    *ret_numbers = TAKE_PTR(numbers);
    return 0;
}
