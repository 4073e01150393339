/* Which function does a frame belong to? By name first, then by line. */
#include <string.h>

#include "hotlens/python/outline.h"
#include "outline_private.h"

/* A printed name, taken apart. */
struct frame_name {
    const char *text;
    size_t length;
    const char *last; /* its last part */
    size_t last_length;
};

static bool is_angled(const char *part, size_t length)
{
    return length >= 2 && part[0] == '<' && part[length - 1] == '>';
}

static bool is_locals(const char *part, size_t length)
{
    return length == 8 && memcmp(part, "<locals>", 8) == 0;
}

/* The part of text[0, end) behind its last dot. */
static size_t last_part(const char *text, size_t end, const char **ret_part)
{
    size_t start = end;
    while (start > 0 && text[start - 1] != '.') {
        start--;
    }
    *ret_part = text + start;
    return end - start;
}

static struct frame_name split(const char *text, size_t length)
{
    struct frame_name name = {.text = text, .length = length};
    name.last_length = last_part(text, length, &name.last);
    return name;
}

/* The length of text[0, end) without its last part and the dot before it. */
static size_t cut_part(const char *text, size_t end)
{
    const char *part;
    size_t start = end - last_part(text, end, &part);
    return start > 0 ? start - 1 : 0;
}

/* Whether the definition's path, "<locals>" left out, is that of the name. Compares from the last
 * part on, so it costs no more than the nesting. */
static bool has_path(const struct hl_outline *outline, uint32_t index, const char *text,
                     size_t length)
{
    size_t end = length;
    while (end > 0) {
        const char *part;
        size_t part_length = last_part(text, end, &part);
        if (!is_locals(part, part_length)) {
            if (index == HL_NO_DEFINITION) {
                return false;
            }
            size_t own_length;
            const char *own =
                hl_strings_get(outline->strings, outline->items[index].name, &own_length);
            if (own_length != part_length || memcmp(own, part, part_length) != 0) {
                return false;
            }
            index = outline->items[index].parent;
        }
        end = cut_part(text, end);
    }
    return index == HL_NO_DEFINITION;
}

static const struct outline_key *find_key(const struct hl_outline *outline, const char *text,
                                          size_t length)
{
    uint32_t id;
    return hl_strings_find(outline->strings, text, length, &id) ? &outline->keys[id] : NULL;
}

/* Without a line only what the text has once can be meant. */
static uint32_t find_only(const struct hl_outline *outline, const struct frame_name *name)
{
    if (name->last_length < name->length) {
        const struct outline_key *path = find_key(outline, name->text, name->length);
        if (path && path->path_count == 1) {
            return path->path_last;
        }
        if (path && path->path_count > 1) {
            return HL_NO_DEFINITION;
        }
    }
    const struct outline_key *key = find_key(outline, name->last, name->last_length);
    return key && key->name_count == 1 ? outline->by_name[key->first] : HL_NO_DEFINITION;
}

/* The innermost definition of the last part's name around the line. One with the whole path wins,
 * then one whose body holds the line: the header of a nested def of the same name is run by the one
 * around it. (A name without a dot may be a co_name, so its being a whole path says nothing.) A
 * one-liner counts as header: had it run, a qualified name would have said so. */
static uint32_t find_around(const struct hl_outline *outline, const struct frame_name *name,
                            uint32_t line)
{
    const struct outline_key *key = find_key(outline, name->last, name->last_length);
    if (!key || key->name_count == 0) {
        return HL_NO_DEFINITION;
    }
    bool is_qualified = name->last_length < name->length;
    uint32_t innermost = HL_NO_DEFINITION;
    uint32_t in_body = HL_NO_DEFINITION;
    /* Ranges nest: what holds the line is the last that starts before it, or lies around that. */
    uint32_t index =
        outline_last_before(outline, outline->by_name + key->first, key->name_count, line);
    for (; index != HL_NO_DEFINITION; index = outline->same_name[index]) {
        const struct hl_definition *definition = &outline->items[index];
        if (definition->end_line < line) {
            continue;
        }
        if (is_qualified && has_path(outline, index, name->text, name->length)) {
            return index;
        }
        innermost = innermost == HL_NO_DEFINITION ? index : innermost;
        if (in_body == HL_NO_DEFINITION && definition->body_line <= line &&
            definition->def_line < line) {
            in_body = index;
        }
    }
    return in_body != HL_NO_DEFINITION ? in_body : innermost;
}

/* Whether the name of a definition, as it was typed, may be the part as Python wrote it: in NFKC, where
 * each run of characters beyond ASCII may be anything. Only the ASCII at both ends is compared. */
static bool may_be_normalized(const char *own, size_t own_length, const char *part, size_t length)
{
    size_t head = 0;
    size_t tail = 0;
    while (head < own_length && (unsigned char)own[head] < 0x80) {
        head++;
    }
    while (tail < own_length - head && (unsigned char)own[own_length - 1 - tail] < 0x80) {
        tail++;
    }
    bool is_ascii = head == own_length;
    head -= head > 0; /* an accent is joined with the letter before it */
    return !is_ascii && head + tail <= length && memcmp(own, part, head) == 0 &&
           memcmp(own + own_length - tail, part + length - tail, tail) == 0;
}

/* Whether the definition is as deep as the name has parts. */
static bool has_depth(const struct hl_outline *outline, uint32_t index, const char *text,
                      size_t length)
{
    for (size_t end = length; end > 0; end = cut_part(text, end)) {
        const char *part;
        size_t part_length = last_part(text, end, &part);
        if (!is_locals(part, part_length)) {
            if (index == HL_NO_DEFINITION) {
                return false;
            }
            index = outline->items[index].parent;
        }
    }
    return index == HL_NO_DEFINITION;
}

/* The micro sign of a keyboard is a Greek letter to Python, an accent that was typed alone becomes one with
 * its letter: no definition of the text has such a name, but one around the line is meant. */
static uint32_t find_normalized(const struct hl_outline *outline, const struct frame_name *name,
                                uint32_t line)
{
    bool is_qualified = name->last_length < name->length;
    uint32_t index = hl_outline_at_line(outline, line);
    while (index != HL_NO_DEFINITION) {
        size_t length;
        const char *own = hl_strings_get(outline->strings, outline->items[index].name, &length);
        if (may_be_normalized(own, length, name->last, name->last_length) &&
            (!is_qualified || has_depth(outline, index, name->text, name->length))) {
            return index;
        }
        index = outline->items[index].parent;
    }
    return HL_NO_DEFINITION;
}

static uint32_t find_plain(const struct hl_outline *outline, const struct frame_name *name,
                           uint32_t line)
{
    if (line == 0) {
        return find_only(outline, name);
    }
    uint32_t index = find_around(outline, name, line);
    return index != HL_NO_DEFINITION ? index : find_normalized(outline, name, line);
}

/* The innermost def around the line that is not just its header: a default value or a decorator
 * runs in the scope outside. */
static uint32_t body_at(const struct hl_outline *outline, uint32_t line)
{
    uint32_t index = hl_outline_at_line(outline, line);
    while (index != HL_NO_DEFINITION &&
           (outline->items[index].kind != HL_DEFINITION_FUNCTION ||
            outline->items[index].body_line > line)) {
        index = outline->items[index].parent;
    }
    return index;
}

/* Whether the name is "<generic parameters of NAME>" with the definition's name, written on this
 * line: the scope of its header, although the body of a one-liner is there too. */
static bool is_header_of(const struct hl_outline *outline, uint32_t index,
                         const struct frame_name *name, uint32_t line)
{
    static const char SCOPE[] = "<generic parameters of ";
    const size_t prefix = sizeof(SCOPE) - 1;
    const char *own = hl_outline_name(outline, index);
    return name->last_length == prefix + strlen(own) + 1 &&
           memcmp(name->last, SCOPE, prefix) == 0 &&
           memcmp(name->last + prefix, own, strlen(own)) == 0 &&
           outline->items[index].body_line == line;
}

static uint32_t function_around(const struct hl_outline *outline, uint32_t index)
{
    while (index != HL_NO_DEFINITION && outline->items[index].kind != HL_DEFINITION_FUNCTION) {
        index = outline->items[index].parent;
    }
    return index;
}

/* What a name in angle brackets was written in: the parts before the first such name. */
static size_t written_in(const struct frame_name *name)
{
    size_t start = 0;
    size_t kept = 0;
    while (start < name->length) {
        const char *dot = memchr(name->text + start, '.', name->length - start);
        size_t end = dot ? (size_t)(dot - name->text) : name->length;
        const char *part = name->text + start;
        if (is_angled(part, end - start)) {
            if (!is_locals(part, end - start)) {
                break;
            }
        } else {
            kept = end;
        }
        start = end + 1;
    }
    return kept;
}

static uint32_t find_angled(const struct hl_outline *outline, const struct frame_name *name,
                            uint32_t line, bool *ret_found)
{
    size_t path_length = written_in(name);
    if (path_length > 0) {
        struct frame_name path = split(name->text, path_length);
        uint32_t index = find_plain(outline, &path, line);
        if (index != HL_NO_DEFINITION) {
            *ret_found = true;
            return function_around(outline, index);
        }
    }
    *ret_found = line > 0 && line <= outline->lines;
    uint32_t index = *ret_found ? body_at(outline, line) : HL_NO_DEFINITION;
    if (index != HL_NO_DEFINITION && is_header_of(outline, index, name, line)) {
        return function_around(outline, outline->items[index].parent);
    }
    return index;
}

uint32_t hl_outline_function_of(const struct hl_outline *outline, const char *text, size_t length,
                                uint32_t line, bool *ret_found)
{
    struct frame_name name = split(text, length);
    if (length == 8 && memcmp(text, "<module>", 8) == 0) {
        *ret_found = true;
        return HL_NO_DEFINITION;
    }
    if (is_angled(name.last, name.last_length)) {
        return find_angled(outline, &name, line, ret_found);
    }
    uint32_t index = find_plain(outline, &name, line);
    *ret_found = index != HL_NO_DEFINITION;
    return index;
}
