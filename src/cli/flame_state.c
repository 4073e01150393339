/* From a place to graphs. What is not zoomed is made once for each shape and kept: to zoom out, to change the
 * view and to search count nothing anew; a zoom makes one tree more, which is cheap (profile/view.h). */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flame_screen.h"
#include "hotlens/base/memory.h"

void screen_say(struct screen *screen, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(screen->message, sizeof(screen->message), format, arguments);
    va_end(arguments);
}

static void graph_destroy(struct graph *graph)
{
    if (graph) {
        hl_flame_destroy(graph->flame);
        free(graph);
    }
}

static enum hl_flame_shape shape_of(enum look look)
{
    return look == LOOK_INVERTED   ? HL_FLAME_INVERTED
           : look == LOOK_SANDWICH ? HL_FLAME_SANDWICH
                                   : HL_FLAME_DOWN;
}

static int make(struct screen *screen, const struct place *place, const struct path *zoom,
                struct graph **ret_graph)
{
    const struct hl_strings *strings = screen->functions->strings;
    const struct hl_function *pivot = place->pivot;
    struct graph *graph = hl_xcalloc(1, sizeof(*graph));
    struct hl_flame_query *query = &graph->query;
    *query = screen->query;
    query->shape = shape_of(place->look);
    query->hide = (const char *const *)screen->hidden;
    query->hide_count = screen->hidden_count;
    if (zoom && place->look == LOOK_TABLE) {
        query->focus = HL_FLAME_FOCUS_NODE;
        query->focus_number = zoom->steps[zoom->count - 1].id;
    } else if (zoom) {
        query->has_root = true;
        query->root = zoom->steps[zoom->count - 1].id;
    }
    if (query->shape == HL_FLAME_SANDWICH) {
        query->function = hl_strings_get(strings, pivot->name, NULL);
        query->function_hash = pivot->hash;
        query->file =
            pivot->file == HL_NO_STRING ? NULL : hl_strings_get(strings, pivot->file, NULL);
    }
    int r = hl_flame_make(screen->data, query, NULL, &graph->flame, screen->error);
    if (r < 0) {
        graph_destroy(graph);
        return r;
    }
    *ret_graph = graph;
    return 0;
}

/* The graph of a place without its zoom. */
static int make_whole(struct screen *screen, const struct place *place, struct graph **ret_graph)
{
    enum hl_flame_shape shape = shape_of(place->look);
    bool is_other = shape == HL_FLAME_SANDWICH && screen->pivot != place->pivot;
    if (screen->whole[shape] && !is_other) {
        *ret_graph = screen->whole[shape];
        return 0;
    }
    int r = make(screen, place, NULL, ret_graph);
    if (r == 0) {
        graph_destroy(screen->whole[shape]);
        screen->whole[shape] = *ret_graph;
        screen->pivot = shape == HL_FLAME_SANDWICH ? place->pivot : screen->pivot;
    }
    return r;
}

struct graph *screen_whole(struct screen *screen)
{
    return screen->whole[shape_of(screen->now.look)];
}

static void select_kept(struct screen *screen)
{
    screen->selected = (struct spot){screen->pane_count - 1, 0};
    (void)panes_find(screen, screen->now.selected, &screen->selected);
    screen->top = 0;
    if (screen->pane_count > 1) { /* the function in the middle, with as much above as below */
        uint32_t middle = screen->panes[0].rows;
        uint32_t half = picture_body_rows(screen) / 2;
        screen->top = middle > half ? middle - half : 0;
    }
    panes_keep_in_sight(screen);
}

static uint64_t last_step(const struct path *path)
{
    return path->steps[path->count - 1].id;
}

int screen_show(struct screen *screen)
{
    struct graph *whole;
    struct graph *zoomed = NULL;
    enum tree tree;
    int r = make_whole(screen, &screen->now, &whole);
    bool is_zoomed = place_is_zoomed(&screen->now, &tree);
    if (screen->now.look == LOOK_TABLE && screen->query.focus != HL_FLAME_FOCUS_NONE) {
        is_zoomed = false; /* one focus at a time */
    }
    if (r == 0 && is_zoomed) {
        r = make(screen, &screen->now, &screen->now.zoom[tree], &zoomed);
    }
    if (r < 0) {
        return r;
    }
    graph_destroy(screen->zoomed);
    screen->zoomed = zoomed;
    screen->shown = zoomed ? zoomed : whole;
    if (screen->now.look == LOOK_TABLE) {
        panes_finish(screen);
        return table_prepare(screen, is_zoomed ? last_step(&screen->now.zoom[tree]) : 0);
    }
    r = panes_lay_out(screen);
    if (r == 0) {
        select_kept(screen);
    }
    return r;
}

static void keep_selected(struct screen *screen)
{
    if (screen->pane_count > 0) {
        screen->now.selected = spot_view(screen, screen->selected)->id[screen->selected.node];
    }
}

int screen_visit(struct screen *screen, struct place place)
{
    keep_selected(screen);
    struct place before = screen->now;
    screen->now = place;
    int r = screen_show(screen);
    if (r < 0) {
        place_finish(&screen->now);
        screen->now = before;
        screen_say(screen, "that cannot be shown");
        int again = screen_show(screen); /* of graphs that are there: only memory can lack */
        return again < 0 ? again : r;
    }
    places_push(screen, before);
    return 0;
}

/* Names of a graph's own table go with it; those of the screen's stay, under the same number. */
static const char *lasting_name(const struct screen *screen, const struct hl_flame *flame,
                                const struct hl_view *view, uint32_t node)
{
    const struct hl_function *function = hl_flame_function(flame, view, node);
    if (!function) {
        return "";
    }
    size_t index = (size_t)(function - flame->functions->items);
    return hl_strings_get(screen->functions->strings, screen->functions->items[index].name, NULL);
}

/* From below the root of all to the node: what is above the view's root, then what is below it. */
static void make_path(const struct screen *screen, const struct hl_flame *flame,
                      const struct hl_view *view, uint32_t node, const struct path *above,
                      struct path *ret_path)
{
    size_t depth = 0;
    for (uint32_t i = node; i > 0; i = view->parent[i]) {
        depth++;
    }
    struct step *steps = hl_xcalloc(above->count + depth + 1, sizeof(*steps));
    for (size_t i = 0; i < above->count; i++) {
        steps[i] = above->steps[i];
    }
    size_t at = above->count + depth;
    for (uint32_t i = node; i > 0; i = view->parent[i]) {
        steps[--at] = (struct step){view->id[i], lasting_name(screen, flame, view, i)};
    }
    path_set(ret_path, steps, above->count + depth);
    free(steps);
}

static int zoom_to(struct screen *screen, enum tree tree, const struct hl_flame *flame,
                   const struct hl_view *view, uint32_t node, const struct path *above)
{
    struct place place = place_copy(&screen->now);
    make_path(screen, flame, view, node, above, &place.zoom[tree]);
    if (tree >= TREE_CALLERS) {
        path_set(&place.zoom[tree == TREE_CALLERS ? TREE_CALLEES : TREE_CALLERS], NULL, 0);
    }
    place.selected = view->id[node];
    return screen_visit(screen, place);
}

int screen_zoom(struct screen *screen, struct spot spot)
{
    const struct hl_view *view = spot_view(screen, spot);
    enum tree tree = screen->panes[spot.pane].tree;
    if (spot.node == 0 || view->group[spot.node] == HL_VIEW_OTHER) {
        return 0;
    }
    /* The other tree of a sandwich is not zoomed, so its path is empty. */
    return zoom_to(screen, tree, screen->shown->flame, view, spot.node, &screen->now.zoom[tree]);
}

int screen_zoom_whole(struct screen *screen, enum tree tree, uint32_t node)
{
    static const struct path NONE;
    const struct hl_flame *flame = screen_whole(screen)->flame;
    const struct hl_view *view = tree == TREE_CALLERS ? flame->callers : flame->view;
    return zoom_to(screen, tree, flame, view, node, &NONE);
}

int screen_out(struct screen *screen)
{
    enum tree tree;
    if (!place_is_zoomed(&screen->now, &tree)) {
        return 0;
    }
    struct place place = place_copy(&screen->now);
    place.selected = place.zoom[tree].steps[place.zoom[tree].count - 1].id;
    place.zoom[tree].count--;
    return screen_visit(screen, place);
}

static void forget_graphs(struct screen *screen)
{
    panes_finish(screen);
    for (size_t i = 0; i < ARRAY_SIZE(screen->whole); i++) {
        graph_destroy(screen->whole[i]);
        screen->whole[i] = NULL;
    }
    graph_destroy(screen->zoomed);
    screen->zoomed = NULL;
    screen->shown = NULL;
    screen->table.is_counted = false;
}

/* The zoom stays where the tree still has that node. */
int screen_recount(struct screen *screen)
{
    keep_selected(screen);
    forget_graphs(screen);
    int r = screen_show(screen);
    if (r == -ENOENT) {
        for (size_t i = 0; i < TREES; i++) {
            path_set(&screen->now.zoom[i], NULL, 0);
        }
        r = screen_show(screen);
    }
    return r;
}

void screen_finish(struct screen *screen)
{
    forget_graphs(screen);
    places_finish(screen);
    table_finish(&screen->table);
    source_finish(screen);
    picture_forget(screen);
    free(screen->drawn);
    for (size_t i = 0; i < screen->hidden_count; i++) {
        free(screen->hidden[i]);
    }
    free(screen->hidden);
}
