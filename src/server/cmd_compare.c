/* hotlens.compareWith: which run the shown one is compared with. */
#include <errno.h>

#include "hotlens/base/memory.h"
#include "hotlens/server/commands.h"
#include "hotlens/server/workspace.h"
#include "run_pick.h"

static void on_chosen(struct hl_context *context, void *user, const struct hl_run *run)
{
    _cleanup_free_ char *folder = user;
    if (!run) {
        return;
    }
    const struct hl_shown *shown = hl_shelf_shown(context->shelf, folder);
    if (shown && hl_shown_run(shown)->id == run->id) {
        hl_show_message(context, 2, "Run %lld is the one that is shown: choose another",
                        (long long)run->id);
    } else if (hl_shelf_compare_with(context->shelf, folder, run->id) == 0) {
        hl_show_message(context, 3, "Compared with run %lld (%s)", (long long)run->id,
                        run->title ? run->title : "");
    }
}

/* {run}: an id, a label …; {"default": true} compares with the last run of the same target again. */
int hl_cmd_compare_with(const struct hl_call *call, struct hl_error *error)
{
    struct hl_context *context = call->context;
    _cleanup_free_ char *name = NULL;
    bool is_default = false;
    int r = run_argument(call->arguments, &name, error);
    r = r < 0 ? r : hl_field_bool_optional(call->arguments, "default", &is_default, error);
    if (r < 0) {
        return r;
    }
    const char *folder = hl_workspace_folder(context, NULL);
    const struct hl_shown *shown = hl_shelf_shown(context->shelf, folder);
    if (!shown || hl_shown_run(shown)->id == 0) {
        hl_show_message(context, 3, "No stored run is shown: profile a file first");
        return 0;
    }
    if (is_default) {
        (void)hl_shelf_compare_with(context->shelf, folder, 0);
        return 0;
    }
    run_choose(context, folder, name, "With which run shall it be compared?", on_chosen,
               hl_xstrdup(folder));
    return 0;
}
