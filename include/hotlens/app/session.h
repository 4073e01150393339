/* The recording pipeline that command line and server share: record → parse → attribute → keep the texts
 * → save. Owns the spool and the recording; parsing and saving run on worker threads. */
#ifndef HOTLENS_APP_SESSION_H
#define HOTLENS_APP_SESSION_H

#include "hotlens/app/save.h"
#include "hotlens/record/recording.h"

struct hl_session_options {
    struct hl_record_options record; /* spool and uuid are filled in by the session */
    const char *workspace;           /* NULL: the program's folder */
    const char *db;                  /* NULL: the default store */
    const char *label;               /* NULL: none; left out, and said so, if it is taken */
    struct hl_save_options save;
};

struct hl_session_result {
    int64_t run_id;                  /* 0 when nothing was saved */
    struct hl_run_data *data;        /* the run in memory; NULL when there are no samples; may be
                                        taken by hl_shown_adopt */
    const struct hl_record_result *record;
    struct hl_error error;           /* of reading or saving; the recording's own is in `record` */
};

struct hl_session;

/* On the loop thread. `live` is called when a window has been added (profile borrowed, may be NULL);
 * `ended` once at the very end. */
struct hl_session_events {
    void (*state)(void *user, enum hl_record_state state);
    /* As of struct hl_record_events: the program goes on without being sampled. May be NULL. */
    void (*problem)(void *user, const struct hl_error *error);
    void (*live)(void *user, struct hl_profile *profile, const struct hl_run *run);
    void (*ended)(void *user, const struct hl_session_result *result);
};

int hl_session_start(uv_loop_t *loop, const struct hl_session_options *options,
                     const struct hl_session_events *events, void *user,
                     struct hl_session **ret_session, struct hl_error *error);
/* The recording inside, to stop, detach, pause it. Borrowed. */
struct hl_recording *hl_session_recording(struct hl_session *session);
/* Only in or after `ended`. */
void hl_session_destroy(struct hl_session *session);

HL_DEFINE_CLEANUP(struct hl_session *, hl_session_destroy);

#endif
