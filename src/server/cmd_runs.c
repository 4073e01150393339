/* hotlens.selectRun, .deleteRun, .renameRun, .pinRun */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "change_news.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "hotlens/server/picker.h"
#include "hotlens/server/workspace.h"
#include "run_pick.h"

/* Select */

static void on_selected(struct hl_context *context, void *user, const struct hl_run *run)
{
    _cleanup_free_ char *folder = user;
    const char *own = run ? hl_shelf_folder_of(context->shelf, run->workspace) : NULL;
    if (run) {
        hl_shelf_show_run(context->shelf, own ? own : folder, run->id);
    }
}

int hl_cmd_select_run(const struct hl_call *call, struct hl_error *error)
{
    _cleanup_free_ char *name = NULL;
    int r = run_argument(call->arguments, &name, error);
    if (r < 0) {
        return r;
    }
    const char *folder = hl_workspace_folder(call->context, NULL);
    run_choose(call->context, folder, name, "Which run shall be shown?", on_selected,
               hl_xstrdup(folder));
    return 0;
}

/* Changing one run of the store */

enum edit_kind {
    EDIT_DELETE,
    EDIT_LABEL,
    EDIT_PIN,
};

struct edit {
    struct hl_context *context;
    enum edit_kind kind;
    int64_t id;
    char *title;
    char *label; /* NULL: none, or not chosen yet */
    bool has_label;
    bool pinned;
    bool has_pinned; /* else it becomes what it was not */
    char **suggested;
    int result;
    struct hl_error error;
};

static void edit_free(struct edit *edit)
{
    hl_strv_free(edit->suggested);
    hl_error_finish(&edit->error);
    free(edit->label);
    free(edit->title);
    free(edit);
}

HL_DEFINE_CLEANUP(struct edit *, edit_free);

static void edit_work(void *job, struct hl_store *store, const struct hl_error *error)
{
    struct edit *edit = job;
    if (!store) {
        edit->result = hl_error_set(&edit->error, EIO, "%s", hl_error_text(error, -EIO));
    } else if (edit->kind == EDIT_DELETE) {
        edit->result = hl_store_delete_run(store, edit->id, &edit->error);
    } else if (edit->kind == EDIT_LABEL) {
        edit->result = hl_store_set_label(store, edit->id, edit->label, &edit->error);
    } else {
        edit->result = hl_store_set_pinned(store, edit->id, edit->pinned, &edit->error);
    }
}

static void say_done(const struct edit *edit)
{
    struct hl_context *context = edit->context;
    if (edit->kind == EDIT_DELETE) {
        hl_show_message(context, 3, "Deleted run %" PRId64 " (%s)", edit->id, edit->title);
    } else if (edit->kind == EDIT_PIN) {
        hl_show_message(context, 3, "Run %" PRId64 " (%s) is %s", edit->id, edit->title,
                        edit->pinned ? "pinned: it is never deleted by itself" : "no longer pinned");
    } else if (edit->label) {
        hl_show_message(context, 3, "Run %" PRId64 " (%s) is called %s", edit->id, edit->title,
                        edit->label);
    } else {
        hl_show_message(context, 3, "Run %" PRId64 " (%s) has no label", edit->id, edit->title);
    }
}

static void edit_done(void *job, bool cancelled)
{
    _cleanup_(edit_free_p) struct edit *edit = job;
    struct hl_context *context = edit->context;
    if (cancelled || context->leaving) {
        return;
    }
    if (edit->result < 0) {
        hl_show_message(context, 1, "%s", hl_error_text(&edit->error, edit->result));
        return;
    }
    say_done(edit);
    if (edit->kind == EDIT_DELETE) {
        hl_shelf_run_deleted(context->shelf, edit->id);
    }
    change_news_runs(context);
}

static void on_label_picked(void *user, int index)
{
    struct edit *edit = user;
    if (index < 0 || edit->context->leaving) {
        edit_free(edit);
        return;
    }
    /* The last one is to have none. */
    edit->label = edit->suggested[index + 1] ? hl_xstrdup(edit->suggested[index]) : NULL;
    hl_jobs_run_in_store(edit->context->jobs, edit_work, edit_done, edit);
}

/* The protocol has no question with a free answer: what is likely is offered, a client that can ask for
 * text gives `label`. */
static void ask_label(struct edit *edit, const struct hl_run *run)
{
    if (run->git_branch && hl_store_check_label(run->git_branch, NULL) == 0) {
        hl_strv_add(&edit->suggested, run->git_branch);
    }
    hl_strv_add(&edit->suggested, "baseline");
    hl_strv_add(&edit->suggested, "before");
    hl_strv_add(&edit->suggested, "after");
    hl_strv_add(&edit->suggested, "(no label)");
    hl_pick(edit->context, "What shall the run be called?", (const char *const *)edit->suggested,
            hl_strv_length(edit->suggested), on_label_picked, edit);
}

static void on_edit_chosen(struct hl_context *context, void *user, const struct hl_run *run)
{
    struct edit *edit = user;
    if (!run) {
        edit_free(edit);
        return;
    }
    edit->id = run->id;
    edit->title = hl_xstrdup(run->title ? run->title : "");
    edit->pinned = edit->has_pinned ? edit->pinned : !run->pinned;
    if (edit->kind == EDIT_LABEL && !edit->has_label) {
        ask_label(edit, run);
    } else {
        hl_jobs_run_in_store(context->jobs, edit_work, edit_done, edit);
    }
}

/* Takes the edit; the run is named in the arguments, or asked for. */
static int begin_edit(const struct hl_call *call, struct edit *edit, const char *question,
                      struct hl_error *error)
{
    _cleanup_free_ char *name = NULL;
    int r = run_argument(call->arguments, &name, error);
    if (r < 0) {
        edit_free(edit);
        return r;
    }
    run_choose(call->context, hl_workspace_folder(call->context, NULL), name, question,
               on_edit_chosen, edit);
    return 0;
}

static struct edit *edit_create(const struct hl_call *call, enum edit_kind kind)
{
    struct edit *edit = hl_xcalloc(1, sizeof(*edit));
    edit->context = call->context;
    edit->kind = kind;
    return edit;
}

int hl_cmd_delete_run(const struct hl_call *call, struct hl_error *error)
{
    return begin_edit(call, edit_create(call, EDIT_DELETE), "Which run shall be deleted?", error);
}

/* {run, label}: label null or "" takes it away. */
int hl_cmd_rename_run(const struct hl_call *call, struct hl_error *error)
{
    const char *label = NULL;
    int r = hl_field_string_optional(call->arguments, "label", &label, error);
    if (r == 0 && label && *label) {
        r = hl_store_check_label(label, error);
    }
    if (r < 0) {
        hl_error_prefix(error, "label");
        return r;
    }
    struct edit *edit = edit_create(call, EDIT_LABEL);
    edit->has_label = cJSON_GetObjectItemCaseSensitive(call->arguments, "label") != NULL;
    edit->label = label && *label ? hl_xstrdup(label) : NULL;
    return begin_edit(call, edit, "Which run shall be renamed?", error);
}

int hl_cmd_pin_run(const struct hl_call *call, struct hl_error *error)
{
    bool pinned = false;
    int r = hl_field_bool_optional(call->arguments, "pinned", &pinned, error);
    if (r < 0) {
        return r;
    }
    struct edit *edit = edit_create(call, EDIT_PIN);
    edit->has_pinned = cJSON_IsBool(cJSON_GetObjectItemCaseSensitive(call->arguments, "pinned"));
    edit->pinned = pinned;
    return begin_edit(call, edit, "Which run shall be pinned, or no longer?", error);
}
