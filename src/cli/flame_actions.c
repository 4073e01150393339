/* What each key does, as in the graphical viewer (clients/viewer/commands.js). */
#include <stdlib.h>
#include <string.h>

#include "flame_screen.h"
#include "hotlens/base/memory.h"
#include "hotlens/formats/module_name.h"

#define WHEEL_ROWS 3

static bool is_table(const struct screen *screen)
{
    return screen->now.look == LOOK_TABLE;
}

static void look_at(struct screen *screen, enum look look)
{
    if (screen->now.look != look) {
        struct place place = place_copy(&screen->now);
        place.look = look;
        (void)screen_visit(screen, place);
    }
}

/* The selected function, of the screen's functions. */
static const struct hl_function *chosen(const struct screen *screen)
{
    const struct hl_functions *functions = screen->data->functions;
    const struct hl_function *function = table_selected(screen);
    if (!is_table(screen)) {
        functions = screen->shown->flame->functions;
        function = hl_flame_function(screen->shown->flame, spot_view(screen, screen->selected),
                                     screen->selected.node);
    }
    return function ? &screen->functions->items[function - functions->items] : NULL;
}

static void sandwich(struct screen *screen)
{
    const struct hl_function *function = chosen(screen);
    if (!function || function->kind != HL_FUNCTION_CODE) {
        screen_say(screen, "select a function first");
        return;
    }
    struct place place = place_copy(&screen->now);
    place.look = LOOK_SANDWICH;
    place.selected = 0; /* the function itself */
    if (place.pivot != function) {
        path_set(&place.zoom[TREE_CALLERS], NULL, 0);
        path_set(&place.zoom[TREE_CALLEES], NULL, 0);
    }
    place.pivot = function;
    (void)screen_visit(screen, place);
}

static void show_all(struct screen *screen)
{
    struct place place = place_copy(&screen->now);
    bool was_zoomed = false;
    for (size_t i = 0; i < TREES; i++) {
        was_zoomed = was_zoomed || place.zoom[i].count > 0;
        path_set(&place.zoom[i], NULL, 0);
    }
    if (was_zoomed) {
        (void)screen_visit(screen, place);
    } else {
        place_finish(&place);
    }
    if (is_table(screen)) {
        table_move(screen, INT32_MIN);
    }
}

static void escape(struct screen *screen)
{
    enum tree tree;
    if (screen->search[0]) {
        find_clear(screen);
    } else if (!is_table(screen) && place_is_zoomed(&screen->now, &tree)) {
        (void)screen_out(screen);
    } else {
        look_at(screen, LOOK_FLAME);
    }
}

static void travel(struct screen *screen, int steps)
{
    if (!places_travel(screen, steps)) {
        screen_say(screen, "nothing %s", steps < 0 ? "to go back to" : "further");
    } else if (screen_show(screen) < 0) {
        (void)places_travel(screen, -steps);
        (void)screen_show(screen);
        screen_say(screen, "that cannot be shown any more");
    }
}

/* "json" of json.decoder. */
static char *package_of(const struct screen *screen, const struct hl_function *function)
{
    _cleanup_buffer_ struct hl_buffer module = {0};
    const char *file = hl_strings_get(screen->functions->strings, function->file, NULL);
    hl_module_name_append(file, strlen(file), &module);
    hl_buffer_putc(&module, '\0');
    if (!module.data || !module.data[0]) {
        return NULL;
    }
    size_t length = module.data[0] == '<' ? strlen(module.data) : strcspn(module.data, ".");
    return hl_xstrndup(module.data, length);
}

static void hide(struct screen *screen)
{
    const struct hl_function *function = chosen(screen);
    char *package =
        function && function->file != HL_NO_STRING ? package_of(screen, function) : NULL;
    if (!package) {
        screen_say(screen, "this is in no package");
        return;
    }
    char **hidden = hl_xcalloc(screen->hidden_count + 1, sizeof(*hidden));
    for (size_t i = 0; i < screen->hidden_count; i++) {
        hidden[i] = screen->hidden[i];
    }
    hidden[screen->hidden_count] = package;
    free(screen->hidden);
    screen->hidden = hidden;
    screen->hidden_count++;
    screen_say(screen, "%s is hidden, its time is its caller's: X shows it again", package);
    if (screen_recount(screen) < 0) {
        screen_say(screen, "not enough memory");
    }
}

static void unhide(struct screen *screen)
{
    for (size_t i = 0; i < screen->hidden_count; i++) {
        free(screen->hidden[i]);
    }
    screen->hidden_count = 0;
    screen_say(screen, "nothing is hidden");
    (void)screen_recount(screen);
}

static void mine(struct screen *screen)
{
    screen->query.workspace = !screen->query.workspace;
    screen_say(screen, screen->query.workspace ? "my code only: m shows all" : "all code");
    if (screen_recount(screen) < 0) {
        screen->query.workspace = !screen->query.workspace;
        (void)screen_recount(screen);
        screen_say(screen, "that cannot be shown");
    }
}

static void turn(struct screen *screen)
{
    screen->up = !screen->up;
    if (!is_table(screen) && panes_lay_out(screen) == 0) {
        screen->selected.pane = screen->pane_count > 1 ? !screen->selected.pane : 0;
        panes_keep_in_sight(screen);
    }
}

static void click(struct screen *screen, const struct terminal_key *key)
{
    uint32_t head = picture_head_rows(screen);
    struct spot spot;
    if (key->y < head || key->y - head >= picture_body_rows(screen)) {
        return;
    }
    uint32_t row = key->y - head;
    if (is_table(screen)) {
        const struct hl_function *before = table_selected(screen);
        table_click(screen, key->x, row);
        if (row > 0 && before && before == table_selected(screen)) {
            sandwich(screen);
        }
    } else if (panes_hit(screen, key->x, screen->top + row, &spot)) {
        bool again = spot.pane == screen->selected.pane && spot.node == screen->selected.node;
        screen->selected = spot;
        if (again) {
            (void)screen_zoom(screen, spot);
        }
    }
}

static void scroll(struct screen *screen, int rows)
{
    if (is_table(screen)) {
        table_move(screen, rows);
    } else {
        panes_scroll(screen, rows);
    }
}

static void move(struct screen *screen, enum action action)
{
    struct table *table = &screen->table;
    bool forwards = action == ACTION_DOWN || action == ACTION_RIGHT;
    bool along = action == ACTION_UP || action == ACTION_DOWN;
    if (!is_table(screen) && along) {
        panes_vertical(screen, forwards);
    } else if (!is_table(screen)) {
        panes_sideways(screen, forwards);
    } else if (along) {
        table_move(screen, forwards ? 1 : -1);
    } else if (forwards ? table->key < TABLE_NAME : table->key > TABLE_OWN) {
        table_sort(screen, forwards ? table->key + 1 : table->key - 1, false);
    }
}

static void do_move(struct screen *screen, const struct terminal_key *key)
{
    move(screen, help_action(key->key));
}

static void do_zoom(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    if (is_table(screen)) {
        sandwich(screen);
    } else {
        (void)screen_zoom(screen, screen->selected);
    }
}

static void do_out(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    (void)(is_table(screen) ? 0 : screen_out(screen));
}

static void do_reset(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    show_all(screen);
}

static void do_escape(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    escape(screen);
}

static void do_travel(struct screen *screen, const struct terminal_key *key)
{
    travel(screen, help_action(key->key) == ACTION_BACK ? -1 : 1);
}

/* The flame graph, or one of the others and back. */
static void do_look(struct screen *screen, const struct terminal_key *key)
{
    enum action action = help_action(key->key);
    enum look look = action == ACTION_INVERTED ? LOOK_INVERTED
                     : action == ACTION_TABLE  ? LOOK_TABLE
                                               : LOOK_FLAME;
    look_at(screen, screen->now.look == look ? LOOK_FLAME : look);
}

static void do_sandwich(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    sandwich(screen);
}

static void do_search(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    screen->typing = true;
    screen->search[0] = '\0';
}

static void do_next(struct screen *screen, const struct terminal_key *key)
{
    find_next(screen, help_action(key->key) == ACTION_PREVIOUS);
}

static void do_open(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    source_open(screen);
}

static void do_hide(struct screen *screen, const struct terminal_key *key)
{
    if (help_action(key->key) == ACTION_HIDE) {
        hide(screen);
    } else {
        unhide(screen);
    }
}

static void do_mine(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    mine(screen);
}

static void do_source(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    screen->source = !screen->source;
}

static void do_direction(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    turn(screen);
}

static void do_help(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    screen->help = true;
    screen->help_top = 0;
}

static void do_scroll(struct screen *screen, const struct terminal_key *key)
{
    int page = (int)picture_body_rows(screen);
    enum action action = help_action(key->key);
    scroll(screen, action == ACTION_PAGE_UP      ? -page
                   : action == ACTION_PAGE_DOWN  ? page
                   : action == ACTION_WHEEL_UP   ? -WHEEL_ROWS
                   : action == ACTION_WHEEL_DOWN ? WHEEL_ROWS
                                                 : INT32_MAX);
}

static void do_reverse(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    if (is_table(screen)) {
        table_sort(screen, screen->table.key, !screen->table.reversed);
    }
}

static void do_suspend(struct screen *screen, const struct terminal_key *key)
{
    (void)key;
    terminal_suspend();
    picture_forget(screen);
}

static void (*const HANDLERS[])(struct screen *screen, const struct terminal_key *key) = {
    [ACTION_UP] = do_move,           [ACTION_DOWN] = do_move,
    [ACTION_LEFT] = do_move,         [ACTION_RIGHT] = do_move,
    [ACTION_PAGE_UP] = do_scroll,    [ACTION_PAGE_DOWN] = do_scroll,
    [ACTION_FIRST] = do_reset,       [ACTION_LAST] = do_scroll,
    [ACTION_ZOOM] = do_zoom,         [ACTION_OUT] = do_out,
    [ACTION_RESET] = do_reset,       [ACTION_ESCAPE] = do_escape,
    [ACTION_BACK] = do_travel,       [ACTION_FORWARD] = do_travel,
    [ACTION_SEARCH] = do_search,     [ACTION_NEXT] = do_next,
    [ACTION_PREVIOUS] = do_next,     [ACTION_OPEN] = do_open,
    [ACTION_SANDWICH] = do_sandwich, [ACTION_INVERTED] = do_look,
    [ACTION_TABLE] = do_look,        [ACTION_FLAME] = do_look,
    [ACTION_HIDE] = do_hide,         [ACTION_UNHIDE] = do_hide,
    [ACTION_MINE] = do_mine,         [ACTION_SOURCE] = do_source,
    [ACTION_DIRECTION] = do_direction, [ACTION_REVERSE] = do_reverse,
    [ACTION_HELP] = do_help,         [ACTION_CLICK] = click,
    [ACTION_WHEEL_UP] = do_scroll,   [ACTION_WHEEL_DOWN] = do_scroll,
    [ACTION_SUSPEND] = do_suspend,   [ACTION_QUIT] = NULL,
};

void act(struct screen *screen, const struct terminal_key *key)
{
    enum action action = help_action(key->key);
    screen->message[0] = '\0';
    if (HANDLERS[action]) {
        HANDLERS[action](screen, key);
    }
}
