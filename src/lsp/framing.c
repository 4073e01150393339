#include "hotlens/lsp/framing.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "hotlens/base/memory.h"

/* No header line of any client comes near this; a longer one is not a header. */
#define HEADER_LINE_MAX 4096
/* The room of a larger body is given back when the next one comes. */
#define BODY_KEPT ((size_t)1 << 20)

enum state {
    STATE_HEADERS,
    STATE_BODY,
    STATE_SKIP, /* of a body over the limit */
};

struct hl_framing {
    size_t limit;
    enum state state;
    struct hl_buffer line; /* of the header block */
    struct hl_buffer body;
    bool line_too_long;
    bool has_header; /* a line of the block was seen */
    bool has_length;
    bool bad_length;
    uint64_t announced;
    uint64_t missing; /* bytes of the body that are still to come */
};

struct hl_framing *hl_framing_create(size_t limit)
{
    struct hl_framing *framing = hl_xcalloc(1, sizeof(*framing));
    framing->limit = limit;
    return framing;
}

void hl_framing_destroy(struct hl_framing *framing)
{
    if (!framing) {
        return;
    }
    hl_buffer_finish(&framing->line);
    hl_buffer_finish(&framing->body);
    free(framing);
}

bool hl_framing_is_inside(const struct hl_framing *framing)
{
    return framing->state != STATE_HEADERS || framing->has_header || framing->line.length > 0;
}

static bool parse_length(const char *text, uint64_t *ret_length)
{
    uint64_t length = 0;
    text += strspn(text, " \t");
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits + strspn(text + digits, " \t")] != '\0') {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        if (__builtin_mul_overflow(length, 10, &length) ||
            __builtin_add_overflow(length, (uint64_t)(text[i] - '0'), &length)) {
            return false;
        }
    }
    *ret_length = length;
    return true;
}

/* One header line, without its end. */
static void take_header(struct hl_framing *framing)
{
    static const char NAME[] = "content-length:";
    const char *line = framing->line.data ? framing->line.data : "";
    framing->has_header = true;
    if (framing->line_too_long || strncasecmp(line, NAME, sizeof(NAME) - 1) != 0) {
        return;
    }
    uint64_t length;
    if (!parse_length(line + sizeof(NAME) - 1, &length) ||
        (framing->has_length && length != framing->announced)) {
        framing->bad_length = true;
        return;
    }
    framing->has_length = true;
    framing->announced = length;
}

static void reset_headers(struct hl_framing *framing)
{
    hl_buffer_clear(&framing->line);
    framing->line_too_long = false;
    framing->has_header = false;
    framing->has_length = false;
    framing->bad_length = false;
}

/* The empty line after the headers. True when there is an event to report. */
static bool end_headers(struct hl_framing *framing, enum hl_framing_event *ret_event)
{
    bool usable = framing->has_length && !framing->bad_length;
    bool anything = framing->has_header;
    reset_headers(framing);
    if (!usable) {
        *ret_event = HL_FRAMING_MALFORMED;
        return anything; /* stray empty lines between messages hurt nobody */
    }
    framing->missing = framing->announced;
    if (framing->body.capacity > BODY_KEPT) {
        hl_buffer_finish(&framing->body);
    }
    hl_buffer_clear(&framing->body);
    framing->state = framing->announced > framing->limit ? STATE_SKIP : STATE_BODY;
    *ret_event = HL_FRAMING_OVERSIZE;
    return framing->state == STATE_SKIP;
}

/* Takes bytes up to the end of a line. True when there is an event to report. */
static bool take_line(struct hl_framing *framing, const char **data, size_t *length,
                      enum hl_framing_event *ret_event)
{
    const char *newline = memchr(*data, '\n', *length);
    size_t piece = newline ? (size_t)(newline - *data) : *length;
    if (framing->line.length + piece > HEADER_LINE_MAX) {
        framing->line_too_long = true;
        hl_buffer_clear(&framing->line);
    } else {
        hl_buffer_append(&framing->line, *data, piece);
    }
    *data += piece + (newline ? 1 : 0);
    *length -= piece + (newline ? 1 : 0);
    if (!newline) {
        return false;
    }
    if (framing->line.length > 0 && framing->line.data[framing->line.length - 1] == '\r') {
        framing->line.data[--framing->line.length] = '\0';
    }
    if (framing->line.length == 0 && !framing->line_too_long) {
        return end_headers(framing, ret_event);
    }
    take_header(framing);
    hl_buffer_clear(&framing->line);
    framing->line_too_long = false;
    return false;
}

/* Takes bytes of a body. True when it is whole, or was skipped to its end. */
static bool take_body(struct hl_framing *framing, const char **data, size_t *length)
{
    size_t piece = *length < framing->missing ? *length : (size_t)framing->missing;
    if (framing->state == STATE_BODY) {
        hl_buffer_append(&framing->body, *data, piece);
    }
    *data += piece;
    *length -= piece;
    framing->missing -= piece;
    return framing->missing == 0;
}

int hl_framing_next(struct hl_framing *framing, const char **data, size_t *length,
                    enum hl_framing_event *ret_event, const char **ret_body, size_t *ret_length)
{
    while (*length > 0 || (framing->state == STATE_BODY && framing->missing == 0)) {
        if (framing->state == STATE_HEADERS) {
            if (take_line(framing, data, length, ret_event)) {
                return 0;
            }
            continue;
        }
        if (!take_body(framing, data, length)) {
            continue;
        }
        bool whole = framing->state == STATE_BODY;
        framing->state = STATE_HEADERS;
        if (framing->body.error) {
            return framing->body.error;
        }
        if (whole) {
            *ret_event = HL_FRAMING_BODY;
            *ret_body = framing->body.data ? framing->body.data : "";
            *ret_length = framing->body.length;
            return 0;
        }
    }
    *ret_event = HL_FRAMING_MORE;
    return 0;
}

void hl_framing_begin(struct hl_buffer *message)
{
    hl_assert(message->length == 0);
    char *room = hl_buffer_reserve(message, HL_FRAMING_HEADER_ROOM);
    if (room) {
        memset(room, ' ', HL_FRAMING_HEADER_ROOM);
        message->length = HL_FRAMING_HEADER_ROOM;
    }
}

const char *hl_framing_end(struct hl_buffer *message, size_t *ret_length)
{
    if (message->error) {
        return NULL;
    }
    char header[HL_FRAMING_HEADER_ROOM + 1];
    size_t body = message->length - HL_FRAMING_HEADER_ROOM;
    /* Byte-exact: some clients compare it case-sensitively, blank included. */
    int size = snprintf(header, sizeof(header), "Content-Length: %zu\r\n\r\n", body);
    hl_assert(size > 0 && size <= HL_FRAMING_HEADER_ROOM);
    char *start = message->data + HL_FRAMING_HEADER_ROOM - size;
    memcpy(start, header, (size_t)size);
    *ret_length = body + (size_t)size;
    return start;
}
