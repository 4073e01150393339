/* hotlens flame --interactive: the flame graph on the whole screen, with keys. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "flame_terminal.h"
#include "hotlens/app/scopes.h"
#include "hotlens/app/text.h"
#include "hotlens/base/label.h"
#include "hotlens/base/memory.h"
#include "hotlens/cli/flame.h"
#include "hotlens/cli/output.h"

#define HISTORY 64u
#define SEARCH_MOST 100u
#define FOOT 2u /* rows of status and keys */

/* What is looked at; going back takes the one before. */
struct place {
    enum hl_flame_shape shape;
    const struct hl_function *pivot; /* of the screen's functions, which outlive the graphs */
    bool has_root;
    uint64_t root;
    uint64_t selected;
};

struct screen {
    const struct hl_run_data *data;
    const struct hl_functions *functions; /* under the numbers that every graph gives them */
    struct hl_flame_query queries[2]; /* of the graph, which borrows it, and room for the next */
    uint32_t which;
    struct hl_flame *flame;
    struct hl_layout layout;
    struct place history[HISTORY];
    size_t depth;
    struct place now;
    uint32_t selected; /* node */
    uint32_t top;
    uint32_t columns;
    uint32_t rows;
    enum hl_flame_colour colour;
    char search[SEARCH_MOST];
    bool typing;
    bool help;
    const char *message;
};

static uint32_t body_rows(const struct screen *screen)
{
    return screen->rows > FOOT ? screen->rows - FOOT : 1;
}

static uint32_t find_node(const struct hl_view *view, uint64_t id)
{
    for (uint32_t i = 0; i < view->count; i++) {
        if (view->id[i] == id) {
            return i;
        }
    }
    return 0;
}

/* The cell of a node, or NULL where it is too narrow; *ret_row is its row. */
static const struct hl_cell *find_cell(const struct screen *screen, uint32_t node, uint32_t *ret_row)
{
    for (uint32_t row = 0; row < screen->layout.rows; row++) {
        for (size_t i = screen->layout.row[row]; i < screen->layout.row[row + 1]; i++) {
            if (screen->layout.cells[i].node == node) {
                *ret_row = row;
                return &screen->layout.cells[i];
            }
        }
    }
    return NULL;
}

static void keep_in_sight(struct screen *screen)
{
    uint32_t row = 0;
    if (!find_cell(screen, screen->selected, &row)) {
        screen->selected = 0;
        row = 0;
    }
    if (row < screen->top) {
        screen->top = row;
    } else if (row >= screen->top + body_rows(screen)) {
        screen->top = row - body_rows(screen) + 1;
    }
}

static int lay_out(struct screen *screen)
{
    hl_layout_finish(&screen->layout);
    int r = hl_layout_make(screen->flame->view, screen->columns, &screen->layout);
    if (r == 0) {
        keep_in_sight(screen);
    }
    return r;
}

/* Makes the graph that screen->now says; on failure the one before stays. */
static int go(struct screen *screen)
{
    const struct hl_strings *strings = screen->functions->strings;
    struct hl_flame *flame = NULL;
    _cleanup_error_ struct hl_error error = {0};
    struct hl_flame_query *query = &screen->queries[!screen->which];
    *query = screen->queries[screen->which];
    query->shape = screen->now.shape;
    query->has_root = screen->now.has_root;
    query->root = screen->now.root;
    query->search = screen->search[0] ? screen->search : NULL;
    if (screen->now.shape == HL_FLAME_SANDWICH) {
        const struct hl_function *pivot = screen->now.pivot;
        query->function = hl_strings_get(strings, pivot->name, NULL);
        query->file = pivot->file == HL_NO_STRING ? NULL
                                                  : hl_strings_get(strings, pivot->file, NULL);
    }
    int r = hl_flame_make(screen->data, query, NULL, &flame, &error);
    if (r < 0) {
        return r;
    }
    hl_flame_destroy(screen->flame);
    screen->flame = flame;
    screen->which = !screen->which;
    screen->selected = find_node(flame->view, screen->now.selected);
    screen->top = 0;
    return lay_out(screen);
}

static void visit(struct screen *screen, struct place place)
{
    struct place before = screen->now;
    before.selected = screen->flame->view->id[screen->selected];
    screen->now = place;
    if (go(screen) < 0) {
        screen->now = before;
        screen->message = "that cannot be shown";
        return;
    }
    if (screen->depth == HISTORY) {
        memmove(screen->history, screen->history + 1, (HISTORY - 1) * sizeof(*screen->history));
        screen->depth--;
    }
    screen->history[screen->depth++] = before;
}

static void go_back(struct screen *screen)
{
    if (screen->depth > 0) {
        screen->now = screen->history[--screen->depth];
        (void)go(screen);
    }
}

static void zoom(struct screen *screen, uint32_t node)
{
    const struct hl_view *view = screen->flame->view;
    if (view->group[node] == HL_VIEW_OTHER || node == 0) {
        return;
    }
    struct place place = screen->now;
    place.has_root = true;
    place.root = view->id[node];
    place.selected = place.root;
    visit(screen, place);
}

static void reset(struct screen *screen, enum hl_flame_shape shape)
{
    struct place place = {.shape = shape};
    visit(screen, place);
}

static void sandwich(struct screen *screen)
{
    const struct hl_function *function =
        hl_flame_function(screen->flame, screen->flame->view, screen->selected);
    if (!function || function->kind != HL_FUNCTION_CODE) {
        screen->message = "select a function first";
        return;
    }
    size_t index = (size_t)(function - screen->flame->functions->items);
    struct place place = {.shape = HL_FLAME_SANDWICH, .pivot = &screen->functions->items[index]};
    visit(screen, place);
}

/* The neighbour in the same row, the node above, or the first one below. */
static void move(struct screen *screen, int key)
{
    uint32_t row = 0;
    const struct hl_cell *cell = find_cell(screen, screen->selected, &row);
    const struct hl_layout *layout = &screen->layout;
    const struct hl_cell *target = NULL;
    if (!cell) {
        return;
    }
    if (key == 'k' && row > 0) {
        screen->selected = screen->flame->view->parent[screen->selected];
    } else if (key == 'j' && row + 1 < layout->rows) {
        for (size_t i = layout->row[row + 1]; i < layout->row[row + 2] && !target; i++) {
            bool below = layout->cells[i].parent == cell->node;
            target = below && layout->cells[i].node != HL_LAYOUT_MERGED ? &layout->cells[i] : NULL;
        }
    } else if (key == 'h' || key == 'l') {
        for (size_t i = layout->row[row]; i < layout->row[row + 1]; i++) {
            const struct hl_cell *other = &layout->cells[i];
            bool is_left = other < cell && key == 'h';
            bool is_right = other > cell && key == 'l' && !target;
            target = (is_left || is_right) && other->node != HL_LAYOUT_MERGED ? other : target;
        }
    }
    screen->selected = target ? target->node : screen->selected;
    keep_in_sight(screen);
}

static void next_match(struct screen *screen, bool backwards)
{
    const struct hl_flame *flame = screen->flame;
    uint32_t count = flame->view->count;
    for (uint32_t step = 1; flame->matches && step <= count; step++) {
        uint32_t node = (screen->selected + (backwards ? count - step : step)) % count;
        const struct hl_function *function = hl_flame_function(flame, flame->view, node);
        uint32_t row;
        if (function && flame->matches[function - flame->functions->items] &&
            find_cell(screen, node, &row)) {
            screen->selected = node;
            keep_in_sight(screen);
            return;
        }
    }
    screen->message = "nothing wide enough to be seen matches";
}

static void click(struct screen *screen, const struct terminal_key *key)
{
    uint32_t row = screen->top + key->y;
    if (key->y >= body_rows(screen) || row >= screen->layout.rows) {
        return;
    }
    for (size_t i = screen->layout.row[row]; i < screen->layout.row[row + 1]; i++) {
        const struct hl_cell *cell = &screen->layout.cells[i];
        if (key->x >= cell->x && key->x < cell->x + cell->width &&
            cell->node != HL_LAYOUT_MERGED) {
            if (screen->selected == cell->node) {
                zoom(screen, cell->node);
            } else {
                screen->selected = cell->node;
            }
            return;
        }
    }
}

static void put_status(struct hl_buffer *out, const struct screen *screen)
{
    const struct hl_flame *flame = screen->flame;
    const struct hl_view *view = flame->view;
    struct hl_scale scale = hl_scale_of_run(&flame->data->run);
    const struct hl_function *function = hl_flame_function(flame, view, screen->selected);
    hl_buffer_puts(out, hl_flame_name(flame, view, screen->selected));
    if (function && function->file != HL_NO_STRING) {
        const char *file =
            hl_strings_get(flame->functions->strings, function->file, NULL);
        hl_buffer_printf(out, "  %s", hl_text_path(file, flame->data->run.workspace));
        if (function->line > 0) {
            hl_buffer_printf(out, ":%u", function->line);
        }
    }
    hl_buffer_puts(out, "  ");
    hl_text_amount(out, &scale, view->total[screen->selected]);
    hl_buffer_puts(out, " ");
    hl_text_error(out, &scale, view->total[screen->selected]);
    hl_buffer_puts(out, ", ");
    hl_text_percent(out, view->total[screen->selected], flame->samples);
    hl_buffer_puts(out, ", own ");
    hl_text_amount(out, &scale, view->self[screen->selected]);
    hl_buffer_puts(out, ", ");
    hl_text_counted(out, view->total[screen->selected], "sample");
}

static void put_foot(struct hl_buffer *out, const struct screen *screen)
{
    static const char *const SHAPES[] = {"flame", "inverted", "what it calls"};
    if (screen->typing) {
        hl_buffer_printf(out, "/%s", screen->search);
    } else if (screen->message) {
        hl_buffer_puts(out, screen->message);
    } else if (screen->flame->matches) {
        hl_buffer_printf(out, "/%s: ", screen->search);
        hl_text_counted(out, screen->flame->match_samples, "sample");
        hl_buffer_puts(out, ", ");
        hl_text_percent(out, screen->flame->match_samples, screen->flame->samples);
    } else {
        hl_buffer_printf(out, "[%s]  hjkl move  Enter zoom  Esc back  0 all  i inverted  s callees  "
                              "/ search  ? help  q quit",
                         SHAPES[screen->now.shape]);
    }
}

static void put_line(struct hl_buffer *out, const struct screen *screen, struct hl_buffer *text)
{
    hl_buffer_puts(out, "\x1b[K");
    hl_label_append(out, text->data ? text->data : "", text->length, screen->columns - 1);
    hl_buffer_clear(text);
}

static void put_help(struct hl_buffer *out, const struct screen *screen)
{
    static const char *const LINES[] = {
        "arrows, h j k l  move",
        "Enter, click     zoom",
        "Esc, Backspace   back",
        "u                select the parent",
        "0                everything",
        "/                search; n and N: next and previous",
        "i                from the functions on top to their callers, and back",
        "s                what the selected function calls, wherever it is called",
        "?                this; any key goes back",
        "q, Ctrl+C        quit",
    };
    hl_buffer_puts(out, "\x1b[2J\x1b[H");
    for (uint32_t i = 0; i < ARRAY_SIZE(LINES) && i < screen->rows; i++) {
        hl_buffer_puts(out, i > 0 ? "\r\n" : "");
        hl_label_append(out, LINES[i], strlen(LINES[i]), screen->columns - 1);
    }
}

static int draw(const struct screen *screen)
{
    _cleanup_buffer_ struct hl_buffer out = {0};
    _cleanup_buffer_ struct hl_buffer text = {0};
    uint32_t body = screen->rows > FOOT ? screen->rows - FOOT : 0;
    hl_buffer_puts(&out, "\x1b[H");
    for (uint32_t i = 0; i < body && !screen->help; i++) {
        uint32_t row = screen->top + i;
        hl_buffer_puts(&out, "\x1b[K");
        if (row < screen->layout.rows) {
            hl_flame_draw_row(screen->flame, screen->flame->view, &screen->layout, row,
                              screen->columns, screen->colour, screen->selected, &out);
        }
        hl_buffer_puts(&out, "\r\n");
    }
    if (screen->help) {
        put_help(&out, screen);
    } else {
        put_status(&text, screen);
        put_line(&out, screen, &text);
        if (screen->rows >= FOOT) {
            hl_buffer_puts(&out, "\r\n");
            put_foot(&text, screen);
            put_line(&out, screen, &text);
        }
    }
    int fd = STDOUT_FILENO;
    return out.error ? out.error : hl_write_to_fd(&fd, out.data, out.length);
}

static void type(struct screen *screen, int key)
{
    size_t length = strlen(screen->search);
    if (key == '\r' || key == '\n') {
        screen->typing = false;
        screen->now.selected = screen->flame->view->id[screen->selected];
        (void)go(screen);
        if (screen->search[0]) {
            next_match(screen, false);
        }
    } else if (key == KEY_ESCAPE) {
        screen->typing = false;
        screen->search[0] = '\0';
        (void)go(screen);
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

static int letter_of(int key)
{
    switch (key) {
    case KEY_UP:
        return 'k';
    case KEY_DOWN:
        return 'j';
    case KEY_LEFT:
        return 'h';
    case KEY_RIGHT:
        return 'l';
    default:
        return key;
    }
}

static void press(struct screen *screen, const struct terminal_key *key)
{
    screen->message = NULL;
    switch (key->key) {
    case '\r':
    case '\n':
        zoom(screen, screen->selected);
        break;
    case KEY_ESCAPE:
    case 127:
    case 8:
        go_back(screen);
        break;
    case 'u':
        move(screen, 'k');
        break;
    case '0':
        reset(screen, HL_FLAME_DOWN);
        break;
    case 'i':
        reset(screen, screen->now.shape == HL_FLAME_INVERTED ? HL_FLAME_DOWN : HL_FLAME_INVERTED);
        break;
    case 's':
        sandwich(screen);
        break;
    case '/':
        screen->typing = true;
        screen->search[0] = '\0';
        break;
    case 'n':
    case 'N':
        next_match(screen, key->key == 'N');
        break;
    case '?':
        screen->help = true;
        break;
    case KEY_CLICK:
        click(screen, key);
        break;
    case 26: /* Ctrl+Z */
        terminal_suspend();
        break;
    default:
        move(screen, letter_of(key->key));
    }
}

static int measure(struct screen *screen)
{
    struct winsize size = {0};
    uint32_t columns = 80;
    uint32_t rows = 24;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        columns = size.ws_col < HL_LAYOUT_COLUMNS ? size.ws_col : HL_LAYOUT_COLUMNS;
        rows = size.ws_row;
    }
    if (columns == screen->columns && rows == screen->rows) {
        return 0;
    }
    screen->columns = columns;
    screen->rows = rows;
    return lay_out(screen);
}

static bool is_quit(const struct screen *screen, int key)
{
    return key == KEY_END || key == 3 || (key == 'q' && !screen->typing && !screen->help);
}

static int run(struct screen *screen)
{
    for (;;) {
        struct terminal_key key;
        int r = measure(screen);
        r = r < 0 ? r : draw(screen);
        if (r < 0) {
            return r;
        }
        terminal_read_key(&key);
        if (terminal_ended_by() != 0 || is_quit(screen, key.key)) {
            return 0;
        }
        if (key.key == KEY_NONE) {
            terminal_follow_job_control();
            continue;
        }
        if (screen->help) {
            screen->help = false;
        } else if (screen->typing) {
            type(screen, key.key);
        } else {
            press(screen, &key);
        }
    }
}

int hl_flame_interactive(const struct hl_run_data *data, const struct hl_flame_query *query,
                         struct hl_error *error)
{
    _cleanup_(hl_functions_destroy_p) struct hl_functions *scopes = NULL;
    int r = hl_scopes_create(data, &scopes);
    if (r < 0) {
        return hl_error_set_errno(error, -r, "the flame graph cannot be shown");
    }
    struct screen screen = {.data = data, .queries = {*query, *query}, .columns = 80, .rows = 24};
    screen.functions = scopes ? scopes : data->functions;
    screen.queries[0].columns = 0;
    screen.colour = hl_flame_colour_of(STDOUT_FILENO);
    screen.now.shape = query->shape == HL_FLAME_INVERTED ? HL_FLAME_INVERTED : HL_FLAME_DOWN;
    r = go(&screen);
    if (r == 0) {
        r = terminal_enter();
        r = r < 0 ? r : run(&screen);
        terminal_leave();
    }
    hl_layout_finish(&screen.layout);
    hl_flame_destroy(screen.flame);
    if (terminal_ended_by() != 0) {
        signal(terminal_ended_by(), SIG_DFL);
        raise(terminal_ended_by());
    }
    return r < 0 ? hl_error_set_errno(error, -r, "the flame graph cannot be shown") : 0;
}
