/* Many edits of a document in one pass over its text. */
#include <errno.h>
#include <string.h>

#include "document_edit.h"
#include "hotlens/base/memory.h"

/* Bytes of the old text that a change replaces. */
struct span {
    size_t start;
    size_t end;
    size_t length; /* of what comes instead */
};

/* Finds the spans; false where changes are not in descending order or touch. What lies between two keeps the
 * ends of its lines, so a position before it is the same before and after the later change. */
static bool find_spans(const struct hl_document *document, const struct document_change *changes,
                       size_t count, struct span *spans)
{
    size_t limit = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct document_change *change = &changes[i];
        if (change->is_whole) {
            return false;
        }
        struct span *span = &spans[i];
        span->start = hl_position_to_offset(&document->lines, document->text, document->length,
                                            change->range.start);
        span->end = hl_position_to_offset(&document->lines, document->text, document->length,
                                          change->range.end);
        span->length = strlen(change->text);
        if (span->end >= limit) {
            return false;
        }
        limit = span->start;
    }
    return true;
}

static char *rewrite(const struct hl_document *document, const struct document_change *changes,
                     const struct span *spans, size_t count, size_t new_length)
{
    char *text = hl_try_malloc(new_length + 1, 1);
    char *to = text;
    size_t from = 0;
    for (size_t i = count; text && i-- > 0;) {
        memcpy(to, document->text + from, spans[i].start - from);
        to += spans[i].start - from;
        memcpy(to, changes[i].text, spans[i].length);
        to += spans[i].length;
        from = spans[i].end;
    }
    if (text) {
        memcpy(to, document->text + from, document->length - from);
    }
    return text;
}

int document_apply_descending(struct hl_document *document, const struct document_change *changes,
                              size_t count)
{
    _cleanup_free_ struct span *spans = hl_try_malloc(count, sizeof(*spans));
    if (!spans) {
        return -ENOMEM;
    }
    if (!find_spans(document, changes, count, spans)) {
        return 0;
    }
    size_t length = document->length;
    for (size_t i = 0; i < count; i++) {
        length = length - (spans[i].end - spans[i].start) + spans[i].length;
    }
    if (length >= UINT32_MAX) {
        return -EFBIG;
    }
    _cleanup_free_ char *text = rewrite(document, changes, spans, count, length);
    int r = text ? document_set_text(document, text, length) : -ENOMEM;
    if (r < 0) {
        return r;
    }
    document->outline_edit = 0;
    return 1;
}
