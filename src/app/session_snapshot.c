/* The snapshot of a session's workspace, on a thread of its own. */
#include <stdlib.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "session_private.h"

/* What a start may wait: a folder of some thousand files takes less. */
#define PATIENCE ((uint64_t)(200 * HL_NS_PER_MS))

static void run(void *user)
{
    struct session_snapshot *snapshot = user;
    snapshot->snapshot = hl_snapshot_create_cancellable(snapshot->folder, &snapshot->cancelled);
    uv_mutex_lock(&snapshot->mutex);
    snapshot->done = true;
    uv_cond_signal(&snapshot->condition);
    uv_mutex_unlock(&snapshot->mutex);
}

static bool wait_for(struct session_snapshot *snapshot)
{
    uint64_t now = uv_hrtime();
    uint64_t end = now + PATIENCE;
    uv_mutex_lock(&snapshot->mutex);
    for (; !snapshot->done && now < end; now = uv_hrtime()) {
        (void)uv_cond_timedwait(&snapshot->condition, &snapshot->mutex, end - now);
    }
    bool done = snapshot->done;
    uv_mutex_unlock(&snapshot->mutex);
    return done;
}

const struct hl_snapshot *hl_session_snapshot_take(struct session_snapshot *snapshot,
                                                   const char *folder)
{
    if (uv_mutex_init(&snapshot->mutex) < 0) {
        return NULL;
    }
    if (uv_cond_init(&snapshot->condition) < 0) {
        uv_mutex_destroy(&snapshot->mutex);
        return NULL;
    }
    snapshot->folder = hl_xstrdup(folder);
    if (uv_thread_create(&snapshot->thread, run, snapshot) < 0) {
        uv_cond_destroy(&snapshot->condition);
        uv_mutex_destroy(&snapshot->mutex);
        return NULL;
    }
    snapshot->running = true;
    if (!wait_for(snapshot)) {
        atomic_store(&snapshot->cancelled, true); /* nobody will use it */
        return NULL;
    }
    return snapshot->snapshot;
}

void hl_session_snapshot_finish(struct session_snapshot *snapshot)
{
    if (snapshot->running) {
        atomic_store(&snapshot->cancelled, true);
        uv_thread_join(&snapshot->thread);
        uv_cond_destroy(&snapshot->condition);
        uv_mutex_destroy(&snapshot->mutex);
    }
    hl_snapshot_destroy(snapshot->snapshot);
    free(snapshot->folder);
    *snapshot = (struct session_snapshot){0};
}
