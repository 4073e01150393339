#include "run_pick.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"
#include "hotlens/server/picker.h"

struct choice {
    struct hl_context *context;
    char *folder;
    char *name;
    const char *question; /* a constant */
    run_chosen_fn chosen;
    void *user;
    struct hl_run_list list;
    struct hl_run run;
    bool found;
    int result;
    struct hl_error error;
};

static void destroy(struct choice *choice)
{
    free(choice->folder);
    free(choice->name);
    hl_run_list_finish(&choice->list);
    hl_run_finish(&choice->run);
    hl_error_finish(&choice->error);
    free(choice);
}

static void finish(struct choice *choice, const struct hl_run *run)
{
    choice->chosen(choice->context, choice->user, run);
    destroy(choice);
}

static void find_work(void *job, struct hl_store *store, const struct hl_error *error)
{
    struct choice *choice = job;
    if (!store) {
        choice->result = hl_error_set(&choice->error, error->code ? error->code : EIO, "%s",
                                      hl_error_text(error, -EIO));
        return;
    }
    if (choice->name) {
        choice->result = hl_store_find_run(store, choice->name, &choice->run, &choice->error);
        choice->found = choice->result == 0;
        return;
    }
    struct hl_run_filter filter = {.workspace = choice->folder, .limit = HL_PICKER_MOST};
    choice->result = hl_store_list_runs(store, &filter, &choice->list, &choice->error);
}

static void on_picked(void *user, int index)
{
    struct choice *choice = user;
    finish(choice, index >= 0 && !choice->context->leaving ? &choice->list.items[index] : NULL);
}

static void ask(struct choice *choice)
{
    char *titles[HL_PICKER_MOST] = {0};
    size_t count = choice->list.count;
    for (size_t i = 0; i < count; i++) {
        _cleanup_buffer_ struct hl_buffer text = {0};
        hl_text_summary(&text, &choice->list.items[i]);
        titles[i] = hl_xasprintf("%" PRId64 " %s", choice->list.items[i].id, text.data);
    }
    hl_pick(choice->context, choice->question, (const char *const *)titles, count, on_picked,
            choice);
    for (size_t i = 0; i < count; i++) {
        free(titles[i]);
    }
}

static void find_done(void *job, bool cancelled)
{
    struct choice *choice = job;
    if (cancelled || choice->context->leaving) {
        finish(choice, NULL);
    } else if (choice->result < 0) {
        hl_show_message(choice->context, 1, "%s", hl_error_text(&choice->error, choice->result));
        finish(choice, NULL);
    } else if (choice->found) {
        finish(choice, &choice->run);
    } else if (choice->list.count == 0) {
        hl_show_message(choice->context, 3, "There are no runs yet: profile a file first");
        finish(choice, NULL);
    } else {
        ask(choice);
    }
}

void run_choose(struct hl_context *context, const char *folder, const char *name,
                const char *question, run_chosen_fn chosen, void *user)
{
    struct choice *choice = hl_xcalloc(1, sizeof(*choice));
    choice->context = context;
    choice->folder = hl_xstrdup(folder);
    choice->name = hl_xstrdup(name);
    choice->question = question;
    choice->chosen = chosen;
    choice->user = user;
    hl_jobs_run_in_store(context->jobs, find_work, find_done, choice);
}

int run_argument(const cJSON *arguments, char **ret_name, struct hl_error *error)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(arguments, "run");
    int64_t id = 0;
    if (!item || cJSON_IsNull(item)) {
        *ret_name = NULL;
        return 0;
    }
    if (cJSON_IsString(item)) {
        *ret_name = hl_xstrdup(item->valuestring);
        return 0;
    }
    if (!cJSON_IsNumber(item) || hl_field_int_optional(arguments, "run", &id, NULL) < 0 || id < 1) {
        return hl_error_set(error, EINVAL,
                            "run: an id, a label, \"last\" or \"last~N\" is expected");
    }
    *ret_name = hl_xasprintf("%" PRId64, id);
    return 0;
}
