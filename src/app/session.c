#include "hotlens/app/session.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/array.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "manifest.h"
#include "session_private.h"
#include "window.h"

struct hl_session {
    uv_loop_t *loop;
    struct hl_session_events events;
    void *user;
    char *db;
    struct hl_save_options options;
    bool attached;

    struct hl_spool *spool;
    struct session_snapshot taking;
    const struct hl_snapshot *snapshot; /* of `taking`, or NULL */
    struct hl_recording *recording;
    const struct hl_record_result *record; /* set when the recording has ended */
    int64_t began;                         /* monotonic ns */

    struct session_facts facts;
    struct session_merge merge;
    struct session_save save;
    uv_work_t facts_work, merge_work, save_work;
    bool asking, merging;
    bool lost; /* a window could not be added: nothing is saved, its spool stays */

    struct session_window *queue; /* windows that wait; [head, count) */
    size_t head, count, capacity;
    size_t window_capacity;
    struct hl_spool_facts window_facts; /* what every manifest says, and all windows so far */

    struct hl_run_data data;
    struct hl_session_result result;
};

static void go_on(struct hl_session *session);

/* Facts */

static void facts_work(uv_work_t *work)
{
    struct hl_session *session = work->data;
    hl_session_facts_work(&session->facts);
}

static void replace(char **text, char *with)
{
    if (with) {
        free(*text);
        *text = with;
    }
}

static void facts_done(uv_work_t *work, int status)
{
    struct hl_session *session = work->data;
    struct session_facts *facts = &session->facts;
    struct hl_run *run = &session->data.run;
    (void)status; /* never cancelled */
    replace(&run->git_commit, TAKE_PTR(facts->git.commit));
    replace(&run->git_branch, TAKE_PTR(facts->git.branch));
    run->git_dirty = facts->git.dirty;
    replace(&run->python_version, TAKE_PTR(facts->process_version));
    if (facts->answered) {
        replace(&run->python, TAKE_PTR(facts->answer.executable));
        replace(&run->python_version, TAKE_PTR(facts->answer.version));
    }
    if (facts->process_start > 0) {
        hl_manifest_add_code_start(&session->window_facts, facts->process_start);
    }
    session->asking = false;
    go_on(session);
}

static int ask_facts(struct hl_session *session, const struct hl_record_options *options)
{
    struct session_facts *facts = &session->facts;
    facts->pid = options->pid;
    facts->proc = hl_xstrdup(options->proc ? options->proc : "/proc");
    facts->python = options->pid > 0 ? NULL : hl_xstrdup(session->data.run.python);
    facts->cwd = hl_xstrdup(options->cwd);
    facts->environment = options->environment ? hl_strv_copy(options->environment) : NULL;
    session->facts_work.data = session;
    int result = uv_queue_work(session->loop, &session->facts_work, facts_work, facts_done);
    session->asking = result == 0;
    return result;
}

/* Windows */

/* Nothing is saved from here on; the first reason is the one that is told. */
static void lose(struct hl_session *session, int result, const char *what)
{
    session->lost = true;
    if (!session->result.error.message) {
        hl_error_set_errno(&session->result.error, -result, "%s", what);
    }
}

static void queue_window(struct hl_session *session, const struct hl_record_window *window)
{
    int result = hl_array_reserve(&session->queue, &session->capacity, session->count + 1,
                                  sizeof(*session->queue));
    if (result < 0) {
        lose(session, result, "cannot keep the list of windows");
        return;
    }
    session->queue[session->count++] = (struct session_window){
        .path = hl_xstrdup(window->path),
        .index = window->index,
        .verified = window->verified,
        .expected = window->samples,
        .ended = hl_clock_monotonic() - session->began,
        .window = {window->start, window->covered, window->samples, window->errors},
    };
}

/* A window whose count is not py-spy's own is kept, but said. */
static void verify_window(struct hl_session *session, const struct session_window *item,
                          uint64_t samples)
{
    struct hl_run *run = &session->data.run;
    if (item->verified && item->expected != samples) {
        run->flags |= HL_RUN_UNVERIFIED;
        hl_run_note(run, "window %" PRIu32 ": py-spy counted %" PRIu64 " samples, its file has %" PRIu64,
                    item->index, item->expected, samples);
    } else if (!item->verified && samples > 0) {
        run->flags |= HL_RUN_UNVERIFIED;
    }
}

static void count_window(struct hl_session *session, const struct session_merge *merge)
{
    struct hl_run_data *data = &session->data;
    struct hl_run *run = &data->run;
    int result = hl_array_reserve(&data->windows, &session->window_capacity,
                                  data->window_count + 1, sizeof(*data->windows));
    if (result < 0) {
        lose(session, result, "cannot keep the times of the windows");
        return;
    }
    struct hl_window window = merge->item.window;
    window.samples = merge->samples;
    data->windows[data->window_count++] = window;
    run->covered = (run->covered == HL_UNKNOWN ? 0 : run->covered) + window.covered;
    run->errors += window.errors;
    run->samples = hl_profile_samples(data->profile);
    run->duration = merge->item.ended;
    run->sampled = run->duration - data->windows[0].start;
    verify_window(session, &merge->item, merge->samples);
}

static void take_notes(struct hl_run *run, char *notes)
{
    char *rest = NULL;
    for (char *line = notes ? strtok_r(notes, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest)) {
        hl_run_note(run, "%s", line);
    }
}

static void merge_work(uv_work_t *work)
{
    struct hl_session *session = work->data;
    hl_session_merge_work(&session->merge);
}

static void merge_done(uv_work_t *work, int status)
{
    struct hl_session *session = work->data;
    struct session_merge *merge = &session->merge;
    (void)status;
    if (merge->result < 0) {
        session->lost = true;
        hl_error_move(&session->result.error, &merge->error);
    } else {
        hl_profile_unref(session->data.profile);
        session->data.profile = TAKE_PTR(merge->after);
        take_notes(&session->data.run, merge->notes.notes);
        count_window(session, merge);
        if (session->events.live) {
            session->events.live(session->user, session->data.profile, &session->data.run);
        }
    }
    hl_session_merge_finish(merge);
    session->merging = false;
    go_on(session);
}

static void start_merge(struct hl_session *session)
{
    struct session_merge *merge = &session->merge;
    *merge = (struct session_merge){
        .item = session->queue[session->head++],
        .before = session->data.profile ? hl_profile_ref(session->data.profile) : NULL,
        .spool = session->spool,
    };
    /* The manifest as it will be true when this window has been added. */
    hl_manifest_add_window(&session->window_facts, merge->item.path, &merge->item.window);
    hl_manifest_add_run(&merge->manifest, &session->data.run);
    hl_manifest_add_facts(&merge->manifest, &session->window_facts);
    session->merging = true;
    session->merge_work.data = session;
    /* Only refuses a NULL callback. */
    (void)uv_queue_work(session->loop, &session->merge_work, merge_work, merge_done);
}

/* The end */

static void note_record(struct hl_session *session)
{
    const struct hl_record_result *record = session->record;
    struct hl_run *run = &session->data.run;
    if (record->error.message) {
        hl_run_note(run, "%s", record->error.message);
    }
    if (record->behind) {
        hl_run_note(run, "py-spy was up to %.2f s behind in sampling",
                    (double)record->behind_ms / 1000);
    }
}

static void complete_run(struct hl_session *session)
{
    const struct hl_record_result *record = session->record;
    struct hl_run *run = &session->data.run;
    if (record->start > 0) {
        run->start = record->start;
        run->offset_minutes = hl_clock_offset_minutes(record->start);
    }
    run->duration = record->duration;
    run->sampled = record->sampled > 0 ? record->sampled : HL_UNKNOWN;
    run->exit_status = record->exit_status;
    run->flags |= (record->stopped ? HL_RUN_STOPPED : 0u) | (record->behind ? HL_RUN_BEHIND : 0u);
    replace(&run->python_version, hl_xstrdup(record->python_version));
    if (record->py_spy_version) {
        replace(&run->sampler, hl_xasprintf("py-spy %s", record->py_spy_version));
    }
    replace(&run->sampler_mode,
            hl_xstrdup(record->sampler == HL_SAMPLER_LAUNCH ? "launch" : "attach"));
    note_record(session);
}

static void finish(struct hl_session *session)
{
    struct hl_session_result *result = &session->result;
    bool has_samples = session->data.profile && hl_profile_samples(session->data.profile) > 0;
    result->run_id = session->data.run.id;
    result->record = session->record;
    result->data = has_samples && session->data.functions ? &session->data : NULL;
    if (session->events.ended) {
        session->events.ended(session->user, result); /* may destroy the session */
    }
}

static void save_work(uv_work_t *work)
{
    struct hl_session *session = work->data;
    hl_session_save_work(&session->save);
}

static void save_done(uv_work_t *work, int status)
{
    struct hl_session *session = work->data;
    (void)status;
    if (session->save.error.message && !session->result.error.message) {
        hl_error_move(&session->result.error, &session->save.error);
    }
    hl_error_finish(&session->save.error);
    finish(session);
}

/* A run without a sample says nothing and would only push others out of the list. */
static void explain_no_samples(struct hl_session *session)
{
    if (session->record->error.message) {
        return;
    }
    hl_error_set(&session->result.error, ENODATA, "no samples were taken, so nothing was saved");
    hl_error_set_remedy(&session->result.error, "%s",
                        session->data.run.flags & HL_RUN_IDLE
                            ? "the program ended before the first sample: give it more to do, or "
                              "use a higher rate"
                            : "the program ended before the first sample, or only waited: use a "
                              "higher rate, or --idle to count waiting too");
}

/* What an attached program had loaded is older than that program. */
static int64_t code_start(const struct hl_session *session)
{
    if (!session->attached) {
        return session->data.run.start;
    }
    int64_t start = session->facts.process_start;
    return start > 0 ? start : HL_CODE_START_UNKNOWN;
}

static void start_save(struct hl_session *session)
{
    bool has_samples = session->data.profile && hl_profile_samples(session->data.profile) > 0;
    complete_run(session);
    if (session->lost) {
        hl_error_set_remedy(&session->result.error, "the samples are kept in %s",
                            hl_spool_path(session->spool));
        finish(session);
        return;
    }
    if (!has_samples) {
        explain_no_samples(session);
    }
    session->save = (struct session_save){
        .data = &session->data,
        .spool = TAKE_PTR(session->spool),
        .window_facts = &session->window_facts,
        .snapshot = session->snapshot,
        .code_start = code_start(session),
        .options = &session->options,
        .db = session->db,
        .discard = !has_samples,
    };
    session->save_work.data = session;
    (void)uv_queue_work(session->loop, &session->save_work, save_work, save_done);
}

/* Takes the next step that nothing stands in the way of. */
static void go_on(struct hl_session *session)
{
    if (session->merging) {
        return;
    }
    if (session->head < session->count) {
        start_merge(session);
    } else if (session->record && !session->asking) {
        start_save(session);
    }
}

static void on_state(void *user, enum hl_record_state state)
{
    struct hl_session *session = user;
    if (session->events.state) {
        session->events.state(session->user, state);
    }
}

static void on_problem(void *user, const struct hl_error *error)
{
    struct hl_session *session = user;
    if (session->events.problem) {
        session->events.problem(session->user, error);
    }
}

static void on_window(void *user, const struct hl_record_window *window)
{
    struct hl_session *session = user;
    queue_window(session, window);
    go_on(session);
}

static void on_ended(void *user, const struct hl_record_result *result)
{
    struct hl_session *session = user;
    session->record = result;
    go_on(session);
}

/* Start */

static int write_first_manifest(struct hl_session *session, struct hl_error *error)
{
    struct hl_spool_facts facts = {0};
    /* With what stays the same in every later manifest. */
    hl_manifest_add_database(&session->window_facts, session->db);
    hl_manifest_add_options(&session->window_facts, &session->options);
    hl_manifest_add_run(&facts, &session->data.run);
    hl_manifest_add_facts(&facts, &session->window_facts);
    int result = hl_spool_write_manifest(session->spool, &facts, error);
    hl_spool_facts_finish(&facts);
    return result;
}

static int start_recording(struct hl_session *session, const struct hl_record_options *options,
                           struct hl_error *error)
{
    static const struct hl_record_events EVENTS = {
        .state = on_state,
        .problem = on_problem,
        .window = on_window,
        .ended = on_ended,
    };
    struct hl_record_options record = *options;
    record.uuid = hl_spool_uuid(session->spool);
    record.spool = hl_spool_path(session->spool);
    record.spool_lock = hl_spool_lock_fd(session->spool);
    session->began = hl_clock_monotonic();
    return hl_recording_start(session->loop, &record, &EVENTS, session, &session->recording, error);
}

static int start(struct hl_session *session, const struct hl_session_options *options,
                 struct hl_error *error)
{
    char uuid[37];
    hl_uuid_generate(uuid);
    int result = hl_spool_create(NULL, uuid, &session->spool, error);
    if (result < 0) {
        return result;
    }
    hl_session_describe(options, uuid, &session->data.run, &session->facts.folder);
    result = write_first_manifest(session, error);
    if (result < 0) {
        return result;
    }
    if (!session->attached && session->data.run.workspace) {
        session->snapshot =
            hl_session_snapshot_take(&session->taking, session->data.run.workspace);
    }
    result = start_recording(session, &options->record, error);
    if (result < 0) {
        return result;
    }
    /* From here on there is a program to look after: facts that cannot be asked stay unknown. */
    (void)ask_facts(session, &options->record);
    return 0;
}

int hl_session_start(uv_loop_t *loop, const struct hl_session_options *options,
                     const struct hl_session_events *events, void *user,
                     struct hl_session **ret_session, struct hl_error *error)
{
    struct hl_session *session = hl_xcalloc(1, sizeof(*session));
    session->loop = loop;
    session->events = *events;
    session->user = user;
    session->db = hl_xstrdup(options->db);
    session->options = options->save;
    session->attached = options->record.pid > 0;
    int result = start(session, options, error);
    if (result < 0) {
        if (session->spool) {
            (void)hl_spool_remove(&session->spool, NULL);
        }
        hl_session_destroy(session);
        return result;
    }
    *ret_session = session;
    return 0;
}

struct hl_recording *hl_session_recording(struct hl_session *session)
{
    return session->recording;
}

void hl_session_destroy(struct hl_session *session)
{
    if (!session) {
        return;
    }
    hl_recording_destroy(session->recording);
    for (size_t i = session->head; i < session->count; i++) {
        free(session->queue[i].path);
    }
    free(session->queue);
    hl_spool_facts_finish(&session->window_facts);
    hl_session_facts_finish(&session->facts);
    hl_run_data_finish(&session->data);
    hl_session_snapshot_finish(&session->taking);
    hl_spool_close(session->spool);
    hl_error_finish(&session->result.error);
    free(session->db);
    free(session);
}
