/* The outline of a Python source text: every def and class with its range and parent.
 *
 * One pass over the bytes, no parser: indentation, brackets, strings and comments are enough to be
 * exact on every text that compiles (tests/oracle/outline_vs_ast.py), and it goes on through text
 * that is being typed. Names and lines only; nothing is kept of the text. */
#ifndef HOTLENS_PYTHON_OUTLINE_H
#define HOTLENS_PYTHON_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotlens/base/macros.h"

#define HL_NO_DEFINITION UINT32_MAX

enum hl_definition_kind {
    HL_DEFINITION_FUNCTION, /* def, async def */
    HL_DEFINITION_CLASS,
};

/* Lines are 1-based; \n, \r\n and \r end one. Definitions are in order of their line, so parents
 * come before children. */
struct hl_definition {
    enum hl_definition_kind kind;
    uint32_t parent;     /* index, or HL_NO_DEFINITION */
    uint32_t first_line; /* of the first decorator, else def_line */
    uint32_t def_line;   /* of the word def, class or async */
    uint32_t body_line;  /* where the body begins: the line after the colon, or of the colon */
    uint32_t end_line;   /* of the last token of the body */
    uint32_t name;       /* equal for equal names; the text is hl_outline_name's */
    uint32_t path;       /* equal for equal qualified names; the text is hl_outline_path's */
    uint32_t ordinal;    /* 0 for the first definition of this path, 1 for the next … */
};

struct hl_outline;

/* Scans `length` bytes of UTF-8 (or any ASCII superset). Never fails for what the text says; 0,
 * -ENOMEM, or -E2BIG past HL_LIMIT_DEFINITIONS or HL_LIMIT_OUTLINE_PATHS. Linear. */
int hl_outline_create(const char *text, size_t length, struct hl_outline **ret_outline);
/* What is known of a text that another one has become by edits. */
struct hl_outline_change {
    const uint32_t *starts; /* of the lines of the new text: byte offsets */
    uint32_t line_count;    /* of the new text; one more for an empty one behind the last end is fine */
    uint32_t head;          /* so many lines at the start are alike, line ends aside */
    uint32_t old_tail;      /* 1-based: from this line of the old text on … */
    uint32_t new_tail;      /* … and this line of the new one, all are alike */
};

/* The same as hl_outline_create of the new text, but only scans around what has changed. `old` is the
 * outline of the old text. */
int hl_outline_update(const struct hl_outline *old, const char *text, size_t length,
                      const struct hl_outline_change *change, struct hl_outline **ret_outline);
void hl_outline_destroy(struct hl_outline *outline);

uint32_t hl_outline_count(const struct hl_outline *outline);
const struct hl_definition *hl_outline_get(const struct hl_outline *outline, uint32_t index);
/* The last part, and the qualified name: K.m, outer.<locals>.inner. NUL-terminated; valid as long
 * as the outline. */
const char *hl_outline_name(const struct hl_outline *outline, uint32_t index);
const char *hl_outline_path(const struct hl_outline *outline, uint32_t index);
/* Lines of the text. */
uint32_t hl_outline_lines(const struct hl_outline *outline);
/* A triple-quoted string was open at the end: text being typed; callers keep the last good one. */
bool hl_outline_is_unterminated(const struct hl_outline *outline);
/* Line of a top-level `if __name__ == "__main__":`, or 0. */
uint32_t hl_outline_main_line(const struct hl_outline *outline);
/* The innermost definition whose range, first decorator to end, holds the line. */
uint32_t hl_outline_at_line(const struct hl_outline *outline, uint32_t line);

/* What a frame with this printed name, executing this line, belongs to (the rule of the design,
 * "Which function does a frame belong to?"; both co_name and co_qualname are understood).
 * Returns the definition, or HL_NO_DEFINITION for module level or when the text does not have it;
 * *ret_found tells the two apart: true means the text explains the frame. O(log n + nesting)
 * expected. `line` 0 means unknown: then only a name that exists once in the file is found. */
uint32_t hl_outline_function_of(const struct hl_outline *outline, const char *name,
                                size_t name_length, uint32_t line, bool *ret_found);

HL_DEFINE_CLEANUP(struct hl_outline *, hl_outline_destroy);

#endif
