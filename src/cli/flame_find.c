/* The search: functions by a part of their name. Matches are counted in samples, each stack once, and found
 * in the tree that is not zoomed; what is too narrow to be seen is zoomed to. */
#include <stdlib.h>
#include <string.h>

#include "flame_screen.h"

/* The graph that is not zoomed, its matches those of what is looked for now. */
static const struct hl_flame *searched(struct screen *screen)
{
    struct graph *graph = screen_whole(screen);
    if (graph->searched != screen->search_version) {
        free(graph->flame->matches);
        graph->flame->matches = NULL;
        graph->flame->match_samples = 0;
        graph->query.search = screen->search[0] ? screen->search : NULL;
        if (graph->query.search) {
            (void)hl_flame_search(graph->flame); /* without memory nothing matches */
        }
        graph->searched = screen->search_version;
    }
    return graph->flame;
}

const uint8_t *find_matches(struct screen *screen)
{
    return screen->search[0] && !screen->typing ? searched(screen)->matches : NULL;
}

/* Nodes of both trees of a sandwich in one row, callers first; their root is the callees' too. */
struct walk {
    const struct hl_flame *flame;
    uint32_t callers;
    uint32_t count;
};

static struct walk walk_of(const struct hl_flame *flame)
{
    uint32_t callers = flame->callers ? flame->callers->count : 0;
    return (struct walk){flame, callers, callers + flame->view->count};
}

static const struct hl_view *walk_view(const struct walk *walk, uint32_t index, uint32_t *ret_node)
{
    bool is_caller = index < walk->callers;
    *ret_node = is_caller ? index : index - walk->callers;
    return is_caller ? walk->flame->callers : walk->flame->view;
}

static bool is_match(const struct walk *walk, uint32_t index)
{
    uint32_t node;
    const struct hl_view *view = walk_view(walk, index, &node);
    const struct hl_function *function = hl_flame_function(walk->flame, view, node);
    bool is_double = index == 0 && walk->callers > 0;
    return walk->flame->matches && function && !is_double &&
           walk->flame->matches[function - walk->flame->functions->items];
}

/* Where the selection is in the walk; count where a pruned node is selected. */
static uint32_t walk_position(const struct screen *screen, const struct walk *walk)
{
    uint64_t id = spot_view(screen, screen->selected)->id[screen->selected.node];
    for (uint32_t i = 0; i < walk->count; i++) {
        uint32_t node;
        if (walk_view(walk, i, &node)->id[node] == id) {
            return i;
        }
    }
    return walk->count;
}

void find_position(struct screen *screen, uint32_t *ret_position, uint32_t *ret_count)
{
    struct walk walk = walk_of(searched(screen));
    uint32_t at = screen->pane_count > 0 ? walk_position(screen, &walk) : walk.count;
    *ret_position = 0;
    *ret_count = 0;
    for (uint32_t i = 0; i < walk.count; i++) {
        if (is_match(&walk, i)) {
            ++*ret_count;
            *ret_position = i == at ? *ret_count : *ret_position;
        }
    }
}

static void go_to(struct screen *screen, const struct walk *walk, uint32_t index)
{
    uint32_t node;
    const struct hl_view *view = walk_view(walk, index, &node);
    if (panes_find(screen, view->id[node], &screen->selected)) {
        panes_keep_in_sight(screen);
        return;
    }
    enum tree tree = screen->now.look == LOOK_INVERTED ? TREE_INVERTED : TREE_FLAME;
    if (walk->callers > 0) {
        tree = index < walk->callers ? TREE_CALLERS : TREE_CALLEES;
    }
    (void)screen_zoom_whole(screen, tree, node);
}

void find_next(struct screen *screen, bool backwards)
{
    if (!screen->search[0]) {
        screen_say(screen, "nothing is looked for yet: / searches");
        return;
    }
    if (screen->now.look == LOOK_TABLE) {
        table_move(screen, backwards ? -1 : 1); /* it has nothing but matches */
        return;
    }
    struct walk walk = walk_of(searched(screen));
    uint32_t at = walk_position(screen, &walk) % walk.count;
    for (uint32_t step = 1; step <= walk.count; step++) {
        uint32_t index = (at + (backwards ? walk.count - step : step)) % walk.count;
        if (is_match(&walk, index)) {
            go_to(screen, &walk, index);
            return;
        }
    }
    screen_say(screen, "no function has \"%s\" in its name", screen->search);
}

static void search(struct screen *screen)
{
    screen->typing = false;
    screen->search_version++;
    if (screen->now.look == LOOK_TABLE) {
        table_order(screen);
    } else if (screen->search[0]) {
        find_next(screen, false);
    }
}

void find_clear(struct screen *screen)
{
    screen->search[0] = '\0';
    search(screen);
}

void find_type(struct screen *screen, int key)
{
    size_t length = strlen(screen->search);
    if (key == '\r' || key == '\n') {
        search(screen);
    } else if (key == KEY_ESCAPE) {
        find_clear(screen);
    } else if (key == 127 || key == 8) {
        while (length > 0 && ((unsigned char)screen->search[--length] & 0xc0) == 0x80) {
            /* the bytes of one character */
        }
        screen->search[length] = '\0';
    } else if (key >= ' ' && key < 256 && length + 1 < SEARCH_MOST) {
        screen->search[length] = (char)key;
        screen->search[length + 1] = '\0';
    }
}
