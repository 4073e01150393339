/* A stack text to its frames. Joining the frames with ';' gives the text again, always. */
#ifndef HOTLENS_FORMATS_RAW_SPLIT_H
#define HOTLENS_FORMATS_RAW_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hl_raw_span {
    uint32_t start;
    uint32_t end;
};

/* Zero it to start; reused from stack to stack. */
struct hl_raw_split {
    struct hl_raw_span *spans;
    size_t count;
    size_t capacity;
    size_t prefix; /* leading process and thread frames */
    bool regular;  /* every frame after the prefix is one token that is complete by itself, so a
                      stack that begins with the same frames splits in the same way so far */
    uint64_t steps;
};

void hl_raw_split_finish(struct hl_raw_split *split);
/* 0, -ENOMEM, or -E2BIG past HL_LIMIT_STACK_DEPTH. `length` must be under 2^32. */
int hl_raw_split(struct hl_raw_split *split, const char *text, size_t length);
/* The same for a stack that shares the first `kept` frames (more than the prefix) and the ';' after
 * them with the stack that was split last, if that one was regular. The last of the shared frames
 * is looked at again, as what follows may belong to it: only kept - 1 are sure to be as before. */
int hl_raw_split_rest(struct hl_raw_split *split, size_t kept, const char *text, size_t length);

#endif
