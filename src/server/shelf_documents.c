/* What open documents show: the run that is meant for each, and its numbers on the text as it is now. */
#include <string.h>

#include "hotlens/base/memory.h"
#include "shelf_private.h"

static void numbers_finish(struct shelf_numbers *numbers)
{
    hl_numbers_destroy(numbers->numbers);
    hl_shown_unref(numbers->shown);
    *numbers = (struct shelf_numbers){0};
}

static void stray_finish(struct shelf_stray *stray)
{
    free(stray->path);
    free(stray->real_path);
    hl_shown_unref(stray->shown);
}

static const struct hl_shown_file *find_file(const struct hl_shelf *shelf,
                                             const struct hl_shown *shown,
                                             const struct hl_document *document)
{
    const struct hl_settings *settings = shelf->settings;
    return shown ? hl_shown_find(shown, document->path, document->real_path, settings->mappings,
                                 settings->mapping_count)
                 : NULL;
}

struct shelf_stray *shelf_stray_of(struct hl_shelf *shelf, const char *path)
{
    for (size_t i = 0; i < shelf->stray_count; i++) {
        if (path && strcmp(shelf->strays[i].path, path) == 0) {
            return &shelf->strays[i];
        }
    }
    return NULL;
}

/* For a file outside every folder: a run that is shown and has it, else one of its own. */
static struct hl_shown *shown_outside(struct hl_shelf *shelf, const struct hl_document *document,
                                      bool *ret_loading)
{
    struct hl_shown *best = NULL;
    for (size_t i = 0; i < shelf->entry_count; i++) {
        struct hl_shown *shown = shelf_entry_current(shelf->entries[i]);
        bool is_newer = shown && (!best || hl_shown_run(shown)->start > hl_shown_run(best)->start);
        if (is_newer && find_file(shelf, shown, document)) {
            best = shown;
        }
        *ret_loading |= shelf->entries[i]->loading > 0;
    }
    if (best) {
        return best;
    }
    struct shelf_stray *stray = shelf_stray_of(shelf, document->path);
    if (!stray && shelf->settings->restore && !shelf->is_leaving) {
        stray = shelf_add(&shelf->strays, &shelf->stray_count, &shelf->stray_capacity, sizeof(*stray));
        *stray = (struct shelf_stray){
            .path = hl_xstrdup(document->path),
            .real_path = hl_xstrdup(document->real_path),
        };
        shelf_search(shelf, stray);
        stray = shelf_stray_of(shelf, document->path);
    }
    *ret_loading |= stray && stray->is_searching;
    return stray ? stray->shown : NULL;
}

static struct hl_shown *shown_for(struct hl_shelf *shelf, const struct hl_document *document,
                                  bool *ret_loading)
{
    const char *folder = hl_shelf_folder_of(shelf, document->path);
    if (!folder) {
        folder = hl_shelf_folder_of(shelf, document->real_path);
    }
    if (!folder) {
        return shown_outside(shelf, document, ret_loading);
    }
    const struct shelf_entry *entry = shelf_entry_of(shelf, folder);
    *ret_loading = entry->loading > 0;
    return shelf_entry_current(entry);
}

static struct shelf_numbers *numbers_of(struct hl_shelf *shelf, const struct hl_document *document)
{
    for (size_t i = 0; i < shelf->numbers_count; i++) {
        if (shelf->numbers[i].document == document) {
            return &shelf->numbers[i];
        }
    }
    struct shelf_numbers *numbers =
        shelf_add(&shelf->numbers, &shelf->numbers_count, &shelf->numbers_capacity, sizeof(*numbers));
    *numbers = (struct shelf_numbers){.document = document};
    return numbers;
}

/* Makes them again when the text or the run is another one; the entry's numbers are NULL when there are
 * none. NULL when nothing is shown. */
static struct shelf_numbers *update_numbers(struct hl_shelf *shelf, struct hl_document *document,
                                            struct hl_shown **ret_shown, bool *ret_loading)
{
    *ret_loading = false;
    *ret_shown = document->path ? shown_for(shelf, document, ret_loading) : NULL;
    if (!*ret_shown) {
        return NULL;
    }
    *ret_loading = false;
    struct shelf_numbers *numbers = numbers_of(shelf, document);
    if (numbers->shown == *ret_shown && numbers->edit == document->edit) {
        return numbers;
    }
    const struct hl_shown_file *file = find_file(shelf, *ret_shown, document);
    if (numbers->shown == *ret_shown && numbers->numbers && numbers->numbers->file == file &&
        hl_numbers_update_lines(numbers->numbers, document) == 0) {
        numbers->edit = document->edit;
        return numbers;
    }
    numbers_finish(numbers);
    numbers->document = document;
    numbers->edit = document->edit;
    numbers->shown = hl_shown_ref(*ret_shown);
    (void)hl_numbers_create_lines(document, file, &numbers->numbers);
    return numbers;
}

const struct hl_numbers *hl_shelf_line_numbers(struct hl_shelf *shelf,
                                               struct hl_document *document,
                                               struct hl_shown **ret_shown, bool *ret_loading)
{
    const struct shelf_numbers *numbers =
        update_numbers(shelf, document, ret_shown, ret_loading);
    return numbers ? numbers->numbers : NULL;
}

const struct hl_numbers *hl_shelf_numbers(struct hl_shelf *shelf, struct hl_document *document,
                                          struct hl_shown **ret_shown, bool *ret_loading)
{
    struct shelf_numbers *entry = update_numbers(shelf, document, ret_shown, ret_loading);
    struct hl_numbers *numbers = entry ? entry->numbers : NULL;
    if (numbers && !numbers->has_functions) {
        (void)hl_numbers_add_functions(numbers, document);
    }
    return numbers;
}

void hl_shelf_close(struct hl_shelf *shelf, const struct hl_document *document)
{
    struct shelf_stray *stray = shelf_stray_of(shelf, document->path);
    hl_shelf_forget(shelf, document);
    if (stray && document->path) {
        stray_finish(stray);
        *stray = shelf->strays[--shelf->stray_count];
    }
}

void hl_shelf_forget(struct hl_shelf *shelf, const struct hl_document *document)
{
    for (size_t i = 0; i < shelf->numbers_count; i++) {
        if (shelf->numbers[i].document == document) {
            numbers_finish(&shelf->numbers[i]);
            shelf->numbers[i] = shelf->numbers[--shelf->numbers_count];
            return;
        }
    }
}

void hl_shelf_forget_all(struct hl_shelf *shelf)
{
    while (shelf->numbers_count > 0) {
        numbers_finish(&shelf->numbers[--shelf->numbers_count]);
    }
}

void shelf_drop_documents(struct hl_shelf *shelf)
{
    hl_shelf_forget_all(shelf);
    for (size_t i = 0; i < shelf->stray_count; i++) {
        stray_finish(&shelf->strays[i]);
    }
    free(shelf->numbers);
    free(shelf->strays);
}
