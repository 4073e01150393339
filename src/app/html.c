#include "hotlens/app/html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/scopes.h"
#include "hotlens/app/text.h"
#include "hotlens/base/json.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/formats/html.h"
#include "hotlens/profile/view.h"

void hl_html_contents(const struct hl_html_options *options, struct hl_buffer *out)
{
    hl_buffer_printf(out,
                     "Contains names of functions, modules and threads, %s, and %s. Paths are relative "
                     "to the project.",
                     options->command ? "command lines" : "no command line",
                     options->source ? "the source of the project's files" : "no source");
}

static int make_view(const struct hl_run_data *data, uint32_t nodes, struct hl_view **ret_view)
{
    const struct hl_functions *functions = data->functions;
    _cleanup_free_ uint64_t *hash = hl_try_malloc(functions->count, sizeof(*hash));
    if (!hash) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < functions->count; i++) {
        hash[i] = functions->items[i].hash;
    }
    struct hl_view_options options = {
        .groups = hl_functions_groups(functions),
        .group_hash = hash,
        .limit = nodes ? nodes : HL_HTML_NODES,
    };
    return hl_view_create(data->profile, &options, ret_view);
}

static void write_facts(struct hl_json *json, const struct hl_run_data *data,
                        const struct hl_html_options *options)
{
    struct hl_scale scale = hl_scale_of_run(&data->run);
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_html_title(&data->run, options, &text);
    struct hl_run run = data->run; /* a loan, but for the title */
    run.title = text.data;
    hl_json_member_string(json, "title", run.title);
    _cleanup_buffer_ struct hl_buffer line = {0};
    hl_text_summary(&line, &run);
    hl_json_member_string(json, "summary", line.data);
    hl_buffer_clear(&line);
    hl_html_contents(options, &line);
    hl_json_member_string(json, "contents", line.data);
    hl_json_member_string(json, "view", "flame");
    hl_json_member_string(json, "metric", hl_metric_name(hl_profile_metric(data->profile)));
    hl_json_member_number(json, "secondsPerSample", scale.seconds_per_sample);
    hl_json_member_bool(json, "lowerBound", scale.lower_bound);
    hl_json_member_u64(json, "samples", hl_profile_samples(data->profile));
    hl_json_member_u64(json, "runSamples", hl_profile_samples(data->profile));
    hl_json_member_string(json, "workspace", ""); /* paths are relative to it */
}

static int write_data(const struct hl_run_data *data, const struct hl_html_options *options,
                      struct hl_buffer *out)
{
    _cleanup_(hl_view_destroy_p) struct hl_view *view = NULL;
    _cleanup_(hl_functions_destroy_p) struct hl_functions *functions = NULL;
    _cleanup_(hl_functions_destroy_p) struct hl_functions *scopes = NULL;
    struct hl_run_data shown = *data; /* a loan, but for the functions */
    int r = hl_scopes_create(data, &scopes);
    shown.functions = scopes ? scopes : data->functions;
    r = r < 0 ? r : make_view(&shown, options->nodes, &view);
    r = r < 0 ? r : hl_html_functions(&shown, options, &functions);
    if (r < 0) {
        return r;
    }
    _cleanup_(hl_html_tables_finish) struct hl_html_tables tables = {0};
    r = hl_html_tables(&shown, view, &tables);
    if (r < 0) {
        return r;
    }
    struct hl_flame_trees trees = {.nodes = view,
                                   .profile = data->profile,
                                   .functions = functions,
                                   .group_count = (uint32_t)functions->count,
                                   .tables = tables.items,
                                   .table_count = tables.count};
    struct hl_json json;
    hl_json_init(&json, out);
    hl_json_object_begin(&json);
    write_facts(&json, data, options);
    hl_flame_json_trees(&trees, &json);
    hl_json_object_end(&json);
    return 0;
}

/* Only the project's own files: the others can be had elsewhere, and are most of the bytes. */
static void write_sources(const struct hl_run_data *data, struct hl_buffer *out)
{
    struct hl_json json;
    hl_json_init(&json, out);
    hl_json_object_begin(&json);
    for (size_t i = 0; data->sources && i < data->sources->count; i++) {
        const struct hl_source *source = &data->sources->items[i];
        const char *below = hl_html_below(source->path, data->run.workspace);
        if (!source->text || !below || strstr(below, "site-packages/")) {
            continue;
        }
        _cleanup_buffer_ struct hl_buffer path = {0};
        hl_html_path(source->path, strlen(source->path), data->run.workspace, &path);
        hl_json_key(&json, path.data);
        hl_json_bytes(&json, source->text, source->length);
    }
    hl_json_object_end(&json);
}

int hl_html_export(const struct hl_run_data *data, const struct hl_html_options *options,
                   struct hl_buffer *out)
{
    _cleanup_buffer_ struct hl_buffer title = {0};
    hl_html_title(&data->run, options, &title);
    hl_html_begin(out, title.data);
    hl_html_data_begin(out, "hotlens-data");
    int r = write_data(data, options, out);
    hl_html_data_end(out);
    if (r == 0 && options->source) {
        hl_html_data_begin(out, "hotlens-sources");
        write_sources(data, out);
        hl_html_data_end(out);
    }
    hl_html_end(out);
    return r;
}
