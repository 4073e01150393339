/* hotlens flame: the flame graph of a run, drawn in the terminal or as JSON for viewers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flame_terminal.h"
#include "hotlens/app/text.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/flame.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/place.h"

/* Where there is no terminal to ask. */
#define PIPED_WIDTH 100u

struct flame {
    const char *db;
    const char *function;
    const char *focus;
    const char *hide;
    const char *search;
    bool json;
    bool interactive;
    bool inverted;
    bool merge;
    bool lines;
    bool own;
    uint32_t limit;
    uint32_t width;
};

static const struct hl_option FLAME_OPTIONS[] = {
    {"inverted", 'i', HL_OPTION_SET, offsetof(struct flame, inverted), NULL,
     "from the functions on top to their callers", 0, 0},
    {"function", 'F', HL_OPTION_TEXT, offsetof(struct flame, function), "NAME",
     "its callers above, what it calls below; or FILE:NAME", 0, 0},
    {"focus", 0, HL_OPTION_TEXT, offsetof(struct flame, focus), "NAME",
     "only the stacks through this function", 0, 0},
    {"hide", 0, HL_OPTION_TEXT, offsetof(struct flame, hide), "MODULES",
     "leave these out, their time goes to the caller: a,b", 0, 0},
    {"own", 0, HL_OPTION_SET, offsetof(struct flame, own), NULL,
     "only functions of the workspace", 0, 0},
    {"merge", 'm', HL_OPTION_SET, offsetof(struct flame, merge), NULL,
     "threads and processes together", 0, 0},
    {"lines", 'l', HL_OPTION_SET, offsetof(struct flame, lines), NULL,
     "a box for each line of a function", 0, 0},
    {"search", 's', HL_OPTION_TEXT, offsetof(struct flame, search), "TEXT",
     "say how many samples pass through functions like this", 0, 0},
    {"interactive", 'I', HL_OPTION_SET, offsetof(struct flame, interactive), NULL,
     "on the whole screen, with keys (? lists them)", 0, 0},
    {"width", 'w', HL_OPTION_NUMBER, offsetof(struct flame, width), "COLUMNS",
     "instead of the terminal's", 10, HL_LAYOUT_COLUMNS},
    {"limit", 'n', HL_OPTION_NUMBER, offsetof(struct flame, limit), "N",
     "nodes at most; the rest is \"(other)\"", 1, UINT32_MAX - 2},
    {"json", 0, HL_OPTION_SET, offsetof(struct flame, json), NULL,
     "flat columns for viewers (docs/formats.md)", 0, 0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct flame, db), "FILE", "the database ($HOTLENS_DB)", 0,
     0},
};

static const struct hl_command FLAME_COMMAND = {
    .name = "flame",
    .usage = "[options] [RUN]",
    .summary = "the flame graph of a run",
    .details = "A box is a function, as wide as its share of the samples; below it is what it "
               "called. What is\nleft blank below a box is its own. Boxes under a column are "
               "merged (·).",
    .options = FLAME_OPTIONS,
    .option_count = ARRAY_SIZE(FLAME_OPTIONS),
    .operands_most = 1,
};

/* What options mean, with the memory that the query borrows. */
struct asked {
    struct hl_flame_query query;
    char *words;
    char *file;
    const char **hide;
};

static void asked_finish(struct asked *asked)
{
    free(asked->words);
    free(asked->file);
    free(asked->hide);
}

static void split_modules(struct asked *asked, const char *text)
{
    asked->words = hl_xstrdup(text);
    asked->hide = hl_xcalloc(strlen(text) + 1, sizeof(*asked->hide));
    char *rest = NULL;
    for (char *word = strtok_r(asked->words, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        asked->hide[asked->query.hide_count++] = word;
    }
    asked->query.hide = asked->hide;
}

/* NAME, or FILE:NAME. */
static void split_function(struct asked *asked, const char *text)
{
    const char *colon = hl_place_colon(text);
    asked->query.function = colon ? colon + 1 : text;
    if (colon) {
        asked->file = hl_xstrndup(text, (size_t)(colon - text));
        asked->query.file = asked->file;
    }
}

static void print_search(struct hl_buffer *out, const struct hl_flame *flame)
{
    struct hl_scale scale = hl_scale_of_run(&flame->data->run);
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_buffer_puts(&text, flame->query->search);
    hl_buffer_puts(&text, ": ");
    hl_text_percent(&text, flame->match_samples, flame->samples);
    hl_buffer_puts(&text, ", ");
    hl_text_amount(&text, &scale, flame->match_samples);
    hl_buffer_putc(&text, '\0');
    hl_output_lines(out, text.data, "");
}

static int print(const struct hl_flame *flame, bool json, struct hl_buffer *out)
{
    if (json) {
        int r = hl_flame_json(flame, out);
        hl_buffer_putc(out, '\n');
        return r;
    }
    bool colour = hl_output_has_colour(STDOUT_FILENO);
    hl_cli_append_summary(out, &flame->data->run, true, flame->query->columns, colour);
    if (flame->query->search) {
        print_search(out, flame);
    }
    return hl_flame_draw(flame, flame->query->columns, hl_flame_colour_of(STDOUT_FILENO), out);
}

static int show_interactive(struct hl_store *store, const char *name,
                            const struct hl_flame_query *query, struct hl_error *error)
{
    struct hl_run_data data = {0};
    int r = hl_run_data_load(store, name, &data, error);
    r = r < 0 ? r : hl_flame_interactive(&data, query, error);
    hl_run_data_finish(&data);
    return r;
}

static int show(struct hl_store *store, const char *name, const struct hl_flame_query *query,
                bool json, struct hl_error *error)
{
    struct hl_run_data data = {0};
    _cleanup_(hl_flame_destroy_p) struct hl_flame *flame = NULL;
    struct hl_buffer out = {0};
    int r = hl_run_data_load(store, name, &data, error);
    r = r < 0 ? r : hl_flame_make(&data, query, NULL, &flame, error);
    r = r < 0 ? r : print(flame, json, &out);
    if (r == 0 && hl_output_finish(&out) != HL_EXIT_OK) {
        r = -EPIPE; /* which was said */
    }
    hl_buffer_finish(&out);
    hl_flame_destroy(TAKE_PTR(flame));
    hl_run_data_finish(&data);
    return r;
}

static uint32_t width_for(const struct flame *values)
{
    if (values->width || values->json) {
        return values->width;
    }
    size_t width = hl_output_width(STDOUT_FILENO);
    width = isatty(STDOUT_FILENO) ? width : PIPED_WIDTH;
    return width < 10 ? 10 : width > HL_LAYOUT_COLUMNS ? HL_LAYOUT_COLUMNS : (uint32_t)width;
}

int hl_cli_flame(int argc, char **argv)
{
    struct flame values = {0};
    struct hl_operands operands;
    int code = hl_options_parse(&FLAME_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    if (values.inverted && values.function) {
        return hl_options_misuse(&FLAME_COMMAND, "--inverted and --function are two views");
    }
    if (values.interactive && (values.json || values.function || values.search)) {
        return hl_options_misuse(&FLAME_COMMAND,
                                 "--interactive does not go with --json, --function or --search");
    }
    if (values.interactive && !terminal_can_be_taken()) {
        return hl_options_misuse(&FLAME_COMMAND, "--interactive needs a terminal that is drawn on "
                                 "(TERM is not dumb)");
    }
    _cleanup_(asked_finish) struct asked asked = {
        .query = {.by_line = values.lines,
                  .merge = values.merge,
                  .workspace = values.own,
                  .search = values.search,
                  .limit = values.limit ? values.limit : HL_LIMIT_VIEW_NODES,
                  .columns = width_for(&values)}};
    asked.query.shape = values.function   ? HL_FLAME_SANDWICH
                        : values.inverted ? HL_FLAME_INVERTED
                                          : HL_FLAME_DOWN;
    if (values.hide) {
        split_modules(&asked, values.hide);
    }
    if (values.function) {
        split_function(&asked, values.function);
    }
    if (values.focus) {
        asked.query.focus = HL_FLAME_FOCUS_FUNCTION;
        asked.query.focus_name = values.focus;
    }
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    if (hl_cli_open_store_for_reading(values.db, &store) < 0) {
        return HL_EXIT_FAILED;
    }
    _cleanup_error_ struct hl_error error = {0};
    const char *name = operands.count > 0 ? operands.items[0] : "last";
    int r = values.interactive ? show_interactive(store, name, &asked.query, &error)
                               : show(store, name, &asked.query, values.json, &error);
    if (r == -EPIPE && !error.message) {
        return HL_EXIT_FAILED;
    }
    if (r == -ENOENT && !error.remedy) {
        hl_error_set_remedy(&error, "use a function's name as hotlens show prints it");
    }
    return r < 0 ? hl_output_error(&error, r) : HL_EXIT_OK;
}
