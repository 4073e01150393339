/* textDocument/codeAction: what can be done here and now, in the one menu that every editor has. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "hotlens/server/code_action_kinds.h"
#include "hotlens/server/features.h"
#include "candidates.h"

#define KIND "source.hotlens"
/* Recordings that have an entry of their own. */
#define STOPS_MOST 8u
#define PROCESSES_MOST 15u
/* Specification 3.18, "CodeActionTriggerKind". */
#define TRIGGER_AUTOMATIC 2

static const char *const KINDS[] = {
    KIND ".attach", KIND ".doctor", KIND ".flamegraph", KIND ".focus",
    KIND ".hints",  KIND ".profile", KIND ".runs",      KIND ".stop",
};

const char *const *hl_code_action_kinds(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(KINDS);
    return KINDS;
}

/* "source.hotlens" asks for all below it, "source.hot" for none. */
static bool is_below(const char *kind, const char *wanted)
{
    size_t length = strlen(wanted);
    return length == 0 ||
           (strncmp(kind, wanted, length) == 0 && (kind[length] == '\0' || kind[length] == '.'));
}

static bool is_wanted(const char *kind, const cJSON *only)
{
    if (!only) {
        return true;
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, only)
    {
        if (cJSON_IsString(item) && is_below(kind, item->valuestring)) {
            return true;
        }
    }
    return false;
}

struct actions {
    struct hl_json *json;
    const cJSON *only;
};

/* One action; the caller writes the arguments' fields between the two. False when it is not wanted. */
static bool begin_action(struct actions *actions, const char *kind, const char *title,
                         const char *command)
{
    struct hl_json *json = actions->json;
    if (!is_wanted(kind, actions->only)) {
        return false;
    }
    hl_json_object_begin(json);
    hl_json_member_string(json, "title", title);
    hl_json_member_string(json, "kind", kind);
    hl_json_key(json, "command");
    hl_json_object_begin(json);
    hl_json_member_string(json, "title", title);
    hl_json_member_string(json, "command", command);
    hl_json_key(json, "arguments");
    hl_json_array_begin(json);
    hl_json_object_begin(json);
    return true;
}

static void end_action(struct actions *actions)
{
    struct hl_json *json = actions->json;
    hl_json_object_end(json);
    hl_json_array_end(json);
    hl_json_object_end(json);
    hl_json_object_end(json);
}

static void add(struct actions *actions, const char *kind, const char *title, const char *command)
{
    if (begin_action(actions, kind, title, command)) {
        end_action(actions);
    }
}

static void add_profile(struct actions *actions, const struct hl_document *document)
{
    if (document && document->is_python && document->path &&
        begin_action(actions, KIND ".profile", "Hotlens: Profile File (py-spy)",
                     "hotlens.profileFile")) {
        hl_json_member_string(actions->json, "uri", document->uri);
        end_action(actions);
    }
    add(actions, KIND ".profile", "Hotlens: Profile Again", "hotlens.profileAgain");
}

static void add_stops(struct actions *actions, const struct hl_context *context)
{
    size_t count = hl_min_size(hl_recordings_count(context->recordings), STOPS_MOST);
    for (size_t i = 0; i < count; i++) {
        const struct hl_recorder *recorder = hl_recordings_at(context->recordings, i);
        const struct hl_plan *plan = hl_recorder_plan(recorder);
        _cleanup_free_ char *title =
            hl_xasprintf("Hotlens: %s, keep profile (%s)",
                         plan->pid > 0 ? "Detach" : "Stop program", plan->title);
        if (begin_action(actions, KIND ".stop", title, "hotlens.stop")) {
            hl_json_member_u64(actions->json, "id", hl_recorder_number(recorder));
            end_action(actions);
        }
    }
}

/* The pid first: some clients show no more than thirty columns. */
static void add_processes(struct actions *actions, const struct hl_process_list *processes)
{
    size_t count = 0;
    for (size_t i = 0; i < processes->count && count < PROCESSES_MOST; i++) {
        const struct hl_process *process = &processes->items[i];
        if (!process->may_trace || process->pid == getpid()) {
            continue;
        }
        count++;
        _cleanup_free_ char *title =
            hl_xasprintf("Hotlens: Attach %d %.80s", (int)process->pid, process->command);
        if (begin_action(actions, KIND ".attach", title, "hotlens.attach")) {
            hl_json_member_i64(actions->json, "pid", process->pid);
            end_action(actions);
        }
    }
}

/* The innermost function with numbers that holds the line. */
static const struct hl_function_number *function_at(const struct hl_numbers *numbers,
                                                    uint32_t line)
{
    const struct hl_function_number *found = NULL;
    for (size_t i = 0; numbers && i < numbers->function_count; i++) {
        const struct hl_function_number *function = &numbers->functions[i];
        if (function->first_line <= line && line <= function->end_line) {
            found = function; /* sorted by line: a later one that holds it lies inside */
        }
    }
    return found;
}

static void add_focus(struct actions *actions, const struct hl_shown *shown,
                      const struct hl_numbers *numbers, uint32_t line)
{
    const struct hl_function_number *function = function_at(numbers, line);
    if (function && function->function) {
        _cleanup_free_ char *title =
            hl_xasprintf("Hotlens: Focus on %s()", function->function->name);
        if (begin_action(actions, KIND ".focus", title, "hotlens.focus")) {
            hl_json_member_string(actions->json, "function", function->function->name);
            hl_json_member_string(actions->json, "file", numbers->file->path);
            end_action(actions);
        }
    }
    if (hl_shown_focus_name(shown)) {
        add(actions, KIND ".focus", "Hotlens: Clear Focus", "hotlens.clearFocus");
    }
}

static void add_shown(struct actions *actions, const struct hl_context *context,
                      struct hl_document *document, uint32_t line)
{
    struct hl_shown *shown = NULL;
    bool loading = false;
    const struct hl_numbers *numbers =
        document ? hl_shelf_numbers(context->shelf, document, &shown, &loading) : NULL;
    if (!shown) {
        return;
    }
    add(actions, KIND ".flamegraph", "Hotlens: Show Flame Graph", "hotlens.showFlamegraph");
    add_focus(actions, shown, numbers, line);
    if (hl_shown_run(shown)->id > 0) {
        add(actions, KIND ".runs", "Hotlens: Compare With Another Run…", "hotlens.compareWith");
    }
    add(actions, KIND ".hints",
        hl_shelf_hints_are_on(context->shelf) ? "Hotlens: Hide Hints" : "Hotlens: Show Hints",
        "hotlens.toggleHints");
}

/* A request, read. */
struct wish {
    const char *uri;
    const cJSON *only;
    struct hl_range range;
    uint32_t trigger;
};

static int read_wish(const cJSON *params, struct wish *wish, struct hl_error *error)
{
    int r = hl_field_string(params, "textDocument.uri", &wish->uri, error);
    r = r < 0 ? r : hl_field_range(params, "range", &wish->range, error);
    r = r < 0 ? r : hl_field_array_optional(params, "context.only", &wish->only, error);
    return r < 0 ? r : hl_field_uint_optional(params, "context.triggerKind", &wish->trigger, error);
}

static void write_answer(struct hl_context *context, struct hl_reply *reply,
                         const struct wish *wish, const struct hl_process_list *processes)
{
    struct hl_document *document = hl_documents_find(context->documents, wish->uri);
    if (document) {
        hl_documents_touch(context->documents, document);
    }
    struct actions actions = {hl_reply_result(reply), wish->only};
    hl_json_array_begin(actions.json);
    add_stops(&actions, context);
    add_profile(&actions, document);
    if (processes) {
        add_processes(&actions, processes);
    } else {
        add(&actions, KIND ".attach", "Hotlens: Attach to Process…", "hotlens.attach");
    }
    add_shown(&actions, context, document, wish->range.start.line);
    add(&actions, KIND ".runs", "Hotlens: Show Another Run…", "hotlens.selectRun");
    add(&actions, KIND ".doctor", "Hotlens: Doctor", "hotlens.doctor");
    hl_json_array_end(actions.json);
    hl_reply_end(reply);
}

/* The answer to a client that cannot ask its user which process to attach to. */
struct listing {
    struct hl_context *context;
    struct hl_reply *reply;
    cJSON *params;
    char **folders;
    struct hl_process_list processes;
};

static void list_work(void *job, const atomic_bool *cancelled)
{
    struct listing *listing = job;
    (void)cancelled;
    (void)candidates_list(listing->folders, false, &listing->processes, NULL);
}

static void list_done(void *job, bool cancelled)
{
    struct listing *listing = job;
    struct wish wish = {0};
    (void)cancelled; /* then the reply says so */
    (void)read_wish(listing->params, &wish, NULL);
    write_answer(listing->context, listing->reply, &wish, &listing->processes);
    hl_process_list_finish(&listing->processes);
    hl_strv_free(listing->folders);
    cJSON_Delete(listing->params);
    free(listing);
}

void hl_feature_code_action(struct hl_context *context, struct hl_reply *reply,
                            const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    struct wish wish = {0};
    int r = read_wish(params, &wish, &error);
    if (r < 0) {
        hl_reply_failure(reply, r, &error);
        return;
    }
    if (wish.trigger == TRIGGER_AUTOMATIC) {
        hl_reply_empty_array(reply); /* nothing here is a fix of what is on the line */
        return;
    }
    if (context->client->message_actions || !is_wanted(KIND ".attach", wish.only)) {
        write_answer(context, reply, &wish, NULL);
        return;
    }
    struct listing *listing = hl_xcalloc(1, sizeof(*listing));
    listing->context = context;
    listing->reply = reply;
    listing->params = cJSON_Duplicate(params, true);
    listing->folders = candidates_folders(context);
    hl_jobs_run(context->jobs, list_work, list_done, listing);
}
