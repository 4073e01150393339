#include "hotlens/base/label.h"

#include "hotlens/base/utf8.h"

size_t hl_label_fit(const char *text, size_t length, size_t columns, size_t *ret_columns)
{
    size_t at = 0;
    size_t used = 0;
    while (at < length) {
        uint32_t code_point;
        size_t size = hl_utf8_decode(text + at, length - at, &code_point);
        size_t width = hl_utf8_code_point_width(code_point);
        if (used + width > columns) {
            break;
        }
        used += width;
        at += size;
    }
    *ret_columns = used;
    return at;
}

size_t hl_label_append(struct hl_buffer *out, const char *text, size_t length, size_t columns)
{
    _cleanup_buffer_ struct hl_buffer visible = {0};
    /* Four bytes for a column and as many marks as fit in the rest: a name of a megabyte costs no more. */
    size_t most = columns * 32 + 32;
    hl_utf8_append_visible(&visible, text, length < most ? length : most);
    size_t used = 0;
    if (!visible.data) {
        out->error = out->error ? out->error : visible.error;
        return 0;
    }
    size_t bytes = hl_label_fit(visible.data, visible.length, columns, &used);
    if (bytes == visible.length || columns < 3) {
        hl_buffer_append(out, visible.data, bytes);
        return used;
    }
    bytes = hl_label_fit(visible.data, visible.length, columns - 1, &used);
    hl_buffer_append(out, visible.data, bytes);
    hl_buffer_puts(out, "…");
    return used + 1;
}
