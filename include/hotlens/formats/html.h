/* The flame-graph viewer as one self-contained HTML file: viewer, style and data in it, nothing loaded, and
 * a Content-Security-Policy that allows nothing else. */
#ifndef HOTLENS_FORMATS_HTML_H
#define HOTLENS_FORMATS_HTML_H

#include "hotlens/base/buffer.h"

/* Everything before the data; the title is escaped. */
void hl_html_begin(struct hl_buffer *out, const char *title);
/* What the viewer reads: JSON as hl_json writes it (without "<", so that it ends where we say), `id` is
 * hotlens-data or hotlens-sources. To be written between begin and end of the block. */
void hl_html_data_begin(struct hl_buffer *out, const char *id);
void hl_html_data_end(struct hl_buffer *out);
/* The viewer itself, and the end of the page. */
void hl_html_end(struct hl_buffer *out);

#endif
