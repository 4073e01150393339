/* The outline of a document as it is now, made out of the last one: only what was edited since is scanned. */
#include <string.h>

#include "document_edit.h"
#include "hotlens/base/array.h"

/* Edits nearer to each other than this are scanned in one, which takes some 0.05 ms more. */
#define FAR_LINES 512u

/* How the text that the outline was made of has become the present one. */
static struct hl_outline_change find_change(const struct hl_document *document,
                                            const struct hl_line_hashes *now)
{
    const struct hl_line_hashes *before = &document->outlined;
    uint32_t shared = before->count < now->count ? before->count : now->count;
    uint32_t head = 0;
    while (head < shared && before->items[head] == now->items[head]) {
        head++;
    }
    uint32_t tail = 0;
    while (tail < shared - head &&
           before->items[before->count - 1 - tail] == now->items[now->count - 1 - tail]) {
        tail++;
    }
    return (struct hl_outline_change){
        .starts = document->lines.starts,
        .line_count = document->lines.count,
        .head = head,
        .old_tail = before->count - tail + 1,
        .new_tail = now->count - tail + 1,
    };
}

static int make_outline(struct hl_document *document, struct hl_outline **ret_outline)
{
    const struct hl_line_hashes *now = hl_document_hashes(document);
    if (!document->is_python) {
        return hl_outline_create("", 0, ret_outline);
    }
    if (!now || !document->outline || !document->outlined.items) {
        return hl_outline_create(document->text, document->length, ret_outline);
    }
    struct hl_outline_change change = find_change(document, now);
    return hl_outline_update(document->outline, document->text, document->length, &change,
                             ret_outline);
}

/* Takes note of the lines that the outline is of; where there is no memory, the next is made anew. */
static void note_lines(struct hl_document *document)
{
    struct hl_line_hashes *outlined = &document->outlined;
    const struct hl_line_hashes *now = document->is_python ? hl_document_hashes(document) : NULL;
    if (!now || hl_array_reserve(&outlined->items, &outlined->capacity, (size_t)now->count + 1,
                                 sizeof(*outlined->items)) < 0) {
        hl_line_hashes_finish(outlined);
        return;
    }
    if (now->count > 0) {
        memcpy(outlined->items, now->items, now->count * sizeof(*now->items));
    }
    outlined->count = now->count;
}

const struct hl_outline *hl_document_outline(struct hl_document *document)
{
    if (document->outline && document->outline_edit == document->edit) {
        return document->outline;
    }
    struct hl_outline *outline;
    if (make_outline(document, &outline) < 0) {
        return document->outline;
    }
    document->outline_is_old = document->outline && hl_outline_is_unterminated(outline);
    if (document->outline_is_old) {
        hl_outline_destroy(outline);
    } else {
        hl_outline_destroy(document->outline);
        document->outline = outline;
        note_lines(document);
    }
    document->outline_edit = document->edit;
    return document->outline;
}

/* Whether a line, from 0, is away from all that has changed since the outline was made. */
static bool is_far(const struct hl_outline_change *change, uint32_t line)
{
    return (uint64_t)line + FAR_LINES < change->head || line > (uint64_t)change->new_tail + FAR_LINES;
}

void document_settle_outline(struct hl_document *document, uint32_t line)
{
    if (!document->outline || document->outline_edit == document->edit ||
        !document->outlined.items || document->lines.count <= FAR_LINES) {
        return;
    }
    const struct hl_line_hashes *now = hl_document_hashes(document);
    if (now) {
        struct hl_outline_change change = find_change(document, now);
        if (is_far(&change, line)) {
            hl_document_outline(document);
        }
    }
}

void document_keep_outline(struct hl_document *document, uint32_t line)
{
    const struct hl_line_hashes *now = &document->hashes;
    if (document->outline_edit == document->edit && !document->outline_is_old && now->items &&
        now->count == document->outlined.count && line < now->count) {
        document->outlined.items[line] = now->items[line];
    }
}
