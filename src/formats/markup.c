#include "markup.h"

void markup_append(struct hl_buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '&':
            hl_buffer_puts(out, "&amp;");
            break;
        case '<':
            hl_buffer_puts(out, "&lt;");
            break;
        case '>':
            hl_buffer_puts(out, "&gt;");
            break;
        case '"':
            hl_buffer_puts(out, "&quot;");
            break;
        default:
            hl_buffer_putc(out, text[i]);
        }
    }
}
