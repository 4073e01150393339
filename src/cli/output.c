#include "hotlens/cli/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hotlens/base/utf8.h"
#include "hotlens/cli/cli.h"

bool hl_output_has_colour(int fd)
{
    const char *no_colour = getenv("NO_COLOR"); /* any value but the empty one (no-color.org) */
    const char *terminal = getenv("TERM");
    return isatty(fd) && !(no_colour && no_colour[0]) && terminal && strcmp(terminal, "dumb") != 0;
}

size_t hl_output_width(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) {
        return size.ws_col;
    }
    return isatty(fd) ? 80 : HL_OUTPUT_WIDE;
}

void hl_output_style(struct hl_buffer *out, bool colour, enum hl_style style)
{
    static const char *const CODES[] = {
        [HL_STYLE_PLAIN] = "0",  [HL_STYLE_BOLD] = "1",  [HL_STYLE_DIM] = "2",
        [HL_STYLE_HOT] = "1;31", [HL_STYLE_WARM] = "33", [HL_STYLE_GOOD] = "32",
    };
    if (colour) {
        hl_buffer_printf(out, "\033[%sm", CODES[style]);
    }
}

void hl_output_column(struct hl_buffer *out, const char *text, int width)
{
    size_t length = strlen(text);
    int spaces = abs(width) - (int)hl_utf8_width(text, length);
    if (width < 0) {
        hl_buffer_append(out, text, length);
    }
    for (int i = 0; i < spaces; i++) {
        hl_buffer_putc(out, ' ');
    }
    if (width >= 0) {
        hl_buffer_append(out, text, length);
    }
}

/* How many bytes of `text` fill at most `columns`, from the start or from the end. */
static size_t bytes_in_columns(const char *text, size_t length, size_t columns)
{
    size_t at = 0;
    while (at < length) {
        uint32_t code_point;
        size_t size = hl_utf8_decode(text + at, length - at, &code_point);
        size_t width = hl_utf8_code_point_width(code_point);
        if (width > columns) {
            break;
        }
        columns -= width;
        at += size;
    }
    return at;
}

/* How many bytes stand before the last `columns` columns. */
static size_t bytes_before_end(const char *text, size_t length, size_t columns)
{
    size_t all = hl_utf8_width(text, length);
    size_t skipped = bytes_in_columns(text, length, all - columns);
    while (hl_utf8_width(text + skipped, length - skipped) > columns) {
        uint32_t code_point; /* a wide character stands across the edge */
        skipped += hl_utf8_decode(text + skipped, length - skipped, &code_point);
    }
    return skipped;
}

void hl_output_end(struct hl_buffer *out, const char *text, size_t length, size_t width)
{
    if (width == 0 || hl_utf8_width(text, length) <= width) {
        hl_buffer_append(out, text, length);
        return;
    }
    size_t skipped = bytes_before_end(text, length, width - 1);
    hl_buffer_puts(out, "…");
    hl_buffer_append(out, text + skipped, length - skipped);
}

void hl_output_start(struct hl_buffer *out, const char *text, size_t length, size_t width)
{
    if (width == 0 || hl_utf8_width(text, length) <= width) {
        hl_buffer_append(out, text, length);
        return;
    }
    hl_buffer_append(out, text, bytes_in_columns(text, length, width - 1));
    hl_buffer_puts(out, "…");
}

void hl_output_visible(struct hl_buffer *out, const char *text, size_t width)
{
    _cleanup_buffer_ struct hl_buffer visible = {0};
    hl_utf8_append_visible(&visible, text, strlen(text));
    const char *shown = visible.data ? visible.data : "";
    size_t columns = hl_utf8_width(shown, visible.length);
    if (width == 0 || columns <= width) {
        hl_buffer_append(out, shown, visible.length);
        return;
    }
    /* The end tells more than the start: a path's last part, a qualified name's last name. */
    size_t head = width / 3;
    size_t tail = width - head - 1;
    size_t head_bytes = bytes_in_columns(shown, visible.length, head);
    size_t skipped = bytes_before_end(shown, visible.length, tail);
    hl_buffer_append(out, shown, head_bytes);
    hl_buffer_puts(out, "…");
    hl_buffer_append(out, shown + skipped, visible.length - skipped);
}

int hl_output_finish(struct hl_buffer *out)
{
    int r = out->error;
    if (r == 0 && out->length > 0) {
        int fd = STDOUT_FILENO;
        r = hl_write_to_fd(&fd, out->data, out->length);
    }
    hl_buffer_finish(out);
    if (r < 0) {
        fprintf(stderr, "hotlens: standard output cannot be written: %s\n", strerror(-r));
        return HL_EXIT_FAILED;
    }
    return HL_EXIT_OK;
}

/* Names of files, programs and functions are anybody's: they must not steer the terminal. */
void hl_output_lines(struct hl_buffer *out, const char *text, const char *indent)
{
    do {
        size_t length = strcspn(text, "\n");
        hl_buffer_puts(out, indent);
        hl_utf8_append_visible(out, text, length);
        hl_buffer_putc(out, '\n');
        text += length;
        text += *text == '\n';
    } while (*text);
}

static void print_visible(const char *before, const char *text)
{
    _cleanup_buffer_ struct hl_buffer out = {0};
    hl_buffer_puts(&out, before);
    hl_output_lines(&out, text, "");
    fwrite(out.data, 1, out.length, stderr);
}

int hl_output_error(const struct hl_error *error, int result)
{
    const char *message = hl_error_text(error, result);
    _cleanup_buffer_ struct hl_buffer line = {0};
    hl_buffer_puts(&line, "hotlens: ");
    hl_utf8_append_visible(&line, message, strlen(message)); /* one line, whatever a name has in it */
    hl_buffer_putc(&line, '\n');
    fwrite(line.data, 1, line.length, stderr);
    if (error && error->remedy && *error->remedy) {
        _cleanup_buffer_ struct hl_buffer out = {0};
        hl_output_lines(&out, error->remedy, "  ");
        fwrite(out.data, 1, out.length, stderr);
    }
    return HL_EXIT_FAILED;
}

void hl_output_vnote(const char *before, const char *format, va_list arguments)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_buffer_vprintf(&text, format, arguments);
    hl_buffer_putc(&text, '\0');
    print_visible(before, text.data ? text.data : "");
}

void hl_output_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    hl_output_vnote("hotlens: ", format, arguments);
    va_end(arguments);
}
