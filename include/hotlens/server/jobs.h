/* Work off the loop thread. A job owns what it reads and what it makes; `work` runs on a worker and
 * touches only the job, `done` runs on the loop thread, exactly once, also when the job was cancelled or
 * the server is leaving. */
#ifndef HOTLENS_SERVER_JOBS_H
#define HOTLENS_SERVER_JOBS_H

#include <stdatomic.h>
#include <uv.h>

#include "hotlens/store/store.h"

struct hl_jobs;

struct hl_jobs *hl_jobs_create(uv_loop_t *loop, const char *db);
/* Waits for nothing: jobs that run are cancelled, their `done` still comes; `idle` when all have. */
void hl_jobs_stop(struct hl_jobs *jobs, void (*idle)(void *user), void *user);
void hl_jobs_destroy(struct hl_jobs *jobs); /* only when idle */

/* `cancelled` may be looked at while working. */
typedef void (*hl_job_work)(void *job, const atomic_bool *cancelled);
typedef void (*hl_job_done)(void *job, bool cancelled);
void hl_jobs_run(struct hl_jobs *jobs, hl_job_work work, hl_job_done done, void *job);

/* Jobs of the store run one after the other, in order, on one connection that is opened by the first and
 * kept. `store` is NULL when it cannot be opened; `error` says why. */
typedef void (*hl_store_work)(void *job, struct hl_store *store, const struct hl_error *error);
void hl_jobs_run_in_store(struct hl_jobs *jobs, hl_store_work work, hl_job_done done, void *job);

/* Calls `changed` on the loop thread when another process has written to the database: the folder is
 * watched, and PRAGMA data_version polled every 2 s in the lane. */
void hl_jobs_watch_store(struct hl_jobs *jobs, void (*changed)(void *user), void *user);

#endif
