#ifndef HOTLENS_FORMATS_MARKUP_H
#define HOTLENS_FORMATS_MARKUP_H

#include "hotlens/base/buffer.h"

/* Text for HTML and XML, between tags and in attributes with double quotes. */
void markup_append(struct hl_buffer *out, const char *text, size_t length);

#endif
