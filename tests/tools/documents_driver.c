/* Plays changes to one document: reads params of textDocument/didOpen and then of didChange from standard
 * input, a line each, and writes after each the text as a JSON string, or the error. Line index and hashes
 * are compared with new ones after every change. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/json.h"
#include "hotlens/base/memory.h"
#include "hotlens/server/documents.h"

static void check(struct hl_document *document)
{
    struct hl_line_index index = {0};
    struct hl_line_hashes fresh = {0};
    const struct hl_line_hashes *hashes = hl_document_hashes(document);
    hl_assert(hl_line_index_set(&index, document->text, document->length) == 0);
    hl_assert(hl_line_hashes_init(&fresh, document->text, document->length) == 0);
    hl_assert(index.count == document->lines.count);
    hl_assert(memcmp(index.starts, document->lines.starts, index.count * sizeof(*index.starts)) ==
              0);
    hl_assert(hashes && hashes->count == fresh.count);
    hl_assert(fresh.count == 0 || memcmp(hashes->items, fresh.items,
                                         fresh.count * sizeof(*fresh.items)) == 0);
    hl_line_index_finish(&index);
    hl_line_hashes_finish(&fresh);
}

static void report(const struct hl_document *document, int result, const struct hl_error *error)
{
    _cleanup_buffer_ struct hl_buffer line = {0};
    struct hl_json json;
    hl_json_init(&json, &line);
    if (result < 0) {
        hl_json_object_begin(&json);
        hl_json_member_string(&json, "error", hl_error_text(error, result));
        hl_json_object_end(&json);
    } else {
        hl_json_bytes(&json, document->text, document->length);
    }
    (void)printf("%s\n", line.data);
}

int main(void)
{
    struct hl_documents *documents = hl_documents_create();
    struct hl_document *document = NULL;
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        _cleanup_error_ struct hl_error error = {0};
        cJSON *params = cJSON_Parse(line);
        bool is_open = cJSON_GetObjectItem(params, "contentChanges") == NULL;
        int r = is_open ? hl_documents_open(documents, params, &document, &error)
                        : hl_documents_change(documents, params, &document, &error);
        cJSON_Delete(params);
        report(document, r, &error);
        check(document);
    }
    free(line);
    hl_documents_destroy(documents);
    return 0;
}
