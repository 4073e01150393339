/* The shown run's numbers on the lines of an open document: rows of the text that ran, moved along the
 * edits since. Made at the next question and kept per (document edit, shown run). */
#ifndef HOTLENS_SERVER_NUMBERS_H
#define HOTLENS_SERVER_NUMBERS_H

#include "hotlens/app/shown.h"
#include "hotlens/server/documents.h"

/* Lines are 0-based lines of the document now. */
struct hl_line_number {
    uint32_t line;
    uint64_t self;
    uint64_t total;
};

struct hl_function_number {
    uint32_t line;       /* of def */
    uint32_t first_line; /* of the first decorator, else as line */
    uint32_t end_line;
    const struct hl_shown_function *function;
    enum hl_definition_kind kind;
    bool edited; /* a line of its body is not what ran */
};

struct hl_numbers {
    const struct hl_shown_file *file;
    struct hl_line_number *lines; /* by line */
    size_t line_count;
    struct hl_function_number *functions; /* by line */
    size_t function_count;
    bool has_functions;
    uint32_t lost; /* lines of the run that were changed or removed since */
    struct hl_line_map *map;
};

/* 0, -ENOMEM, -ENOENT when the run has no numbers for this document, -ESTALE when its file was changed
 * while the program ran. Pure. */
int hl_numbers_create(struct hl_document *document, const struct hl_shown_file *file,
                      struct hl_numbers **ret_numbers);
/* The same in two steps: functions need the outline of the text, which lines do not. */
int hl_numbers_create_lines(struct hl_document *document, const struct hl_shown_file *file,
                            struct hl_numbers **ret_numbers);
/* For the text as it is now, of the same document and file; functions are to be added again. On failure
 * the numbers are only good for destroying. */
int hl_numbers_update_lines(struct hl_numbers *numbers, struct hl_document *document);
int hl_numbers_add_functions(struct hl_numbers *numbers, struct hl_document *document);
void hl_numbers_destroy(struct hl_numbers *numbers);

HL_DEFINE_CLEANUP(struct hl_numbers *, hl_numbers_destroy);

#endif
