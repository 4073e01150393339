/* Whether an edit leaves the outline of a text as it was: most keystrokes do, and an outline of ten thousand
 * lines takes a millisecond. */
#ifndef HOTLENS_SRC_SERVER_OUTLINE_EDIT_H
#define HOTLENS_SRC_SERVER_OUTLINE_EDIT_H

#include "hotlens/server/documents.h"

/* Of replacing bytes [start, end) of the text, before it is done. True only when it is certain. */
bool document_keeps_outline(const struct hl_document *document, size_t start, size_t end,
                            const char *text, size_t length);

#endif
