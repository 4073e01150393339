/* A flame graph as one static SVG picture, for a README or a CI job: no script, nothing loaded. */
#ifndef HOTLENS_FORMATS_SVG_H
#define HOTLENS_FORMATS_SVG_H

#include "hotlens/base/buffer.h"
#include "hotlens/profile/functions.h"
#include "hotlens/profile/view.h"

struct hl_svg_picture {
    const struct hl_view *view; /* by function */
    const struct hl_functions *functions;
    const char *title;     /* or NULL */
    const char *summary;   /* a line below it, or NULL */
    const char *workspace; /* files in it are shown relative to it; of others only the module; or NULL */
    uint32_t width;        /* pixels, at least 200 */
    /* Appends what a number of samples is for people. */
    void (*amount)(void *user, struct hl_buffer *out, uint64_t samples);
    void *user;
};

/* Boxes under 0.1 px are left out with what is below them. Names are anybody's: all text is escaped, and
 * what is no legal character of XML is made visible. Linear in the view. 0 or -ENOMEM; writing errors stay
 * in `out`. */
int hl_svg_write(const struct hl_svg_picture *picture, struct hl_buffer *out);

#endif
