#include "hotlens/server/client.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/memory.h"

/* The item at a dotted path, or NULL. */
static const cJSON *find(const cJSON *object, const char *path)
{
    while (object && *path) {
        size_t length = strcspn(path, ".");
        _cleanup_free_ char *name = hl_xstrndup(path, length);
        object = cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
        path += length + (path[length] == '.');
    }
    return object;
}

static bool is_true(const cJSON *object, const char *path)
{
    return cJSON_IsTrue(find(object, path));
}

static char *text_at(const cJSON *object, const char *path)
{
    const cJSON *item = find(object, path);
    return cJSON_IsString(item) ? hl_xstrdup(item->valuestring) : NULL;
}

/* "0.10.4" < 0.11; an unknown version counts as new. */
static bool is_before(const char *version, long major, long minor)
{
    char *rest = NULL;
    long have_major = version ? strtol(version, &rest, 10) : 0;
    if (!version || rest == version || *rest != '.') {
        return false;
    }
    long have_minor = strtol(rest + 1, NULL, 10);
    return have_major < major || (have_major == major && have_minor < minor);
}

static bool is_named(const struct hl_client *client, const char *name)
{
    return client->name && strcmp(client->name, name) == 0;
}

static void read_capabilities(struct hl_client *client, const cJSON *capabilities)
{
    client->code_lens = cJSON_IsObject(find(capabilities, "textDocument.codeLens"));
    client->inlay_hint_refresh = is_true(capabilities, "workspace.inlayHint.refreshSupport");
    client->code_lens_refresh = is_true(capabilities, "workspace.codeLens.refreshSupport");
    client->diagnostic_refresh = is_true(capabilities, "workspace.diagnostics.refreshSupport");
    const cJSON *resolve =
        find(capabilities, "textDocument.inlayHint.resolveSupport.properties");
    const cJSON *property;
    cJSON_ArrayForEach(property, resolve)
    {
        client->inlay_hint_tooltip |=
            cJSON_IsString(property) && strcmp(property->valuestring, "tooltip") == 0;
    }
    client->work_done_progress = is_true(capabilities, "window.workDoneProgress");
    client->show_document = is_true(capabilities, "window.showDocument.support");
    client->configuration = is_true(capabilities, "workspace.configuration");
}

static void read_options(struct hl_client *client, const cJSON *options)
{
    client->ui = is_true(options, "hotlens.ui");
    client->terminal = is_true(options, "hotlens.terminal");
    client->flame_graph_view = is_true(options, "hotlens.flameGraph");
    client->trusted = is_true(options, "hotlens.trusted");
}

void hl_client_init(struct hl_client *client, const cJSON *params)
{
    *client = (struct hl_client){0};
    client->name = text_at(params, "clientInfo.name");
    client->version = text_at(params, "clientInfo.version");
    read_capabilities(client, find(params, "capabilities"));
    read_options(client, find(params, "initializationOptions"));
    client->hover = !(is_named(client, "Neovim") && is_before(client->version, 0, 11));
    /* Helix answers showMessageRequest with MethodNotFound up to 25.07; all others have it. */
    client->message_actions = !(is_named(client, "helix") && is_before(client->version, 25, 8));
}

void hl_client_finish(struct hl_client *client)
{
    free(client->name);
    free(client->version);
    *client = (struct hl_client){0};
}
