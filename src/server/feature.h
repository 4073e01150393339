/* What hints, lenses, hovers and diagnostics share. */
#ifndef HOTLENS_SRC_SERVER_FEATURE_H
#define HOTLENS_SRC_SERVER_FEATURE_H

#include "hotlens/server/features.h"

/* The document of params.textDocument.uri, which becomes the current one. 0; -EINVAL with the field in
 * `error`; *ret_document is NULL when it is not open. */
int feature_document(struct hl_context *context, const cJSON *params,
                     struct hl_document **ret_document, struct hl_error *error);

/* Answers a request again when the run is loaded, or after 300 ms: for clients that cannot be told to ask
 * again. Takes the reply; `answer` must not wait again when `is_last`. */
typedef void (*feature_answer_fn)(struct hl_context *context, struct hl_reply *reply,
                                  const cJSON *params, bool is_last);
void feature_wait(struct hl_context *context, struct hl_reply *reply, const cJSON *params,
                  feature_answer_fn answer);

/* Writes {"line", "character"} and {"start", "end"}. */
void feature_write_position(struct hl_json *json, const char *key, uint32_t line,
                            uint32_t character);
void feature_write_range(struct hl_json *json, uint32_t line, uint32_t start, uint32_t end);
void feature_write_text(struct hl_json *json, const char *key, struct hl_buffer *text);
/* UTF-16 length of a line of the document. */
uint32_t feature_line_length(const struct hl_document *document, uint32_t line);

/* Whether a function's numbers are worth a line of their own: not chance, or changed. */
bool feature_shows_function(const struct hl_shown *shown, const struct hl_function_number *number,
                            double percent);
/* "1.20 s total (12.3%) · 0.40 s own · ▲ 0.30 s more (+33%) than 14:02 · edited since" */
void feature_function_text(struct hl_buffer *out, const struct hl_shown *shown,
                           const struct hl_function_number *number);

/* The document's file in the run, also when it has no numbers on lines; or NULL. */
const struct hl_shown_file *feature_file_in_run(struct hl_context *context,
                                                const struct hl_document *document,
                                                const struct hl_shown *shown,
                                                const struct hl_numbers *numbers);
/* Of a file in the run that has no numbers: for people. */
const char *feature_why_no_numbers(const struct hl_shown_file *file);
/* The run in one line, with its focus. */
void feature_summary(struct hl_buffer *out, const struct hl_shown *shown);

#endif
