#include <errno.h>
#include <string.h>

#include "hotlens/base/map.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/sort.h"
#include "hotlens/profile/functions.h"

/* One (file, line) while rows are put in order. */
struct row {
    uint32_t file_id;
    uint32_t file_rank; /* the place of its file among those of the rows, by name */
    uint32_t line;
    uint32_t found; /* its number in order of appearance */
};

struct rows {
    struct row *items;
    uint32_t count;
    uint32_t *of_frame; /* `found` at first, then the place in order */
    struct hl_map seen;
};

static void rows_finish(struct rows *rows)
{
    free(rows->items);
    free(rows->of_frame);
    hl_map_finish(&rows->seen);
}

struct file {
    const char *name;
    size_t length;
    uint32_t id;
};

static int compare_files(const void *a, const void *b)
{
    const struct file *x = a;
    const struct file *y = b;
    int order = memcmp(x->name, y->name, hl_min_size(x->length, y->length));
    return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

static int add_frame(struct rows *rows, const struct hl_frames *frames, uint32_t id)
{
    const struct hl_frame *frame = hl_frames_get(frames, id);
    if (frame->kind != HL_FRAME_SOURCE || frame->file == HL_NO_STRING || frame->line == 0) {
        return 0;
    }
    uint64_t key = (uint64_t)frame->file << 32 | frame->line;
    uint32_t found;
    int r = hl_map_get_or_put(&rows->seen, key, rows->count, &found);
    if (r > 0) {
        rows->items[rows->count++] =
            (struct row){.file_id = frame->file, .line = frame->line, .found = found};
    }
    if (r >= 0) {
        rows->of_frame[id] = found;
    }
    return r < 0 ? r : 0;
}

static int collect(struct rows *rows, const struct hl_profile *profile)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    const struct hl_frames *frames = hl_profile_frames(profile);
    uint32_t frame_count = hl_frames_count(frames);
    rows->items = hl_try_malloc(frame_count, sizeof(*rows->items));
    rows->of_frame = hl_try_malloc(frame_count, sizeof(*rows->of_frame));
    if (!rows->items || !rows->of_frame) {
        return -ENOMEM;
    }
    memset(rows->of_frame, 0xFF, frame_count * sizeof(*rows->of_frame)); /* all HL_NO_GROUP */
    for (uint32_t i = 1; i < columns->count; i++) {
        if (rows->of_frame[columns->frame[i]] == HL_NO_GROUP) {
            int r = add_frame(rows, frames, columns->frame[i]);
            if (r < 0) {
                return r;
            }
        }
    }
    return 0;
}

/* Ranks the files by name once, so that sorting the rows compares numbers. */
static int rank_files(struct rows *rows, const struct hl_strings *strings)
{
    uint32_t string_count = hl_strings_count(strings);
    _cleanup_free_ uint32_t *rank = hl_try_calloc(string_count, sizeof(*rank));
    _cleanup_free_ struct file *files = hl_try_malloc(string_count, sizeof(*files));
    if (!rank || !files) {
        return -ENOMEM;
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t id = rows->items[i].file_id;
        if (rank[id] == 0) {
            struct file *file = &files[count++];
            file->name = hl_strings_get(strings, id, &file->length);
            file->id = id;
            rank[id] = count;
        }
    }
    qsort(files, count, sizeof(*files), compare_files);
    for (uint32_t i = 0; i < count; i++) {
        rank[files[i].id] = i;
    }
    for (uint32_t i = 0; i < rows->count; i++) {
        rows->items[i].file_rank = rank[rows->items[i].file_id];
    }
    return 0;
}

/* The rows by file and line, in new memory. */
static struct row *sorted(const struct rows *rows)
{
    _cleanup_free_ struct hl_sort_item *keys = hl_try_malloc(rows->count, sizeof(*keys));
    _cleanup_free_ struct row *items = hl_try_malloc(rows->count, sizeof(*items));
    if (!keys || !items) {
        return NULL;
    }
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->items[i];
        keys[i] = (struct hl_sort_item){.key = (uint64_t)row->file_rank << 32 | row->line,
                                        .value = i};
    }
    if (hl_sort_by_key(keys, rows->count) < 0) {
        return NULL;
    }
    for (uint32_t i = 0; i < rows->count; i++) {
        items[i] = rows->items[keys[i].value];
    }
    return TAKE_PTR(items);
}

/* Sorts the rows and makes of_frame follow. */
static int order(struct rows *rows, const struct hl_frames *frames)
{
    _cleanup_free_ uint32_t *place = hl_try_malloc(rows->count, sizeof(*place));
    if (!place || rank_files(rows, hl_frames_strings(frames)) < 0) {
        return -ENOMEM;
    }
    struct row *items = sorted(rows);
    if (!items) {
        return -ENOMEM;
    }
    free(rows->items);
    rows->items = items;
    for (uint32_t i = 0; i < rows->count; i++) {
        place[rows->items[i].found] = i;
    }
    uint32_t frame_count = hl_frames_count(frames);
    for (uint32_t i = 0; i < frame_count; i++) {
        if (rows->of_frame[i] != HL_NO_GROUP) {
            rows->of_frame[i] = place[rows->of_frame[i]];
        }
    }
    return 0;
}

static int rows_init(struct rows *rows, const struct hl_profile *profile)
{
    int r = collect(rows, profile);
    return r < 0 ? r : order(rows, hl_profile_frames(profile));
}

int hl_profile_line_groups(const struct hl_profile *profile, uint32_t **ret_of_frame,
                           uint32_t *ret_count)
{
    _cleanup_(rows_finish) struct rows rows = {0};
    int r = rows_init(&rows, profile);
    if (r < 0) {
        return r;
    }
    *ret_of_frame = TAKE_PTR(rows.of_frame);
    *ret_count = rows.count;
    return 0;
}

int hl_profile_lines(const struct hl_profile *profile, struct hl_line **ret_lines,
                     size_t *ret_count)
{
    _cleanup_(rows_finish) struct rows rows = {0};
    int r = rows_init(&rows, profile);
    if (r < 0) {
        return r;
    }
    _cleanup_free_ struct hl_line *lines = hl_try_malloc(rows.count, sizeof(*lines));
    _cleanup_free_ uint64_t *self = hl_try_malloc(rows.count, sizeof(*self));
    _cleanup_free_ uint64_t *total = hl_try_malloc(rows.count, sizeof(*total));
    if (!lines || !self || !total) {
        return -ENOMEM;
    }
    struct hl_groups groups = {.of_frame = rows.of_frame, .count = rows.count};
    r = hl_groups_count(profile, &groups, self, total);
    if (r < 0) {
        return r;
    }
    for (uint32_t i = 0; i < rows.count; i++) {
        lines[i] = (struct hl_line){.file = rows.items[i].file_id,
                                    .line = rows.items[i].line,
                                    .self = self[i],
                                    .total = total[i]};
    }
    *ret_lines = TAKE_PTR(lines);
    *ret_count = rows.count;
    return 0;
}
