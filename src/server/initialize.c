#include "initialize.h"

#include "hotlens/base/memory.h"
#include "hotlens/server/code_action_kinds.h"
#include "hotlens/server/commands.h"
#include "hotlens/server/workspace.h"
#include "change_news.h"
#include "recover.h"

static void write_sync(struct hl_json *json, const struct hl_client *client)
{
    (void)client;
    hl_json_object_begin(json);
    hl_json_member_bool(json, "openClose", true);
    hl_json_member_i64(json, "change", 2);
    hl_json_key(json, "save");
    hl_json_object_begin(json);
    hl_json_member_bool(json, "includeText", false);
    hl_json_object_end(json);
    hl_json_object_end(json);
}

static void write_hover(struct hl_json *json, const struct hl_client *client)
{
    hl_json_bool(json, client->hover);
}

/* Lenses and hints are complete when they are sent: some clients show those that are not as errors. */
static void write_no_resolve(struct hl_json *json, const struct hl_client *client)
{
    (void)client;
    hl_json_object_begin(json);
    hl_json_member_bool(json, "resolveProvider", false);
    hl_json_object_end(json);
}

static void write_actions(struct hl_json *json, const struct hl_client *client)
{
    (void)client;
    hl_json_object_begin(json);
    hl_json_key(json, "codeActionKinds");
    hl_json_array_begin(json);
    size_t count;
    const char *const *kinds = hl_code_action_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        hl_json_string(json, kinds[i]);
    }
    hl_json_array_end(json);
    hl_json_member_bool(json, "resolveProvider", false);
    hl_json_object_end(json);
}

static void write_commands(struct hl_json *json, const struct hl_client *client)
{
    (void)client;
    hl_json_object_begin(json);
    hl_json_key(json, "commands");
    hl_json_array_begin(json);
    size_t count;
    const struct hl_server_command *commands = hl_server_commands(&count);
    for (size_t i = 0; i < count; i++) {
        hl_json_string(json, commands[i].name);
    }
    hl_json_array_end(json);
    hl_json_member_bool(json, "workDoneProgress", true);
    hl_json_object_end(json);
}

static void write_workspace(struct hl_json *json, const struct hl_client *client)
{
    (void)client;
    hl_json_object_begin(json);
    hl_json_key(json, "workspaceFolders");
    hl_json_object_begin(json);
    hl_json_member_bool(json, "supported", true);
    hl_json_member_bool(json, "changeNotifications", true);
    hl_json_object_end(json);
    hl_json_object_end(json);
}

/* A capability is announced when its method is known. All are static: dynamic ones are ignored by half
 * of the clients without a word. */
static const struct {
    const char *method;
    const char *name;
    void (*write)(struct hl_json *json, const struct hl_client *client);
} CAPABILITIES[] = {
    {"textDocument/didChange", "textDocumentSync", write_sync},
    {"textDocument/hover", "hoverProvider", write_hover},
    {"textDocument/codeAction", "codeActionProvider", write_actions},
    {"textDocument/codeLens", "codeLensProvider", write_no_resolve},
    {"textDocument/inlayHint", "inlayHintProvider", write_no_resolve},
    {"workspace/executeCommand", "executeCommandProvider", write_commands},
    {"workspace/didChangeWorkspaceFolders", "workspace", write_workspace},
};

static void write_result(struct hl_json *json, const struct hl_client *client)
{
    hl_json_object_begin(json);
    hl_json_key(json, "capabilities");
    hl_json_object_begin(json);
    /* Always this one, always said: others are refused or mixed up where two servers share a buffer. */
    hl_json_member_string(json, "positionEncoding", "utf-16");
    for (size_t i = 0; i < ARRAY_SIZE(CAPABILITIES); i++) {
        if (hl_method_find(CAPABILITIES[i].method)) {
            hl_json_key(json, CAPABILITIES[i].name);
            CAPABILITIES[i].write(json, client);
        }
    }
    hl_json_object_end(json);
    hl_json_key(json, "serverInfo");
    hl_json_object_begin(json);
    hl_json_member_string(json, "name", "hotlens");
    hl_json_member_string(json, "version", HOTLENS_VERSION);
    hl_json_object_end(json);
    hl_json_object_end(json);
}

void hl_initialize(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    hl_client_finish(context->client);
    hl_client_init(context->client, params);
    write_result(hl_reply_result(reply), context->client);
    hl_reply_end(reply);
    hl_workspace_configure(context,
                           cJSON_GetObjectItemCaseSensitive(params, "initializationOptions"));
    hl_workspace_open(context, params);
}

static void on_store_changed(void *user)
{
    struct hl_context *context = user;
    if (!context->leaving) {
        hl_shelf_refresh(context->shelf);
        change_news_runs(context);
    }
}

void hl_initialized(struct hl_context *context, const cJSON *params)
{
    (void)params;
    hl_workspace_ask_configuration(context);
    hl_recover(context);
    hl_jobs_watch_store(context->jobs, on_store_changed, context);
}

static void on_all_stopped(void *user)
{
    (void)user; /* whoever ends the server waits for it anew */
}

/* The answer comes at once; what is recorded begins to stop now, since `exit` follows soon. */
void hl_shutdown(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    (void)params;
    context->shut_down = true;
    hl_recordings_stop_all(context->recordings, on_all_stopped, context);
    hl_reply_null(reply);
}
