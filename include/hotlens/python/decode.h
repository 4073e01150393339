/* Python source bytes to UTF-8, as CPython reads a file: a byte order mark or a coding cookie in the
 * first two lines (PEP 263), else UTF-8. Line ends are left as they are. */
#ifndef HOTLENS_PYTHON_DECODE_H
#define HOTLENS_PYTHON_DECODE_H

#include "hotlens/base/buffer.h"

/* Appends the text to `text`, without a mark. ASCII and valid UTF-8 are copied in one go. 0, -ENOMEM,
 * -EILSEQ when the bytes are not in the encoding that they claim, -ENOTSUP for an encoding that is
 * not known here. */
int hl_python_decode(const char *data, size_t length, struct hl_buffer *text);
/* The normalized encoding name that the first two lines ask for ("utf-8" by default). Caller frees. */
char *hl_python_encoding(const char *data, size_t length);

#endif
