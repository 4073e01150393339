/* hotlens.export */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/uri.h"
#include "hotlens/server/picker.h"
#include "hotlens/server/workspace.h"
#include "report.h"
#include "run_pick.h"

/* Those of `hotlens export`, as people will want them. */
static const char *const FORMATS[] = {"html", "svg", "raw", "collapsed", "json"};

struct export
{
    struct hl_context *context;
    char *format; /* or NULL: ask */
    char *path;   /* or NULL: in the folder */
    char *folder;
    int64_t id;
};

static void destroy(struct export *export)
{
    free(export->format);
    free(export->path);
    free(export->folder);
    free(export);
}

static void start(struct export *export)
{
    if (!export->path) {
        _cleanup_free_ char *cache = export->folder ? NULL : hl_folder_xdg("CACHE");
        const char *folder = export->folder ? export->folder : cache ? cache : "/tmp";
        export->path = hl_xasprintf("%s/hotlens-%" PRId64 ".%s", folder, export->id, export->format);
    }
    _cleanup_free_ char *message = hl_xasprintf("Exported to %s", export->path);
    struct report_request request = {.message = message};
    hl_strv_add(&request.arguments, "export");
    hl_strv_addf(&request.arguments, "--format=%s", export->format);
    hl_strv_addf(&request.arguments, "--output=%s", export->path);
    hl_strv_addf(&request.arguments, "%" PRId64, export->id);
    report_start(export->context, &request);
    destroy(export);
}

static void on_format_picked(void *user, int index)
{
    struct export *export = user;
    if (index < 0 || export->context->leaving) {
        destroy(export);
        return;
    }
    export->format = hl_xstrdup(FORMATS[index]);
    start(export);
}

static void on_run_chosen(struct hl_context *context, void *user, const struct hl_run *run)
{
    static const char *const TITLES[] = {"HTML (the flame graph in one file)",
                                         "SVG (a picture)", "raw (py-spy)",
                                         "collapsed (flame graph tools)", "JSON"};
    struct export *export = user;
    if (!run) {
        destroy(export);
        return;
    }
    export->id = run->id;
    if (export->format) {
        start(export);
    } else {
        hl_pick(context, "In which format?", TITLES, ARRAY_SIZE(TITLES), on_format_picked, export);
    }
}

static int check_format(const char *format, struct hl_error *error)
{
    _cleanup_buffer_ struct hl_buffer list = {0};
    for (size_t i = 0; i < ARRAY_SIZE(FORMATS); i++) {
        if (!format || strcmp(format, FORMATS[i]) == 0) {
            return 0;
        }
        hl_buffer_printf(&list, "%s\"%s\"", i > 0 ? ", " : "", FORMATS[i]);
    }
    return hl_error_set(error, EINVAL, "format: one of %s is expected", list.data);
}

int hl_cmd_export(const struct hl_call *call, struct hl_error *error)
{
    struct hl_context *context = call->context;
    _cleanup_free_ char *name = NULL;
    const char *format = NULL;
    const char *path = NULL;
    int r = run_argument(call->arguments, &name, error);
    r = r < 0 ? r : hl_field_string_optional(call->arguments, "format", &format, error);
    r = r < 0 ? r : hl_field_string_optional(call->arguments, "path", &path, error);
    r = r < 0 ? r : check_format(format, error);
    if (r < 0) {
        return r;
    }
    const char *folder = hl_workspace_folder(context, NULL);
    struct export *export = hl_xcalloc(1, sizeof(*export));
    export->context = context;
    export->format = hl_xstrdup(format);
    export->folder = hl_xstrdup(folder);
    if (path) {
        _cleanup_free_ char *decoded = hl_uri_to_path(path);
        export->path = decoded ? TAKE_PTR(decoded) : hl_path_join(folder ? folder : "/", path);
    }
    const struct hl_shown *shown = hl_shelf_shown(context->shelf, folder);
    if (!name && shown && hl_shown_run(shown)->id > 0) {
        name = hl_xasprintf("%" PRId64, hl_shown_run(shown)->id);
    }
    run_choose(context, folder, name, "Which run shall be exported?", on_run_chosen, export);
    return 0;
}
