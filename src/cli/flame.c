/* hotlens flame: the call tree, as JSON for viewers or as an indented text. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "hotlens/app/flame.h"
#include "hotlens/app/text.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/place.h"

/* Nodes of the text form: what fits a few screens. */
#define TEXT_NODES 400u
/* Columns of share and time, and the deepest indentation. */
#define NUMBERS 20u
#define DEEPEST 60u

static const char *node_name(const struct hl_run_data *data, const struct hl_view *view,
                             uint32_t node)
{
    uint32_t group = view->group[node];
    if (group == HL_VIEW_ROOT) {
        return "(all)";
    }
    if (group == HL_VIEW_OTHER) {
        return "(other)";
    }
    return hl_strings_get(data->functions->strings, data->functions->items[group].name, NULL);
}

static void print_node(struct hl_buffer *out, const struct hl_run_data *data,
                       const struct hl_view *view, uint32_t node, size_t width, bool colour)
{
    struct hl_place place = {.name = node_name(data, view, node), .workspace = data->run.workspace};
    uint32_t group = view->group[node];
    if (group != HL_VIEW_ROOT && group != HL_VIEW_OTHER &&
        data->functions->items[group].file != HL_NO_STRING) {
        const struct hl_function *function = &data->functions->items[group];
        place.file = hl_strings_get(data->functions->strings, function->file, NULL);
        place.line = function->line;
    }
    hl_output_place(out, &place, width, colour);
}

/* A node under 1 % is left out, with everything below it. */
static void print_text(struct hl_buffer *out, const struct hl_run_data *data,
                       const struct hl_view *view, bool colour)
{
    struct hl_scale scale = hl_scale_of_run(&data->run);
    size_t width = hl_output_width(STDOUT_FILENO);
    width = width > NUMBERS ? width - NUMBERS : 1;
    uint32_t deepest = width / 2 < DEEPEST ? (uint32_t)(width / 2) : DEEPEST;
    uint32_t *depth = hl_xcalloc(view->count, sizeof(*depth));
    for (uint32_t node = 0; node < view->count;) {
        depth[node] = node > 0 ? depth[view->parent[node]] + 1 : 0;
        if (view->total[node] * 100 < view->total[0]) {
            node = view->end[node];
            continue;
        }
        _cleanup_buffer_ struct hl_buffer cell = {0};
        hl_text_percent(&cell, view->total[node], view->total[0]);
        hl_output_column(out, cell.data, 7);
        hl_buffer_clear(&cell);
        hl_text_amount(&cell, &scale, view->total[node]);
        hl_output_column(out, cell.data, 12);
        hl_buffer_putc(out, ' ');
        uint32_t indent = depth[node] < deepest ? depth[node] : deepest;
        for (uint32_t i = 0; i < indent; i++) {
            hl_buffer_puts(out, " ");
        }
        print_node(out, data, view, node, width - indent, colour);
        hl_buffer_putc(out, '\n');
        node++;
    }
    free(depth);
}

static int print_run(const struct hl_run_data *data, bool json, uint32_t limit,
                     struct hl_error *error)
{
    struct hl_view *view = NULL;
    int r = hl_flame_view(data, limit, &view);
    if (r < 0) {
        return hl_error_set_errno(error, -r, "the call tree cannot be made");
    }
    struct hl_buffer out = {0};
    if (json) {
        hl_flame_json(data, view, &out);
        hl_buffer_putc(&out, '\n');
    } else {
        print_text(&out, data, view, hl_output_has_colour(1));
    }
    hl_view_destroy(view);
    return hl_output_finish(&out) == HL_EXIT_OK ? 0 : -EIO;
}

struct flame {
    const char *db;
    bool json;
    uint32_t limit;
};

static const struct hl_option FLAME_OPTIONS[] = {
    {"json", 0, HL_OPTION_SET, offsetof(struct flame, json), NULL,
     "flat columns for viewers (docs/formats.md)", 0, 0},
    {"limit", 'n', HL_OPTION_NUMBER, offsetof(struct flame, limit), "N",
     "nodes at most; the rest is \"(other)\"", 1, UINT32_MAX - 2},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct flame, db), "FILE", "the database ($HOTLENS_DB)", 0,
     0},
};

static const struct hl_command FLAME_COMMAND = {
    .name = "flame",
    .usage = "[options] [RUN]",
    .summary = "the call tree of a run",
    .options = FLAME_OPTIONS,
    .option_count = ARRAY_SIZE(FLAME_OPTIONS),
    .operands_most = 1,
};

int hl_cli_flame(int argc, char **argv)
{
    struct flame values = {0};
    struct hl_operands operands;
    int code = hl_options_parse(&FLAME_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    if (hl_cli_open_store_for_reading(values.db, &store) < 0) {
        return HL_EXIT_FAILED;
    }
    struct hl_run_data data = {0};
    _cleanup_error_ struct hl_error error = {0};
    const char *name = operands.count > 0 ? operands.items[0] : "last";
    int r = hl_run_data_load(store, name, &data, &error);
    if (r == 0) {
        uint32_t limit =
            values.limit ? values.limit : (values.json ? HL_LIMIT_VIEW_NODES : TEXT_NODES);
        r = print_run(&data, values.json, limit, &error);
    }
    hl_run_data_finish(&data);
    if (r == -EIO && !error.message) {
        return HL_EXIT_FAILED;
    }
    return r < 0 ? hl_output_error(&error, r) : HL_EXIT_OK;
}
