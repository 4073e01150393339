/* The parts of `hotlens flame`. */
#ifndef HOTLENS_CLI_FLAME_H
#define HOTLENS_CLI_FLAME_H

#include "hotlens/app/flame.h"

/* Colours of boxes. */
enum hl_flame_colour { HL_FLAME_PLAIN, HL_FLAME_256, HL_FLAME_TRUE };

/* What the terminal on this descriptor can show. */
enum hl_flame_colour hl_flame_colour_of(int fd);
/* The graph as rows of boxes, `width` columns wide; a sandwich has its callers above, upside down. */
int hl_flame_draw(const struct hl_flame *flame, uint32_t width, enum hl_flame_colour colour,
                  struct hl_buffer *out);

/* How boxes are drawn. */
struct hl_flame_pen {
    const struct hl_flame *flame;
    enum hl_flame_colour colour;
    uint32_t width;
    const struct hl_view *view; /* with the node that stands out; NULL for none */
    uint32_t marked;
    const uint8_t *matches;     /* by function: what was searched for; NULL without a search */
    /* What stands in a box, if not the name; NULL, or an answer of NULL, is the name. */
    const char *(*label)(void *user, const struct hl_view *view, uint32_t node, size_t *ret_length);
    void *user;
};

/* One row of a layout, without the line end. */
void hl_flame_draw_row(const struct hl_flame_pen *pen, const struct hl_view *view,
                       const struct hl_layout *layout, uint32_t row, struct hl_buffer *out);
/* Shows it on the whole screen, with keys, until it is left. Standard input and output are a terminal. */
int hl_flame_interactive(const struct hl_run_data *data, const struct hl_flame_query *query,
                         struct hl_error *error);

#endif
