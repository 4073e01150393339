#include "hotlens/server/jobs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"

#define POLL_MS 2000
/* A save writes the log many times in a row: one look afterwards is enough. */
#define SETTLE_MS 100

struct job {
    uv_work_t request;
    struct hl_jobs *jobs;
    struct job *next;
    atomic_bool cancelled;
    hl_job_work work;
    hl_store_work store_work; /* one of both */
    hl_job_done done;
    void *data;
};

struct hl_jobs {
    uv_loop_t *loop;
    char *db;
    struct job *running; /* of both kinds: what can be told to stop */
    struct job *queue;   /* of the lane */
    struct job **queue_end;
    bool lane_is_busy;
    size_t open; /* jobs whose `done` has not been called */
    struct hl_store *store;
    bool stopping;
    void (*idle)(void *user);
    void *idle_user;

    bool watching;
    bool has_folder_watch;
    int open_handles;
    uv_timer_t poll_timer;
    uv_fs_event_t folder_watch;
    bool is_polling;
    bool has_version;
    int64_t version;
    void (*changed)(void *user);
    void *changed_user;
};

struct hl_jobs *hl_jobs_create(uv_loop_t *loop, const char *db)
{
    struct hl_jobs *jobs = hl_xcalloc(1, sizeof(*jobs));
    jobs->loop = loop;
    jobs->db = hl_xstrdup(db);
    jobs->queue_end = &jobs->queue;
    return jobs;
}

void hl_jobs_destroy(struct hl_jobs *jobs)
{
    if (!jobs) {
        return;
    }
    hl_assert(jobs->open == 0 && jobs->open_handles == 0);
    hl_store_close(jobs->store);
    free(jobs->db);
    free(jobs);
}

static void report_idle(struct hl_jobs *jobs)
{
    if (jobs->stopping && jobs->open == 0 && jobs->open_handles == 0 && jobs->idle) {
        void (*idle)(void *user) = jobs->idle;
        jobs->idle = NULL;
        idle(jobs->idle_user);
    }
}

/* On a worker. */
static void work_in_store(struct job *job)
{
    struct hl_jobs *jobs = job->jobs;
    _cleanup_error_ struct hl_error error = {0};
    if (!jobs->store) {
        (void)hl_store_open(jobs->db, HL_STORE_WRITE, &jobs->store, &error);
    }
    job->store_work(job->data, jobs->store, &error);
}

static void on_work(uv_work_t *request)
{
    struct job *job = request->data;
    if (atomic_load(&job->cancelled)) {
        return;
    }
    if (job->store_work) {
        work_in_store(job);
    } else {
        job->work(job->data, &job->cancelled);
    }
}

static void go_on(struct hl_jobs *jobs);

static void on_worked(uv_work_t *request, int status)
{
    struct job *job = request->data;
    struct hl_jobs *jobs = job->jobs;
    (void)status;
    for (struct job **link = &jobs->running; *link; link = &(*link)->next) {
        if (*link == job) {
            *link = job->next;
            break;
        }
    }
    jobs->lane_is_busy = jobs->lane_is_busy && !job->store_work;
    job->done(job->data, atomic_load(&job->cancelled));
    free(job);
    jobs->open--;
    go_on(jobs);
    report_idle(jobs);
}

static void start(struct job *job)
{
    struct hl_jobs *jobs = job->jobs;
    job->next = jobs->running;
    jobs->running = job;
    job->request.data = job;
    int r = uv_queue_work(jobs->loop, &job->request, on_work, on_worked);
    hl_assert(r == 0); /* it refuses a NULL callback only */
}

static void go_on(struct hl_jobs *jobs)
{
    struct job *job = jobs->queue;
    if (!job || jobs->lane_is_busy) {
        return;
    }
    jobs->queue = job->next;
    if (!jobs->queue) {
        jobs->queue_end = &jobs->queue;
    }
    jobs->lane_is_busy = true;
    start(job);
}

static struct job *make_job(struct hl_jobs *jobs, hl_job_done done, void *data)
{
    struct job *job = hl_xcalloc(1, sizeof(*job));
    job->jobs = jobs;
    job->done = done;
    job->data = data;
    atomic_init(&job->cancelled, jobs->stopping);
    jobs->open++;
    return job;
}

void hl_jobs_run(struct hl_jobs *jobs, hl_job_work work, hl_job_done done, void *data)
{
    struct job *job = make_job(jobs, done, data);
    job->work = work;
    start(job);
}

void hl_jobs_run_in_store(struct hl_jobs *jobs, hl_store_work work, hl_job_done done, void *data)
{
    struct job *job = make_job(jobs, done, data);
    job->store_work = work;
    *jobs->queue_end = job;
    jobs->queue_end = &job->next;
    go_on(jobs);
}

/* Watching */

struct poll {
    struct hl_jobs *jobs;
    int64_t version;
    bool known;
};

static void poll_work(void *data, struct hl_store *store, const struct hl_error *error)
{
    struct poll *poll = data;
    (void)error;
    poll->known = store && hl_store_data_version(store, &poll->version) == 0;
}

static void poll_done(void *data, bool cancelled)
{
    struct poll *poll = data;
    struct hl_jobs *jobs = poll->jobs;
    jobs->is_polling = false;
    if (poll->known && !cancelled) {
        bool changed = jobs->has_version && jobs->version != poll->version;
        jobs->version = poll->version;
        jobs->has_version = true;
        if (changed) {
            jobs->changed(jobs->changed_user);
        }
    }
    free(poll);
}

/* One poll at a time: a lane that is busy for long does not fill up with them. */
static void start_poll(struct hl_jobs *jobs)
{
    if (!jobs->is_polling) {
        struct poll *poll = hl_xcalloc(1, sizeof(*poll));
        poll->jobs = jobs;
        jobs->is_polling = true;
        hl_jobs_run_in_store(jobs, poll_work, poll_done, poll);
    }
}

static void on_poll_timer(uv_timer_t *timer)
{
    start_poll(timer->data);
}

static void on_folder_event(uv_fs_event_t *watch, const char *name, int events, int status)
{
    struct hl_jobs *jobs = watch->data;
    (void)name;
    (void)events;
    if (status == 0 && uv_timer_get_due_in(&jobs->poll_timer) > SETTLE_MS) {
        uv_timer_start(&jobs->poll_timer, on_poll_timer, SETTLE_MS, POLL_MS);
    }
}

static void watch_folder(struct hl_jobs *jobs)
{
    _cleanup_free_ char *path = jobs->db ? hl_xstrdup(jobs->db) : hl_store_default_path();
    _cleanup_free_ char *folder = path ? hl_path_parent(path) : NULL;
    if (!folder) {
        return;
    }
    uv_fs_event_init(jobs->loop, &jobs->folder_watch);
    jobs->folder_watch.data = jobs;
    jobs->has_folder_watch = true;
    jobs->open_handles++;
    /* A folder that cannot be watched, or is not there yet, is what the polling is for. */
    (void)uv_fs_event_start(&jobs->folder_watch, on_folder_event, folder, 0);
}

void hl_jobs_watch_store(struct hl_jobs *jobs, void (*changed)(void *user), void *user)
{
    hl_assert(!jobs->watching);
    jobs->watching = true;
    jobs->changed = changed;
    jobs->changed_user = user;
    uv_timer_init(jobs->loop, &jobs->poll_timer);
    jobs->poll_timer.data = jobs;
    jobs->open_handles++;
    watch_folder(jobs);
    start_poll(jobs);
    uv_timer_start(&jobs->poll_timer, on_poll_timer, POLL_MS, POLL_MS);
}

/* The end */

static void on_handle_closed(uv_handle_t *handle)
{
    struct hl_jobs *jobs = handle->data;
    jobs->open_handles--;
    report_idle(jobs);
}

void hl_jobs_stop(struct hl_jobs *jobs, void (*idle)(void *user), void *user)
{
    jobs->stopping = true;
    jobs->idle = idle;
    jobs->idle_user = user;
    for (struct job *job = jobs->running; job; job = job->next) {
        atomic_store(&job->cancelled, true);
    }
    for (struct job *job = jobs->queue; job; job = job->next) {
        atomic_store(&job->cancelled, true);
    }
    if (jobs->watching) {
        uv_close((uv_handle_t *)&jobs->poll_timer, on_handle_closed);
        if (jobs->has_folder_watch) {
            uv_close((uv_handle_t *)&jobs->folder_watch, on_handle_closed);
        }
    }
    report_idle(jobs);
}
