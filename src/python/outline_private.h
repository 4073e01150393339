/* The inside of an outline, for the files that fill it and ask it. */
#ifndef HOTLENS_SRC_PYTHON_OUTLINE_PRIVATE_H
#define HOTLENS_SRC_PYTHON_OUTLINE_PRIVATE_H

#include "hotlens/base/strings.h"
#include "hotlens/python/outline.h"

/* What is known about one string of the outline, as a name and as a path. */
struct outline_key {
    uint32_t first;      /* in by_name, of the definitions with this name */
    uint32_t name_count; /* definitions with this name */
    uint32_t path_count; /* definitions with this path */
    uint32_t path_last;  /* the last of them */
};

/* A line where the scanner begins as it does at the start of a text: a statement starts in its first
 * column, and nothing is open. */
struct outline_fresh {
    uint32_t line;
    uint32_t definitions; /* before it */
};

struct hl_outline {
    struct hl_definition *items;
    uint32_t count;
    size_t capacity;
    struct hl_strings *strings; /* names and paths */
    uint64_t path_bytes;        /* of all paths made so far */
    struct outline_key *keys;   /* one per string */
    size_t key_capacity;
    uint32_t key_count;
    uint32_t *by_name;   /* definitions grouped by name, each group in order of line */
    uint32_t *same_name; /* for each definition the nearest one around it of the same name */
    struct outline_fresh *fresh; /* by line */
    uint32_t fresh_count;
    size_t fresh_capacity;
    uint32_t lines;
    uint32_t main_line;
    bool is_unterminated;
};

/* What the scanner reports. The definition's names, ordinal and end are filled here. */
int outline_add(struct hl_outline *outline, const struct hl_definition *description,
                const char *name, size_t length);
/* Part of a text to scan: from the start of a line to where `stops_at` says so, or to the end. */
struct outline_part {
    const char *start;
    const char *end; /* of the text */
    uint32_t line;
    /* Asked at each fresh line; NULL never stops. */
    bool (*stops_at)(void *user, uint32_t line);
    void *user;
    bool has_stopped; /* ret */
};

/* Adds what is in the part. 0, -ENOMEM, -E2BIG. */
int outline_scan_part(struct hl_outline *outline, struct outline_part *part);
/* Fills `outline` from the text. 0, -ENOMEM, -E2BIG. */
int outline_scan(struct hl_outline *outline, const char *text, size_t length);
/* A fresh line with all definitions so far before it. */
int outline_add_fresh(struct hl_outline *outline, uint32_t line);
/* Once all definitions are added. */
int outline_index_names(struct hl_outline *outline);

/* The definition with the greatest first line not after `line` among the `count` indices at
 * `indices` (all definitions when NULL), or HL_NO_DEFINITION. */
uint32_t outline_last_before(const struct hl_outline *outline, const uint32_t *indices,
                             uint32_t count, uint32_t line);

#endif
