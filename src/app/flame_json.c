/* A flame graph as JSON. */
#include <errno.h>
#include <string.h>

#include "hotlens/app/flame.h"
#include "hotlens/app/text.h"
#include "hotlens/base/json.h"
#include "hotlens/base/label.h"
#include "hotlens/formats/flame_json.h"

/* The node's numbers in words, so that no client has to find its own. */
static void write_detail(struct hl_json *json, const struct hl_flame *flame, uint64_t self,
                         uint64_t total)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    struct hl_scale scale = hl_scale_of_run(&flame->data->run);
    scale.samples = flame->samples;
    hl_text_node(&text, &scale, flame->focus, self, total);
    hl_json_key(json, "detail");
    hl_json_bytes(json, text.data ? text.data : "", text.length);
}

static void write_cell(struct hl_json *json, const struct hl_flame *flame,
                       const struct hl_view *view, const struct hl_cell *cell)
{
    if (cell->node == HL_LAYOUT_MERGED) {
        return; /* left blank, as a node's own part is */
    }
    _cleanup_buffer_ struct hl_buffer text = {0};
    const char *name = hl_flame_name(flame, view, cell->node);
    hl_label_append(&text, name, strlen(name), cell->width);
    hl_json_object_begin(json);
    hl_json_member_u64(json, "x", cell->x);
    hl_json_member_u64(json, "width", cell->width);
    hl_json_member_u64(json, "node", cell->node);
    hl_json_key(json, "text");
    hl_json_bytes(json, text.data ? text.data : "", text.length);
    write_detail(json, flame, view->self[cell->node], view->total[cell->node]);
    hl_json_object_end(json);
}

static int write_cells(struct hl_json *json, const struct hl_flame *flame,
                       const struct hl_view *view, const char *cells, const char *depth)
{
    const struct hl_flame_query *query = flame->query;
    struct hl_layout layout;
    int r = hl_layout_make(view, query->columns, &layout);
    uint64_t end = query->rows ? (uint64_t)query->top + query->rows : UINT64_MAX;
    hl_json_member_u64(json, depth, layout.rows);
    hl_json_key(json, cells);
    hl_json_array_begin(json);
    for (uint32_t row = query->top; r == 0 && row < layout.rows && row < end; row++) {
        hl_json_array_begin(json);
        for (size_t i = layout.row[row]; i < layout.row[row + 1]; i++) {
            write_cell(json, flame, view, &layout.cells[i]);
        }
        hl_json_array_end(json);
    }
    hl_json_array_end(json);
    hl_layout_finish(&layout);
    return r;
}

static void write_facts(struct hl_json *json, const struct hl_flame *flame)
{
    static const char *const SHAPES[] = {"flame", "inverted", "sandwich"};
    const struct hl_run_data *data = flame->data;
    struct hl_scale scale = hl_scale_of_run(&data->run);
    hl_json_member_i64(json, "run", data->run.id);
    hl_json_member_bool(json, "live", data->run.id == 0);
    hl_json_member_string(json, "title", data->run.title);
    hl_json_member_string(json, "view", SHAPES[flame->query->shape]);
    hl_json_member_string(json, "metric", hl_metric_name(hl_profile_metric(data->profile)));
    hl_json_member_number(json, "secondsPerSample", scale.seconds_per_sample);
    hl_json_member_bool(json, "lowerBound", scale.lower_bound);
    _cleanup_buffer_ struct hl_buffer summary = {0};
    hl_text_summary(&summary, &data->run);
    hl_json_key(json, "summary");
    hl_json_bytes(json, summary.data, summary.length);
    hl_json_member_string(json, "workspace", data->run.workspace);
    hl_json_member_string(json, "focus", flame->focus);
    hl_json_member_u64(json, "samples", flame->samples);
    hl_json_member_u64(json, "runSamples", hl_profile_samples(data->profile));
}

int hl_flame_json(const struct hl_flame *flame, struct hl_buffer *out)
{
    bool sandwich = flame->query->shape == HL_FLAME_SANDWICH;
    struct hl_flame_trees trees = {
        .nodes = sandwich ? NULL : flame->view,
        .callers = flame->callers,
        .callees = sandwich ? flame->view : NULL,
        .profile = flame->profile,
        .functions = flame->functions,
        .function_of_group = flame->function_of_group,
        .group_count = flame->group_count,
        .matches = flame->matches,
        .match_samples = flame->match_samples,
        .tables = &flame->table,
        .table_count = flame->table.total ? 1 : 0,
        .name_functions = true,
    };
    struct hl_json json;
    hl_json_init(&json, out);
    hl_json_object_begin(&json);
    write_facts(&json, flame);
    hl_flame_json_trees(&trees, &json);
    int r = 0;
    if (flame->query->columns > 0) {
        r = write_cells(&json, flame, flame->view, "cells", "depth");
        if (r == 0 && flame->callers) {
            r = write_cells(&json, flame, flame->callers, "callerCells", "callerDepth");
        }
    }
    hl_json_object_end(&json);
    return r < 0 ? r : out->error;
}
