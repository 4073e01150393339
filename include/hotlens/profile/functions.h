/* The functions, threads and processes of a profile, and its lines.
 *
 * Which function a frame belongs to needs source text and is decided elsewhere
 * (app/attribution.h); this is the table that decision fills, and the counting over it. */
#ifndef HOTLENS_PROFILE_FUNCTIONS_H
#define HOTLENS_PROFILE_FUNCTIONS_H

#include "hotlens/base/map.h"
#include "hotlens/profile/groups.h"

enum hl_function_kind {
    HL_FUNCTION_CODE,    /* a function in the usual sense; also native and opaque frames */
    HL_FUNCTION_THREAD,  /* structure, never listed among functions */
    HL_FUNCTION_PROCESS, /* structure */
};

struct hl_function {
    enum hl_function_kind kind;
    uint32_t name;       /* string id: qualified name, or what was printed */
    uint32_t file;       /* string id of the path as the profiler printed it; HL_NO_STRING: none */
    uint32_t line;       /* of `def`; 0 when the source was not readable or it has none */
    uint32_t first_line; /* of the first decorator, else as line */
    uint32_t end_line;   /* last line of the body; 0 when unknown */
    uint32_t ordinal;    /* 0 for the first function of this name in the file, 1 for the second … */
    uint64_t number;     /* thread id or pid; 0 for code */
    uint64_t hash;       /* of kind, name, file and ordinal (number for structure): stable */
};

struct hl_functions {
    struct hl_strings *strings;
    struct hl_function *items;
    size_t count;
    size_t capacity;
    uint32_t *of_frame; /* for each frame of the profile; never HL_NO_GROUP */
    uint32_t frame_count;
    struct hl_map by_hash; /* private to hl_functions_intern */
};

/* An empty table for a profile with `frame_count` frames; of_frame is all HL_NO_GROUP. */
int hl_functions_create(uint32_t frame_count, struct hl_functions **ret_functions);
void hl_functions_destroy(struct hl_functions *functions);
/* The function of this identity, added when new with the kind, lines and ordinal of `description`
 * (its other fields are not read). The identity of code is (name, file, ordinal), `file` NULL
 * meaning none. That of a thread or process is its number alone: the kernel gives no thread id
 * twice at one time, and a profiler may or may not have read the name; so the first name that is
 * not empty is kept. 1 when new, 0 when known, -ENOMEM, -E2BIG. */
int hl_functions_intern(struct hl_functions *functions, const struct hl_function *description,
                        const char *name, size_t name_length, const char *file,
                        size_t file_length, uint64_t number, uint32_t *ret_index);
/* Names what is still without a name "thread 5211" or "process 12". To be called once every frame had
 * its say: a name that was printed anywhere is better. 0 or -ENOMEM. */
int hl_functions_name_structure(struct hl_functions *functions);
/* Groups for groups.h, borrowed from the table. */
struct hl_groups hl_functions_groups(const struct hl_functions *functions);

/* Without any source text: one function per (file, printed name), per opaque text, per thread id
 * and per pid; all lines 0. Threads and processes without a name are named by their number.
 * Covers the whole table of frames, so after a focus some functions may have no samples. */
int hl_functions_from_names(const struct hl_profile *profile, struct hl_functions **ret_functions);

/* One row per (file, line) that any frame in the tree names; frames without a file or a line, opaque
 * frames and structure make none. */
struct hl_line {
    uint32_t file; /* string id in the table of the profile's frames */
    uint32_t line;
    uint64_t self;
    uint64_t total;
};

/* Sorted by file as bytes, then line. Caller frees. 0 or -ENOMEM. */
int hl_profile_lines(const struct hl_profile *profile, struct hl_line **ret_lines,
                     size_t *ret_count);
/* For each frame the index of its row in what hl_profile_lines returns, or HL_NO_GROUP. Caller
 * frees. ret_count is the number of rows. */
int hl_profile_line_groups(const struct hl_profile *profile, uint32_t **ret_of_frame,
                           uint32_t *ret_count);

HL_DEFINE_CLEANUP(struct hl_functions *, hl_functions_destroy);

#endif
