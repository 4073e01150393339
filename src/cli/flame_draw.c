/* A flame graph drawn with characters. */
#include "hotlens/cli/flame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/hash.h"
#include "hotlens/base/label.h"
#include "hotlens/cli/output.h"

/* Hues that differ for every common kind of colour blindness (after Okabe and Ito), light enough for black
 * letters; beside each the nearest of the 256 colours. */
static const struct colour {
    uint8_t red, green, blue, index;
} PALETTE[] = {
    {240, 180, 41, 214}, {115, 190, 235, 117}, {60, 185, 140, 72},  {240, 228, 66, 227},
    {226, 130, 80, 173}, {214, 150, 190, 175}, {150, 175, 220, 110}, {200, 200, 140, 186},
};
static const struct colour GREY = {185, 185, 185, 250};

enum hl_flame_colour hl_flame_colour_of(int fd)
{
    if (!hl_output_has_colour(fd)) {
        return HL_FLAME_PLAIN;
    }
    const char *depth = getenv("COLORTERM");
    const char *term = getenv("TERM");
    bool full = (depth && (strcmp(depth, "truecolor") == 0 || strcmp(depth, "24bit") == 0)) ||
                (term && strstr(term, "-direct"));
    return full ? HL_FLAME_TRUE : HL_FLAME_256;
}

/* By module, so that what belongs together looks alike; shared by all functions of a file. */
static struct colour colour_of(const struct hl_flame *flame, const struct hl_view *view,
                               uint32_t node)
{
    const struct hl_function *function =
        node == HL_LAYOUT_MERGED ? NULL : hl_flame_function(flame, view, node);
    if (!function || function->file == HL_NO_STRING) {
        return GREY;
    }
    size_t length;
    const char *file = hl_strings_get(flame->functions->strings, function->file, &length);
    return PALETTE[hl_hash_bytes(file, length, 0) % ARRAY_SIZE(PALETTE)];
}

static void begin_box(struct hl_buffer *out, struct colour fill, enum hl_flame_colour colour,
                      bool marked)
{
    if (colour == HL_FLAME_TRUE) {
        hl_buffer_printf(out, "\x1b[%s38;2;0;0;0;48;2;%u;%u;%um", marked ? "1;7;" : "", fill.red,
                         fill.green, fill.blue);
    } else if (colour == HL_FLAME_256) {
        hl_buffer_printf(out, "\x1b[%s38;5;16;48;5;%um", marked ? "1;7;" : "", fill.index);
    } else if (marked) {
        hl_buffer_puts(out, "\x1b[7m");
    }
}

static void spaces(struct hl_buffer *out, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        hl_buffer_putc(out, ' ');
    }
}

static const char *label_of(const struct hl_flame_pen *pen, const struct hl_view *view,
                            uint32_t node, size_t *ret_length)
{
    const char *label = NULL;
    if (node == HL_LAYOUT_MERGED) {
        label = "";
    } else if (pen->label) {
        label = pen->label(pen->user, view, node, ret_length);
    }
    if (!label || node == HL_LAYOUT_MERGED) {
        label = label ? label : hl_flame_name(pen->flame, view, node);
        *ret_length = strlen(label);
    }
    return label;
}

/* Without colours a match is underlined; with them all else is grey too. */
static bool is_match(const struct hl_flame_pen *pen, const struct hl_view *view, uint32_t node)
{
    const struct hl_function *function =
        node == HL_LAYOUT_MERGED ? NULL : hl_flame_function(pen->flame, view, node);
    return function && pen->matches[function - pen->flame->functions->items];
}

/* A box is its label and, at its right edge, a line that keeps it from its neighbour. */
static void draw_box(const struct hl_flame_pen *pen, const struct hl_view *view,
                     const struct hl_cell *cell, struct hl_buffer *out)
{
    bool merged = cell->node == HL_LAYOUT_MERGED;
    bool marked = !merged && pen->view == view && cell->node == pen->marked;
    bool found = pen->matches && is_match(pen, view, cell->node);
    bool plain = pen->colour == HL_FLAME_PLAIN;
    uint32_t inner = cell->width > 1 ? cell->width - 1 : 0;
    struct colour fill =
        pen->matches && !found ? GREY : colour_of(pen->flame, view, cell->node);
    size_t length;
    const char *label = label_of(pen, view, cell->node, &length);
    begin_box(out, fill, pen->colour, marked);
    hl_buffer_puts(out, found ? "\x1b[1;4m" : "");
    size_t used = hl_label_append(out, label, length, inner);
    hl_buffer_puts(out, found ? "\x1b[24m" : "");
    for (size_t i = used; i < inner; i++) {
        hl_buffer_puts(out, merged ? "·" : plain ? "─" : " ");
    }
    hl_buffer_puts(out, merged && inner == 0 ? "·" : plain ? "┤" : "▕");
    if (!plain || marked || found) {
        hl_buffer_puts(out, "\x1b[0m");
    }
}

void hl_flame_draw_row(const struct hl_flame_pen *pen, const struct hl_view *view,
                       const struct hl_layout *layout, uint32_t row, struct hl_buffer *out)
{
    uint32_t x = 0;
    for (size_t i = layout->row[row]; i < layout->row[row + 1]; i++) {
        const struct hl_cell *cell = &layout->cells[i];
        spaces(out, cell->x - x);
        draw_box(pen, view, cell, out);
        x = cell->x + cell->width;
    }
    if (pen->colour != HL_FLAME_PLAIN) {
        spaces(out, pen->width - x);
    }
}

static int draw_tree(const struct hl_flame *flame, const struct hl_view *view, uint32_t width,
                     enum hl_flame_colour colour, bool upwards, struct hl_buffer *out)
{
    struct hl_layout layout;
    const struct hl_flame_pen pen = {.flame = flame, .width = width, .colour = colour};
    int r = hl_layout_make(view, width, &layout);
    for (uint32_t i = 0; r == 0 && i < layout.rows; i++) {
        uint32_t row = upwards ? layout.rows - 1 - i : i;
        if (upwards && row == 0) {
            break; /* the function itself is drawn once, with what it calls */
        }
        hl_flame_draw_row(&pen, view, &layout, row, out);
        hl_buffer_putc(out, '\n');
    }
    hl_layout_finish(&layout);
    return r;
}

int hl_flame_draw(const struct hl_flame *flame, uint32_t width, enum hl_flame_colour colour,
                  struct hl_buffer *out)
{
    int r = flame->callers ? draw_tree(flame, flame->callers, width, colour, true, out) : 0;
    return r < 0 ? r : draw_tree(flame, flame->view, width, colour, false, out);
}
