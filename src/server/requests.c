#include "hotlens/server/requests.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/run_json.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/uri.h"
#include "hotlens/record/processes.h"
#include "hotlens/server/workspace.h"
#include "document_lines.h"
#include "live_functions.h"
#include "run_pick.h"

#define RUNS_USUALLY 100u
#define ROWS_USUALLY 1000u

/* One question, with all that its worker needs. `answer` runs there and appends the result as JSON. */
struct question {
    struct hl_reply *reply;
    const struct hl_shown *live; /* not stored yet; only until begin()'s caller returns to the loop */
    int (*answer)(struct question *question, struct hl_store *store, struct hl_json *json);
    char *run;
    char *folder;
    char *text;
    char *path;
    uint32_t limit;
    bool all;
    struct hl_buffer result;
    int code;
    struct hl_error error;
};

static void destroy(struct question *question)
{
    free(question->run);
    free(question->folder);
    free(question->text);
    free(question->path);
    hl_buffer_finish(&question->result);
    hl_error_finish(&question->error);
    free(question);
}

static void work(void *job, struct hl_store *store, const struct hl_error *error)
{
    struct question *question = job;
    struct hl_json json;
    if (!store) {
        question->code = hl_error_set(&question->error, error->code > 0 ? error->code : EIO, "%s",
                                      hl_error_text(error, -EIO));
        return;
    }
    hl_json_init(&json, &question->result);
    question->code = question->answer(question, store, &json);
    if (question->code == 0) {
        question->code = question->result.error;
    }
}

static void work_without_store(void *job, const atomic_bool *cancelled)
{
    struct question *question = job;
    struct hl_json json;
    (void)cancelled;
    hl_json_init(&json, &question->result);
    question->code = question->answer(question, NULL, &json);
}

/* -EINVAL means a wrong parameter in answers, which a run that is ambiguous is too. */
static void done(void *job, bool cancelled)
{
    struct question *question = job;
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
    destroy(question);
}

/* Reads the fields that the requests share; answers the request itself when one is wrong. */
static struct question *begin(struct hl_context *context, struct hl_reply *reply,
                              const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    struct question *question = hl_xcalloc(1, sizeof(*question));
    const char *folder = NULL;
    const char *text = NULL;
    const char *path = NULL;
    int r = run_argument(params, &question->run, &error);
    r = r < 0 ? r : hl_field_string_optional(params, "folder", &folder, &error);
    r = r < 0 ? r : hl_field_string_optional(params, "text", &text, &error);
    r = r < 0 ? r : hl_field_string_optional(params, "path", &path, &error);
    r = r < 0 ? r : hl_field_uint_optional(params, "limit", &question->limit, &error);
    r = r < 0 ? r : hl_field_bool_optional(params, "all", &question->all, &error);
    if (r < 0) {
        hl_reply_failure(reply, r, &error);
        destroy(question);
        return NULL;
    }
    question->reply = reply;
    question->text = hl_xstrdup(text);
    question->folder = folder ? hl_uri_to_path(folder) : NULL;
    if (folder && !question->folder) {
        question->folder = hl_xstrdup(folder);
    }
    question->path = path ? hl_uri_to_path(path) : NULL;
    if (path && !question->path) {
        question->path = hl_xstrdup(path);
    }
    /* Without a run: the one that is shown, else the last. */
    const struct hl_shown *shown =
        hl_shelf_shown(context->shelf, question->folder ? question->folder
                                                        : hl_workspace_folder(context, NULL));
    if (!question->run) {
        question->live = live_functions_has(shown) ? shown : NULL;
        question->run = shown && hl_shown_run(shown)->id > 0
                            ? hl_xasprintf("%" PRId64, hl_shown_run(shown)->id)
                            : hl_xstrdup("last");
    }
    return question;
}

static void ask(struct hl_context *context, struct hl_reply *reply, const cJSON *params,
                int (*answer)(struct question *, struct hl_store *, struct hl_json *))
{
    struct question *question = begin(context, reply, params);
    if (question) {
        question->answer = answer;
        hl_jobs_run_in_store(context->jobs, work, done, question);
    }
}

/* hotlens/functions {run?, limit?} and hotlens/lines {run?, path?}, of a stored run */

static void write_functions(struct hl_json *json, const struct hl_rows *rows, uint32_t limit)
{
    hl_functions_json(json, rows, limit > 0 ? limit : ROWS_USUALLY);
}

static void write_lines(struct hl_json *json, const struct hl_rows *rows, uint32_t limit)
{
    hl_lines_json(json, rows, limit > 0 ? limit : SIZE_MAX);
}

static int answer_rows(struct question *question, struct hl_store *store, struct hl_json *json,
                       void (*write)(struct hl_json *, const struct hl_rows *, uint32_t))
{
    struct hl_run run = {0};
    struct hl_rows rows = {0};
    int r = hl_store_find_run(store, question->run, &run, &question->error);
    if (r == 0) {
        r = hl_store_load_rows(store, run.id, question->path, &rows, &question->error);
    }
    if (r == 0) {
        hl_json_object_begin(json);
        hl_json_key(json, "run");
        hl_run_json(json, &run);
        write(json, &rows, question->limit);
        hl_json_object_end(json);
        hl_rows_finish(&rows);
    }
    hl_run_finish(&run);
    return r;
}

static int answer_functions(struct question *question, struct hl_store *store,
                            struct hl_json *json)
{
    return answer_rows(question, store, json, write_functions);
}

static int answer_lines(struct question *question, struct hl_store *store, struct hl_json *json)
{
    return answer_rows(question, store, json, write_lines);
}

/* Without a run, what is being recorded comes before what is stored. */
void hl_request_functions(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    struct question *question = begin(context, reply, params);
    if (!question) {
        return;
    }
    if (question->live) {
        size_t limit = question->limit > 0 ? question->limit : ROWS_USUALLY;
        live_functions_answer(question->live, question->path, limit, reply);
        destroy(question);
        return;
    }
    question->answer = answer_functions;
    hl_jobs_run_in_store(context->jobs, work, done, question);
}

void hl_request_lines(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    if (cJSON_GetObjectItemCaseSensitive(params, "uri")) {
        document_lines(context, reply, params);
    } else {
        ask(context, reply, params, answer_lines);
    }
}

/* hotlens/runs {folder?, text?, limit?} */

static int answer_runs(struct question *question, struct hl_store *store, struct hl_json *json)
{
    struct hl_run_filter filter = {.workspace = question->folder,
                                   .text = question->text,
                                   .limit = question->limit > 0 ? question->limit : RUNS_USUALLY};
    struct hl_run_list list = {0};
    int r = hl_store_list_runs(store, &filter, &list, &question->error);
    if (r < 0) {
        return r;
    }
    hl_json_object_begin(json);
    hl_json_key(json, "runs");
    hl_json_array_begin(json);
    for (size_t i = 0; i < list.count; i++) {
        hl_run_json(json, &list.items[i]);
    }
    hl_json_array_end(json);
    hl_json_object_end(json);
    hl_run_list_finish(&list);
    return 0;
}

void hl_request_runs(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    ask(context, reply, params, answer_runs);
}

/* hotlens/source {run?, path}: stored texts only, never a file of the disk. */

static int answer_source(struct question *question, struct hl_store *store, struct hl_json *json)
{
    static const char *const STATES[] = {[HL_SOURCE_STORED] = "stored",
                                         [HL_SOURCE_IMPORTED] = "imported",
                                         [HL_SOURCE_CHANGED] = "changed",
                                         [HL_SOURCE_HASHED] = "hashed",
                                         [HL_SOURCE_MISSING] = "missing"};
    struct hl_run run = {0};
    struct hl_source_list list = {0};
    int r = hl_store_find_run(store, question->run, &run, &question->error);
    if (r == 0) {
        r = hl_store_load_sources(store, run.id, question->path, true, &list, &question->error);
    }
    if (r == 0 && list.count == 0) {
        r = hl_error_set(&question->error, ENOENT, "run %" PRId64 " has no source %s", run.id,
                         question->path);
    }
    if (r == 0) {
        const struct hl_source *source = &list.items[0];
        hl_json_object_begin(json);
        hl_json_member_i64(json, "run", run.id);
        hl_json_member_string(json, "path", source->path);
        hl_json_member_string(json, "realPath", source->real_path);
        hl_json_member_string(json, "state", STATES[source->state]);
        hl_json_key(json, "text");
        if (source->text) {
            hl_json_bytes(json, source->text, source->length);
        } else {
            hl_json_null(json);
        }
        hl_json_object_end(json);
    }
    hl_source_list_finish(&list);
    hl_run_finish(&run);
    return r;
}

void hl_request_source(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    const char *path;
    int r = hl_field_string(params, "path", &path, &error);
    if (r < 0) {
        hl_reply_failure(reply, r, &error);
        return;
    }
    ask(context, reply, params, answer_source);
}

/* hotlens/processes {all?} */

static int answer_processes(struct question *question, struct hl_store *store,
                            struct hl_json *json)
{
    struct hl_process_list list = {0};
    (void)store;
    int r = hl_processes_list(NULL, question->all, &list, &question->error);
    if (r < 0) {
        return r;
    }
    hl_json_object_begin(json);
    hl_json_key(json, "processes");
    hl_json_array_begin(json);
    for (size_t i = 0; i < list.count; i++) {
        const struct hl_process *process = &list.items[i];
        hl_json_object_begin(json);
        hl_json_member_i64(json, "pid", process->pid);
        hl_json_member_string(json, "command", process->command);
        hl_json_member_string(json, "cwd", process->cwd);
        hl_json_member_string(json, "user", process->user);
        hl_json_member_string(json, "version", process->version);
        hl_json_member_u64(json, "threads", process->threads);
        hl_json_member_bool(json, "python", process->is_python);
        hl_json_member_bool(json, "mayRecord", process->may_trace);
        hl_json_object_end(json);
    }
    hl_json_array_end(json);
    hl_json_object_end(json);
    hl_process_list_finish(&list);
    return 0;
}

void hl_request_processes(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    struct question *question = begin(context, reply, params);
    if (question) {
        question->answer = answer_processes;
        hl_jobs_run(context->jobs, work_without_store, done, question);
    }
}
