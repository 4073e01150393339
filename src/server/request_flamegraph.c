/* hotlens/flamegraph: reads the parameters on the loop thread, makes the answer in the store's lane. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/flame.h"
#include "hotlens/base/json.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/uri.h"
#include "hotlens/lsp/fields.h"
#include "hotlens/server/requests.h"
#include "hotlens/server/workspace.h"
#include "run_pick.h"

struct hl_flame_cache {
    struct hl_run_data data; /* run.uuid NULL: empty */
};

struct hl_flame_cache *hl_flame_cache_create(void)
{
    return hl_xcalloc(1, sizeof(struct hl_flame_cache));
}

void hl_flame_cache_destroy(struct hl_flame_cache *cache)
{
    if (cache) {
        hl_run_data_finish(&cache->data);
        free(cache);
    }
}

/* One question; the query's texts are borrowed from `params`, which is a copy. */
struct question {
    struct hl_reply *reply;
    struct hl_flame_cache *cache;
    cJSON *params;
    const char **hide;
    uint64_t *search_ids;
    char *run;
    char *focus_file;
    char *file;
    struct hl_flame_query query;
    atomic_bool cancelled;
    struct hl_buffer result;
    int code;
    struct hl_error error;
};

static void destroy(struct question *question)
{
    cJSON_Delete(question->params);
    free(question->hide);
    free(question->search_ids);
    free(question->run);
    free(question->focus_file);
    free(question->file);
    hl_buffer_finish(&question->result);
    hl_error_finish(&question->error);
    free(question);
}

/* The place of a word in a list; the list's first where the field is not there. */
static int read_choice(const cJSON *params, const char *field, const char *const *choices,
                       int *ret_choice, struct hl_error *error)
{
    const char *text = NULL;
    int r = hl_field_string_optional(params, field, &text, error);
    for (int i = 0; r == 0 && text && choices[i]; i++) {
        if (strcmp(text, choices[i]) == 0) {
            *ret_choice = i;
            return 0;
        }
    }
    if (r < 0 || !text) {
        return r;
    }
    _cleanup_buffer_ struct hl_buffer list = {0};
    for (int i = 0; choices[i]; i++) {
        hl_buffer_printf(&list, "%s\"%s\"", i > 0 ? ", " : "", choices[i]);
    }
    return hl_error_set(error, EINVAL, "%s: one of %s is expected", field, list.data);
}

static bool is_id(const char *text)
{
    return strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16;
}

static int read_node(const cJSON *params, const char *field, bool *ret_given, uint64_t *ret_id,
                     struct hl_error *error)
{
    const char *text = NULL;
    int r = hl_field_string_optional(params, field, &text, error);
    if (r < 0 || !text) {
        return r;
    }
    if (!is_id(text)) {
        return hl_error_set(error, EINVAL,
                            "%s: the name of a node, 16 hexadecimal digits, is expected", field);
    }
    *ret_given = true;
    *ret_id = strtoull(text, NULL, 16);
    return 0;
}

static int read_number(const cJSON *params, const char *field, enum hl_flame_focus focus,
                       struct hl_flame_query *query, struct hl_error *error)
{
    int64_t number = -1;
    int r = hl_field_int_optional(params, field, &number, error);
    if (r < 0 || number < 0) {
        return r;
    }
    query->focus = focus;
    query->focus_number = (uint64_t)number;
    return 0;
}

/* A file as the run calls it, or its URI. */
static int read_file(const cJSON *params, const char *field, char **ret_file,
                     struct hl_error *error)
{
    const char *text = NULL;
    int r = hl_field_string_optional(params, field, &text, error);
    if (r == 0 && text) {
        *ret_file = hl_uri_to_path(text);
        *ret_file = *ret_file ? *ret_file : hl_xstrdup(text);
    }
    return r;
}

static int read_focus(struct question *question, const cJSON *params, struct hl_error *error)
{
    struct hl_flame_query *query = &question->query;
    const cJSON *object = NULL;
    int r = hl_field_object_optional(params, "focus", &object, error);
    if (r < 0 || !object) {
        return r;
    }
    const char *function = NULL;
    const char *module = NULL;
    bool is_node = false;
    r = read_node(params, "focus.node", &is_node, &query->focus_number, error);
    r = r < 0 ? r : hl_field_string_optional(params, "focus.function", &function, error);
    r = r < 0 ? r : hl_field_string_optional(params, "focus.module", &module, error);
    r = r < 0 ? r : read_file(params, "focus.file", &question->focus_file, error);
    if (r == 0 && !is_node) {
        r = read_number(params, "focus.thread", HL_FLAME_FOCUS_THREAD, query, error);
        r = r < 0 ? r
                  : read_number(params, "focus.process", HL_FLAME_FOCUS_PROCESS, query, error);
    }
    if (r < 0) {
        return r;
    }
    if (is_node) {
        query->focus = HL_FLAME_FOCUS_NODE;
    } else if (function || module) {
        query->focus = function ? HL_FLAME_FOCUS_FUNCTION : HL_FLAME_FOCUS_MODULE;
        query->focus_name = function ? function : module;
        query->focus_file = question->focus_file;
    }
    return query->focus != HL_FLAME_FOCUS_NONE
               ? 0
               : hl_error_set(error, EINVAL,
                              "focus: one of node, function, module, thread, process is expected");
}

static int read_hide(struct question *question, const cJSON *params, struct hl_error *error)
{
    const cJSON *array = NULL;
    const cJSON *item;
    int r = hl_field_array_optional(params, "hide", &array, error);
    if (r < 0 || !array) {
        return r;
    }
    question->hide = hl_xcalloc((size_t)cJSON_GetArraySize(array) + 1, sizeof(*question->hide));
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item) || item->valuestring[0] == '\0') {
            return hl_error_set(error, EINVAL, "hide: names of modules are expected");
        }
        question->hide[question->query.hide_count++] = item->valuestring;
    }
    question->query.hide = question->hide;
    return 0;
}

static int read_search_ids(struct question *question, const cJSON *array, struct hl_error *error)
{
    const cJSON *item;
    size_t count = 0;
    question->search_ids =
        hl_xcalloc((size_t)cJSON_GetArraySize(array) + 1, sizeof(*question->search_ids));
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item) || !is_id(item->valuestring)) {
            return hl_error_set(error, EINVAL, "search.functions: ids from a table are expected");
        }
        question->search_ids[count++] = strtoull(item->valuestring, NULL, 16);
    }
    question->query.search_ids = question->search_ids;
    question->query.search_id_count = count;
    return 0;
}

static int read_search(struct question *question, const cJSON *params, struct hl_error *error)
{
    struct hl_flame_query *query = &question->query;
    static const char *const FIELDS[] = {"function", "file", "module", NULL};
    const cJSON *object = NULL;
    int field = HL_FLAME_IN_FUNCTION;
    int r = hl_field_object_optional(params, "search", &object, error);
    if (r < 0 || !object) {
        return r;
    }
    const cJSON *functions = NULL;
    r = hl_field_array_optional(params, "search.functions", &functions, error);
    if (r < 0 || functions) {
        return r < 0 ? r : read_search_ids(question, functions, error);
    }
    r = hl_field_string(params, "search.text", &query->search, error);
    r = r < 0 ? r
              : hl_field_bool_optional(params, "search.caseSensitive", &query->search_case, error);
    r = r < 0 ? r : read_choice(params, "search.in", FIELDS, &field, error);
    query->search_in = (enum hl_flame_field)field;
    return r;
}

static int read_shape(struct question *question, const cJSON *params, struct hl_error *error)
{
    static const char *const SHAPES[] = {"flame", "inverted", "sandwich", NULL};
    static const char *const BY[] = {"function", "line", NULL};
    static const char *const STRUCTURE[] = {"keep", "merge", NULL};
    static const char *const ONLY[] = {"all", "workspace", NULL};
    struct hl_flame_query *query = &question->query;
    int shape = 0;
    int by = 0;
    int structure = 0;
    int only = 0;
    int r = read_choice(params, "view", SHAPES, &shape, error);
    r = r < 0 ? r : read_choice(params, "by", BY, &by, error);
    r = r < 0 ? r : read_choice(params, "structure", STRUCTURE, &structure, error);
    r = r < 0 ? r : read_choice(params, "only", ONLY, &only, error);
    r = r < 0 ? r : hl_field_string_optional(params, "function", &query->function, error);
    r = r < 0 ? r : read_file(params, "file", &question->file, error);
    query->shape = (enum hl_flame_shape)shape;
    query->by_line = by == 1;
    query->merge = structure == 1;
    query->workspace = only == 1;
    query->file = question->file;
    if (r == 0 && shape == HL_FLAME_SANDWICH && !query->function) {
        return hl_error_set(error, EINVAL, "function: a sandwich is of a function");
    }
    return r;
}

static int read_size(struct hl_flame_query *query, const cJSON *params, struct hl_error *error)
{
    int r = hl_field_uint_optional(params, "limit", &query->limit, error);
    r = r < 0 ? r : hl_field_uint_optional(params, "columns", &query->columns, error);
    r = r < 0 ? r : hl_field_uint_optional(params, "rows", &query->rows, error);
    r = r < 0 ? r : hl_field_uint_optional(params, "top", &query->top, error);
    if (r == 0 && query->columns > HL_LAYOUT_COLUMNS) {
        return hl_error_set(error, EINVAL, "columns: at most %u are drawn", HL_LAYOUT_COLUMNS);
    }
    if (query->limit == 0 || query->limit > HL_LIMIT_VIEW_NODES) {
        query->limit = HL_LIMIT_VIEW_NODES;
    }
    return r;
}

/* Without a run: the one that is shown, else the last. */
static int read_run(struct question *question, struct hl_context *context, const cJSON *params,
                    struct hl_error *error)
{
    _cleanup_free_ char *folder = NULL;
    int r = run_argument(params, &question->run, error);
    r = r < 0 ? r : read_file(params, "folder", &folder, error);
    if (r < 0 || question->run) {
        return r;
    }
    const struct hl_shown *shown =
        hl_shelf_shown(context->shelf, folder ? folder : hl_workspace_folder(context, NULL));
    question->run = shown && hl_shown_run(shown)->id > 0
                        ? hl_xasprintf("%" PRId64, hl_shown_run(shown)->id)
                        : hl_xstrdup("last");
    return 0;
}

/* The run with its tree, from the cache when it was the last one. A run never changes once it is stored,
 * but its label and its pin, which no flame graph shows. */
static int load(struct question *question, struct hl_store *store)
{
    struct hl_run_data *kept = &question->cache->data;
    struct hl_run run = {0};
    int r = hl_store_find_run(store, question->run, &run, &question->error);
    if (r < 0) {
        return r;
    }
    bool known = kept->run.uuid && run.uuid && strcmp(kept->run.uuid, run.uuid) == 0;
    _cleanup_free_ char *name = hl_xasprintf("%" PRId64, run.id);
    hl_run_finish(&run);
    if (known) {
        return 0;
    }
    hl_run_data_finish(kept);
    *kept = (struct hl_run_data){0};
    r = hl_run_data_load(store, name, kept, &question->error);
    if (r < 0) {
        hl_run_data_finish(kept);
        *kept = (struct hl_run_data){0};
    }
    return r;
}

static void work(void *job, struct hl_store *store, const struct hl_error *error)
{
    struct question *question = job;
    if (!store) {
        question->code = hl_error_set(&question->error, error->code > 0 ? error->code : EIO, "%s",
                                      hl_error_text(error, -EIO));
        return;
    }
    _cleanup_(hl_flame_destroy_p) struct hl_flame *flame = NULL;
    int r = atomic_load(&question->cancelled) ? -ECANCELED : load(question, store);
    if (r == 0) {
        r = hl_flame_make(&question->cache->data, &question->query, &question->cancelled, &flame,
                          &question->error);
    }
    question->code = r < 0 ? r : hl_flame_json(flame, &question->result);
}

static void done(void *job, bool cancelled)
{
    struct question *question = job;
    hl_reply_on_cancel(question->reply, NULL, NULL);
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

static void on_cancel(void *user)
{
    struct question *question = user;
    atomic_store(&question->cancelled, true);
}

void hl_request_flamegraph(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    struct question *question = hl_xcalloc(1, sizeof(*question));
    question->reply = reply;
    question->cache = context->flames;
    atomic_init(&question->cancelled, false);
    question->params = cJSON_Duplicate(params, true);
    int r = params && !question->params ? -ENOMEM : 0;
    r = r < 0 ? r : read_run(question, context, question->params, &error);
    r = r < 0 ? r : read_shape(question, question->params, &error);
    r = r < 0 ? r : read_focus(question, question->params, &error);
    r = r < 0 ? r : read_hide(question, question->params, &error);
    r = r < 0 ? r
              : read_node(question->params, "root", &question->query.has_root,
                          &question->query.root, &error);
    r = r < 0 ? r : read_search(question, question->params, &error);
    r = r < 0 ? r
              : hl_field_bool_optional(question->params, "table", &question->query.table, &error);
    r = r < 0 ? r : read_size(&question->query, question->params, &error);
    if (r < 0) {
        hl_reply_failure(reply, r, &error);
        destroy(question);
        return;
    }
    hl_reply_on_cancel(reply, on_cancel, question);
    hl_jobs_run_in_store(context->jobs, work, done, question);
}
