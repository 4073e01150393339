/* UTF-8: checking, repairing and measuring text from outside. */
#ifndef HOTLENS_BASE_UTF8_H
#define HOTLENS_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HL_UTF8_REPLACEMENT 0xFFFDu

/* Decodes the code point at data[0]; length must be > 0. Returns the bytes it takes. Ill-formed
 * bytes (overlong forms, surrogates, truncation) give HL_UTF8_REPLACEMENT and 1. */
size_t hl_utf8_decode(const char *data, size_t length, uint32_t *ret_code_point);
/* Writes up to 4 bytes, returns how many. What is no character (surrogates, past U+10FFFF) is
 * written as HL_UTF8_REPLACEMENT. */
size_t hl_utf8_encode(uint32_t code_point, char ret_bytes[4]);
bool hl_utf8_is_valid(const char *data, size_t length);
/* Columns that the text takes in a terminal: East Asian wide = 2, combining and control = 0. */
size_t hl_utf8_width(const char *data, size_t length);
/* Columns of one code point. */
size_t hl_utf8_code_point_width(uint32_t code_point);

struct hl_buffer;
/* Appends text fit for a terminal: control characters, ill-formed bytes and direction overrides
 * are made visible (\n, \x1b, \u202e), the rest is copied. */
void hl_utf8_append_visible(struct hl_buffer *buffer, const char *data, size_t length);

#endif
