/* Lines and columns of a text as the protocol counts them: lines from 0, ended by \n, \r\n or \r;
 * columns in UTF-16 code units (specification 3.18, "Position"). A column past the end of its line is
 * its end, a line past the last is the end of the text, and a column inside a surrogate pair is the
 * pair's start. Ill-formed bytes count as one unit each. */
#ifndef HOTLENS_LSP_POSITION_H
#define HOTLENS_LSP_POSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotlens/base/macros.h"

struct hl_position {
    uint32_t line;
    uint32_t character;
};

bool hl_position_is_before(struct hl_position a, struct hl_position b);

/* Where each line starts. Zero it to start; kept up to date by edit. */
struct hl_line_index {
    uint32_t *starts; /* byte offsets; starts[0] is 0 */
    uint32_t count;   /* lines, at least 1 once set */
    size_t capacity;
};

/* 0, -ENOMEM, -EFBIG past 4 GiB. Linear. */
int hl_line_index_set(struct hl_line_index *index, const char *text, size_t length);
/* After bytes [start, old_end) became [start, new_end) of `text` (the new text). Only lines from the
 * edit on are looked at; later starts are shifted. */
int hl_line_index_edit(struct hl_line_index *index, const char *text, size_t length, size_t start,
                       size_t old_end, size_t new_end);
void hl_line_index_finish(struct hl_line_index *index);
/* Byte range of a line without its end. `line` is clamped. */
void hl_line_index_line(const struct hl_line_index *index, const char *text, size_t length,
                        uint32_t line, size_t *ret_start, size_t *ret_end);

size_t hl_position_to_offset(const struct hl_line_index *index, const char *text, size_t length,
                             struct hl_position position);
struct hl_position hl_position_from_offset(const struct hl_line_index *index, const char *text,
                                           size_t length, size_t offset);
/* UTF-16 code units of a piece of UTF-8. */
uint32_t hl_utf16_length(const char *data, size_t length);

#endif
