/* Writes JSON straight into a buffer, commas and escapes included. Output is always valid JSON in
 * UTF-8 and safe inside HTML: '<', '>', '&', U+2028 and U+2029 are escaped, and ill-formed bytes
 * become U+FFFD. There is no reader here; readers use cJSON. */
#ifndef HOTLENS_BASE_JSON_H
#define HOTLENS_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "hotlens/base/buffer.h"

struct hl_json {
    struct hl_buffer *buffer;
    bool comma;     /* something precedes at this level */
    uint32_t depth; /* containers open */
};

void hl_json_init(struct hl_json *json, struct hl_buffer *buffer);

void hl_json_object_begin(struct hl_json *json);
void hl_json_object_end(struct hl_json *json);
void hl_json_array_begin(struct hl_json *json);
void hl_json_array_end(struct hl_json *json);
void hl_json_key(struct hl_json *json, const char *key);

void hl_json_string(struct hl_json *json, const char *text); /* NULL writes null */
void hl_json_bytes(struct hl_json *json, const char *data, size_t length);
void hl_json_u64(struct hl_json *json, uint64_t value);
void hl_json_i64(struct hl_json *json, int64_t value);
/* At most six decimals, no exponent; NaN and infinities write null. */
void hl_json_number(struct hl_json *json, double value);
void hl_json_bool(struct hl_json *json, bool value);
void hl_json_null(struct hl_json *json);
/* 16 hexadecimal digits in quotes: how 64-bit names leave the process. */
void hl_json_hex(struct hl_json *json, uint64_t value);

/* key and value in one call */
void hl_json_member_string(struct hl_json *json, const char *key, const char *text);
void hl_json_member_u64(struct hl_json *json, const char *key, uint64_t value);
void hl_json_member_i64(struct hl_json *json, const char *key, int64_t value);
void hl_json_member_number(struct hl_json *json, const char *key, double value);
void hl_json_member_bool(struct hl_json *json, const char *key, bool value);

#endif
