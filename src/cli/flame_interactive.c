/* hotlens flame --interactive: the flame graph on the whole screen, with keys. Parts: flame_screen.h. */
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "flame_screen.h"
#include "hotlens/app/scopes.h"
#include "hotlens/base/memory.h"

static uint32_t last_help_top(const struct screen *screen)
{
    uint32_t rows = help_rows();
    uint32_t body = picture_body_rows(screen);
    return rows > body ? rows - body : 0;
}

static int fit(struct screen *screen)
{
    uint32_t last = last_help_top(screen);
    screen->help_top = screen->help_top < last ? screen->help_top : last;
    picture_forget(screen);
    if (screen->now.look == LOOK_TABLE) {
        screen->table.first = 0;
        table_move(screen, 0);
        return 0;
    }
    int r = panes_lay_out(screen);
    if (r == 0) {
        panes_keep_in_sight(screen);
    }
    return r;
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
    return fit(screen);
}

static bool is_quit(const struct screen *screen, int key)
{
    if (key == KEY_END || key == 3) {
        return true;
    }
    return !screen->typing && !screen->help && help_action(key) == ACTION_QUIT;
}

/* Arrows scroll what does not fit; any other key closes. */
static void read_help(struct screen *screen, int key)
{
    enum action action = help_action(key);
    if (action == ACTION_DOWN || action == ACTION_WHEEL_DOWN) {
        screen->help_top += screen->help_top < last_help_top(screen) ? 1 : 0;
    } else if (action == ACTION_UP || action == ACTION_WHEEL_UP) {
        screen->help_top -= screen->help_top > 0 ? 1 : 0;
    } else {
        screen->help = false;
    }
}

static void press(struct screen *screen, const struct terminal_key *key)
{
    if (screen->help) {
        read_help(screen, key->key);
    } else if (screen->typing) {
        find_type(screen, key->key);
    } else {
        act(screen, key);
    }
}

static int run(struct screen *screen)
{
    for (;;) {
        struct terminal_key key;
        int r = measure(screen);
        r = r < 0 || !terminal_is_entered() ? r : picture_draw(screen);
        if (r < 0) {
            return r;
        }
        terminal_read_key(&key);
        if (terminal_ended_by() != 0 || is_quit(screen, key.key)) {
            return 0;
        }
        if (key.key != KEY_NONE) {
            press(screen, &key);
        } else if (terminal_follow_job_control()) {
            picture_forget(screen);
        }
    }
}

static void prepare(struct screen *screen, const struct hl_flame_query *query)
{
    screen->query = *query;
    screen->query.columns = 0;
    screen->hidden = hl_xcalloc(query->hide_count + 1, sizeof(*screen->hidden));
    for (size_t i = 0; i < query->hide_count; i++) {
        screen->hidden[screen->hidden_count++] = hl_xstrdup(query->hide[i]);
    }
    screen->colour = hl_flame_colour_of(STDOUT_FILENO);
    screen->now.look = query->shape == HL_FLAME_INVERTED ? LOOK_INVERTED : LOOK_FLAME;
}

int hl_flame_interactive(const struct hl_run_data *data, const struct hl_flame_query *query,
                         struct hl_error *error)
{
    _cleanup_(hl_functions_destroy_p) struct hl_functions *scopes = NULL;
    int r = hl_scopes_create(data, &scopes);
    if (r < 0) {
        return hl_error_set_errno(error, -r, "the flame graph cannot be shown");
    }
    struct screen screen = {.data = data, .error = error, .columns = 80, .rows = 24};
    screen.functions = scopes ? scopes : data->functions;
    prepare(&screen, query);
    r = screen_show(&screen);
    screen.error = NULL;
    if (r == 0) {
        r = terminal_enter();
        r = r < 0 ? r : run(&screen);
        terminal_leave();
    }
    screen_finish(&screen);
    if (terminal_ended_by() != 0) {
        signal(terminal_ended_by(), SIG_DFL);
        raise(terminal_ended_by());
    }
    return r < 0 && !error->message ? hl_error_set_errno(error, -r, "the flame graph cannot be shown") : r;
}
