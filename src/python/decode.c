#include "hotlens/python/decode.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "cursor.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/utf8.h"

/* Python's names that iconv has under another one, or for another set of characters. */
static const struct {
    const char *python; /* lower case, without - and _ */
    const char *iconv;
} NAMES[] = {
    {"utf8", "UTF-8"},           {"u8", "UTF-8"},
    {"utf", "UTF-8"},            {"utf8sig", "UTF-8"},
    {"cp65001", "UTF-8"},        {"latin", "ISO-8859-1"},
    {"latin1", "ISO-8859-1"},    {"l1", "ISO-8859-1"},
    {"8859", "ISO-8859-1"},      {"iso88591", "ISO-8859-1"},
    {"ascii", "ASCII"},          {"646", "ASCII"},
    {"usascii", "ASCII"},        {"1252", "CP1252"},
    {"windows1252", "CP1252"},   {"macroman", "MACINTOSH"},
    {"shiftjis", "SJIS"},        {"csshiftjis", "SJIS"},
    {"sjis", "SJIS"},            {"s_jis", "SJIS"},
    {"mskanji", "CP932"},        {"mscp932", "CP932"},
    {"ujis", "EUC-JP"},          {"ks_c56011987", "EUC-KR"},
    {"korean", "EUC-KR"},        {"949", "CP949"},
    {"uhc", "CP949"},            {"chinese", "GB2312"},
    {"936", "GBK"},              {"ms936", "GBK"},
    {"big5tw", "BIG5"},          {"cyrillic", "ISO-8859-5"},
    {"greek", "ISO-8859-7"},     {"hebrew", "ISO-8859-8"},
};

/* `# … coding: NAME` in the line at the cursor, as PEP 263 has it. NULL when it is not one. */
static const char *find_cookie(const char *line, const char *end, size_t *ret_length)
{
    while (line < end && cursor_is_blank(*line)) {
        line++;
    }
    if (line == end || *line != '#') {
        return NULL;
    }
    const char *at = line;
    while ((at = memmem(at, (size_t)(end - at), "coding", 6))) {
        at += 6;
        if (at < end && (*at == ':' || *at == '=')) {
            at++;
            while (at < end && (*at == ' ' || *at == '\t')) {
                at++;
            }
            size_t length = 0;
            while (at + length < end && (unsigned char)at[length] < 0x80 &&
                   (cursor_is_word(at[length]) || at[length] == '-' || at[length] == '.')) {
                length++;
            }
            if (length > 0) {
                *ret_length = length;
                return at;
            }
        }
    }
    return NULL;
}

/* Only a blank line or a comment may come before a cookie on the second line. */
static bool may_precede_cookie(const char *line, const char *end)
{
    while (line < end && cursor_is_blank(*line)) {
        line++;
    }
    return line == end || *line == '#';
}

static bool has_prefix(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 && (text[length] == '\0' || text[length] == '-');
}

/* The spelling that CPython compares with: "UTF_8" and "utf-8-unix" are utf-8. */
static char *normalize(const char *name, size_t length)
{
    char *normal = hl_xstrndup(name, length);
    for (char *at = normal; *at; at++) {
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at == '_' ? '-' : *at);
    }
    const char *known = NULL;
    if (has_prefix(normal, "utf-8")) {
        known = "utf-8";
    } else if (has_prefix(normal, "latin-1") || has_prefix(normal, "iso-8859-1") ||
               has_prefix(normal, "iso-latin-1")) {
        known = "iso-8859-1";
    }
    if (known) {
        free(normal);
        return hl_xstrdup(known);
    }
    return normal;
}

static bool has_mark(const char *data, size_t length)
{
    return length >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0;
}

char *hl_python_encoding(const char *data, size_t length)
{
    struct cursor cursor = {.at = data, .end = data + length};
    if (has_mark(data, length)) {
        cursor.at += 3;
    }
    for (int i = 0; i < 2; i++) {
        const char *line = cursor.at;
        cursor_skip_line(&cursor);
        size_t name_length;
        const char *name = find_cookie(line, cursor.at, &name_length);
        if (name) {
            return normalize(name, name_length);
        }
        if (!may_precede_cookie(line, cursor.at)) {
            break;
        }
        cursor_skip_newline(&cursor);
    }
    return hl_xstrdup("utf-8");
}

/* The name that iconv knows the encoding by. Caller frees. */
static char *iconv_name(const char *encoding)
{
    char *compact = hl_xstrdup(encoding);
    char *to = compact;
    for (const char *from = encoding; *from; from++) {
        if (*from != '-' && *from != '_') {
            *to++ = *from;
        }
    }
    *to = '\0';
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        if (strcmp(compact, NAMES[i].python) == 0) {
            free(compact);
            return hl_xstrdup(NAMES[i].iconv);
        }
    }
    free(compact);
    return hl_xstrdup(encoding);
}

static int convert(iconv_t converter, const char *data, size_t length, struct hl_buffer *text)
{
    /* iconv() takes char ** for historical reasons; it does not write to the input. */
    char *in = (char *)data;
    size_t left = length;
    for (bool flushed = false; !flushed;) {
        size_t room = left + left / 2 + 64;
        char *out = hl_buffer_reserve(text, room);
        if (!out) {
            return text->error;
        }
        size_t free_bytes = room;
        flushed = left == 0;
        size_t r = iconv(converter, flushed ? NULL : &in, flushed ? NULL : &left, &out,
                         &free_bytes);
        text->length += room - free_bytes;
        text->data[text->length] = '\0';
        if (r == (size_t)-1 && errno != E2BIG) {
            return -EILSEQ;
        }
        flushed = flushed && r != (size_t)-1;
    }
    return 0;
}

/* What iconv reads as a yen sign and an overline in Shift JIS is a backslash and a tilde to Python. */
static void repair_shift_jis(struct hl_buffer *text, size_t start)
{
    size_t to = start;
    for (size_t from = start; from < text->length; to++) {
        const char *at = text->data + from;
        if (memcmp(at, "\xC2\xA5", hl_min_size(2, text->length - from)) == 0) {
            text->data[to] = '\\';
            from += 2;
        } else if (memcmp(at, "\xE2\x80\xBE", hl_min_size(3, text->length - from)) == 0) {
            text->data[to] = '~';
            from += 3;
        } else {
            text->data[to] = *at;
            from++;
        }
    }
    text->length = to;
    text->data[to] = '\0';
}

static int append_utf8(const char *data, size_t length, struct hl_buffer *text)
{
    if (!hl_utf8_is_valid(data, length)) {
        return -EILSEQ;
    }
    hl_buffer_append(text, data, length);
    return text->error;
}

int hl_python_decode(const char *data, size_t length, struct hl_buffer *text)
{
    _cleanup_free_ char *encoding = hl_python_encoding(data, length);
    _cleanup_free_ char *name = iconv_name(encoding);
    bool is_utf8 = strcmp(name, "UTF-8") == 0;
    if (has_mark(data, length)) {
        /* CPython refuses a mark that contradicts the cookie. */
        return is_utf8 ? append_utf8(data + 3, length - 3, text) : -EILSEQ;
    }
    if (is_utf8) {
        return append_utf8(data, length, text);
    }
    iconv_t converter = iconv_open("UTF-8", name);
    if (converter == (iconv_t)-1) { /* NOLINT(performance-no-int-to-ptr) */
        return errno == ENOMEM ? -ENOMEM : -ENOTSUP;
    }
    size_t start = text->length;
    int r = convert(converter, data, length, text);
    iconv_close(converter);
    if (r == 0 && strcmp(name, "SJIS") == 0) {
        repair_shift_jis(text, start);
    }
    if (r < 0 && text->data) {
        text->length = start;
        text->data[start] = '\0';
    }
    return r;
}
