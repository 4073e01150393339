/* The flame graph on the whole terminal, as its files share it.
 *
 * flame_interactive.c the loop: size, drawing, a key, and so on
 * flame_place.c       where one is: view, zoom, pivot; back and forward
 * flame_state.c       from a place to graphs
 * flame_panes.c       trees on rows of the screen: scrolling, arrows, the mouse
 * flame_actions.c     what each key does; flame_help.c which key that is
 * flame_find.c        the search
 * flame_table.c       the functions as a table
 * flame_picture.c     what is drawn
 * flame_source.c      lines of source text, and the editor
 * flame_keys.c        bytes from the terminal; flame_terminal.c the terminal itself */
#ifndef HOTLENS_SRC_CLI_FLAME_SCREEN_H
#define HOTLENS_SRC_CLI_FLAME_SCREEN_H

#include "flame_terminal.h"
#include "hotlens/cli/flame.h"

#define SEARCH_MOST 100u
#define MESSAGE_MOST 160u
#define PLACES_MOST 64u

enum look { LOOK_FLAME, LOOK_INVERTED, LOOK_SANDWICH, LOOK_TABLE };
/* Each tree has a zoom of its own; of a sandwich one tree is zoomed at a time. */
enum tree { TREE_FLAME, TREE_INVERTED, TREE_CALLERS, TREE_CALLEES, TREES };

struct step {
    uint64_t id;
    const char *name; /* of the screen's functions */
};

/* The zoomed node and what is above it, from below the root on. */
struct path {
    struct step *steps;
    size_t count;
};

struct place {
    enum look look;
    const struct hl_function *pivot; /* of the screen's functions, or NULL */
    struct path zoom[TREES];
    uint64_t selected; /* id of a node */
};

/* A flame graph and the query that it borrows; never moved. */
struct graph {
    struct hl_flame_query query;
    struct hl_flame *flame;
    uint32_t searched; /* screen.search_version that its matches are of */
};

/* One tree on the screen. Its rows are drawn from `first_row` on, upside down if `up`. */
struct pane {
    enum tree tree;
    const struct hl_view *view;
    struct hl_layout layout;
    bool up;
    uint32_t skip; /* rows of the layout that are not drawn: a sandwich's function is drawn once */
    uint32_t first_row;
    uint32_t rows;
};

struct spot {
    size_t pane;
    uint32_t node;
};

enum table_key { TABLE_OWN, TABLE_TOTAL, TABLE_NAME };

struct table {
    struct hl_flame_table numbers; /* by function of the run */
    uint32_t *order;
    size_t count;
    size_t at;
    size_t first;
    enum table_key key;
    bool reversed;
    bool is_counted; /* the numbers are of what is shown */
    uint64_t node;   /* that it was counted for; 0 for all */
    uint32_t ordered_for; /* search_version */
};

struct lines {
    uint32_t *starts;
    uint32_t count;
    bool is_known;
};

struct screen {
    const struct hl_run_data *data;
    const struct hl_functions *functions; /* under the numbers that every graph gives them */
    struct hl_flame_query query;          /* what every graph starts from */
    struct hl_error *error;               /* for the reason while there is no screen for it, or NULL */
    char **hidden;                        /* packages that were hidden here */
    size_t hidden_count;

    struct graph *whole[3]; /* by shape, made when first wanted */
    const struct hl_function *pivot; /* of whole[HL_FLAME_SANDWICH] */
    struct graph *zoomed;   /* or NULL */
    struct graph *shown;    /* one of those */
    struct pane panes[2];
    size_t pane_count;
    struct spot selected;
    uint32_t top; /* row that is the first on the screen */
    struct table table;
    struct lines *lines; /* by source of the run */

    struct place now;
    struct place *places[PLACES_MOST]; /* places[at] is older than now, up to place_count newer ones */
    size_t place_count;
    size_t place_at;

    bool up;     /* the root at the bottom */
    bool source; /* lines of source in the boxes */
    bool help;
    uint32_t help_top;
    bool typing;
    char search[SEARCH_MOST];
    uint32_t search_version;
    char message[MESSAGE_MOST];

    enum hl_flame_colour colour;
    uint32_t columns;
    uint32_t rows;
    char **drawn; /* what stands on each row of the terminal, or NULL */
    uint32_t drawn_count;
};

/* flame_place.c */
void place_finish(struct place *place);
struct place place_copy(const struct place *place);
void path_set(struct path *path, const struct step *steps, size_t count);
/* Whether a tree that is shown is zoomed, and which; of none, one that is shown. A table has the flame
 * graph's zoom: it is of the stacks through that node. */
bool place_is_zoomed(const struct place *place, enum tree *ret_tree);
/* Before a step: what can be gone back to. Takes it. */
void places_push(struct screen *screen, struct place before);
/* Exchanges `now` with the place so many steps away; false when there is none. */
bool places_travel(struct screen *screen, int steps);
void places_finish(struct screen *screen);

/* flame_state.c: 0, or a negative errno after which the screen is as it was. */
int screen_show(struct screen *screen);
int screen_visit(struct screen *screen, struct place place); /* takes it */
int screen_zoom(struct screen *screen, struct spot spot);
/* To a node of the graph that is not zoomed. */
int screen_zoom_whole(struct screen *screen, enum tree tree, uint32_t node);
int screen_out(struct screen *screen);
/* After a change of what is left out: everything is counted anew. */
int screen_recount(struct screen *screen);
struct graph *screen_whole(struct screen *screen);
void screen_finish(struct screen *screen);
void screen_say(struct screen *screen, const char *format, ...) HL_PRINTF(2, 3);

/* flame_panes.c */
int panes_lay_out(struct screen *screen);
void panes_finish(struct screen *screen);
uint32_t panes_rows(const struct screen *screen);
bool panes_at(const struct screen *screen, uint32_t row, const struct pane **ret_pane,
              uint32_t *ret_layout_row);
/* The cell of a spot and its row, or NULL where it is too narrow. */
const struct hl_cell *panes_cell(const struct screen *screen, struct spot spot, uint32_t *ret_row);
bool panes_find(const struct screen *screen, uint64_t id, struct spot *ret_spot);
void panes_keep_in_sight(struct screen *screen);
void panes_scroll(struct screen *screen, int rows);
void panes_vertical(struct screen *screen, bool down);
void panes_sideways(struct screen *screen, bool right);
/* What is drawn there: false for nothing. */
bool panes_hit(const struct screen *screen, uint32_t x, uint32_t row, struct spot *ret_spot);
const struct hl_view *spot_view(const struct screen *screen, struct spot spot);

/* flame_find.c */
void find_type(struct screen *screen, int key);
void find_clear(struct screen *screen);
void find_next(struct screen *screen, bool backwards);
/* Which of how many; 0 of 0 without. */
void find_position(struct screen *screen, uint32_t *ret_position, uint32_t *ret_count);
/* By function, or NULL without a search. */
const uint8_t *find_matches(struct screen *screen);

/* flame_table.c */
/* Counts what is shown, which is all of it, or the stacks through a node. */
int table_prepare(struct screen *screen, uint64_t node);
/* After a search. */
void table_order(struct screen *screen);
void table_move(struct screen *screen, int64_t rows);
void table_sort(struct screen *screen, enum table_key key, bool reversed);
void table_click(struct screen *screen, uint32_t x, uint32_t row);
const struct hl_function *table_selected(const struct screen *screen);
void table_draw_row(struct screen *screen, uint32_t row, struct hl_buffer *out);
void table_finish(struct table *table);

/* flame_help.c */
enum action {
    ACTION_NONE, ACTION_UP, ACTION_DOWN, ACTION_LEFT, ACTION_RIGHT, ACTION_PAGE_UP, ACTION_PAGE_DOWN,
    ACTION_FIRST, ACTION_LAST, ACTION_ZOOM, ACTION_OUT, ACTION_RESET, ACTION_ESCAPE, ACTION_BACK,
    ACTION_FORWARD, ACTION_SEARCH, ACTION_NEXT, ACTION_PREVIOUS, ACTION_OPEN, ACTION_SANDWICH,
    ACTION_INVERTED, ACTION_TABLE, ACTION_FLAME, ACTION_HIDE, ACTION_UNHIDE, ACTION_MINE,
    ACTION_SOURCE, ACTION_DIRECTION, ACTION_REVERSE, ACTION_HELP, ACTION_CLICK, ACTION_WHEEL_UP,
    ACTION_WHEEL_DOWN, ACTION_SUSPEND, ACTION_QUIT,
};
enum action help_action(int key);
uint32_t help_rows(void);
void help_draw_row(const struct screen *screen, uint32_t row, struct hl_buffer *out);
/* The keys of this view, as many as there is room for. */
void help_foot(const struct screen *screen, struct hl_buffer *out);

/* flame_actions.c */
void act(struct screen *screen, const struct terminal_key *key);

/* flame_source.c */
/* The line that a node's samples are of most: its function's where it has none. */
uint32_t source_line_number(const struct screen *screen, const struct hl_view *view, uint32_t node);
/* Its text without indentation; NULL when it is not known. Not a copy. */
const char *source_text(struct screen *screen, const struct hl_view *view, uint32_t node,
                        size_t *ret_length);
void source_open(struct screen *screen);
void source_finish(struct screen *screen);

/* flame_picture.c */
uint32_t picture_head_rows(const struct screen *screen);
uint32_t picture_body_rows(const struct screen *screen);
int picture_draw(struct screen *screen);
/* Somebody else has drawn on the terminal: all of it is drawn anew. */
void picture_forget(struct screen *screen);

#endif
