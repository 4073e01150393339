/* What is on the screen: a head, the graph or the table, the selected node in numbers, and keys. Only rows
 * that have changed are sent, so a key costs little over a slow line. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flame_screen.h"
#include "hotlens/app/text.h"
#include "hotlens/base/label.h"
#include "hotlens/base/memory.h"
#include "hotlens/cli/place.h"

/* From this many rows on there is room for a head and a line more at the foot. */
#define TALL 10u

uint32_t picture_head_rows(const struct screen *screen)
{
    return screen->rows >= TALL ? 1 : 0;
}

static uint32_t foot_rows(const struct screen *screen)
{
    return screen->rows >= TALL ? 3 : screen->rows > 2 ? 2 : 0;
}

uint32_t picture_body_rows(const struct screen *screen)
{
    uint32_t others = picture_head_rows(screen) + foot_rows(screen);
    return screen->rows > others ? screen->rows - others : 1;
}

/* "[flame] train.py › main › train": where one is, the end of it if need be. */
static void put_head(const struct screen *screen, struct hl_buffer *out)
{
    static const char *const LOOKS[] = {"flame", "inverted", "callers and callees", "table"};
    enum tree tree;
    hl_buffer_printf(out, "[%s] %s", LOOKS[screen->now.look], screen->data->run.title);
    if (screen->query.focus != HL_FLAME_FOCUS_NONE) {
        hl_buffer_printf(out, " › only %s", screen->shown->flame->focus);
    }
    if (screen->now.look == LOOK_SANDWICH) {
        hl_buffer_printf(out, " › %s", hl_strings_get(screen->functions->strings,
                                                      screen->now.pivot->name, NULL));
    }
    if (place_is_zoomed(&screen->now, &tree)) {
        const struct path *path = &screen->now.zoom[tree];
        size_t first = path->count > 3 ? path->count - 3 : 0;
        hl_buffer_puts(out, first > 0 ? " › …" : "");
        for (size_t i = first; i < path->count; i++) {
            hl_buffer_printf(out, " › %s", path->steps[i].name);
        }
    }
    hl_buffer_puts(out, screen->query.workspace ? "  (my code only)" : "");
    if (screen->hidden_count > 0) {
        hl_buffer_printf(out, "  (%zu hidden)", screen->hidden_count);
    }
}

/* "train  app/train.py:12"; with source lines the line that most of its samples are of. */
static void put_place(struct screen *screen, struct hl_buffer *out)
{
    const struct hl_flame *flame = screen->shown->flame;
    const struct hl_view *view = spot_view(screen, screen->selected);
    const struct hl_function *function = hl_flame_function(flame, view, screen->selected.node);
    struct hl_place place = {
        .name = hl_flame_name(flame, view, screen->selected.node),
        .workspace = screen->data->run.workspace,
    };
    if (function && function->file != HL_NO_STRING) {
        place.file = hl_strings_get(flame->functions->strings, function->file, NULL);
        place.line = screen->source ? source_line_number(screen, view, screen->selected.node)
                                    : function->line;
    }
    hl_output_place(out, &place, screen->columns, false);
    size_t length;
    const char *text =
        screen->source ? source_text(screen, view, screen->selected.node, &length) : NULL;
    if (text) {
        hl_buffer_puts(out, "  ");
        hl_buffer_append(out, text, length);
    }
}

/* "1.20 s ± 0.10 s, 12.3% of all, 40% of train, own 0.40 s, 120 samples". */
static void put_numbers(struct screen *screen, uint64_t self, uint64_t total, const char *focus,
                        uint64_t of_focus, struct hl_buffer *out)
{
    struct hl_scale scale = hl_scale_of_run(&screen->data->run);
    hl_text_amount(out, &scale, total);
    hl_buffer_puts(out, " ");
    hl_text_error(out, &scale, total);
    hl_buffer_puts(out, ", ");
    hl_text_percent(out, total, hl_profile_samples(screen->data->profile));
    if (focus) {
        hl_buffer_puts(out, " of all, ");
        hl_text_percent(out, total, of_focus);
        hl_buffer_printf(out, " of %s", focus);
    }
    hl_buffer_puts(out, ", own ");
    hl_text_amount(out, &scale, self);
    hl_buffer_printf(out, ", %" PRIu64 " of ", self);
    hl_text_counted(out, total, "sample");
}

static void put_node_numbers(struct screen *screen, struct hl_buffer *out)
{
    const struct hl_flame *flame = screen->shown->flame;
    const struct hl_view *view = spot_view(screen, screen->selected);
    uint64_t all = hl_profile_samples(screen->data->profile);
    uint64_t of_focus = view->total[0];
    const char *focus = NULL;
    if (of_focus != all) {
        bool is_root = view->group[0] == HL_VIEW_ROOT;
        focus = is_root && flame->focus ? flame->focus : hl_flame_name(flame, view, 0);
    }
    put_numbers(screen, view->self[screen->selected.node], view->total[screen->selected.node], focus,
                of_focus, out);
}

/* One line where the screen is low. */
static void put_status(struct screen *screen, uint32_t line, struct hl_buffer *out)
{
    bool both = foot_rows(screen) < 3;
    if (screen->now.look != LOOK_TABLE) {
        if (line == 0 && both) {
            const struct hl_flame *flame = screen->shown->flame;
            hl_buffer_printf(out, "%s  ", hl_flame_name(flame, spot_view(screen, screen->selected),
                                                        screen->selected.node));
        } else if (line == 0) {
            put_place(screen, out);
        }
        if (line == 1 || both) {
            put_node_numbers(screen, out);
        }
        return;
    }
    const struct hl_function *function = table_selected(screen);
    if (line == 0 || both) {
        hl_buffer_printf(out, "%zu of ", screen->table.count > 0 ? screen->table.at + 1 : 0);
        hl_text_counted(out, screen->table.count, "function");
    }
    if (function && (line == 1 || both)) {
        size_t index = (size_t)(function - screen->data->functions->items);
        const struct hl_flame *flame = screen->shown->flame;
        hl_buffer_puts(out, both ? "  " : "");
        enum tree tree;
        bool is_zoomed = place_is_zoomed(&screen->now, &tree) && screen->table.node != 0;
        const struct path *path = &screen->now.zoom[TREE_FLAME];
        put_numbers(screen, screen->table.numbers.self[index], screen->table.numbers.total[index],
                    is_zoomed ? path->steps[path->count - 1].name : flame->focus, flame->samples, out);
    }
}

static void put_search(struct screen *screen, struct hl_buffer *out)
{
    uint32_t position;
    uint32_t count;
    find_position(screen, &position, &count);
    const struct hl_flame *flame = screen_whole(screen)->flame;
    hl_buffer_printf(out, "/%s: ", screen->search);
    hl_text_counted(out, flame->match_samples, "sample");
    hl_buffer_puts(out, ", ");
    hl_text_percent(out, flame->match_samples, flame->samples);
    hl_buffer_puts(out, ", ");
    if (position > 0) {
        hl_buffer_printf(out, "%u of ", position);
    }
    hl_buffer_printf(out, "%u match%s", count, count == 1 ? "" : "es");
    hl_buffer_puts(out, "  n N next, Esc clears");
}

static void put_foot(struct screen *screen, struct hl_buffer *out)
{
    if (screen->typing) {
        hl_buffer_printf(out, "/%s▏", screen->search);
    } else if (screen->message[0]) {
        hl_buffer_puts(out, screen->message);
    } else if (screen->search[0] && !screen->help) {
        put_search(screen, out);
    } else {
        help_foot(screen, out);
    }
}

static const char *label(void *user, const struct hl_view *view, uint32_t node, size_t *ret_length)
{
    return source_text(user, view, node, ret_length);
}

static void put_graph_row(struct screen *screen, uint32_t row, struct hl_buffer *out)
{
    const struct pane *pane;
    uint32_t layout_row;
    struct hl_flame_pen pen = {
        .flame = screen->shown->flame,
        .colour = screen->colour,
        .width = screen->columns,
        .view = spot_view(screen, screen->selected),
        .marked = screen->selected.node,
        .matches = find_matches(screen),
        .label = screen->source ? label : NULL,
        .user = screen,
    };
    if (panes_at(screen, screen->top + row, &pane, &layout_row)) {
        hl_flame_draw_row(&pen, pane->view, &pane->layout, layout_row, out);
    }
}

static void put_body_row(struct screen *screen, uint32_t row, struct hl_buffer *out)
{
    if (screen->help) {
        help_draw_row(screen, row, out);
    } else if (screen->now.look == LOOK_TABLE) {
        table_draw_row(screen, row, out);
    } else {
        put_graph_row(screen, row, out);
    }
}

/* Names are anybody's: they are cut to the columns, and made visible, where they are put together. */
static void put_text_row(struct screen *screen, uint32_t row, struct hl_buffer *out)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    uint32_t below = row - picture_head_rows(screen) - picture_body_rows(screen);
    if (row < picture_head_rows(screen)) {
        put_head(screen, &text);
    } else if (below + 1 == foot_rows(screen)) {
        put_foot(screen, &text);
    } else if (!screen->help) {
        put_status(screen, below, &text);
    }
    hl_label_append(out, text.data ? text.data : "", text.length, screen->columns);
}

static void put_row(struct screen *screen, uint32_t row, struct hl_buffer *out)
{
    uint32_t head = picture_head_rows(screen);
    if (row >= head && row - head < picture_body_rows(screen)) {
        put_body_row(screen, row - head, out);
    } else {
        put_text_row(screen, row, out);
    }
    hl_buffer_putc(out, '\0');
}

void picture_forget(struct screen *screen)
{
    for (uint32_t i = 0; screen->drawn && i < screen->drawn_count; i++) {
        free(screen->drawn[i]);
        screen->drawn[i] = NULL;
    }
}

static void make_room(struct screen *screen, struct hl_buffer *out)
{
    if (screen->drawn_count != screen->rows || !screen->drawn || !screen->drawn[0]) {
        picture_forget(screen);
        free(screen->drawn);
        screen->drawn = hl_xcalloc(screen->rows, sizeof(*screen->drawn));
        screen->drawn_count = screen->rows;
        hl_buffer_puts(out, "\x1b[0m\x1b[2J");
    }
}

int picture_draw(struct screen *screen)
{
    _cleanup_buffer_ struct hl_buffer out = {0};
    make_room(screen, &out);
    for (uint32_t row = 0; row < screen->rows; row++) {
        _cleanup_buffer_ struct hl_buffer text = {0};
        put_row(screen, row, &text);
        if (text.error || (screen->drawn[row] && strcmp(screen->drawn[row], text.data) == 0)) {
            out.error = out.error ? out.error : text.error;
            continue;
        }
        hl_buffer_printf(&out, "\x1b[%u;1H\x1b[K%s", row + 1, text.data);
        free(screen->drawn[row]);
        screen->drawn[row] = hl_buffer_take(&text);
    }
    int fd = STDOUT_FILENO;
    return out.error ? out.error : hl_write_to_fd(&fd, out.data, out.length);
}
