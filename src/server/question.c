#include "question.h"

#include <errno.h>

void question_init(struct question *question, struct hl_context *context, struct hl_reply *reply,
                   void (*destroy)(struct question *question))
{
    question->context = context;
    question->reply = reply;
    question->destroy = destroy;
    atomic_init(&question->cancelled, false);
}

static void end(struct question *question)
{
    hl_buffer_finish(&question->result);
    hl_error_finish(&question->error);
    question->destroy(question);
}

void question_fail(struct question *question, int result, const struct hl_error *error)
{
    hl_reply_failure(question->reply, result, error);
    end(question);
}

static void answer(struct question *question, struct hl_store *store)
{
    struct hl_json json;
    hl_json_init(&json, &question->result);
    if (atomic_load(&question->cancelled)) {
        question->code = -ECANCELED;
        return;
    }
    question->code = question->answer(question, store, &json);
    if (question->code == 0) {
        question->code = question->result.error;
    }
}

static void work(void *job, const atomic_bool *cancelled)
{
    (void)cancelled; /* who asks looks at the question's own */
    answer(job, NULL);
}

static void work_in_store(void *job, struct hl_store *store, const struct hl_error *error)
{
    struct question *question = job;
    if (store) {
        answer(question, store);
        return;
    }
    question->code = hl_error_set(&question->error, error->code > 0 ? error->code : EIO, "%s",
                                  hl_error_text(error, -EIO));
}

static void done(void *job, bool cancelled)
{
    struct question *question = job;
    hl_reply_on_cancel(question->reply, NULL, NULL);
    if (question->code == 0 && question->finish && !cancelled) {
        question->code = question->finish(question);
    }
    if (question->code > 0) {
        hl_buffer_clear(&question->result);
        question_ask(question);
        return;
    }
    if (cancelled || hl_reply_is_cancelled(question->reply)) {
        hl_reply_error(question->reply, HL_RPC_CANCELLED, "cancelled");
    } else if (question->code < 0) {
        hl_reply_failure(question->reply, question->code, &question->error);
    } else {
        struct hl_json *json = hl_reply_result(question->reply);
        hl_buffer_append(json->buffer, question->result.data, question->result.length);
        json->comma = true;
        hl_reply_end(question->reply);
    }
    end(question);
}

static void on_cancel(void *user)
{
    struct question *question = user;
    atomic_store(&question->cancelled, true);
}

void question_ask_store(struct question *question)
{
    hl_reply_on_cancel(question->reply, on_cancel, question);
    hl_jobs_run_in_store(question->context->jobs, work_in_store, done, question);
}

void question_ask(struct question *question)
{
    hl_reply_on_cancel(question->reply, on_cancel, question);
    hl_jobs_run(question->context->jobs, work, done, question);
}
