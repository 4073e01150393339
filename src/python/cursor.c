#include "cursor.h"

void cursor_skip_line(struct cursor *cursor)
{
    while (cursor->at < cursor->end && !cursor_is_newline(*cursor->at)) {
        cursor->at++;
    }
}

bool cursor_skip_blanks(struct cursor *cursor)
{
    const char *start = cursor->at;
    while (cursor->at < cursor->end) {
        if (cursor_is_blank(*cursor->at)) {
            cursor->at++;
        } else if (!cursor_skip_continuation(cursor)) {
            break;
        }
    }
    return cursor->at > start;
}

size_t cursor_take_word(struct cursor *cursor, const char **ret_word)
{
    const char *start = cursor->at;
    while (cursor->at < cursor->end && cursor_is_word(*cursor->at)) {
        cursor->at++;
    }
    *ret_word = start;
    return (size_t)(cursor->at - start);
}

bool cursor_take(struct cursor *cursor, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0) {
        return false;
    }
    const char *after = cursor->at + length;
    if (after < cursor->end && cursor_is_word(*after)) {
        return false;
    }
    cursor->at = after;
    return true;
}

static bool is_tripled(const struct cursor *cursor, char quote)
{
    return cursor->end - cursor->at >= 3 && cursor->at[0] == quote && cursor->at[1] == quote &&
           cursor->at[2] == quote;
}

/* A backslash hides what follows, in raw strings too: there the quote stays part of the text. */
static void skip_escape(struct cursor *cursor)
{
    cursor->at++;
    if (cursor->at < cursor->end && !cursor_skip_newline(cursor)) {
        cursor->at++;
    }
}

static bool skip_triple(struct cursor *cursor, char quote)
{
    cursor->at += 3;
    while (cursor->at < cursor->end) {
        if (*cursor->at == '\\') {
            skip_escape(cursor);
        } else if (is_tripled(cursor, quote)) {
            cursor->at += 3;
            return true;
        } else if (!cursor_skip_newline(cursor)) {
            cursor->at++;
        }
    }
    return false;
}

/* How far a formatted string is looked into for its end, and how deep; past that it is taken as an
 * older Python would, up to the next quote. Keeps the scanner linear. */
#define FORMATTED_BYTES 2000
#define FORMATTED_DEPTH 16

/* One level of a formatted string: a string (`quote` ends it) or what is in {} (`quote` is 0). */
struct level {
    char quote;
    bool formatted; /* of a string: {} have a meaning in it */
};

bool cursor_is_formatted_prefix(const char *word, size_t length)
{
    bool formatted = false;
    for (size_t i = 0; i < length && length <= 2; i++) {
        char lower = (char)(word[i] | 0x20);
        if (lower != 'f' && lower != 't' && lower != 'r') {
            return false;
        }
        formatted = formatted || lower != 'r';
    }
    return formatted;
}

/* Whether the quote at `at`, somewhere after `start`, opens a formatted string. */
static bool opens_formatted(const char *start, const char *at)
{
    size_t length = 0;
    while (length < 3 && at - length > start && cursor_is_word(at[-1 - (ptrdiff_t)length])) {
        length++;
    }
    return cursor_is_formatted_prefix(at - length, length);
}

/* Bytes of the piece at `at` inside a string in which nothing opens or closes; 0 if there is none. */
static size_t plain_piece(const struct level *level, const char *at, const char *end)
{
    char next = end - at > 1 ? at[1] : '\0';
    bool is_brace = level->formatted && (*at == '{' || *at == '}');
    if (*at == '\\') {
        bool hides = next != '\0' && !cursor_is_newline(next);
        return hides && !(level->formatted && (next == '{' || next == '}')) ? 2 : 1;
    }
    return is_brace ? 2 * (size_t)(next == *at) : (size_t)(*at != level->quote);
}

/* Where a formatted single-quoted string ends when nested quotes are part of it (PEP 701), if that is
 * on the same line and everything in it is closed; else NULL. */
static const char *formatted_end(const char *start, const char *end)
{
    struct level levels[FORMATTED_DEPTH] = {{.quote = *start, .formatted = true}};
    size_t depth = 1;
    end = end - start > FORMATTED_BYTES ? start + FORMATTED_BYTES : end;
    for (const char *at = start + 1; at < end && !cursor_is_newline(*at); at++) {
        const struct level *level = &levels[depth - 1];
        size_t plain = level->quote ? plain_piece(level, at, end) : 0;
        bool is_string = *at == '"' || *at == '\'';
        if (plain > 0) {
            at += plain - 1;
        } else if (level->quote ? *at != '{' : *at == '}') {
            if (--depth == 0) {
                return at + 1;
            }
        } else if (*at == '{' || is_string) {
            if (depth == FORMATTED_DEPTH) {
                return NULL;
            }
            levels[depth++] = (struct level){.quote = is_string ? *at : '\0',
                                             .formatted = is_string && opens_formatted(start, at)};
        }
    }
    return NULL;
}

bool cursor_skip_string(struct cursor *cursor, bool formatted)
{
    char quote = *cursor->at;
    if (is_tripled(cursor, quote)) {
        return skip_triple(cursor, quote);
    }
    const char *end = formatted ? formatted_end(cursor->at, cursor->end) : NULL;
    if (end) {
        cursor->at = end;
        return true;
    }
    cursor->at++;
    while (cursor->at < cursor->end && !cursor_is_newline(*cursor->at)) {
        if (*cursor->at == '\\') {
            skip_escape(cursor);
        } else if (*cursor->at++ == quote) {
            return true;
        }
    }
    return true;
}
