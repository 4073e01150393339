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
/* One row of a layout, without the line end; `marked` is a node that stands out, or HL_LAYOUT_MERGED. */
void hl_flame_draw_row(const struct hl_flame *flame, const struct hl_view *view,
                       const struct hl_layout *layout, uint32_t row, uint32_t width,
                       enum hl_flame_colour colour, uint32_t marked, struct hl_buffer *out);
/* Shows it on the whole screen, with keys, until it is left. Standard input and output are a terminal. */
int hl_flame_interactive(const struct hl_run_data *data, const struct hl_flame_query *query,
                         struct hl_error *error);

#endif
