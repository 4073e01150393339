/* What keys do, in one table: the help and the line at the foot are made from it. The letters are those of
 * the graphical viewer (clients/viewer/keys.js). */
#include <string.h>

#include "flame_screen.h"
#include "hotlens/base/label.h"
#include "hotlens/base/utf8.h"
#include "hotlens/cli/output.h"

#define KEYS_MOST 5u
#define KEY_COLUMNS 16

/* Where a key is worth a place in the foot. */
enum { IN_GRAPH = 1, IN_TABLE = 2 };

static const struct binding {
    enum action action;
    int keys[KEYS_MOST];
    const char *names; /* NULL: told with the one before */
    const char *text;
    const char *brief; /* for the foot, or NULL */
    unsigned foot;
} BINDINGS[] = {
    {ACTION_HELP, {'?'}, "?", "This help", "? help", IN_GRAPH | IN_TABLE},
    {ACTION_QUIT, {'q', 3}, "q, Ctrl+C", "Quit", "q quit", IN_GRAPH | IN_TABLE},
    {ACTION_UP, {KEY_UP, 'k'}, "arrows, h j k l", "Move", NULL, 0},
    {ACTION_DOWN, {KEY_DOWN, 'j'}, NULL, NULL, NULL, 0},
    {ACTION_LEFT, {KEY_LEFT, 'h'}, NULL, NULL, "← → sort", IN_TABLE},
    {ACTION_RIGHT, {KEY_RIGHT, 'l'}, NULL, NULL, NULL, 0},
    {ACTION_ZOOM, {'\r', '\n'}, "Enter, 2 clicks", "Zoom into the node", "Enter zoom", IN_GRAPH},
    {ACTION_OUT, {127, 8, 'u'}, "Backspace, u", "Zoom out to its caller", NULL, 0},
    {ACTION_ESCAPE, {KEY_ESCAPE}, "Esc", "Clear the search, zoom out, flame graph", "Esc out", IN_GRAPH},
    {ACTION_RESET, {'0'}, "0, Home", "Show everything", "0 all", IN_GRAPH},
    {ACTION_SEARCH, {'/'}, "/", "Search", "/ search", IN_GRAPH | IN_TABLE},
    {ACTION_NEXT, {'n'}, "n, N", "Next, previous match", NULL, 0},
    {ACTION_PREVIOUS, {'N'}, NULL, NULL, NULL, 0},
    {ACTION_FLAME, {'g'}, "g", "Flame graph", "g graph", IN_TABLE},
    {ACTION_INVERTED, {'i'}, "i", "Inverted: from functions to callers", "i inverted", IN_GRAPH},
    {ACTION_SANDWICH, {'s'}, "s", "Callers and callees of the function", "s callers", IN_GRAPH | IN_TABLE},
    {ACTION_TABLE, {'t'}, "t", "Table of functions", "t table", IN_GRAPH},
    {ACTION_REVERSE, {'r'}, "← → r", "Table: sort by another, the other way", "r reverse", IN_TABLE},
    {ACTION_SOURCE, {'c'}, "c", "Source lines instead of names", "c source", IN_GRAPH},
    {ACTION_OPEN, {'o'}, "o", "Open the source in $EDITOR", "o open", IN_GRAPH | IN_TABLE},
    {ACTION_BACK, {'[', KEY_ALT_LEFT}, "[ ]", "Back, forward (also Alt+← →)", NULL, 0},
    {ACTION_FORWARD, {']', KEY_ALT_RIGHT}, NULL, NULL, NULL, 0},
    {ACTION_MINE, {'m'}, "m", "My code only", "m mine", IN_GRAPH},
    {ACTION_HIDE, {'x'}, "x, X", "Hide the package of the node; all back", NULL, 0},
    {ACTION_UNHIDE, {'X'}, NULL, NULL, NULL, 0},
    {ACTION_DIRECTION, {'f'}, "f", "Root at the top or at the bottom", NULL, 0},
    {ACTION_PAGE_UP, {KEY_PAGE_UP, 2}, "Page, wheel", "Scroll (Ctrl+B, Ctrl+F)", NULL, 0},
    {ACTION_PAGE_DOWN, {KEY_PAGE_DOWN, 6, ' '}, NULL, NULL, NULL, 0},
    {ACTION_FIRST, {KEY_FIRST}, NULL, NULL, NULL, 0},
    {ACTION_LAST, {KEY_LAST}, NULL, NULL, NULL, 0},
    {ACTION_CLICK, {KEY_CLICK}, NULL, NULL, NULL, 0},
    {ACTION_WHEEL_UP, {KEY_WHEEL_UP}, NULL, NULL, NULL, 0},
    {ACTION_WHEEL_DOWN, {KEY_WHEEL_DOWN}, NULL, NULL, NULL, 0},
    {ACTION_SUSPEND, {26}, NULL, NULL, NULL, 0},
};

enum action help_action(int key)
{
    for (size_t i = 0; i < ARRAY_SIZE(BINDINGS); i++) {
        for (size_t j = 0; j < KEYS_MOST && BINDINGS[i].keys[j]; j++) {
            if (BINDINGS[i].keys[j] == key) {
                return BINDINGS[i].action;
            }
        }
    }
    return ACTION_NONE;
}

static const struct binding *told(uint32_t index)
{
    for (size_t i = 0; i < ARRAY_SIZE(BINDINGS); i++) {
        if (BINDINGS[i].names && index-- == 0) {
            return &BINDINGS[i];
        }
    }
    return NULL;
}

uint32_t help_rows(void)
{
    uint32_t rows = 0;
    while (told(rows)) {
        rows++;
    }
    return rows;
}

void help_draw_row(const struct screen *screen, uint32_t row, struct hl_buffer *out)
{
    const struct binding *binding = told(screen->help_top + row);
    _cleanup_buffer_ struct hl_buffer line = {0};
    if (binding) {
        hl_output_column(&line, binding->names, -KEY_COLUMNS);
        hl_buffer_puts(&line, binding->text);
        hl_label_append(out, line.data, line.length, screen->columns);
    }
}

void help_foot(const struct screen *screen, struct hl_buffer *out)
{
    unsigned here = screen->now.look == LOOK_TABLE ? IN_TABLE : IN_GRAPH;
    size_t room = screen->columns;
    const char *gap = "";
    if (screen->help) {
        hl_buffer_puts(out, screen->help_top > 0 || help_rows() > picture_body_rows(screen)
                                ? "↑ ↓ scroll, any other key closes"
                                : "any key closes");
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(BINDINGS); i++) {
        const char *brief = BINDINGS[i].foot & here ? BINDINGS[i].brief : NULL;
        size_t columns = brief ? hl_utf8_width(brief, strlen(brief)) + strlen(gap) : 0;
        if (brief && columns <= room) {
            hl_buffer_printf(out, "%s%s", gap, brief);
            room -= columns;
            gap = "  ";
        }
    }
}
