/* Workspace folders and the user's configuration, as the client tells them. */
#ifndef HOTLENS_SERVER_WORKSPACE_H
#define HOTLENS_SERVER_WORKSPACE_H

#include "hotlens/server/dispatch.h"

/* From the params of initialize: workspaceFolders, else rootUri, else rootPath. */
void hl_workspace_open(struct hl_context *context, const cJSON *params);
/* workspace/didChangeWorkspaceFolders and workspace/didChangeConfiguration */
void hl_did_change_folders(struct hl_context *context, const cJSON *params);
void hl_did_change_configuration(struct hl_context *context, const cJSON *params);
/* Takes settings and says what is wrong with them. `json` may be NULL. */
void hl_workspace_configure(struct hl_context *context, const cJSON *json);
/* Asks for the section "hotlens" where the client has workspace/configuration. */
void hl_workspace_ask_configuration(struct hl_context *context);
/* The folder a command is about: of the document, else the current document's, else the first; or NULL. */
const char *hl_workspace_folder(struct hl_context *context, const struct hl_document *document);

#endif
