#include "hotlens/base/escape.h"

#define ESC '\033'

/* Index after the escape sequence that begins at text[at]. */
static size_t skip(const char *text, size_t length, size_t at)
{
    size_t i = at + 1;
    if (i >= length) {
        return length;
    }
    char kind = text[i++];
    if (kind == '[') {
        while (i < length && (text[i] < '@' || text[i] > '~')) {
            i++;
        }
        return i < length ? i + 1 : length;
    }
    if (kind == ']') {
        while (i < length && text[i] != '\a' && text[i] != ESC) {
            i++;
        }
        size_t end = i < length && text[i] == ESC ? 2 : 1;
        return i + end < length ? i + end : length;
    }
    return i;
}

size_t hl_strip_escapes(char *text, size_t length)
{
    size_t out = 0;
    for (size_t i = 0; i < length;) {
        if (text[i] == ESC) {
            i = skip(text, length, i);
        } else {
            text[out++] = text[i++];
        }
    }
    text[out] = '\0';
    return out;
}
