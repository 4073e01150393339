/* hotlens.toggleHints, .showFlamegraph, .focus, .clearFocus */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/uri.h"
#include "hotlens/server/features.h"
#include "hotlens/server/picker.h"
#include "hotlens/server/workspace.h"
#include "report.h"
#include "run_pick.h"

int hl_cmd_toggle_hints(const struct hl_call *call, struct hl_error *error)
{
    struct hl_context *context = call->context;
    (void)error;
    hl_shelf_toggle_hints(context->shelf);
    hl_feature_refresh(context);
    if (!context->client->inlay_hint_refresh) {
        hl_show_message(context, 3, "Hints are %s",
                        hl_shelf_hints_are_on(context->shelf) ? "on" : "off");
    }
    return 0;
}

/* Flame graph */

struct shown_run {
    int64_t id;
    const char *title;
};

static void write_run(struct hl_json *json, const void *data)
{
    const struct shown_run *run = data;
    hl_json_object_begin(json);
    hl_json_member_i64(json, "run", run->id);
    hl_json_member_string(json, "title", run->title);
    hl_json_object_end(json);
}

/* The viewer, for clients without one. The file is made first, so that its mode is ours. */
static int show_in_browser(struct hl_context *context, int64_t id)
{
    _cleanup_free_ char *folder = hl_folder_xdg("CACHE");
    if (!folder) {
        return -ENOENT;
    }
    _cleanup_free_ char *path = hl_xasprintf("%s/flame-%" PRId64 ".html", folder, id);
    int r = hl_folder_make(folder, 0700);
    r = r < 0 ? r : hl_file_write_atomic(path, "", 0, 0600);
    if (r < 0) {
        return r;
    }
    struct report_request request = {.page = path};
    hl_strv_add(&request.arguments, "export");
    hl_strv_add(&request.arguments, "--format=html");
    hl_strv_add(&request.arguments, "--with-source");
    hl_strv_addf(&request.arguments, "--output=%s", path);
    hl_strv_addf(&request.arguments, "%" PRId64, id);
    report_start(context, &request);
    return 0;
}

static void show_flame_graph(struct hl_context *context, int64_t id, const char *title)
{
    struct shown_run run = {id, title};
    if (context->client->flame_graph_view) {
        hl_notify(context, "hotlens/showFlamegraph", write_run, &run, HL_SEND_ALWAYS);
        return;
    }
    if (context->client->show_document && show_in_browser(context, id) == 0) {
        return;
    }
    _cleanup_free_ char *name = hl_xasprintf("flame-%" PRId64 ".txt", id);
    struct report_request request = {.document = name};
    hl_strv_add(&request.arguments, "flame");
    hl_strv_addf(&request.arguments, "%" PRId64, id);
    report_start(context, &request);
}

static void on_flame_chosen(struct hl_context *context, void *user, const struct hl_run *run)
{
    (void)user;
    if (run) {
        show_flame_graph(context, run->id, run->title);
    }
}

int hl_cmd_show_flamegraph(const struct hl_call *call, struct hl_error *error)
{
    struct hl_context *context = call->context;
    _cleanup_free_ char *name = NULL;
    int r = run_argument(call->arguments, &name, error);
    if (r < 0) {
        return r;
    }
    const char *folder = hl_workspace_folder(context, NULL);
    const struct hl_shown *shown = hl_shelf_shown(context->shelf, folder);
    if (!name && shown && hl_shown_run(shown)->id > 0) {
        show_flame_graph(context, hl_shown_run(shown)->id, hl_shown_run(shown)->title);
        return 0;
    }
    run_choose(context, folder, name, "Of which run?", on_flame_chosen, NULL);
    return 0;
}

/* Focus */

struct focusing {
    struct hl_context *context;
    char *folder;
    struct hl_focus_spec choices[HL_PICKER_MOST];
    size_t count;
};

static void destroy_focusing(struct focusing *focusing)
{
    for (size_t i = 0; i < focusing->count; i++) {
        hl_focus_spec_finish(&focusing->choices[i]);
    }
    free(focusing->folder);
    free(focusing);
}

static void on_focused(void *user, int result, const struct hl_error *error)
{
    struct hl_context *context = user;
    if (result < 0 && !context->leaving) {
        hl_show_message(context, 2, "%s", hl_error_text(error, result));
    }
}

static void on_focus_picked(void *user, int index)
{
    struct focusing *focusing = user;
    if (index >= 0 && !focusing->context->leaving) {
        hl_shelf_set_focus(focusing->context->shelf, focusing->folder, &focusing->choices[index],
                           on_focused, focusing->context);
    }
    destroy_focusing(focusing);
}

struct candidate {
    const struct hl_shown_file *file;
    const struct hl_shown_function *function;
};

/* Keeps the largest totals, largest first. */
static size_t insert(struct candidate *best, size_t count, struct candidate candidate)
{
    size_t at = count;
    while (at > 0 && best[at - 1].function->total < candidate.function->total) {
        at--;
    }
    if (at >= HL_PICKER_MOST) {
        return count;
    }
    size_t kept = hl_min_size(count, HL_PICKER_MOST - 1);
    memmove(best + at + 1, best + at, (kept - at) * sizeof(*best));
    best[at] = candidate;
    return kept + 1;
}

static size_t hottest(const struct hl_shown *shown, struct candidate *best)
{
    size_t count = 0;
    for (size_t i = 0; i < hl_shown_file_count(shown); i++) {
        const struct hl_shown_file *file = hl_shown_file(shown, i);
        for (size_t j = 0; j < file->function_count; j++) {
            count = insert(best, count, (struct candidate){file, &file->functions[j]});
        }
    }
    return count;
}

static int ask_focus(struct hl_context *context, const char *folder, const struct hl_shown *shown)
{
    struct candidate best[HL_PICKER_MOST];
    struct focusing *focusing = hl_xcalloc(1, sizeof(*focusing));
    char *titles[HL_PICKER_MOST] = {0};
    focusing->context = context;
    focusing->folder = hl_xstrdup(folder);
    focusing->count = hottest(shown, best);
    for (size_t i = 0; i < focusing->count; i++) {
        focusing->choices[i] = (struct hl_focus_spec){.kind = HL_FOCUS_FUNCTION,
                                                      .file = hl_xstrdup(best[i].file->path),
                                                      .name = hl_xstrdup(best[i].function->name)};
        titles[i] = hl_xasprintf("%s (%s)", best[i].function->name,
                                 hl_path_base_name(best[i].file->path));
    }
    size_t count = focusing->count;
    hl_pick(context, "Restrict all numbers to the stacks through …", (const char *const *)titles,
            count, on_focus_picked, focusing);
    for (size_t i = 0; i < count; i++) {
        free(titles[i]);
    }
    return 0;
}

static int read_node(const char *text, uint64_t *ret_node, struct hl_error *error)
{
    size_t length = strlen(text);
    if (length == 0 || length > 16 || strspn(text, "0123456789abcdefABCDEF") != length) {
        return hl_error_set(error, EINVAL, "node: the name of a node, 16 hexadecimal digits, is expected");
    }
    *ret_node = strtoull(text, NULL, 16);
    return 0;
}

/* A thread or process; untouched when it is not named. */
static int read_number(const cJSON *arguments, const char *name, int64_t *ret_number,
                       struct hl_error *error)
{
    int64_t number = INT64_MAX;
    int r = hl_field_int_optional(arguments, name, &number, error);
    if (r == 0 && number < 0) {
        r = hl_error_set(error, EINVAL, "%s: a number that is not negative is expected", name);
    }
    if (r == 0 && number != INT64_MAX) {
        *ret_number = number;
    }
    return r;
}

/* What the arguments name. 1 when they name something, 0 when nothing, -EINVAL. */
static int read_focus(const cJSON *arguments, struct hl_focus_spec *ret_focus,
                      struct hl_error *error)
{
    const char *node = NULL;
    const char *function = NULL;
    const char *file = NULL;
    const char *module = NULL;
    int64_t thread = -1;
    int64_t process = -1;
    int r = hl_field_string_optional(arguments, "node", &node, error);
    r = r < 0 ? r : hl_field_string_optional(arguments, "function", &function, error);
    r = r < 0 ? r : hl_field_string_optional(arguments, "file", &file, error);
    r = r < 0 ? r : hl_field_string_optional(arguments, "module", &module, error);
    r = r < 0 ? r : read_number(arguments, "thread", &thread, error);
    r = r < 0 ? r : read_number(arguments, "process", &process, error);
    if (r < 0) {
        return r;
    }
    struct hl_focus_spec focus = {0};
    if (node) {
        focus.kind = HL_FOCUS_NODE;
        r = read_node(node, &focus.node, error);
    } else if (function) {
        _cleanup_free_ char *path = file ? hl_uri_to_path(file) : NULL;
        focus.kind = HL_FOCUS_FUNCTION;
        focus.name = hl_xstrdup(function);
        focus.file = path ? TAKE_PTR(path) : hl_xstrdup(file);
    } else if (module) {
        focus.kind = HL_FOCUS_MODULE;
        focus.file = hl_xstrdup(module);
    } else if (thread >= 0 || process >= 0) {
        focus.kind = thread >= 0 ? HL_FOCUS_THREAD : HL_FOCUS_PROCESS;
        focus.number = (uint64_t)(thread >= 0 ? thread : process);
    } else {
        return 0;
    }
    if (r == 0) {
        *ret_focus = focus;
    }
    return r < 0 ? r : 1;
}

int hl_cmd_focus(const struct hl_call *call, struct hl_error *error)
{
    struct hl_context *context = call->context;
    const char *folder = hl_workspace_folder(context, NULL);
    struct hl_focus_spec focus = {0};
    int r = read_focus(call->arguments, &focus, error);
    if (r < 0) {
        return r;
    }
    const struct hl_shown *shown = hl_shelf_shown(context->shelf, folder);
    if (!shown) {
        hl_focus_spec_finish(&focus);
        hl_show_message(context, 3, "No run is shown: profile a file first");
        return 0;
    }
    if (r == 0) {
        return ask_focus(context, folder, shown);
    }
    hl_shelf_set_focus(context->shelf, folder, &focus, on_focused, context);
    hl_focus_spec_finish(&focus);
    return 0;
}

int hl_cmd_clear_focus(const struct hl_call *call, struct hl_error *error)
{
    struct hl_context *context = call->context;
    (void)error;
    hl_shelf_set_focus(context->shelf, hl_workspace_folder(context, NULL), NULL, on_focused,
                       context);
    return 0;
}
