#include "hotlens/base/utf8.h"

#include <string.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/macros.h"

struct range {
    uint32_t first;
    uint32_t last;
};

/* Marks that take no column of their own: the blocks of combining marks of the scripts in common
 * use, zero-width characters and variation selectors (Unicode 15, chapters 7 to 14 and 23). */
static const struct range ZERO_WIDTH[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD},   {0x05BF, 0x05BF},
    {0x05C1, 0x05C2},   {0x05C4, 0x05C5},   {0x0610, 0x061A},   {0x064B, 0x065F},
    {0x0670, 0x0670},   {0x06D6, 0x06DC},   {0x06DF, 0x06E4},   {0x06E7, 0x06E8},
    {0x06EA, 0x06ED},   {0x0900, 0x0902},   {0x093C, 0x093C},   {0x0941, 0x0948},
    {0x094D, 0x094D},   {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E},
    {0x1160, 0x11FF},   {0x1AB0, 0x1AFF},   {0x1DC0, 0x1DFF},   {0x200B, 0x200F},
    {0x202A, 0x202E},   {0x2060, 0x2064},   {0x2066, 0x206F},   {0x20D0, 0x20FF},
    {0x3099, 0x309A},   {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},   {0xFEFF, 0xFEFF},
    {0x1F3FB, 0x1F3FF}, {0xE0001, 0xE01EF},
};

/* East Asian Width W and F, and emoji shown as such (Unicode 15, EastAsianWidth.txt, merged). */
static const struct range WIDE[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18DFF}, {0x1B000, 0x1B2FF},
    {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A},
    {0x1F200, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393},
    {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4},
    {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D},
    {0x1F54B, 0x1F54E}, {0x1F550, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596},
    {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC},
    {0x1F6D0, 0x1F6D2}, {0x1F6D5, 0x1F6D7}, {0x1F6DC, 0x1F6DF}, {0x1F6EB, 0x1F6EC},
    {0x1F6F4, 0x1F6FC}, {0x1F7E0, 0x1F7EB}, {0x1F7F0, 0x1F7F0}, {0x1F90C, 0x1F93A},
    {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x2FFFD},
    {0x30000, 0x3FFFD},
};

static bool in_ranges(uint32_t code_point, const struct range *ranges, size_t count)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (ranges[middle].last < code_point) {
            low = middle + 1;
        } else {
            count = middle;
            if (ranges[middle].first <= code_point) {
                return true;
            }
        }
    }
    return false;
}

/* The payload bits and the length that a lead byte announces; 0 when it cannot lead. */
static size_t sequence_length(unsigned char lead, uint32_t *ret_bits)
{
    if (lead >= 0xC2 && lead <= 0xDF) {
        *ret_bits = lead & 0x1Fu;
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        *ret_bits = lead & 0x0Fu;
        return 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        *ret_bits = lead & 0x07u;
        return 4;
    }
    return 0;
}

static bool is_scalar(uint32_t code_point)
{
    return code_point <= 0x10FFFF && !(code_point >= 0xD800 && code_point <= 0xDFFF);
}

/* Whether `code_point`, found in a sequence of `size` bytes, may be written that way. */
static bool is_well_formed(uint32_t code_point, size_t size)
{
    static const uint32_t SMALLEST[] = {0, 0, 0x80, 0x800, 0x10000};
    return code_point >= SMALLEST[size] && is_scalar(code_point);
}

size_t hl_utf8_decode(const char *data, size_t length, uint32_t *ret_code_point)
{
    unsigned char lead = (unsigned char)data[0];
    if (lead < 0x80) {
        *ret_code_point = lead;
        return 1;
    }
    uint32_t value = 0;
    size_t size = sequence_length(lead, &value);
    *ret_code_point = HL_UTF8_REPLACEMENT;
    if (size == 0 || size > length) {
        return 1;
    }
    for (size_t i = 1; i < size; i++) {
        unsigned char next = (unsigned char)data[i];
        if ((next & 0xC0) != 0x80) {
            return 1;
        }
        value = value << 6 | (next & 0x3Fu);
    }
    if (!is_well_formed(value, size)) {
        return 1;
    }
    *ret_code_point = value;
    return size;
}

size_t hl_utf8_encode(uint32_t code_point, char ret_bytes[4])
{
    if (!is_scalar(code_point)) {
        code_point = HL_UTF8_REPLACEMENT;
    }
    if (code_point < 0x80) {
        ret_bytes[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        ret_bytes[0] = (char)(0xC0 | code_point >> 6);
        ret_bytes[1] = (char)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        ret_bytes[0] = (char)(0xE0 | code_point >> 12);
        ret_bytes[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
        ret_bytes[2] = (char)(0x80 | (code_point & 0x3F));
        return 3;
    }
    ret_bytes[0] = (char)(0xF0 | code_point >> 18);
    ret_bytes[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
    ret_bytes[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
    ret_bytes[3] = (char)(0x80 | (code_point & 0x3F));
    return 4;
}

/* A replacement that was not written as such means ill-formed bytes. */
static bool is_ill_formed(uint32_t code_point, size_t size)
{
    return code_point == HL_UTF8_REPLACEMENT && size == 1;
}

/* How many bytes the text begins with that are ASCII, in whole words: nearly all text is nothing
 * else, and a word costs as much to look at as a byte. */
static size_t ascii_words(const char *data, size_t length)
{
    size_t at = 0;
    for (; length - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, data + at, sizeof(word));
        if (word & UINT64_C(0x8080808080808080)) {
            break;
        }
    }
    return at;
}

bool hl_utf8_is_valid(const char *data, size_t length)
{
    while (length > 0) {
        size_t ascii = ascii_words(data, length);
        data += ascii;
        length -= ascii;
        if (length == 0) {
            break;
        }
        uint32_t code_point;
        size_t size = hl_utf8_decode(data, length, &code_point);
        if (is_ill_formed(code_point, size)) {
            return false;
        }
        data += size;
        length -= size;
    }
    return true;
}

size_t hl_utf8_code_point_width(uint32_t code_point)
{
    if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0)) {
        return 0;
    }
    if (code_point < 0x300) {
        return 1;
    }
    if (in_ranges(code_point, ZERO_WIDTH, ARRAY_SIZE(ZERO_WIDTH))) {
        return 0;
    }
    return in_ranges(code_point, WIDE, ARRAY_SIZE(WIDE)) ? 2 : 1;
}

size_t hl_utf8_width(const char *data, size_t length)
{
    size_t width = 0;
    while (length > 0) {
        uint32_t code_point;
        size_t size = hl_utf8_decode(data, length, &code_point);
        width += hl_utf8_code_point_width(code_point);
        data += size;
        length -= size;
    }
    return width;
}

/* Explicit direction formatting (Unicode annex 9): could make a terminal show another text. */
static bool is_direction_control(uint32_t code_point)
{
    return (code_point >= 0x202A && code_point <= 0x202E) ||
           (code_point >= 0x2066 && code_point <= 0x2069) || code_point == 0x200E ||
           code_point == 0x200F || code_point == 0x061C;
}

static bool is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

void hl_utf8_append_visible(struct hl_buffer *buffer, const char *data, size_t length)
{
    while (length > 0) {
        uint32_t code_point;
        size_t size = hl_utf8_decode(data, length, &code_point);
        if (code_point == '\n') {
            hl_buffer_puts(buffer, "\\n");
        } else if (is_ill_formed(code_point, size)) {
            hl_buffer_printf(buffer, "\\x%02x", (unsigned char)data[0]);
        } else if (is_control(code_point)) {
            hl_buffer_printf(buffer, "\\x%02x", code_point);
        } else if (is_direction_control(code_point)) {
            hl_buffer_printf(buffer, "\\u%04x", code_point);
        } else {
            hl_buffer_append(buffer, data, size);
        }
        data += size;
        length -= size;
    }
}
