/* textDocument/codeAction: what can be done here and now, in the one menu that every editor has. */
#include <inttypes.h>
#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/server/code_action_kinds.h"
#include "hotlens/server/features.h"

#define KIND "source.hotlens"
/* Recordings that have an entry of their own. */
#define STOPS_MOST 8u
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

static void add_profile(struct actions *actions, const struct hl_context *context,
                        const struct hl_document *document)
{
    if (document && document->is_python && document->path &&
        begin_action(actions, KIND ".profile", "Hotlens: Profile File (py-spy)",
                     "hotlens.profileFile")) {
        hl_json_member_string(actions->json, "uri", document->uri);
        end_action(actions);
    }
    (void)context;
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
    add(actions, KIND ".hints",
        hl_shelf_hints_are_on(context->shelf) ? "Hotlens: Hide Hints" : "Hotlens: Show Hints",
        "hotlens.toggleHints");
}

void hl_feature_code_action(struct hl_context *context, struct hl_reply *reply,
                            const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    const char *uri = NULL;
    const cJSON *only = NULL;
    struct hl_range range = {0};
    uint32_t trigger = 0;
    int r = hl_field_string(params, "textDocument.uri", &uri, &error);
    r = r < 0 ? r : hl_field_range(params, "range", &range, &error);
    r = r < 0 ? r : hl_field_array_optional(params, "context.only", &only, &error);
    r = r < 0 ? r : hl_field_uint_optional(params, "context.triggerKind", &trigger, &error);
    if (r < 0) {
        hl_reply_failure(reply, r, &error);
        return;
    }
    if (trigger == TRIGGER_AUTOMATIC) {
        hl_reply_empty_array(reply); /* nothing here is a fix of what is on the line */
        return;
    }
    struct hl_document *document = hl_documents_find(context->documents, uri);
    if (document) {
        hl_documents_touch(context->documents, document);
    }
    struct actions actions = {hl_reply_result(reply), only};
    hl_json_array_begin(actions.json);
    add_stops(&actions, context);
    add_profile(&actions, context, document);
    add(&actions, KIND ".attach", "Hotlens: Attach to Process…", "hotlens.attach");
    add_shown(&actions, context, document, range.start.line);
    add(&actions, KIND ".runs", "Hotlens: Show Another Run…", "hotlens.selectRun");
    add(&actions, KIND ".doctor", "Hotlens: Doctor", "hotlens.doctor");
    hl_json_array_end(actions.json);
    hl_reply_end(reply);
}
