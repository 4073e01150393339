/* Functions with their place: as a person writes them, and fitted to the width of the terminal with running
 * text. */
#ifndef HOTLENS_CLI_PLACE_H
#define HOTLENS_CLI_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotlens/base/buffer.h"

struct hl_place {
    const char *name;      /* of the function; NULL: only the place */
    const char *file;      /* or NULL */
    const char *workspace; /* that paths are shown relative to, or NULL */
    uint32_t line;         /* 0: none */
    bool bold;             /* the name stands out */
};

/* "train  app/train.py:12" in at most `width` columns, and never less than a glimpse of both. */
void hl_output_place(struct hl_buffer *out, const struct hl_place *place, size_t width,
                     bool colour);
/* The colon of "FILE:NAME", NULL for a name alone. Names of C++ and Rust have their own, in twos. */
const char *hl_place_colon(const char *text);
/* Text without control characters but '\n', its lines broken at `separator` to fit `width`. */
void hl_output_wrapped(struct hl_buffer *out, const char *text, const char *separator,
                       size_t width);

#endif
