#include "hotlens/base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/utf8.h"

void hl_json_init(struct hl_json *json, struct hl_buffer *buffer)
{
    *json = (struct hl_json){.buffer = buffer};
}

static void separate(struct hl_json *json)
{
    if (json->comma) {
        hl_buffer_putc(json->buffer, ',');
    }
    json->comma = true;
}

static void begin(struct hl_json *json, char bracket)
{
    separate(json);
    hl_buffer_putc(json->buffer, bracket);
    json->comma = false;
    json->depth++;
}

static void end(struct hl_json *json, char bracket)
{
    hl_assert(json->depth > 0);
    hl_buffer_putc(json->buffer, bracket);
    json->comma = true;
    json->depth--;
}

void hl_json_object_begin(struct hl_json *json)
{
    begin(json, '{');
}

void hl_json_object_end(struct hl_json *json)
{
    end(json, '}');
}

void hl_json_array_begin(struct hl_json *json)
{
    begin(json, '[');
}

void hl_json_array_end(struct hl_json *json)
{
    end(json, ']');
}

/* Bytes that may be copied as they are: printable ASCII without JSON's and HTML's specials. */
static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\' && byte != '<' &&
           byte != '>' && byte != '&';
}

static void escape_code_point(struct hl_buffer *buffer, uint32_t code_point)
{
    static const char *const SHORT[] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n",  ['\f'] = "\\f",
        ['\r'] = "\\r", ['"'] = "\\\"", ['\\'] = "\\\\",
    };
    if (code_point < ARRAY_SIZE(SHORT) && SHORT[code_point]) {
        hl_buffer_puts(buffer, SHORT[code_point]);
    } else if (code_point < 0x80 || code_point == 0x2028 || code_point == 0x2029) {
        hl_buffer_printf(buffer, "\\u%04x", code_point);
    } else {
        char bytes[4];
        hl_buffer_append(buffer, bytes, hl_utf8_encode(code_point, bytes));
    }
}

static void quoted(struct hl_json *json, const char *data, size_t length)
{
    struct hl_buffer *buffer = json->buffer;
    hl_buffer_putc(buffer, '"');
    while (length > 0) {
        size_t plain = 0;
        while (plain < length && is_plain((unsigned char)data[plain])) {
            plain++;
        }
        hl_buffer_append(buffer, data, plain);
        data += plain;
        length -= plain;
        if (length > 0) {
            uint32_t code_point;
            size_t size = hl_utf8_decode(data, length, &code_point);
            escape_code_point(buffer, code_point);
            data += size;
            length -= size;
        }
    }
    hl_buffer_putc(buffer, '"');
}

void hl_json_key(struct hl_json *json, const char *key)
{
    separate(json);
    quoted(json, key, strlen(key));
    hl_buffer_putc(json->buffer, ':');
    json->comma = false;
}

void hl_json_bytes(struct hl_json *json, const char *data, size_t length)
{
    separate(json);
    quoted(json, data, length);
}

void hl_json_string(struct hl_json *json, const char *text)
{
    if (text) {
        hl_json_bytes(json, text, strlen(text));
    } else {
        hl_json_null(json);
    }
}

void hl_json_u64(struct hl_json *json, uint64_t value)
{
    separate(json);
    hl_buffer_put_u64(json->buffer, value);
}

void hl_json_i64(struct hl_json *json, int64_t value)
{
    separate(json);
    hl_buffer_printf(json->buffer, "%" PRId64, value);
}

void hl_json_number(struct hl_json *json, double value)
{
    if (!isfinite(value)) {
        hl_json_null(json);
        return;
    }
    char text[400];
    int length = snprintf(text, sizeof(text), "%.6f", value);
    while (length > 0 && text[length - 1] == '0') {
        length--;
    }
    if (length > 0 && text[length - 1] == '.') {
        length--;
    }
    separate(json);
    bool is_minus_zero = length == 2 && text[0] == '-' && text[1] == '0';
    hl_buffer_append(json->buffer, text + is_minus_zero, (size_t)length - is_minus_zero);
}

static void literal(struct hl_json *json, const char *text)
{
    separate(json);
    hl_buffer_puts(json->buffer, text);
}

void hl_json_bool(struct hl_json *json, bool value)
{
    literal(json, value ? "true" : "false");
}

void hl_json_null(struct hl_json *json)
{
    literal(json, "null");
}

void hl_json_hex(struct hl_json *json, uint64_t value)
{
    char text[18] = "\"";
    separate(json);
    for (unsigned i = 0; i < 16; i++) {
        text[1 + i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
    }
    text[17] = '"';
    hl_buffer_append(json->buffer, text, sizeof(text));
}

void hl_json_member_string(struct hl_json *json, const char *key, const char *text)
{
    hl_json_key(json, key);
    hl_json_string(json, text);
}

void hl_json_member_u64(struct hl_json *json, const char *key, uint64_t value)
{
    hl_json_key(json, key);
    hl_json_u64(json, value);
}

void hl_json_member_i64(struct hl_json *json, const char *key, int64_t value)
{
    hl_json_key(json, key);
    hl_json_i64(json, value);
}

void hl_json_member_number(struct hl_json *json, const char *key, double value)
{
    hl_json_key(json, key);
    hl_json_number(json, value);
}

void hl_json_member_bool(struct hl_json *json, const char *key, bool value)
{
    hl_json_key(json, key);
    hl_json_bool(json, value);
}
