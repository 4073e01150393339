/* hotlens/flamegraph: reads the parameters on the loop thread, makes the answer in the store's lane. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/flame.h"
#include "hotlens/base/json.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/lsp/fields.h"
#include "hotlens/server/requests.h"
#include "run_choice.h"

/* The query's texts are borrowed from `params`, which is a copy. */
struct flame_question {
    struct question question;
    struct run_choice run;
    cJSON *params;
    const char **hide;
    uint64_t *search_ids;
    char *focus_file;
    char *file;
    struct hl_flame_query query;
};

static void destroy(struct question *question)
{
    struct flame_question *flame = (struct flame_question *)question;
    run_choice_finish(&flame->run);
    cJSON_Delete(flame->params);
    free(flame->hide);
    free(flame->search_ids);
    free(flame->focus_file);
    free(flame->file);
    free(flame);
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

static int read_focus(struct flame_question *question, const cJSON *params, struct hl_error *error)
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
    r = r < 0 ? r : run_path_argument(params, "focus.file", &question->focus_file, error);
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

static int read_hide(struct flame_question *question, const cJSON *params, struct hl_error *error)
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

static int read_search_ids(struct flame_question *question, const cJSON *array, struct hl_error *error)
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

static int read_search(struct flame_question *question, const cJSON *params, struct hl_error *error)
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

static int read_shape(struct flame_question *question, const cJSON *params, struct hl_error *error)
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
    r = r < 0 ? r : run_path_argument(params, "file", &question->file, error);
    r = r < 0 ? r : hl_field_uint_optional(params, "line", &query->line, error);
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

static int answer(struct question *base, struct hl_store *store, struct hl_json *json)
{
    struct flame_question *question = (struct flame_question *)base;
    const struct hl_run_data *data = NULL;
    _cleanup_(hl_flame_destroy_p) struct hl_flame *flame = NULL;
    int r = run_choice_tree(&question->run, base->context->trees, store, &data, &base->error);
    if (r == 0) {
        r = hl_flame_make(data, &question->query, &base->cancelled, &flame, &base->error);
    }
    return r < 0 ? r : hl_flame_json(flame, json->buffer);
}

static int read_params(struct flame_question *question, struct hl_context *context,
                       struct hl_error *error)
{
    const cJSON *params = question->params;
    struct hl_flame_query *query = &question->query;
    int r = run_choice_read(context, params, &question->run, error);
    r = r < 0 ? r : read_shape(question, params, error);
    r = r < 0 ? r : read_focus(question, params, error);
    r = r < 0 ? r : read_hide(question, params, error);
    r = r < 0 ? r : read_node(params, "root", &query->has_root, &query->root, error);
    r = r < 0 ? r : read_search(question, params, error);
    r = r < 0 ? r : hl_field_bool_optional(params, "table", &query->table, error);
    return r < 0 ? r : read_size(query, params, error);
}

void hl_request_flamegraph(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    struct flame_question *question = hl_xcalloc(1, sizeof(*question));
    question_init(&question->question, context, reply, destroy);
    question->question.answer = answer;
    question->params = cJSON_Duplicate(params, true);
    int r = params && !question->params ? -ENOMEM : read_params(question, context, &error);
    if (r < 0) {
        question_fail(&question->question, r, &error);
    } else {
        run_choice_ask(&question->run, &question->question);
    }
}
