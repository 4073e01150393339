/* jobs.h without threads: jobs wait until run_jobs(). */
#ifndef HOTLENS_TESTS_UNIT_SERVER_FAKE_JOBS_H
#define HOTLENS_TESTS_UNIT_SERVER_FAKE_JOBS_H

#include <errno.h>

#include "fixture.h"

struct fake_job {
    hl_store_work work;
    hl_job_done done;
    void *job;
};

struct hl_jobs {
    struct hl_store *store; /* NULL: cannot be opened */
    struct fake_job waiting[64];
    size_t count;
};

void hl_jobs_run_in_store(struct hl_jobs *jobs, hl_store_work work, hl_job_done done, void *job)
{
    ck_assert_uint_lt(jobs->count, ARRAY_SIZE(jobs->waiting));
    jobs->waiting[jobs->count++] = (struct fake_job){work, done, job};
}

/* Also those that the first ones ask for. Returns how many ran. */
static inline size_t run_jobs(struct hl_jobs *jobs)
{
    struct hl_error error = {0};
    size_t count = 0;
    if (!jobs->store) {
        hl_error_set(&error, EACCES, "the store is closed");
    }
    for (; jobs->count > 0; count++) {
        struct fake_job next = jobs->waiting[0];
        jobs->count--;
        memmove(jobs->waiting, jobs->waiting + 1, jobs->count * sizeof(next));
        next.work(next.job, jobs->store, jobs->store ? NULL : &error);
        next.done(next.job, false);
    }
    hl_error_finish(&error);
    return count;
}

#endif
