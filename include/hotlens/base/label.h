/* Texts cut to display columns. */
#ifndef HOTLENS_BASE_LABEL_H
#define HOTLENS_BASE_LABEL_H

#include "hotlens/base/buffer.h"

/* The bytes of the longest start of `text` that takes at most `columns` columns, with all the combining
 * marks of its last character; *ret_columns is what it takes. */
size_t hl_label_fit(const char *text, size_t length, size_t columns, size_t *ret_columns);
/* Appends `text`, made visible (utf8.h), cut at its end to `columns` columns: "…" stands for what is left
 * out, where there are at least three columns. Returns the columns it takes; a wide character that does not
 * fit leaves one free. */
size_t hl_label_append(struct hl_buffer *out, const char *text, size_t length, size_t columns);

#endif
