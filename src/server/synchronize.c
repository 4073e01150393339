#include "synchronize.h"

#include <stdlib.h>

#include "hotlens/base/memory.h"
#include "hotlens/lsp/fields.h"
#include "hotlens/server/features.h"

/* A notification has no answer: the log is where a client's author looks. */
static void complain(struct hl_context *context, const char *method, int result,
                     const struct hl_error *error)
{
    hl_log_message(context, 1, "%s: %s", method, hl_error_text(error, result));
}

void hl_did_open(struct hl_context *context, const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    struct hl_document *document;
    int r = hl_documents_open(context->documents, params, &document, &error);
    if (r < 0) {
        complain(context, "textDocument/didOpen", r, &error);
        return;
    }
    hl_feature_diagnostics(context);
}

void hl_did_change(struct hl_context *context, const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    struct hl_document *document;
    int r = hl_documents_change(context->documents, params, &document, &error);
    if (r < 0) {
        complain(context, "textDocument/didChange", r, &error);
    }
}

void hl_did_close(struct hl_context *context, const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    const char *name = NULL;
    struct hl_document *document = NULL;
    if (hl_field_string(params, "textDocument.uri", &name, NULL) == 0) {
        document = hl_documents_find(context->documents, name);
    }
    if (document) {
        hl_shelf_close(context->shelf, document);
        hl_feature_clear_diagnostics(context, document);
    }
    _cleanup_free_ char *uri = NULL;
    int r = hl_documents_close(context->documents, params, &uri, &error);
    if (r < 0) {
        complain(context, "textDocument/didClose", r, &error);
    }
}

void hl_did_save(struct hl_context *context, const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    struct hl_document *document;
    int r = hl_documents_save(context->documents, params, &document, &error);
    if (r < 0) {
        complain(context, "textDocument/didSave", r, &error);
        return;
    }
    hl_feature_diagnostics(context);
}
