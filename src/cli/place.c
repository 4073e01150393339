/* A function and where it is, in the columns that are left. */
#include "hotlens/cli/place.h"

#include <stdlib.h>
#include <string.h>

#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/utf8.h"
#include "hotlens/cli/output.h"

#define GAP 2u
/* Even where nothing fits this much is shown, and the terminal wraps. */
#define LEAST 12u

static size_t width_of(const struct hl_buffer *text)
{
    return text->data ? hl_utf8_width(text->data, text->length) : 0;
}

/* "app/train.py:12", its start cut off: the end is what tells files apart. */
static void make_place(struct hl_buffer *out, const struct hl_place *place)
{
    const char *path = hl_text_path(place->file, place->workspace);
    hl_utf8_append_visible(out, path, strlen(path));
    if (place->line > 0) {
        hl_buffer_printf(out, ":%u", place->line);
    }
}

static void append_place(struct hl_buffer *out, const struct hl_buffer *text, size_t width,
                         bool colour)
{
    hl_output_style(out, colour, HL_STYLE_DIM);
    hl_output_end(out, text->data, text->length, width);
    hl_output_style(out, colour, HL_STYLE_PLAIN);
}

void hl_output_place(struct hl_buffer *out, const struct hl_place *place, size_t width, bool colour)
{
    _cleanup_buffer_ struct hl_buffer where = {0};
    if (place->file) {
        make_place(&where, place);
    }
    size_t place_width = width_of(&where);
    if (!place->name) {
        append_place(out, &where, width > LEAST ? width : LEAST, colour);
        return;
    }
    _cleanup_buffer_ struct hl_buffer name = {0};
    hl_utf8_append_visible(&name, place->name, strlen(place->name));
    size_t name_width = width_of(&name);
    size_t room = width > 2 * LEAST + GAP ? width - GAP : 2 * LEAST;
    if (name_width + place_width > room) {
        /* Half for each; what one leaves the other gets. */
        size_t half = room / 2;
        size_t name_room = place_width < half ? room - place_width : half;
        name_width = name_width < name_room ? name_width : name_room;
        place_width = room - name_width;
    }
    hl_output_style(out, colour && place->bold, HL_STYLE_BOLD);
    hl_output_visible(out, place->name, name_width > 0 ? name_width : LEAST);
    hl_output_style(out, colour && place->bold, HL_STYLE_PLAIN);
    if (where.length > 0) {
        hl_buffer_puts(out, "  ");
        append_place(out, &where, place_width, colour);
    }
}

static size_t piece_length(const char *text, size_t length, const char *separator)
{
    const char *end = memmem(text, length, separator, strlen(separator));
    return end ? (size_t)(end - text) : length;
}

/* One line, broken at separators; continued lines are indented. */
static void wrap_line(struct hl_buffer *out, const char *text, size_t length, const char *separator,
                      size_t width)
{
    size_t column = 0;
    while (length > 0) {
        size_t piece = piece_length(text, length, separator);
        size_t piece_width = hl_utf8_width(text, piece);
        size_t gap = hl_utf8_width(separator, strlen(separator));
        if (column > 0 && column + gap + piece_width > width) {
            hl_buffer_puts(out, "\n  ");
            column = GAP;
        } else if (column > 0) {
            hl_buffer_puts(out, separator);
            column += gap;
        }
        char *copy = hl_xstrndup(text, piece);
        hl_output_visible(out, copy, width - GAP);
        free(copy);
        column += piece_width < width - GAP ? piece_width : width - GAP;
        size_t step = piece + strlen(separator);
        step = step < length ? step : length;
        text += step;
        length -= step;
    }
}

void hl_output_wrapped(struct hl_buffer *out, const char *text, const char *separator, size_t width)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        wrap_line(out, text, length, separator, width);
        text += length;
        if (*text == '\n') {
            hl_buffer_putc(out, '\n');
            text++;
        }
    }
}

const char *hl_place_colon(const char *text)
{
    const char *last = NULL;
    for (const char *at = strchr(text, ':'); at; at = strchr(at, ':')) {
        size_t count = strspn(at, ":");
        last = count == 1 ? at : last;
        at += count;
    }
    return last;
}
