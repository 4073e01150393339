#include "hotlens/lsp/position.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/utf8.h"

void hl_line_index_finish(struct hl_line_index *index)
{
    if (index) {
        free(index->starts);
        *index = (struct hl_line_index){0};
    }
}

/* The start of the line after the one that `at` is in, or SIZE_MAX at the end of the text. */
static size_t next_line(const char *text, size_t length, size_t at)
{
    for (; at < length; at++) {
        if (text[at] == '\n') {
            return at + 1;
        }
        if (text[at] == '\r') {
            return at + 1 < length && text[at + 1] == '\n' ? at + 2 : at + 1;
        }
    }
    return SIZE_MAX;
}

static int push(struct hl_line_index *index, size_t start)
{
    int r = hl_array_reserve(&index->starts, &index->capacity, (size_t)index->count + 1,
                             sizeof(*index->starts));
    if (r == 0) {
        index->starts[index->count++] = (uint32_t)start;
    }
    return r;
}

int hl_line_index_set(struct hl_line_index *index, const char *text, size_t length)
{
    if (length >= UINT32_MAX) {
        return -EFBIG;
    }
    index->count = 0;
    for (size_t start = 0; start != SIZE_MAX; start = next_line(text, length, start)) {
        int r = push(index, start);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* The line that holds a byte offset. */
static uint32_t line_of(const struct hl_line_index *index, size_t offset)
{
    uint32_t low = 0;
    uint32_t high = index->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (index->starts[middle] <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Appends the starts of lines that begin in (from, to] of the text. */
static int rescan(struct hl_line_index *index, const char *text, size_t length, size_t from,
                  size_t to)
{
    for (size_t at = next_line(text, length, from); at != SIZE_MAX && at <= to;
         at = next_line(text, length, at)) {
        int r = push(index, at);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

int hl_line_index_edit(struct hl_line_index *index, const char *text, size_t length, size_t start,
                       size_t old_end, size_t new_end)
{
    if (length >= UINT32_MAX) {
        return -EFBIG;
    }
    /* One line before the edit and one byte after it are looked at again: an edit can join or part a
     * \r and a \n. */
    uint32_t first = line_of(index, start);
    first -= first > 0;
    uint32_t tail = line_of(index, old_end) + 1;
    while (tail < index->count && index->starts[tail] <= old_end + 1) {
        tail++;
    }
    uint32_t tail_count = index->count - tail;
    _cleanup_free_ uint32_t *kept = hl_try_malloc(tail_count, sizeof(*kept));
    if (!kept) {
        return -ENOMEM;
    }
    memcpy(kept, index->starts + tail, tail_count * sizeof(*kept));
    index->count = first + 1;
    size_t until = hl_min_size(new_end + 1, length);
    int r = rescan(index, text, length, index->starts[first], until);
    for (uint32_t i = 0; r == 0 && i < tail_count; i++) {
        r = push(index, kept[i] - old_end + new_end);
    }
    return r;
}

void hl_line_index_line(const struct hl_line_index *index, const char *text, size_t length,
                        uint32_t line, size_t *ret_start, size_t *ret_end)
{
    line = line < index->count ? line : index->count - 1;
    size_t start = index->starts[line];
    size_t end = line + 1 < index->count ? index->starts[line + 1] : length;
    if (end > start && text[end - 1] == '\n') {
        end--;
    }
    if (end > start && text[end - 1] == '\r') {
        end--;
    }
    *ret_start = start;
    *ret_end = end;
}

/* Decodes one code point; code units it takes in UTF-16. */
static size_t step(const char *data, size_t length, uint32_t *ret_units)
{
    uint32_t code_point;
    size_t size = hl_utf8_decode(data, length, &code_point);
    *ret_units = code_point >= 0x10000 ? 2 : 1;
    return size;
}

uint32_t hl_utf16_length(const char *data, size_t length)
{
    uint32_t units = 0;
    while (length > 0) {
        uint32_t more;
        size_t size = step(data, length, &more);
        units += more;
        data += size;
        length -= size;
    }
    return units;
}

size_t hl_position_to_offset(const struct hl_line_index *index, const char *text, size_t length,
                             struct hl_position position)
{
    if (position.line >= index->count) {
        return length;
    }
    size_t at;
    size_t end;
    hl_line_index_line(index, text, length, position.line, &at, &end);
    uint32_t units = 0;
    while (at < end && units < position.character) {
        uint32_t more;
        size_t size = step(text + at, end - at, &more);
        if (units + more > position.character) {
            break;
        }
        units += more;
        at += size;
    }
    return at;
}

struct hl_position hl_position_from_offset(const struct hl_line_index *index, const char *text,
                                           size_t length, size_t offset)
{
    uint32_t line = line_of(index, offset);
    size_t start;
    size_t end;
    hl_line_index_line(index, text, length, line, &start, &end);
    size_t stop = offset < end ? offset : end;
    return (struct hl_position){line, hl_utf16_length(text + start, stop - start)};
}

bool hl_position_is_before(struct hl_position a, struct hl_position b)
{
    return a.line != b.line ? a.line < b.line : a.character < b.character;
}
