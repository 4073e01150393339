/* hotlens/location {run?, folder?, path, line}: where a line of a run is in the text as it is now. The worker
 * finds the file and what its lines were. Only the loop thread can tell whether that file is open: then its
 * lines as they are typed are taken from there, and asked for once more on a worker. */
#include <errno.h>
#include <inttypes.h>

#include "hotlens/app/source_find.h"
#include "hotlens/base/file.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/uri.h"
#include "hotlens/python/decode.h"
#include "hotlens/server/requests.h"
#include "document_edit.h"
#include "run_choice.h"

struct location {
    struct question question;
    struct run_choice run;
    char *path;
    uint32_t line; /* 1-based, of the text that ran */
    struct hl_path_mapping *mappings;
    size_t mapping_count;
    char *found;                /* where the file is here */
    char *real_path;            /* of that, or NULL */
    char *uri;                  /* the same as the client calls it: of the open document */
    bool has_then;              /* the text that ran is known */
    struct hl_line_hashes then; /* of the text that ran */
    struct hl_line_hashes now;  /* of the file, or of the open document */
};

static void destroy(struct question *question)
{
    struct location *location = (struct location *)question;
    run_choice_finish(&location->run);
    free(location->path);
    free(location->found);
    free(location->real_path);
    free(location->uri);
    hl_path_mappings_free(location->mappings, location->mapping_count);
    hl_line_hashes_finish(&location->then);
    hl_line_hashes_finish(&location->now);
    free(location);
}

static int hash_bytes(const char *bytes, size_t length, struct hl_line_hashes *hashes)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    if (hl_python_decode(bytes, length, &text) < 0) {
        return hl_line_hashes_init(hashes, bytes, length); /* lines of ASCII are the same in most */
    }
    return hl_line_hashes_init(hashes, text.data ? text.data : "", text.length);
}

/* Where the run's file is, and what its text was. */
static int find_source(struct location *location, const struct hl_run *run,
                       const struct hl_source *source)
{
    const char *real_path = source ? source->real_path : NULL;
    location->found = hl_source_find(run, location->path, real_path, location->mappings,
                                     location->mapping_count);
    if (!location->found) {
        return hl_error_set(&location->question.error, ENOENT,
                            "%s is not here any more, or the program ran elsewhere: the setting "
                            "hotlens.pathMappings says where its files are",
                            location->path);
    }
    if (!source || !source->text) {
        return 0;
    }
    location->has_then = true;
    return hash_bytes(source->text, source->length, &location->then);
}

static int find_stored(struct location *location, struct hl_store *store)
{
    struct hl_error *error = &location->question.error;
    struct hl_run run = {0};
    struct hl_source_list list = {0};
    int r = hl_store_find_run(store, location->run.name, &run, error);
    r = r < 0 ? r : hl_store_load_sources(store, run.id, location->path, true, &list, error);
    r = r < 0 ? r : find_source(location, &run, list.count > 0 ? &list.items[0] : NULL);
    hl_source_list_finish(&list);
    hl_run_finish(&run);
    return r;
}

/* Of a run in memory. */
static int find_shown(struct location *location)
{
    return find_source(location, hl_shown_run(location->run.shown),
                       run_choice_source(&location->run, location->path));
}

/* The line's place; that of the nearest line above, else below, that is still there. 0: none is. */
static uint32_t nearest(const struct hl_line_map *map, uint32_t line, uint32_t count)
{
    line = line < count ? line : count;
    for (uint32_t distance = 0; distance < count; distance++) {
        uint32_t above = line > distance ? hl_line_map_to_new(map, line - distance) : 0;
        uint32_t below = hl_line_map_to_new(map, line + distance);
        if (above || below) {
            return above ? above : below;
        }
    }
    return 0;
}

static int map_line(const struct location *location, uint32_t *ret_line, bool *ret_exact)
{
    _cleanup_(hl_line_map_destroy_p) struct hl_line_map *map = NULL;
    int r = hl_line_map_create(&location->then, &location->now, &map);
    if (r < 0) {
        return r;
    }
    uint32_t line = hl_line_map_to_new(map, location->line);
    *ret_exact = line > 0;
    *ret_line = line > 0 ? line : nearest(map, location->line, location->then.count);
    return 0;
}

static void write_answer(struct hl_json *json, const char *uri, uint32_t line, bool is_exact)
{
    hl_json_object_begin(json);
    hl_json_member_string(json, "uri", uri);
    hl_json_key(json, "range");
    hl_json_object_begin(json);
    for (int i = 0; i < 2; i++) {
        hl_json_key(json, i == 0 ? "start" : "end");
        hl_json_object_begin(json);
        hl_json_member_u64(json, "line", line > 0 ? line - 1 : 0);
        hl_json_member_u64(json, "character", 0);
        hl_json_object_end(json);
    }
    hl_json_object_end(json);
    hl_json_member_bool(json, "exact", is_exact);
    hl_json_object_end(json);
}

/* Where the line is in `now`. */
static int answer_now(struct question *question, struct hl_store *store, struct hl_json *json)
{
    const struct location *location = (struct location *)question;
    uint32_t line = location->line;
    bool is_exact = false;
    (void)store;
    int r = location->has_then ? map_line(location, &line, &is_exact) : 0;
    if (r == 0) {
        _cleanup_free_ char *uri = location->uri ? NULL : hl_uri_from_path(location->found);
        write_answer(json, uri ? uri : location->uri, line, is_exact);
    }
    return r;
}

static int answer(struct question *question, struct hl_store *store, struct hl_json *json)
{
    struct location *location = (struct location *)question;
    _cleanup_buffer_ struct hl_buffer bytes = {0};
    int r = location->run.shown ? find_shown(location) : find_stored(location, store);
    if (r < 0) {
        return r;
    }
    location->real_path = hl_file_real_path(location->found);
    if (location->has_then) {
        r = hl_file_read(location->found, HL_LIMIT_SOURCE, &bytes, NULL);
        r = r < 0 ? hl_error_set_errno(&question->error, -r, "cannot read %s", location->found)
                  : hash_bytes(bytes.data ? bytes.data : "", bytes.length, &location->now);
    }
    return r < 0 ? r : answer_now(question, store, json);
}

/* An open document has the last word. */
static int finish(struct question *question)
{
    struct location *location = (struct location *)question;
    struct hl_document *document =
        location->uri ? NULL
                      : hl_documents_find_path(question->context->documents, location->found,
                                               location->real_path);
    if (!document) {
        return 0;
    }
    if (!hl_document_hashes(document)) {
        return -ENOMEM;
    }
    hl_line_hashes_finish(&location->now);
    int r = document_copy_hashes(document, &location->now);
    location->uri = hl_xstrdup(document->uri);
    question->answer = answer_now;
    return r < 0 ? r : 1;
}

static int read_params(struct location *location, struct hl_context *context, const cJSON *params,
                       struct hl_error *error)
{
    const struct hl_settings *settings = context->settings;
    const char *path = NULL;
    int r = hl_field_string(params, "path", &path, error);
    r = r < 0 ? r : run_path_argument(params, "path", &location->path, error);
    r = r < 0 ? r : hl_field_uint(params, "line", &location->line, error);
    r = r < 0 ? r : run_choice_read(context, params, &location->run, error);
    if (r == 0 && location->line == 0) {
        r = hl_error_set(error, EINVAL, "line: lines of a run are counted from 1");
    }
    location->mappings = hl_path_mappings_copy(settings->mappings, settings->mapping_count);
    location->mapping_count = settings->mapping_count;
    return r;
}

void hl_request_location(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    struct location *location = hl_xcalloc(1, sizeof(*location));
    question_init(&location->question, context, reply, destroy);
    location->question.answer = answer;
    location->question.finish = finish;
    int r = read_params(location, context, params, &error);
    if (r < 0) {
        question_fail(&location->question, r, &error);
    } else {
        run_choice_ask(&location->run, &location->question);
    }
}
