#include "hotlens/formats/svg.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/hash.h"
#include "hotlens/base/label.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/utf8.h"
#include "hotlens/formats/module_name.h"
#include "markup.h"

#define MARGIN 10.0
#define HEAD 52.0
#define ROW 18.0
#define LEAST 0.1          /* pixels of a box that is drawn */
#define LETTER 7.3         /* pixels of a column of 12 px monospace, rather more than less */
#define COLOURS 8u

/* Colours that stay apart for every common kind of colour blindness (after Okabe and Ito); dark letters on
 * light boxes, and the other way round for readers with a dark page. */
static const char STYLE[] =
    "<style>"
    "svg{background:#fff}text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#111}"
    ".h{font-weight:bold;font-size:15px}.d{fill:#555}rect{stroke:#fff;stroke-width:.5}"
    ".c0{fill:#f0b429}.c1{fill:#8ccbee}.c2{fill:#5cc3a0}.c3{fill:#f0e66b}.c4{fill:#ef9a68}"
    ".c5{fill:#dba6c8}.c6{fill:#a9bfe0}.c7{fill:#cfcf94}.g{fill:#cfcfcf}"
    "@media(prefers-color-scheme:dark){svg{background:#16181c}text{fill:#f4f4f4}.d{fill:#aaa}"
    "rect{stroke:#16181c}.c0{fill:#8a5f00}.c1{fill:#1f6391}.c2{fill:#00694d}.c3{fill:#6e6600}"
    ".c4{fill:#97440f}.c5{fill:#7d3f66}.c6{fill:#3f5785}.c7{fill:#5d5d2c}.g{fill:#4b4b4b}}"
    "</style>\n";

/* U+FFFE and U+FFFF are valid UTF-8 but no characters of XML. */
static void put_text(struct hl_buffer *out, const char *text, size_t length)
{
    _cleanup_buffer_ struct hl_buffer visible = {0};
    hl_utf8_append_visible(&visible, text, length);
    for (size_t at = 0; at < visible.length;) {
        uint32_t code_point;
        size_t size = hl_utf8_decode(visible.data + at, visible.length - at, &code_point);
        if (code_point == 0xFFFE || code_point == 0xFFFF) {
            hl_buffer_puts(out, "\xEF\xBF\xBD");
        } else {
            markup_append(out, visible.data + at, size);
        }
        at += size;
    }
}

static const struct hl_function *function_of(const struct hl_svg_picture *picture, uint32_t node)
{
    uint32_t group = picture->view->group[node];
    return group < picture->functions->count ? &picture->functions->items[group] : NULL;
}

static const char *name_of(const struct hl_svg_picture *picture, uint32_t node, size_t *ret_length)
{
    const struct hl_function *function = function_of(picture, node);
    if (function) {
        return hl_strings_get(picture->functions->strings, function->name, ret_length);
    }
    const char *name = picture->view->group[node] == HL_VIEW_OTHER ? "(other)" : "(all)";
    *ret_length = strlen(name);
    return name;
}

/* A path outside the project says where a person keeps things; its module is enough. */
static void put_place(struct hl_buffer *out, const struct hl_svg_picture *picture,
                      const struct hl_function *function)
{
    if (!function || function->file == HL_NO_STRING) {
        return;
    }
    size_t length;
    const char *file = hl_strings_get(picture->functions->strings, function->file, &length);
    _cleanup_buffer_ struct hl_buffer place = {0};
    const char *folder = picture->workspace;
    const char *below = folder && strlen(folder) > 1 ? hl_path_below(file, folder) : NULL;
    bool is_own = below && *below;
    if (is_own) {
        hl_buffer_puts(&place, below);
    } else {
        hl_module_name_append(file, length, &place);
    }
    if (is_own && function->line > 0) {
        hl_buffer_printf(&place, ":%u", function->line);
    }
    hl_buffer_puts(out, " (");
    put_text(out, place.data ? place.data : "", place.length);
    hl_buffer_putc(out, ')');
}

static void put_title(struct hl_buffer *out, const struct hl_svg_picture *picture, uint32_t node)
{
    const struct hl_view *view = picture->view;
    size_t length;
    const char *name = name_of(picture, node, &length);
    double whole = view->total[0] > 0 ? (double)view->total[0] : 1.0;
    hl_buffer_puts(out, "<title>");
    put_text(out, name, length);
    put_place(out, picture, function_of(picture, node));
    hl_buffer_puts(out, "\n");
    picture->amount(picture->user, out, view->total[node]);
    hl_buffer_printf(out, ", %.1f%%", 100.0 * (double)view->total[node] / whole);
    if (view->self[node] > 0) {
        hl_buffer_puts(out, "; own ");
        picture->amount(picture->user, out, view->self[node]);
    }
    hl_buffer_puts(out, "</title>");
}

static void put_class(struct hl_buffer *out, const struct hl_svg_picture *picture, uint32_t node)
{
    const struct hl_function *function = function_of(picture, node);
    if (!function || function->file == HL_NO_STRING) {
        hl_buffer_putc(out, 'g');
        return;
    }
    size_t length;
    const char *file = hl_strings_get(picture->functions->strings, function->file, &length);
    _cleanup_buffer_ struct hl_buffer module = {0};
    hl_module_name_append(file, length, &module);
    const char *dot = module.data ? memchr(module.data, '.', module.length) : NULL;
    size_t package = dot ? (size_t)(dot - module.data) : module.length;
    uint64_t hash = hl_hash_bytes(module.data ? module.data : "", package, 0);
    hl_buffer_printf(out, "c%u", (unsigned)(hash % COLOURS));
}

static void put_box(struct hl_buffer *out, const struct hl_svg_picture *picture, uint32_t node,
                    double x, double y, double width)
{
    size_t length;
    const char *name = name_of(picture, node, &length);
    hl_buffer_puts(out, "<g>");
    put_title(out, picture, node);
    hl_buffer_printf(out, "<rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%.0f\" class=\"", x, y,
                     width, ROW - 1);
    put_class(out, picture, node);
    hl_buffer_puts(out, "\"/>");
    size_t columns = width > 8 ? (size_t)((width - 6) / LETTER) : 0;
    if (columns >= 2) {
        _cleanup_buffer_ struct hl_buffer label = {0};
        hl_label_append(&label, name, length, columns);
        hl_buffer_printf(out, "<text x=\"%.2f\" y=\"%.0f\">", x + 3, y + 13);
        put_text(out, label.data ? label.data : "", label.length);
        hl_buffer_puts(out, "</text>");
    }
    hl_buffer_puts(out, "</g>\n");
}

/* Where each node begins, in samples from the left, and its level; a node after its parent. */
struct places {
    uint64_t *start;
    uint64_t *taken; /* by the children so far */
    uint32_t *depth;
    uint32_t deepest; /* of what is drawn */
};

static double scale_of(const struct hl_svg_picture *picture)
{
    uint64_t total = picture->view->total[0];
    return total > 0 ? (picture->width - 2 * MARGIN) / (double)total : 0;
}

/* The next node to draw, from `node` on; the ones too narrow are passed over with their subtrees. */
static uint32_t next_drawn(const struct hl_svg_picture *picture, uint32_t node)
{
    const struct hl_view *view = picture->view;
    while (node > 0 && node < view->count &&
           (double)view->total[node] * scale_of(picture) < LEAST) {
        node = view->end[node];
    }
    return node;
}

static void find_places(const struct hl_svg_picture *picture, struct places *places)
{
    const struct hl_view *view = picture->view;
    places->start[0] = 0;
    places->depth[0] = 0;
    for (uint32_t i = next_drawn(picture, 1); i < view->count; i = next_drawn(picture, i + 1)) {
        uint32_t parent = view->parent[i];
        places->start[i] = places->start[parent] + places->taken[parent];
        places->taken[parent] += view->total[i];
        places->depth[i] = places->depth[parent] + 1;
        places->deepest = places->depth[i] > places->deepest ? places->depth[i] : places->deepest;
    }
}

static void put_line(struct hl_buffer *out, const char *text, const char *class, int y,
                     uint32_t width)
{
    if (text && *text) {
        _cleanup_buffer_ struct hl_buffer label = {0};
        hl_label_append(&label, text, strlen(text), (size_t)(width / (LETTER * 1.3)));
        hl_buffer_printf(out, "<text class=\"%s\" x=\"%.0f\" y=\"%d\">", class, MARGIN, y);
        put_text(out, label.data ? label.data : "", label.length);
        hl_buffer_puts(out, "</text>\n");
    }
}

static void put_picture(struct hl_buffer *out, const struct hl_svg_picture *picture,
                        const struct places *places)
{
    double height = HEAD + ROW * (places->deepest + 1.0) + MARGIN;
    hl_buffer_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    hl_buffer_printf(out,
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%.0f\" "
                     "viewBox=\"0 0 %u %.0f\" role=\"img\">\n",
                     picture->width, height, picture->width, height);
    hl_buffer_puts(out, STYLE);
    put_line(out, picture->title ? picture->title : "Flame graph", "h", 22, picture->width);
    put_line(out, picture->summary, "d", 41, picture->width);
    double scale = scale_of(picture);
    for (uint32_t i = 0; i < picture->view->count; i = next_drawn(picture, i + 1)) {
        put_box(out, picture, i, MARGIN + (double)places->start[i] * scale,
                HEAD + ROW * places->depth[i],
                i > 0 ? (double)picture->view->total[i] * scale : picture->width - 2 * MARGIN);
    }
    hl_buffer_puts(out, "</svg>\n");
}

int hl_svg_write(const struct hl_svg_picture *picture, struct hl_buffer *out)
{
    uint32_t count = picture->view->count;
    _cleanup_free_ uint64_t *start = hl_try_calloc(count, sizeof(*start));
    _cleanup_free_ uint64_t *taken = hl_try_calloc(count, sizeof(*taken));
    _cleanup_free_ uint32_t *depth = hl_try_calloc(count, sizeof(*depth));
    if (!start || !taken || !depth) {
        return -ENOMEM;
    }
    struct places places = {.start = start, .taken = taken, .depth = depth};
    find_places(picture, &places);
    put_picture(out, picture, &places);
    return 0;
}
