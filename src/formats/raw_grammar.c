#include "raw_grammar.h"

#include <string.h>

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* strchr() would find the NUL that input may hold. */
static bool is_one_of(char byte, const char *set)
{
    while (*set && *set != byte) {
        set++;
    }
    return *set != '\0';
}

static int hex_value(char byte)
{
    if (is_digit(byte)) {
        return byte - '0';
    }
    if (byte >= 'a' && byte <= 'f') {
        return byte - 'a' + 10;
    }
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

static void add_steps(uint64_t *steps, size_t count)
{
    if (steps) {
        *steps += count + 1;
    }
}

static bool starts_with(const char *text, size_t length, const char *start, size_t start_length)
{
    return length >= start_length && memcmp(text, start, start_length) == 0;
}

/* Reads digits of `base` at `at`; the index after them, or 0 when there are none or the value does
 * not fit. */
static size_t read_number(const char *text, size_t length, size_t at, unsigned base,
                          uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t i = at;
    for (; i < length; i++) {
        int digit = hex_value(text[i]);
        if (digit < 0 || (unsigned)digit >= base) {
            break;
        }
        if (__builtin_mul_overflow(number, base, &number) ||
            __builtin_add_overflow(number, (uint64_t)digit, &number)) {
            return 0;
        }
    }
    *ret_number = number;
    return i > at ? i : 0;
}

static size_t process_header(const char *text, size_t length, uint64_t *ret_number)
{
    if (!starts_with(text, length, "process ", 8)) {
        return 0;
    }
    size_t end = read_number(text, length, 8, 10, ret_number);
    return end && starts_with(text + end, length - end, ":\"", 2) ? end + 2 : 0;
}

size_t hl_raw_process_start(const char *text, size_t length)
{
    uint64_t number;
    return process_header(text, length, &number);
}

size_t hl_raw_thread_start(const char *text, size_t length, uint64_t *ret_number)
{
    if (!starts_with(text, length, "thread (", 8)) {
        return 0;
    }
    bool hex = starts_with(text + 8, length - 8, "0x", 2);
    size_t end = read_number(text, length, hex ? 10 : 8, hex ? 16 : 10, ret_number);
    return end && end < length && text[end] == ')' ? end + 1 : 0;
}

/* What a path, a pseudo file (`<string>`), an unknown module (`?`) or a mapping (`[vdso]`) begins
 * with. Telling them from other things in parentheses is what finds the end of a name. */
static bool path_begins(const char *text, size_t length)
{
    if (length == 0) {
        return false;
    }
    if (is_one_of(text[0], "/<?[.")) {
        return true;
    }
    bool letter = (text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= 'a' && text[0] <= 'z');
    return letter && length >= 3 && text[1] == ':' && (text[2] == '\\' || text[2] == '/');
}

/* C++ names have parentheses of their own; then the module must look like one. */
static bool ends_in_module(const char *token, size_t length)
{
    size_t at = length - 1; /* the final ')' */
    while (at > 0 && !is_one_of(token[at - 1], " ()\"")) {
        at--;
    }
    return at < length - 1 && at > 2 && token[at - 1] == '(' && token[at - 2] == ' ' &&
           !memchr(token, '"', length);
}

bool hl_raw_frame_is_plausible(const char *text, size_t length, size_t at, bool ended,
                               uint64_t *steps)
{
    size_t i = at;
    while (i < length && !is_one_of(text[i], ";()\"")) {
        i++;
    }
    add_steps(steps, i - at);
    bool opened = i < length && text[i] == '(' && i > at + 1 && text[i - 1] == ' ';
    if (opened && path_begins(text + i + 1, length - i - 1)) {
        return true;
    }
    const char *semicolon = memchr(text + i, ';', length - i);
    size_t end = semicolon ? (size_t)(semicolon - text) : length;
    add_steps(steps, 2 * (end - i));
    if ((!semicolon && !ended) || end == at || text[end - 1] != ')') {
        return false;
    }
    return opened || ends_in_module(text + at, end - at);
}

/* Whether a quote whose next byte is at `at` ends a command line. */
static bool quote_closes(const char *text, size_t length, size_t at, bool ended, uint64_t *steps)
{
    if (at == length) {
        return ended;
    }
    if (text[at] != ';') {
        return false;
    }
    at++;
    return hl_raw_process_start(text + at, length - at) > 0 ||
           starts_with(text + at, length - at, "thread (", 8) ||
           hl_raw_frame_is_plausible(text, length, at, ended, steps);
}

size_t hl_raw_process_end(const char *text, size_t length, size_t at, bool ended, uint64_t *steps)
{
    const char *quote;
    while (at < length && (quote = memchr(text + at, '"', length - at))) {
        size_t next = (size_t)(quote - text) + 1;
        add_steps(steps, next - at);
        at = next;
        if (quote_closes(text, length, at, ended, steps)) {
            return at;
        }
    }
    add_steps(steps, length - at);
    return 0;
}

size_t hl_raw_find_opening(const char *text, size_t length)
{
    size_t at = 0;
    const char *found;
    while (at < length && (found = memchr(text + at, '(', length - at))) {
        size_t index = (size_t)(found - text);
        if (index > 0 && text[index - 1] == ' ') {
            return index;
        }
        at = index + 1;
    }
    return length;
}

/* The index of the ':' of a final `:N)` or `:-N)`, or 0. */
static size_t find_line(const char *text, size_t length)
{
    if (length < 4 || text[length - 1] != ')') {
        return 0;
    }
    size_t at = length - 1;
    while (at > 0 && is_digit(text[at - 1])) {
        at--;
    }
    if (at == length - 1) {
        return 0;
    }
    if (at > 0 && text[at - 1] == '-') {
        at--;
    }
    return at > 0 && text[at - 1] == ':' ? at - 1 : 0;
}

bool hl_raw_ends_in_line(const char *text, size_t length)
{
    return find_line(text, length) > 0;
}

static bool parse_process(const char *text, size_t length, struct hl_raw_frame *frame)
{
    size_t start = process_header(text, length, &frame->number);
    if (!start || start >= length || text[length - 1] != '"') {
        return false;
    }
    frame->kind = HL_FRAME_PROCESS;
    frame->name = text + start;
    frame->name_length = length - 1 - start;
    return true;
}

static bool parse_thread(const char *text, size_t length, struct hl_raw_frame *frame)
{
    size_t end = hl_raw_thread_start(text, length, &frame->number);
    if (!end || (end < length && !starts_with(text + end, length - end, ": ", 2))) {
        return false;
    }
    frame->kind = HL_FRAME_THREAD;
    frame->name = end < length ? text + end + 2 : text + end;
    frame->name_length = (size_t)(text + length - frame->name);
    return true;
}

/* Where the file begins: after the first ` (` that a path follows, else after the first ` (` that
 * is not the C++ name of an anonymous namespace. 0 for none. */
static size_t find_file(const char *text, size_t length)
{
    static const char ANONYMOUS[] = "anonymous namespace)";
    size_t fallback = 0;
    size_t at = 0;
    while (at < length) {
        at += hl_raw_find_opening(text + at, length - at) + 1;
        if (at >= length) {
            break;
        }
        if (path_begins(text + at, length - at)) {
            return at;
        }
        if (!fallback && !starts_with(text + at, length - at, ANONYMOUS, sizeof(ANONYMOUS) - 1)) {
            fallback = at;
        }
    }
    return fallback;
}

/* py-spy's line is an i32; more digits than that holds are part of the file's name. */
static size_t parse_line(const char *text, size_t start, size_t length, uint32_t *ret_line)
{
    size_t colon = find_line(text, length);
    if (colon <= start) {
        return length - 1;
    }
    bool negative = text[colon + 1] == '-';
    uint64_t line;
    if (!read_number(text, length, colon + 1 + negative, 10, &line) ||
        line > (uint64_t)INT32_MAX + negative) {
        return length - 1;
    }
    *ret_line = negative ? 0 : (uint32_t)line;
    return colon;
}

static bool parse_source(const char *text, size_t length, struct hl_raw_frame *frame)
{
    if (length == 0 || text[length - 1] != ')') {
        return false;
    }
    size_t start = find_file(text, length);
    if (start == 0 || start >= length - 1) {
        return false;
    }
    size_t end = parse_line(text, start, length, &frame->line);
    frame->kind = HL_FRAME_SOURCE;
    frame->number = 0;
    frame->name = text;
    frame->name_length = start - 2;
    frame->file = text + start;
    frame->file_length = end - start;
    return true;
}

void hl_raw_frame_parse(const char *text, size_t length, struct hl_raw_frame *ret_frame)
{
    *ret_frame = (struct hl_raw_frame){0};
    if (parse_process(text, length, ret_frame) || parse_thread(text, length, ret_frame) ||
        parse_source(text, length, ret_frame)) {
        return;
    }
    *ret_frame =
        (struct hl_raw_frame){.kind = HL_FRAME_OPAQUE, .name = text, .name_length = length};
}
