/* A place in Python source text, and what can be skipped from there: the lexical half of the
 * outline scanner. Lines end with \n, \r\n or \r. */
#ifndef HOTLENS_SRC_PYTHON_CURSOR_H
#define HOTLENS_SRC_PYTHON_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
    const char *at;
    const char *end;
    uint32_t line; /* 1-based */
};

static inline bool cursor_is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\f';
}

static inline bool cursor_is_newline(char byte)
{
    return byte == '\n' || byte == '\r';
}

/* Any byte above ASCII counts: outside strings and comments only identifiers have them. */
static inline bool cursor_is_word(char byte)
{
    unsigned char lower = (unsigned char)byte | 0x20;
    return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' ||
           (unsigned char)byte >= 0x80;
}

/* Steps over the line end at the cursor; false when there is none. */
static inline bool cursor_skip_newline(struct cursor *cursor)
{
    if (cursor->at == cursor->end || !cursor_is_newline(*cursor->at)) {
        return false;
    }
    bool return_first = *cursor->at++ == '\r';
    if (return_first && cursor->at < cursor->end && *cursor->at == '\n') {
        cursor->at++;
    }
    cursor->line++;
    return true;
}

/* Steps over a backslash that ends its line; false when it is not one. */
static inline bool cursor_skip_continuation(struct cursor *cursor)
{
    if (cursor->end - cursor->at < 2 || cursor->at[0] != '\\' || !cursor_is_newline(cursor->at[1])) {
        return false;
    }
    cursor->at++;
    return cursor_skip_newline(cursor);
}

/* Stops at the line end. */
void cursor_skip_line(struct cursor *cursor);
/* Blanks and continuations; whether there were any. */
bool cursor_skip_blanks(struct cursor *cursor);
/* The bytes of the word at the cursor, which is stepped over; 0 when there is none. */
size_t cursor_take_word(struct cursor *cursor, const char **ret_word);
/* Steps over `word` when the cursor is at just that word. */
bool cursor_take(struct cursor *cursor, const char *word);
/* Whether a word right before a quote makes a formatted string: f, t, rf … in any case. */
bool cursor_is_formatted_prefix(const char *word, size_t length);
/* Steps over the string whose opening quote is at the cursor. `formatted` strings may have quotes of
 * their own kind inside {}, where the line shows that they do. Returns false when a triple-quoted
 * string is still open at the end of the text. */
bool cursor_skip_string(struct cursor *cursor, bool formatted);

#endif
