#include "document_edit.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"

/* The hash of a line as hl_line_hashes_init makes it: without its end. */
static uint64_t hash_line(const struct hl_document *document, uint32_t line)
{
    size_t start;
    size_t end;
    hl_line_index_line(&document->lines, document->text, document->length, line, &start, &end);
    return hl_hash_bytes(document->text + start, end - start, 0);
}

/* A text that ends with a line end has no further line, where the line index has an empty one: there is
 * room for its hash, but it does not count. */
static uint32_t counted_lines(const struct hl_document *document)
{
    uint32_t last = document->lines.count - 1;
    return document->lines.starts[last] == document->length ? last : last + 1;
}

int document_hash_lines(struct hl_document *document)
{
    struct hl_line_hashes *hashes = &document->hashes;
    if (hashes->items && document->hashes_edit == document->edit) {
        return 0;
    }
    int r = hl_array_reserve(&hashes->items, &hashes->capacity, document->lines.count,
                             sizeof(*hashes->items));
    if (r < 0) {
        return r;
    }
    for (uint32_t i = 0; i < document->lines.count; i++) {
        hashes->items[i] = hash_line(document, i);
    }
    hashes->count = counted_lines(document);
    document->hashes_edit = document->edit;
    return 0;
}

int document_set_text(struct hl_document *document, const char *text, size_t length)
{
    struct hl_line_index lines = {0};
    char *copy = hl_try_malloc(length + 1, 1);
    int r = copy ? hl_line_index_set(&lines, text, length) : -ENOMEM;
    if (r < 0) {
        hl_line_index_finish(&lines);
        free(copy);
        return r;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    free(document->text);
    hl_line_index_finish(&document->lines);
    document->text = copy;
    document->length = length;
    document->capacity = length + 1;
    document->lines = lines;
    free(document->hashes.items);
    document->hashes = (struct hl_line_hashes){0};
    return 0;
}

/* Lines that start behind a byte. */
static uint32_t lines_behind(const struct hl_line_index *index, size_t offset)
{
    uint32_t low = 0;
    uint32_t high = index->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (index->starts[middle] <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return index->count - low;
}

/* Lines that an edit leaves alone: so many at the start and at the end. An edit can join or part a \r and
 * a \n, so the line before it and the byte after it belong to it. */
struct untouched {
    uint32_t old_count;
    uint32_t head;
    uint32_t tail;
};

static struct untouched find_untouched(const struct hl_document *document, size_t start, size_t end)
{
    uint32_t count = document->lines.count;
    uint32_t head = count - lines_behind(&document->lines, start) - 1;
    return (struct untouched){
        .old_count = count,
        .head = head > 0 ? head - 1 : 0,
        .tail = lines_behind(&document->lines, end + 1),
    };
}

/* After the index was brought up to date. Where there is no memory, all are made again when asked for. */
static void rehash(struct hl_document *document, const struct untouched *untouched)
{
    struct hl_line_hashes *hashes = &document->hashes;
    uint32_t count = document->lines.count;
    if (hl_array_reserve(&hashes->items, &hashes->capacity, count, sizeof(*hashes->items)) < 0) {
        free(hashes->items);
        *hashes = (struct hl_line_hashes){0};
        return;
    }
    uint64_t *items = hashes->items;
    uint32_t tail = untouched->tail;
    memmove(items + count - tail, items + untouched->old_count - tail, tail * sizeof(*items));
    for (uint32_t i = untouched->head; i < count - tail; i++) {
        items[i] = hash_line(document, i);
    }
    hashes->count = counted_lines(document);
}

static int grow(struct hl_document *document, size_t length)
{
    return hl_array_reserve(&document->text, &document->capacity, length + 1, 1);
}

int document_splice(struct hl_document *document, size_t start, size_t end, const char *text,
                    size_t length)
{
    size_t new_length = document->length - (end - start) + length;
    struct untouched untouched = find_untouched(document, start, end);
    int r = new_length < UINT32_MAX ? grow(document, new_length) : -EFBIG;
    if (r < 0) {
        return r;
    }
    memmove(document->text + start + length, document->text + end, document->length - end);
    memcpy(document->text + start, text, length);
    document->length = new_length;
    document->text[new_length] = '\0';
    r = hl_line_index_edit(&document->lines, document->text, new_length, start, end,
                           start + length);
    if (r == 0 && document->hashes.items) {
        rehash(document, &untouched);
    }
    return r;
}

void document_finish_text(struct hl_document *document)
{
    free(document->text);
    document->text = NULL;
    hl_line_index_finish(&document->lines);
    hl_line_hashes_finish(&document->hashes);
}

/* With the empty line that does not count. */
int document_copy_hashes(const struct hl_document *document, struct hl_line_hashes *ret_copy)
{
    size_t count = document->lines.count;
    if (!document->hashes.items) {
        *ret_copy = (struct hl_line_hashes){0};
        return 0;
    }
    uint64_t *items = hl_try_malloc(count, sizeof(*items));
    if (!items) {
        return -ENOMEM;
    }
    memcpy(items, document->hashes.items, count * sizeof(*items));
    *ret_copy = (struct hl_line_hashes){items, document->hashes.count, count};
    return 0;
}

static int copy_index(const struct hl_line_index *index, struct hl_line_index *ret_copy)
{
    uint32_t *starts = hl_try_malloc(index->count, sizeof(*starts));
    if (!starts) {
        return -ENOMEM;
    }
    memcpy(starts, index->starts, index->count * sizeof(*starts));
    *ret_copy = (struct hl_line_index){starts, index->count, index->count};
    return 0;
}

int document_copy_text(const struct hl_document *document, struct hl_document *ret_copy)
{
    struct hl_document copy = *document;
    copy.hashes = (struct hl_line_hashes){0};
    copy.lines = (struct hl_line_index){0};
    copy.capacity = document->length + 1;
    copy.text = hl_try_malloc(copy.capacity, 1);
    int r = copy.text ? copy_index(&document->lines, &copy.lines) : -ENOMEM;
    if (r == 0) {
        r = document_copy_hashes(document, &copy.hashes);
    }
    if (r < 0) {
        document_finish_text(&copy);
        return r;
    }
    memcpy(copy.text, document->text, copy.capacity);
    *ret_copy = copy;
    return 0;
}
