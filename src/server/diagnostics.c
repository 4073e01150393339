/* textDocument/publishDiagnostics on hot lines, for those who ask for it: the only thing on lines that
 * every client shows. */
#include "feature.h"
#include "hotlens/app/text.h"
#include "hotlens/base/hash.h"

#define SEVERITY_HINT 4

struct publication {
    struct hl_document *document;
    struct hl_shown *shown;
    const struct hl_numbers *numbers; /* NULL: nothing */
    double percent;
};

static bool is_hot(const struct publication *publication, const struct hl_line_number *line)
{
    return hl_text_is_worth_a_hint(hl_shown_scale(publication->shown), line->total,
                                   publication->percent);
}

static void write_diagnostic(const struct publication *publication,
                             const struct hl_line_number *line, struct hl_json *json)
{
    _cleanup_buffer_ struct hl_buffer message = {0};
    hl_text_hint_tooltip(&message, hl_shown_run(publication->shown),
                         hl_shown_scale(publication->shown),
                         hl_shown_focus_name(publication->shown), line->self, line->total);
    hl_json_object_begin(json);
    feature_write_range(json, line->line, 0,
                        feature_line_length(publication->document, line->line));
    hl_json_member_u64(json, "severity", SEVERITY_HINT);
    hl_json_member_string(json, "source", "hotlens");
    feature_write_text(json, "message", &message);
    hl_json_object_end(json);
}

static void write_params(struct hl_json *json, const void *data)
{
    const struct publication *publication = data;
    const struct hl_numbers *numbers = publication->numbers;
    hl_json_object_begin(json);
    hl_json_member_string(json, "uri", publication->document->uri);
    hl_json_key(json, "diagnostics");
    hl_json_array_begin(json);
    for (size_t i = 0; numbers && i < numbers->line_count; i++) {
        if (is_hot(publication, &numbers->lines[i])) {
            write_diagnostic(publication, &numbers->lines[i], json);
        }
    }
    hl_json_array_end(json);
    hl_json_object_end(json);
}

/* 0 for nothing to say. */
static uint64_t hash_of(const struct publication *publication)
{
    const struct hl_numbers *numbers = publication->numbers;
    uint64_t hash = 0;
    for (size_t i = 0; numbers && i < numbers->line_count; i++) {
        const struct hl_line_number *line = &numbers->lines[i];
        if (is_hot(publication, line)) {
            const uint64_t words[] = {
                line->line, line->self, line->total,
                feature_line_length(publication->document, line->line),
                (uintptr_t)publication->shown,
            };
            hash = hl_hash_bytes(words, sizeof(words), hash) | 1;
        }
    }
    return hash;
}

void hl_feature_clear_diagnostics(struct hl_context *context, struct hl_document *document)
{
    struct publication nothing = {.document = document};
    if (document->diagnostics != 0) {
        document->diagnostics = 0;
        hl_notify(context, "textDocument/publishDiagnostics", write_params, &nothing,
                  HL_SEND_ALWAYS);
    }
}

void hl_feature_diagnostics(struct hl_context *context)
{
    for (size_t i = 0; i < hl_documents_count(context->documents); i++) {
        struct publication publication = {
            .document = hl_documents_at(context->documents, i),
            .percent = context->settings->diagnostic_percent,
        };
        bool is_loading;
        if (context->settings->diagnostics) {
            publication.numbers = hl_shelf_line_numbers(
                context->shelf, publication.document, &publication.shown, &is_loading);
        }
        uint64_t hash = hash_of(&publication);
        if (hash != publication.document->diagnostics) {
            publication.document->diagnostics = hash;
            hl_notify(context, "textDocument/publishDiagnostics", write_params, &publication,
                      HL_SEND_ALWAYS);
        }
    }
}
