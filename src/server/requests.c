#include "hotlens/server/requests.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/run_json.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "candidates.h"
#include "document_lines.h"
#include "run_choice.h"

#define RUNS_USUALLY 100u
#define ROWS_USUALLY 1000u

/* What the requests below have in common: all that their worker needs. */
struct ask {
    struct question question;
    struct run_choice run;
    char *folder;
    char *text;
    char *path;
    char **folders; /* of the workspace */
    uint32_t limit;
    bool all;
    bool texts; /* for people, beside numbers */
    bool bare;  /* without the machinery of import */
};

static void destroy(struct question *question)
{
    struct ask *ask = (struct ask *)question;
    run_choice_finish(&ask->run);
    free(ask->folder);
    free(ask->text);
    free(ask->path);
    hl_strv_free(ask->folders);
    free(ask);
}

/* Reads the fields that the requests share; answers the request itself when one is wrong. */
static struct ask *begin(struct hl_context *context, struct hl_reply *reply, const cJSON *params,
                         int (*answer)(struct question *, struct hl_store *, struct hl_json *))
{
    _cleanup_error_ struct hl_error error = {0};
    struct ask *ask = hl_xcalloc(1, sizeof(*ask));
    const char *text = NULL;
    question_init(&ask->question, context, reply, destroy);
    ask->question.answer = answer;
    int r = run_choice_read(context, params, &ask->run, &error);
    r = r < 0 ? r : run_path_argument(params, "folder", &ask->folder, &error);
    r = r < 0 ? r : run_path_argument(params, "path", &ask->path, &error);
    r = r < 0 ? r : hl_field_string_optional(params, "text", &text, &error);
    r = r < 0 ? r : hl_field_uint_optional(params, "limit", &ask->limit, &error);
    r = r < 0 ? r : hl_field_bool_optional(params, "all", &ask->all, &error);
    r = r < 0 ? r : hl_field_bool_optional(params, "texts", &ask->texts, &error);
    r = r < 0 ? r : hl_field_bool_optional(params, "hideMachinery", &ask->bare, &error);
    if (r < 0) {
        question_fail(&ask->question, r, &error);
        return NULL;
    }
    ask->text = hl_xstrdup(text);
    return ask;
}

static void ask_store(struct hl_context *context, struct hl_reply *reply, const cJSON *params,
                      int (*answer)(struct question *, struct hl_store *, struct hl_json *))
{
    struct ask *ask = begin(context, reply, params, answer);
    if (ask) {
        question_ask_store(&ask->question);
    }
}

static void ask_run(struct hl_context *context, struct hl_reply *reply, const cJSON *params,
                     int (*answer)(struct question *, struct hl_store *, struct hl_json *))
{
    struct ask *ask = begin(context, reply, params, answer);
    if (ask) {
        run_choice_ask(&ask->run, &ask->question);
    }
}

/* hotlens/functions {run?, path?, limit?, texts?, hideMachinery?},
 * hotlens/lines {run?, path?, texts?} */

static void write_functions(struct hl_json *json, const struct hl_rows *rows, uint32_t limit,
                            const struct hl_run *texts)
{
    hl_functions_json(json, rows, limit > 0 ? limit : ROWS_USUALLY, texts);
}

static void write_lines(struct hl_json *json, const struct hl_rows *rows, uint32_t limit,
                        const struct hl_run *texts)
{
    hl_lines_json(json, rows, limit > 0 ? limit : SIZE_MAX, texts);
}

static int answer_rows(struct question *question, struct hl_store *store, struct hl_json *json,
                       void (*write)(struct hl_json *, const struct hl_rows *, uint32_t,
                                     const struct hl_run *))
{
    const struct ask *ask = (struct ask *)question;
    struct hl_run run = {0};
    struct hl_rows rows = {0};
    int r = ask->bare
                ? run_choice_bare_rows(&ask->run, question->context->trees, store, ask->path, &run,
                                       &rows, &question->error)
                : run_choice_rows(&ask->run, store, ask->path, &run, &rows, &question->error);
    if (r == 0) {
        hl_json_object_begin(json);
        hl_json_key(json, "run");
        hl_run_json(json, &run);
        write(json, &rows, ask->limit, ask->texts ? &run : NULL);
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

void hl_request_functions(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    ask_run(context, reply, params, answer_functions);
}

void hl_request_lines(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    if (cJSON_GetObjectItemCaseSensitive(params, "uri")) {
        document_lines(context, reply, params);
    } else {
        ask_run(context, reply, params, answer_lines);
    }
}

/* hotlens/runs {folder?, text?, limit?} */

static int answer_runs(struct question *question, struct hl_store *store, struct hl_json *json)
{
    const struct ask *ask = (struct ask *)question;
    struct hl_run_filter filter = {.workspace = ask->folder,
                                   .text = ask->text,
                                   .limit = ask->limit > 0 ? ask->limit : RUNS_USUALLY};
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
    ask_store(context, reply, params, answer_runs);
}

/* hotlens/source {run?, path}: texts as they were kept, never a file of the disk. */

static void write_source(struct hl_json *json, int64_t run_id, const struct hl_source *source)
{
    static const char *const STATES[] = {[HL_SOURCE_STORED] = "stored",
                                         [HL_SOURCE_IMPORTED] = "imported",
                                         [HL_SOURCE_CHANGED] = "changed",
                                         [HL_SOURCE_HASHED] = "hashed",
                                         [HL_SOURCE_MISSING] = "missing"};
    hl_json_object_begin(json);
    hl_json_member_i64(json, "run", run_id);
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

static int no_source(struct question *question, int64_t run_id, const char *path)
{
    return run_id > 0 ? hl_error_set(&question->error, ENOENT, "run %" PRId64 " has no source %s",
                                     run_id, path)
                      : hl_error_set(&question->error, ENOENT, "the recording has no source %s", path);
}

static int answer_source(struct question *question, struct hl_store *store, struct hl_json *json)
{
    const struct ask *ask = (struct ask *)question;
    if (ask->run.shown) {
        const struct hl_source *source = run_choice_source(&ask->run, ask->path);
        if (source) {
            write_source(json, 0, source);
        }
        return source ? 0 : no_source(question, 0, ask->path);
    }
    struct hl_run run = {0};
    struct hl_source_list list = {0};
    int r = hl_store_find_run(store, ask->run.name, &run, &question->error);
    r = r < 0 ? r
              : hl_store_load_sources(store, run.id, ask->path, true, &list, &question->error);
    if (r == 0 && list.count == 0) {
        r = no_source(question, run.id, ask->path);
    } else if (r == 0) {
        write_source(json, run.id, &list.items[0]);
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
    ask_run(context, reply, params, answer_source);
}

/* hotlens/processes {all?} */

static int answer_processes(struct question *question, struct hl_store *store,
                            struct hl_json *json)
{
    const struct ask *ask = (struct ask *)question;
    struct hl_process_list list = {0};
    (void)store;
    int r = candidates_list(ask->folders, ask->all, &list, &question->error);
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
    struct ask *ask = begin(context, reply, params, answer_processes);
    if (ask) {
        ask->folders = candidates_folders(context);
        question_ask(&ask->question);
    }
}
