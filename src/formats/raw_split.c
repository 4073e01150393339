#include "raw_split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/limits.h"
#include "raw_grammar.h"

/* The frame that is being put together out of tokens. */
struct pending {
    size_t start;
    bool opened;     /* has ` (` */
    int64_t balance; /* parentheses open since then, without the tokens that settle it */
};

void hl_raw_split_finish(struct hl_raw_split *split)
{
    free(split->spans);
    *split = (struct hl_raw_split){0};
}

static int push(struct hl_raw_split *split, size_t start, size_t end)
{
    if (split->count >= HL_LIMIT_STACK_DEPTH) {
        return -E2BIG;
    }
    int r =
        hl_array_reserve(&split->spans, &split->capacity, split->count + 1, sizeof(*split->spans));
    if (r < 0) {
        return r;
    }
    split->spans[split->count++] =
        (struct hl_raw_span){.start = (uint32_t)start, .end = (uint32_t)end};
    return 0;
}

static int64_t balance_of(const char *text, size_t length)
{
    int64_t balance = 0;
    for (size_t i = 0; i < length; i++) {
        balance += (text[i] == '(') - (text[i] == ')');
    }
    return balance;
}

static size_t token_end(const char *text, size_t length, size_t at)
{
    const char *found = memchr(text + at, ';', length - at);
    return found ? (size_t)(found - text) : length;
}

/* Takes the token [at, end) into the pending frame and says whether the frame is complete: it ends
 * in a line number, or its parentheses are balanced from the first ` (` on. */
static bool complete(struct hl_raw_split *split, struct pending *frame, const char *text, size_t at,
                     size_t end)
{
    size_t from = at;
    if (!frame->opened) {
        from += hl_raw_find_opening(text + at, end - at);
        frame->opened = from < end;
    }
    if (!frame->opened || end == at) {
        return false;
    }
    if (hl_raw_ends_in_line(text + frame->start, end - frame->start)) {
        return true;
    }
    split->steps += end - from;
    frame->balance += balance_of(text + from, end - from);
    return text[end - 1] == ')' && frame->balance == 0;
}

/* A path like `/x/a);b.py` leaves a tail that closes what it did not open. */
static bool closes_previous(const char *token, size_t length)
{
    return length > 0 && token[length - 1] == ')' && balance_of(token, length) < 0;
}

/* A token without ` (`: the tail of the frame before it, or a frame without parts. */
static int push_bare(struct hl_raw_split *split, const char *text, size_t at, size_t end,
                     bool *after_source)
{
    split->regular = false;
    split->steps += end - at;
    if (*after_source && closes_previous(text + at, end - at)) {
        split->spans[split->count - 1].end = (uint32_t)end;
        return 0;
    }
    *after_source = false;
    return push(split, at, end);
}

/* No way to complete the frame that began at `at` was found up to the end of the stack. */
static int push_tokens(struct hl_raw_split *split, const char *text, size_t length, size_t at)
{
    split->regular = false;
    split->steps += length - at;
    for (;;) {
        size_t end = token_end(text, length, at);
        int r = push(split, at, end);
        if (r < 0 || end == length) {
            return r;
        }
        at = end + 1;
    }
}

static int split_frames(struct hl_raw_split *split, const char *text, size_t length, size_t at)
{
    struct pending frame = {.start = at};
    bool after_source = false;
    split->steps += length - at;
    for (;;) {
        size_t end = token_end(text, length, at);
        int r = 0;
        if (complete(split, &frame, text, at, end)) {
            split->regular = split->regular && frame.start == at;
            r = push(split, frame.start, end);
            after_source = true;
            frame = (struct pending){.start = end + 1};
        } else if (!frame.opened) {
            r = push_bare(split, text, at, end, &after_source);
            frame = (struct pending){.start = end + 1};
        } else if (end == length) {
            r = push_tokens(split, text, length, frame.start);
        }
        if (r < 0 || end == length) {
            return r;
        }
        at = end + 1;
    }
}

/* The end of `thread (TID)[: NAME]` at `at`, or 0. A name reaches to the first ';' that a frame
 * seems to follow. */
static size_t find_thread_end(struct hl_raw_split *split, const char *text, size_t length,
                              size_t at)
{
    uint64_t number;
    size_t header = hl_raw_thread_start(text + at, length - at, &number);
    if (!header) {
        return 0;
    }
    size_t end = at + header;
    if (end == length || text[end] == ';') {
        return end;
    }
    if (length - end < 2 || memcmp(text + end, ": ", 2) != 0) {
        return 0;
    }
    while ((end = token_end(text, length, end)) < length) {
        if (hl_raw_frame_is_plausible(text, length, end + 1, true, &split->steps)) {
            break;
        }
        end++;
    }
    return end;
}

/* When no quote qualifies, the first one that a ';' follows; 0 when there is none either. */
static size_t find_any_close(const char *text, size_t length, size_t at)
{
    const char *found = memmem(text + at, length - at, "\";", 2);
    return found ? (size_t)(found - text) + 1 : 0;
}

static size_t find_process_end(struct hl_raw_split *split, const char *text, size_t length,
                               size_t at)
{
    size_t quote = hl_raw_process_start(text + at, length - at);
    if (!quote) {
        return 0;
    }
    size_t end = hl_raw_process_end(text, length, at + quote, true, &split->steps);
    if (!end) {
        split->regular = false; /* what decided lies anywhere in the text */
        split->steps += length - at;
        end = find_any_close(text, length, at + quote);
    }
    return end;
}

/* Pushes the process and thread frames and moves *at behind them; past the end when they are all.
 */
static int split_prefix(struct hl_raw_split *split, const char *text, size_t length, size_t *at)
{
    bool thread = false;
    while (!thread && *at < length) {
        size_t end = find_process_end(split, text, length, *at);
        if (!end) {
            end = find_thread_end(split, text, length, *at);
            thread = true;
        }
        if (!end) {
            return 0;
        }
        int r = push(split, *at, end);
        if (r < 0) {
            return r;
        }
        split->prefix = split->count;
        *at = end + 1;
    }
    return 0;
}

int hl_raw_split(struct hl_raw_split *split, const char *text, size_t length)
{
    size_t at = 0;
    split->count = 0;
    split->prefix = 0;
    split->regular = true;
    if (length == 0) {
        return 0;
    }
    int r = split_prefix(split, text, length, &at);
    return r < 0 || at > length ? r : split_frames(split, text, length, at);
}

int hl_raw_split_rest(struct hl_raw_split *split, size_t kept, const char *text, size_t length)
{
    split->count = kept - 1;
    return split_frames(split, text, length, split->spans[kept - 1].start);
}
