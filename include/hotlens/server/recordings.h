/* Recordings that the server runs itself, or asks the client to run in a terminal. Any number at once. */
#ifndef HOTLENS_SERVER_RECORDINGS_H
#define HOTLENS_SERVER_RECORDINGS_H

#include "hotlens/app/session.h"

struct hl_recordings;
struct hl_recorder;

/* What to record, resolved from call, targets, settings and the last time; see docs/protocol.md. */
struct hl_plan {
    char **argv;       /* or NULL with pid */
    pid_t pid;
    char *cwd;
    char **environment; /* additions NAME=VALUE; values are never stored */
    char *folder;      /* workspace folder, or NULL */
    char *title;
    bool in_terminal;  /* by the client, in a terminal */
};

struct hl_recordings_events {
    void (*state)(void *user, struct hl_recorder *recorder, enum hl_record_state state);
    void (*live)(void *user, struct hl_recorder *recorder, struct hl_profile *profile,
                 const struct hl_run *run);
    void (*ended)(void *user, struct hl_recorder *recorder,
                  const struct hl_session_result *result);
    /* Sampling was given up while the program goes on. */
    void (*problem)(void *user, struct hl_recorder *recorder, const struct hl_error *error);
    /* Output of the program, in pieces as it came but never inside a character; 1 standard output,
     * 2 standard error. */
    void (*output)(void *user, struct hl_recorder *recorder, int stream, const char *data,
                   size_t length);
    /* Once a second while it goes on. */
    void (*tick)(void *user, struct hl_recorder *recorder);
};

struct hl_recordings *hl_recordings_create(uv_loop_t *loop,
                                           const struct hl_recordings_events *events, void *user);
/* Stops all, keeps what there is; `idle` when nothing runs any more (at most 5 s). */
void hl_recordings_stop_all(struct hl_recordings *recordings, void (*idle)(void *user),
                            void *user);
void hl_recordings_destroy(struct hl_recordings *recordings);

int hl_recordings_start(struct hl_recordings *recordings, const struct hl_plan *plan,
                        const struct hl_session_options *options,
                        struct hl_recorder **ret_recorder, struct hl_error *error);
void hl_recorder_stop(struct hl_recorder *recorder);
size_t hl_recordings_count(const struct hl_recordings *recordings);
struct hl_recorder *hl_recordings_at(struct hl_recordings *recordings, size_t index);
const struct hl_plan *hl_recorder_plan(const struct hl_recorder *recorder);
enum hl_record_state hl_recorder_state(const struct hl_recorder *recorder);
int64_t hl_recorder_elapsed(const struct hl_recorder *recorder); /* ns */
/* The program's; 0 before there is one. */
pid_t hl_recorder_pid(const struct hl_recorder *recorder);
uint64_t hl_recorder_samples(const struct hl_recorder *recorder); /* so far */

/* Numbers recordings from 1, as long as the server runs. */
uint32_t hl_recorder_number(const struct hl_recorder *recorder);
/* What the owner of the events keeps beside a recording; not owned. */
void hl_recorder_set_tag(struct hl_recorder *recorder, void *tag);
void *hl_recorder_tag(const struct hl_recorder *recorder);

void hl_plan_finish(struct hl_plan *plan);
/* A copy with strings of its own. */
void hl_plan_copy(const struct hl_plan *plan, struct hl_plan *ret_copy);

#endif
