#include "live.h"

#include "hotlens/app/sources.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"

struct live {
    struct hl_run_data data;
    struct hl_shown *shown;
    void (*done)(void *user, struct hl_shown *shown);
    void *user;
};

/* What is shown of a run before it is saved; the rest of its facts are not needed yet. */
static void copy_run(const struct hl_run *run, struct hl_run *ret_copy)
{
    *ret_copy = *run;
    ret_copy->uuid = hl_xstrdup(run->uuid);
    ret_copy->target = hl_xstrdup(run->target);
    ret_copy->title = hl_xstrdup(run->title);
    ret_copy->argv = hl_strv_copy(run->argv);
    ret_copy->cwd = hl_xstrdup(run->cwd);
    ret_copy->workspace = hl_xstrdup(run->workspace);
    ret_copy->python = hl_xstrdup(run->python);
    ret_copy->python_version = hl_xstrdup(run->python_version);
    ret_copy->sampler = hl_xstrdup(run->sampler);
    ret_copy->sampler_mode = hl_xstrdup(run->sampler_mode);
    ret_copy->git_commit = hl_xstrdup(run->git_commit);
    ret_copy->git_branch = hl_xstrdup(run->git_branch);
    ret_copy->label = hl_xstrdup(run->label);
    ret_copy->notes = hl_xstrdup(run->notes);
}

/* The texts are those of now: whether they are what ran is found out when the run is saved. */
static void work(void *job, const atomic_bool *cancelled)
{
    struct live *live = job;
    struct hl_run_data *data = &live->data;
    struct hl_sources_options options = {.cwd = data->run.cwd, .imported = true};
    (void)cancelled;
    if (hl_sources_collect(data->profile, &options, &data->sources) == 0 &&
        hl_run_data_derive(data) == 0) {
        (void)hl_shown_adopt(data, &live->shown);
    }
}

static void done(void *job, bool cancelled)
{
    struct live *live = job;
    if (cancelled) {
        hl_shown_unref(live->shown);
        live->shown = NULL;
    }
    live->done(live->user, live->shown);
    hl_run_data_finish(&live->data);
    free(live);
}

void live_start(struct hl_context *context, struct hl_profile *profile, const struct hl_run *run,
                void (*on_done)(void *user, struct hl_shown *shown), void *user)
{
    struct live *live = hl_xcalloc(1, sizeof(*live));
    copy_run(run, &live->data.run);
    live->data.profile = hl_profile_ref(profile);
    live->done = on_done;
    live->user = user;
    hl_jobs_run(context->jobs, work, done, live);
}
