/* One edit of a document's text, with its line index and line hashes. */
#ifndef HOTLENS_SRC_SERVER_DOCUMENT_EDIT_H
#define HOTLENS_SRC_SERVER_DOCUMENT_EDIT_H

#include "hotlens/server/documents.h"

/* One element of contentChanges; the text is borrowed. */
struct document_change {
    bool is_whole;
    struct hl_range range;
    const char *text;
};

/* Applies many changes at once, as editors send them that have replaced a word everywhere: each before the
 * one that was applied before it, with something in between, so that all positions are of the text as it is
 * (VS Code), or each behind the one before (Emacs). 1; 0 for other changes, with nothing done; -ENOMEM,
 * -EFBIG. O(length + changes), where one after the other costs O(length) for each. */
int document_apply_in_order(struct hl_document *document, const struct document_change *changes,
                            size_t count);
/* Replaces the whole text. 0, -ENOMEM, -EFBIG. */
int document_set_text(struct hl_document *document, const char *text, size_t length);
/* Replaces bytes [start, end) of the text. On failure text and index are not to be used. */
int document_splice(struct hl_document *document, size_t start, size_t end, const char *text,
                    size_t length);
/* A copy to edit: its text, line index and hashes are its own, the rest is the original's. The copy costs
 * as much as moving the text's end does, and makes a row of edits happen as a whole or not at all. */
int document_copy_text(const struct hl_document *document, struct hl_document *ret_copy);
int document_copy_hashes(const struct hl_document *document, struct hl_line_hashes *ret_copy);
/* Frees text, line index and hashes. */
void document_finish_text(struct hl_document *document);
/* Before an edit at `line`, from 0: brings the outline up to date where that line is far from what was edited
 * since it was made, because all between two edits is scanned with them. O(lines) where it is not up to
 * date, and what hl_document_outline costs. */
void document_settle_outline(struct hl_document *document, uint32_t line);
/* After an edit within `line` that the outline outlived: it is one of the line as it is now. */
void document_keep_outline(struct hl_document *document, uint32_t line);
/* Hashes of all lines; nothing where they are valid. */
int document_hash_lines(struct hl_document *document);

#endif
