/* Many edits of a document in one pass over its text. */
#include <errno.h>
#include <string.h>

#include "document_edit.h"
#include "hotlens/base/memory.h"

/* Bytes of the old text that a change replaces, and what comes instead. */
struct span {
    size_t start;
    size_t end;
    const char *text;
    size_t length;
};

/* One place, behind all changes so far: in the text as it is, and in the one with these changes. */
struct shift {
    struct hl_position old;
    struct hl_position now;
};

static size_t offset_of(const struct hl_document *document, struct hl_position position)
{
    return hl_position_to_offset(&document->lines, document->text, document->length, position);
}

static struct hl_position position_of(const struct hl_document *document, size_t offset)
{
    return hl_position_from_offset(&document->lines, document->text, document->length, offset);
}

/* From last to first; false where changes are not in descending order or touch. What lies between two keeps
 * the ends of its lines, so a position before it is the same before and after the later change. */
static bool find_descending(const struct hl_document *document,
                            const struct document_change *changes, size_t count, struct span *spans)
{
    size_t limit = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct document_change *change = &changes[i];
        struct span *span = &spans[count - 1 - i];
        *span = (struct span){
            .start = offset_of(document, change->range.start),
            .end = offset_of(document, change->range.end),
            .text = change->text,
            .length = strlen(change->text),
        };
        if (change->is_whole || span->end >= limit) {
            return false;
        }
        limit = span->start;
    }
    return true;
}

/* A position that is not before `from`, as it is called when `from` is called `to`. */
static struct hl_position move(struct hl_position position, struct hl_position from,
                               struct hl_position to)
{
    uint64_t line = (uint64_t)position.line - from.line + to.line;
    uint64_t character = position.line == from.line
                             ? (uint64_t)position.character - from.character + to.character
                             : position.character;
    return (struct hl_position){(uint32_t)(line < UINT32_MAX ? line : UINT32_MAX),
                                (uint32_t)(character < UINT32_MAX ? character : UINT32_MAX)};
}

/* Where a text ends that starts at a position. It has no \r. */
static struct hl_position end_of(struct hl_position start, const char *text, size_t length)
{
    const char *end = text + length;
    for (const char *next; (next = memchr(text, '\n', (size_t)(end - text)));) {
        text = next + 1;
        start.line++;
        start.character = 0;
    }
    start.character += hl_utf16_length(text, (size_t)(end - text));
    return start;
}

/* The change's place in the old text, and what it shifts. False where it is not behind those before, or might
 * make one line end of a \r and a \n, or two of one. */
static bool find_next(const struct hl_document *document, const struct document_change *change,
                      struct shift *shift, struct span *ret_span)
{
    size_t length = strlen(change->text);
    if (change->is_whole || hl_position_is_before(change->range.start, shift->now) ||
        memchr(change->text, '\r', length)) {
        return false;
    }
    size_t start = offset_of(document, move(change->range.start, shift->now, shift->old));
    size_t end = offset_of(document, move(change->range.end, shift->now, shift->old));
    if (start > 0 && document->text[start - 1] == '\r') {
        return false;
    }
    struct hl_position now = move(position_of(document, start), shift->old, shift->now);
    *shift = (struct shift){position_of(document, end), end_of(now, change->text, length)};
    *ret_span = (struct span){start, end, change->text, length};
    return true;
}

/* From first to last, each in the text that those before have left. */
static bool find_ascending(const struct hl_document *document, const struct document_change *changes,
                           size_t count, struct span *spans)
{
    struct shift shift = {0};
    size_t limit = 0;
    for (size_t i = 0; i < count; i++) {
        if (!find_next(document, &changes[i], &shift, &spans[i]) || spans[i].start < limit ||
            spans[i].end < spans[i].start) {
            return false;
        }
        limit = spans[i].end;
    }
    return true;
}

static char *rewrite(const struct hl_document *document, const struct span *spans, size_t count,
                     size_t new_length)
{
    char *text = hl_try_malloc(new_length + 1, 1);
    char *to = text;
    size_t from = 0;
    for (size_t i = 0; text && i < count; i++) {
        memcpy(to, document->text + from, spans[i].start - from);
        to += spans[i].start - from;
        memcpy(to, spans[i].text, spans[i].length);
        to += spans[i].length;
        from = spans[i].end;
    }
    if (text) {
        memcpy(to, document->text + from, document->length - from);
    }
    return text;
}

int document_apply_in_order(struct hl_document *document, const struct document_change *changes,
                            size_t count)
{
    _cleanup_free_ struct span *spans = hl_try_malloc(count, sizeof(*spans));
    if (!spans) {
        return -ENOMEM;
    }
    if (!find_descending(document, changes, count, spans) &&
        !find_ascending(document, changes, count, spans)) {
        return 0;
    }
    size_t length = document->length;
    for (size_t i = 0; i < count; i++) {
        length = length - (spans[i].end - spans[i].start) + spans[i].length;
    }
    if (length >= UINT32_MAX) {
        return -EFBIG;
    }
    _cleanup_free_ char *text = rewrite(document, spans, count, length);
    int r = text ? document_set_text(document, text, length) : -ENOMEM;
    if (r < 0) {
        return r;
    }
    document->outline_edit = 0;
    return 1;
}
