/* How a stack text comes apart: pure functions over bytes, shared by the record reader (which must
 * know whether a command line is still open) and by the splitter. docs/formats.md has the rules.
 *
 * All of them are linear: `steps`, when not NULL, grows by the bytes looked at. */
#ifndef HOTLENS_FORMATS_RAW_GRAMMAR_H
#define HOTLENS_FORMATS_RAW_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotlens/profile/frames.h"

/* Text that begins with `process N:"`: the index after the opening quote, else 0. */
size_t hl_raw_process_start(const char *text, size_t length);
/* Text that begins with `thread (TID)`: the index after the parenthesis, else 0. */
size_t hl_raw_thread_start(const char *text, size_t length, uint64_t *ret_number);
/* The index after the quote that closes the command line which is open at `at`, or 0 when it stays
 * open. `ended` says that text[length] is the end of the stack, not only of a physical line. */
size_t hl_raw_process_end(const char *text, size_t length, size_t at, bool ended, uint64_t *steps);
/* Whether a stack element plausibly begins at `at`; see docs/formats.md. */
bool hl_raw_frame_is_plausible(const char *text, size_t length, size_t at, bool ended,
                               uint64_t *steps);
/* The index of the first '(' that follows a space, or `length`. */
size_t hl_raw_find_opening(const char *text, size_t length);
/* Whether the text ends in `:N)` or `:-N)`. */
bool hl_raw_ends_in_line(const char *text, size_t length);

/* What a frame's text means. It depends on the text alone, so that one text has one meaning
 * wherever it stands. The pointers point into the text; file is NULL for none. */
struct hl_raw_frame {
    enum hl_frame_kind kind;
    const char *name;
    size_t name_length;
    const char *file;
    size_t file_length;
    uint32_t line;
    uint64_t number;
};

void hl_raw_frame_parse(const char *text, size_t length, struct hl_raw_frame *ret_frame);

#endif
