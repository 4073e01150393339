#include "hotlens/server/workspace.h"

#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/uri.h"
#include "hotlens/server/commands.h"
#include "hotlens/server/features.h"
#include "change_news.h"

static char *folder_path(const char *uri)
{
    _cleanup_free_ char *path = hl_uri_to_path(uri);
    return path ? hl_path_normalize(path) : NULL;
}

static void add_folder(struct hl_context *context, const char *path)
{
    char **folders = context->memory->folders;
    for (size_t i = 0; folders && folders[i]; i++) {
        if (strcmp(folders[i], path) == 0) {
            return;
        }
    }
    hl_strv_add(&context->memory->folders, path);
    hl_shelf_add_folder(context->shelf, path);
}

static void remove_folder(struct hl_context *context, const char *path)
{
    char **kept = NULL;
    bool was_there = false;
    for (size_t i = 0; context->memory->folders && context->memory->folders[i]; i++) {
        bool is_it = strcmp(context->memory->folders[i], path) == 0;
        was_there |= is_it;
        if (!is_it) {
            hl_strv_add(&kept, context->memory->folders[i]);
        }
    }
    hl_strv_free(context->memory->folders);
    context->memory->folders = kept;
    if (was_there) {
        hl_shelf_remove_folder(context->shelf, path);
    }
}

static void each_folder(struct hl_context *context, const cJSON *list,
                        void (*change)(struct hl_context *context, const char *path))
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *uri = cJSON_GetObjectItemCaseSensitive(item, "uri");
        _cleanup_free_ char *path = cJSON_IsString(uri) ? folder_path(uri->valuestring) : NULL;
        if (path) {
            change(context, path);
        }
    }
}

void hl_workspace_open(struct hl_context *context, const cJSON *params)
{
    const cJSON *folders = cJSON_GetObjectItemCaseSensitive(params, "workspaceFolders");
    if (cJSON_IsArray(folders) && cJSON_GetArraySize(folders) > 0) {
        each_folder(context, folders, add_folder);
        return;
    }
    const cJSON *uri = cJSON_GetObjectItemCaseSensitive(params, "rootUri");
    const cJSON *root = cJSON_GetObjectItemCaseSensitive(params, "rootPath");
    _cleanup_free_ char *path = NULL;
    if (cJSON_IsString(uri)) {
        path = folder_path(uri->valuestring);
    } else if (cJSON_IsString(root) && hl_path_is_absolute(root->valuestring)) {
        path = hl_path_normalize(root->valuestring);
    }
    if (path) {
        add_folder(context, path);
    }
}

void hl_did_change_folders(struct hl_context *context, const cJSON *params)
{
    const cJSON *event = cJSON_GetObjectItemCaseSensitive(params, "event");
    each_folder(context, cJSON_GetObjectItemCaseSensitive(event, "removed"), remove_folder);
    each_folder(context, cJSON_GetObjectItemCaseSensitive(event, "added"), add_folder);
}

void hl_workspace_configure(struct hl_context *context, const cJSON *json)
{
    _cleanup_buffer_ struct hl_buffer problems = {0};
    hl_settings_apply(context->settings, json, &problems);
    hl_shelf_forget_all(context->shelf);
    if (problems.length > 0) {
        hl_log_message(context, 2, "%s", problems.data);
        hl_show_message(context, 2, "%.*s", (int)strcspn(problems.data, "\n"),
                        problems.data);
    }
}

static void reconfigure(struct hl_context *context, const cJSON *json)
{
    hl_workspace_configure(context, json);
    hl_feature_refresh(context);
    hl_feature_diagnostics(context);
    change_news_shown(context);
}

static void on_configuration(void *user, const cJSON *result, const cJSON *error, bool gone)
{
    struct hl_context *context = user;
    (void)error;
    if (gone || !cJSON_IsArray(result)) {
        return;
    }
    reconfigure(context, result->child);
}

static void write_section(struct hl_json *json, const void *data)
{
    (void)data;
    hl_json_object_begin(json);
    hl_json_key(json, "items");
    hl_json_array_begin(json);
    hl_json_object_begin(json);
    hl_json_member_string(json, "section", "hotlens");
    hl_json_object_end(json);
    hl_json_array_end(json);
    hl_json_object_end(json);
}

void hl_workspace_ask_configuration(struct hl_context *context)
{
    if (context->client->configuration) {
        hl_ask(context, "workspace/configuration", write_section, NULL, on_configuration, context);
    }
}

/* Some clients send the settings, some send null and expect to be asked, some send an empty object. */
void hl_did_change_configuration(struct hl_context *context, const cJSON *params)
{
    const cJSON *settings = cJSON_GetObjectItemCaseSensitive(params, "settings");
    if (context->client->configuration && (!cJSON_IsObject(settings) || !settings->child)) {
        hl_workspace_ask_configuration(context);
        return;
    }
    reconfigure(context, settings);
}

const char *hl_workspace_folder(struct hl_context *context, const struct hl_document *document)
{
    if (!document) {
        document = hl_documents_current(context->documents);
    }
    const char *folder =
        document && document->path ? hl_shelf_folder_of(context->shelf, document->path) : NULL;
    return folder ? folder : hl_shelf_first_folder(context->shelf);
}
