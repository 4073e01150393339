/* What a session does on worker threads. Nothing here sees the session itself. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "hotlens/formats/raw.h"
#include "hotlens/record/processes.h"
#include "manifest.h"
#include "session_private.h"
#include "window.h"

/* When an attached program started, and its Python by the name of its executable. */
static void find_process(struct session_facts *facts)
{
    struct hl_process_list list = {0};
    if (hl_processes_list(facts->proc, true, &list, NULL) < 0) {
        return;
    }
    for (size_t i = 0; i < list.count; i++) {
        if (list.items[i].pid == facts->pid) {
            facts->process_start = list.items[i].start;
            facts->process_version = TAKE_PTR(list.items[i].version);
        }
    }
    hl_process_list_finish(&list);
}

void hl_session_facts_work(struct session_facts *facts)
{
    hl_git_read(facts->folder, &facts->git);
    if (facts->python) {
        const struct hl_python_place place = {.cwd = facts->cwd, .environment = facts->environment};
        facts->answered =
            hl_python_ask_in(facts->python, &place, &facts->answer, NULL) == 0;
    }
    if (facts->pid > 0) {
        find_process(facts);
    }
}

void hl_session_facts_finish(struct session_facts *facts)
{
    free(facts->folder);
    free(facts->python);
    free(facts->cwd);
    hl_strv_free(facts->environment);
    free(facts->proc);
    free(facts->process_version);
    hl_git_facts_finish(&facts->git);
    if (facts->answered) {
        hl_python_facts_finish(&facts->answer);
    }
    *facts = (struct session_facts){0};
}

/* Reads the window's file. What can be read of a damaged one is kept; one that cannot be read now fails. */
static int read_window(struct session_merge *merge, struct hl_profile **ret_profile)
{
    _cleanup_(hl_builder_destroy_p) struct hl_builder *builder =
        hl_builder_create(HL_METRIC_CPU);
    struct hl_raw_report report;
    _cleanup_error_ struct hl_error error = {0};
    int result = hl_window_read(builder, merge->item.path, &report, &error);
    if (hl_window_is_for_later(result)) {
        return result;
    }
    if (result < 0) {
        hl_run_note(&merge->notes, "window %" PRIu32 " could not be read to its end: %s",
                    merge->item.index, hl_error_text(&error, result));
    }
    _cleanup_free_ char *what = hl_xasprintf("window %" PRIu32, merge->item.index);
    hl_run_note_report(&merge->notes, &report, what);
    return hl_builder_freeze(&builder, ret_profile);
}

static int add_window(struct session_merge *merge)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    int result = read_window(merge, &profile);
    if (result < 0) {
        return result;
    }
    merge->samples = hl_profile_samples(profile);
    if (!merge->before) {
        merge->after = TAKE_PTR(profile);
        return 0;
    }
    struct hl_profile *both[] = {merge->before, profile};
    return hl_profile_merge(both, 2, &merge->after);
}

void hl_session_merge_work(struct session_merge *merge)
{
    merge->result = add_window(merge);
    if (merge->result < 0) {
        hl_error_set_errno(&merge->error, -merge->result, "cannot add window %" PRIu32,
                           merge->item.index);
        return;
    }
    /* Without a manifest of its own a recovery only knows less about this window. */
    (void)hl_spool_write_manifest(merge->spool, &merge->manifest, NULL);
}

void hl_session_merge_finish(struct session_merge *merge)
{
    free(merge->item.path);
    hl_profile_unref(merge->before);
    hl_profile_unref(merge->after);
    hl_spool_facts_finish(&merge->manifest);
    free(merge->notes.notes);
    hl_error_finish(&merge->error);
}

static void note_changed(struct hl_run_data *data)
{
    size_t changed = 0;
    for (size_t i = 0; data->sources && i < data->sources->count; i++) {
        changed += data->sources->items[i].state == HL_SOURCE_CHANGED;
    }
    if (changed > 0) {
        hl_run_note(&data->run, "%zu file%s changed while the program ran: no line numbers for %s",
                    changed, changed == 1 ? "" : "s", changed == 1 ? "it" : "them");
    }
}

static int derive(struct session_save *save)
{
    struct hl_run_data *data = save->data;
    struct hl_sources_options options = {
        .snapshot = save->snapshot,
        .start = save->code_start,
        .cwd = data->run.cwd,
    };
    int result = hl_sources_collect(data->profile, &options, &data->sources);
    if (result == 0) {
        note_changed(data);
        result = hl_run_data_derive(data);
    }
    return result < 0 ? hl_error_set_errno(&save->error, -result, "cannot count the samples") : 0;
}

static int save_to_store(struct session_save *save)
{
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    int result = hl_store_open(save->db, HL_STORE_WRITE, &store, &save->error);
    if (result < 0) {
        return result;
    }
    result = hl_run_data_save(save->data, store, save->options, &save->error);
    return result == -EEXIST ? 0 : result;
}

/* The manifest with everything that is known goes first: should saving fail, a recovery has it all. */
static void write_last_manifest(const struct session_save *save)
{
    struct hl_spool_facts facts = {0};
    hl_manifest_add_run(&facts, &save->data->run);
    hl_manifest_add_facts(&facts, save->window_facts);
    (void)hl_spool_write_manifest(save->spool, &facts, NULL);
    hl_spool_facts_finish(&facts);
}

/* After what to do about the failure, if that is known. */
static void say_what_is_kept(struct session_save *save)
{
    _cleanup_free_ char *known = hl_xstrdup(save->error.remedy);
    const char *path = hl_spool_path(save->spool);
    if (access(path, F_OK) < 0) {
        hl_error_set_remedy(&save->error, "%s%sthe samples are lost: %s is gone", known ? known : "",
                            known ? "\n" : "", path);
        return;
    }
    hl_error_set_remedy(&save->error,
                        "%s%sthe samples are kept in %s and become a run at the next start of hotlens "
                        "that can save it",
                        known ? known : "", known ? "\n" : "", path);
}


void hl_session_save_work(struct session_save *save)
{
    if (save->discard) {
        (void)hl_spool_remove(&save->spool, NULL);
        return;
    }
    write_last_manifest(save);
    save->result = derive(save);
    if (save->result == 0) {
        save->result = save_to_store(save);
    }
    if (save->result == 0) {
        (void)hl_spool_remove(&save->spool, NULL);
        return;
    }
    say_what_is_kept(save);
    hl_spool_close(TAKE_PTR(save->spool));
}
