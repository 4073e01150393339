/* A request that a job answers: what its life has in common, whatever is asked. A handler reads the
 * parameters on the loop thread into a struct that begins with this one, and asks; `answer` runs on a worker,
 * touches only the question, and appends the result as JSON; the reply is given on the loop thread. */
#ifndef HOTLENS_SRC_SERVER_QUESTION_H
#define HOTLENS_SRC_SERVER_QUESTION_H

#include "hotlens/base/json.h"
#include "hotlens/server/dispatch.h"

struct question {
    struct hl_context *context;
    struct hl_reply *reply;
    /* 0, or negative with `error`; `store` is NULL where none was asked for. -EINVAL is a wrong parameter. */
    int (*answer)(struct question *question, struct hl_store *store, struct hl_json *json);
    /* Optional, on the loop thread, after `answer` went well: the last word on the result. 0, negative with
     * `error`, or 1 when it has set another `answer`, which is then asked on any worker, with no store, for
     * a new result; `finish` is called after that again. */
    int (*finish)(struct question *question);
    /* Frees what the handler has put in, and the whole. */
    void (*destroy)(struct question *question);
    atomic_bool cancelled; /* by the client: the answer will not be read */
    struct hl_buffer result;
    int code;
    struct hl_error error;
};

/* For the head of a zeroed struct. */
void question_init(struct question *question, struct hl_context *context, struct hl_reply *reply,
                   void (*destroy)(struct question *question));
/* In the lane of the store; without one the question fails and says why. */
void question_ask_store(struct question *question);
/* On any worker. */
void question_ask(struct question *question);
/* Answers with a failure at once. */
void question_fail(struct question *question, int result, const struct hl_error *error);

#endif
