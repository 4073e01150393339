/* What people see: standard output through one checked buffer, colours only on a terminal. */
#ifndef HOTLENS_CLI_OUTPUT_H
#define HOTLENS_CLI_OUTPUT_H

#include <stdarg.h>
#include <stdbool.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/error.h"

enum hl_style {
    HL_STYLE_PLAIN,
    HL_STYLE_BOLD,
    HL_STYLE_DIM,
    HL_STYLE_HOT,
    HL_STYLE_WARM,
    HL_STYLE_GOOD,
};

/* Whether this descriptor gets colours: a terminal, NO_COLOR not set, TERM not dumb. */
bool hl_output_has_colour(int fd);
/* Columns of the terminal; HL_OUTPUT_WIDE when it is none: a file is not cut. */
#define HL_OUTPUT_WIDE 10000u
size_t hl_output_width(int fd);
/* Switches the style; nothing without `colour`. */
void hl_output_style(struct hl_buffer *out, bool colour, enum hl_style style);
/* Appends `text` in a column of `width` terminal columns; negative: left-aligned. Longer text is left
 * whole. */
void hl_output_column(struct hl_buffer *out, const char *text, int width);
/* Text from a profile, control characters made visible, cut in the middle to `width` columns when
 * longer (0: never). */
void hl_output_visible(struct hl_buffer *out, const char *text, size_t width);

/* The last `width` columns of a text that is visible already, with "…" for what is left out. */
void hl_output_end(struct hl_buffer *out, const char *text, size_t length, size_t width);
/* The first `width` columns of it. */
void hl_output_start(struct hl_buffer *out, const char *text, size_t length, size_t width);
/* Sends the buffer to standard output and empties it. Says when it cannot. Exit code. */
int hl_output_finish(struct hl_buffer *out);
/* "hotlens: message" and the remedy below it, on standard error. Returns HL_EXIT_FAILED. */
int hl_output_error(const struct hl_error *error, int result);
void hl_output_note(const char *format, ...) HL_PRINTF(1, 2);
/* As hl_output_note, with another start of the line than "hotlens: ". */
void hl_output_vnote(const char *before, const char *format, va_list arguments) HL_PRINTF(2, 0);
/* Appends the lines of a text, each indented, fit for a terminal: of control characters only the ends
 * of lines stay. */
void hl_output_lines(struct hl_buffer *out, const char *text, const char *indent);

#endif
