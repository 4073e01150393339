#include "hotlens/app/targets.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/utf8.h"

/* TOML 1.0, as far as it is needed to find one table among others: values that are not ours are passed
 * over by their form, never by their meaning. */

/* Parts of a dotted name. */
#define PARTS_MOST 16u

struct reader {
    const char *at;
    const char *end;
    unsigned line;
    struct hl_named_targets *targets;
    struct hl_error *error;
};

struct hl_named_target *hl_named_targets_add(struct hl_named_targets *targets, const char *name)
{
    struct hl_named_target *found = (struct hl_named_target *)hl_named_targets_find(targets, name);
    if (found) {
        return found;
    }
    int r = hl_array_reserve(&targets->items, &targets->capacity, targets->count + 1,
                             sizeof(*targets->items));
    hl_assert(r == 0);
    struct hl_named_target *target = &targets->items[targets->count++];
    *target = (struct hl_named_target){.name = hl_xstrdup(name)};
    return target;
}

const struct hl_named_target *hl_named_targets_find(const struct hl_named_targets *targets,
                                                    const char *name)
{
    for (size_t i = 0; i < targets->count; i++) {
        if (strcmp(targets->items[i].name, name) == 0) {
            return &targets->items[i];
        }
    }
    return NULL;
}

void hl_named_targets_finish(struct hl_named_targets *targets)
{
    for (size_t i = 0; targets && i < targets->count; i++) {
        struct hl_named_target *target = &targets->items[i];
        free(target->name);
        free(target->file);
        free(target->module);
        hl_strv_free(target->command);
        hl_strv_free(target->args);
        hl_strv_free(target->environment);
        free(target->cwd);
    }
    if (targets) {
        free(targets->items);
        *targets = (struct hl_named_targets){0};
    }
}

static int problem(struct reader *reader, const char *what)
{
    return hl_error_set(reader->error, EINVAL, "line %u: %s", reader->line, what);
}

static bool is_at(const struct reader *reader, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(reader->end - reader->at) >= length && memcmp(reader->at, text, length) == 0;
}

static bool take(struct reader *reader, char byte)
{
    if (reader->at < reader->end && *reader->at == byte) {
        reader->at++;
        return true;
    }
    return false;
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t')) {
        reader->at++;
    }
}

static void skip_line(struct reader *reader)
{
    const char *newline = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
    reader->line += newline != NULL;
    reader->at = newline ? newline + 1 : reader->end;
}

/* Blanks, comments and line ends. */
static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end) {
        if (*reader->at == '#' || *reader->at == '\n') {
            skip_line(reader);
        } else if (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\r') {
            reader->at++;
        } else {
            return;
        }
    }
}

/* Strings */

static int take_code_point(struct reader *reader, size_t digits, struct hl_buffer *out)
{
    char text[9] = "";
    if ((size_t)(reader->end - reader->at) < digits) {
        return problem(reader, "a string has no end");
    }
    memcpy(text, reader->at, digits);
    if (strspn(text, "0123456789abcdefABCDEF") != digits) {
        return problem(reader, "an escape in a string is not known");
    }
    reader->at += digits;
    char bytes[4];
    size_t length = hl_utf8_encode((uint32_t)strtoul(text, NULL, 16), bytes);
    hl_buffer_append(out, bytes, length);
    return 0;
}

static int take_escape(struct reader *reader, struct hl_buffer *out)
{
    static const char FROM[] = "btnfr\"\\";
    static const char TO[] = "\b\t\n\f\r\"\\";
    if (reader->at >= reader->end) {
        return problem(reader, "a string has no end");
    }
    char escaped = *reader->at++;
    if (escaped == 'u' || escaped == 'U') {
        return take_code_point(reader, escaped == 'u' ? 4 : 8, out);
    }
    const char *found = escaped ? strchr(FROM, escaped) : NULL;
    if (found) {
        hl_buffer_putc(out, TO[found - FROM]);
        return 0;
    }
    if (strchr(" \t\r\n", escaped)) { /* a line that goes on: only in """ */
        reader->at--;
        while (reader->at < reader->end && strchr(" \t\r\n", *reader->at)) {
            reader->line += *reader->at++ == '\n';
        }
        return 0;
    }
    return problem(reader, "an escape in a string is not known");
}

/* Any of the four kinds of strings, at its first quote. */
static int take_string(struct reader *reader, struct hl_buffer *out)
{
    char quote = *reader->at;
    const char three[] = {quote, quote, quote, '\0'};
    bool is_long = is_at(reader, three);
    reader->at += is_long ? 3 : 1;
    if (is_long) {
        (void)take(reader, '\r');
        reader->line += take(reader, '\n');
    }
    while (reader->at < reader->end) {
        if (is_long && is_at(reader, three)) {
            reader->at += 3;
            while (take(reader, quote)) { /* up to two quotes may stand before the three */
                hl_buffer_putc(out, quote);
            }
            return 0;
        }
        if (!is_long && take(reader, quote)) {
            return 0;
        }
        char byte = *reader->at++;
        if (byte == '\n') {
            if (!is_long) {
                break;
            }
            reader->line++;
        }
        if (byte == '\\' && quote == '"') {
            int r = take_escape(reader, out);
            if (r < 0) {
                return r;
            }
        } else {
            hl_buffer_putc(out, byte);
        }
    }
    return problem(reader, "a string has no end");
}

/* Names */

struct name {
    char *parts[PARTS_MOST];
    size_t count;
};

static void name_finish(struct name *name)
{
    for (size_t i = 0; i < name->count; i++) {
        free(name->parts[i]);
    }
}

static bool is_bare(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

static int take_part(struct reader *reader, struct name *name)
{
    _cleanup_buffer_ struct hl_buffer part = {0};
    if (reader->at < reader->end && (*reader->at == '"' || *reader->at == '\'')) {
        int r = take_string(reader, &part);
        if (r < 0) {
            return r;
        }
    } else {
        const char *start = reader->at;
        while (reader->at < reader->end && is_bare(*reader->at)) {
            reader->at++;
        }
        if (reader->at == start) {
            return problem(reader, "a name is expected");
        }
        hl_buffer_append(&part, start, (size_t)(reader->at - start));
    }
    if (name->count == PARTS_MOST) {
        return problem(reader, "a name has too many parts");
    }
    name->parts[name->count++] = hl_buffer_take(&part);
    return 0;
}

/* a."b".c */
static int take_name(struct reader *reader, struct name *name)
{
    for (;;) {
        skip_blanks(reader);
        int r = take_part(reader, name);
        if (r < 0) {
            return r;
        }
        skip_blanks(reader);
        if (!take(reader, '.')) {
            return 0;
        }
    }
}

/* Values */

/* Passes over one value of any kind. Brackets are counted, not followed. */
static int skip_value(struct reader *reader)
{
    unsigned depth = 0;
    do {
        if (depth > 0) {
            skip_space(reader);
        }
        if (reader->at >= reader->end) {
            return problem(reader, "a value is not whole");
        }
        char byte = *reader->at;
        if (byte == '"' || byte == '\'') {
            _cleanup_buffer_ struct hl_buffer text = {0};
            int r = take_string(reader, &text);
            if (r < 0) {
                return r;
            }
        } else if (byte == '[' || byte == '{') {
            depth++;
            reader->at++;
        } else if ((byte == ']' || byte == '}') && depth > 0) {
            depth--;
            reader->at++;
        } else if (depth > 0) {
            reader->at++;
        } else {
            while (reader->at < reader->end && !strchr(",]}#\r\n", *reader->at)) {
                reader->at++;
            }
        }
    } while (depth > 0);
    return 0;
}

static int take_text(struct reader *reader, char **ret_text)
{
    if (reader->at >= reader->end || (*reader->at != '"' && *reader->at != '\'')) {
        return problem(reader, "a string is expected");
    }
    _cleanup_buffer_ struct hl_buffer text = {0};
    int r = take_string(reader, &text);
    if (r == 0) {
        free(*ret_text);
        *ret_text = hl_buffer_take(&text);
    }
    return r;
}

static int take_texts(struct reader *reader, char ***ret_texts)
{
    _cleanup_(hl_strv_free_p) char **texts = NULL;
    size_t count = 0;
    size_t capacity = 0;
    if (!take(reader, '[')) {
        return problem(reader, "an array of strings is expected");
    }
    for (;;) {
        skip_space(reader);
        if (take(reader, ']')) {
            break;
        }
        char *text = NULL;
        int r = take_text(reader, &text);
        if (r < 0) {
            return r;
        }
        r = hl_array_reserve(&texts, &capacity, count + 2, sizeof(*texts));
        if (r < 0) {
            free(text);
            return r;
        }
        texts[count++] = text;
        texts[count] = NULL;
        skip_space(reader);
        if (!take(reader, ',') && !(reader->at < reader->end && *reader->at == ']')) {
            return problem(reader, "a comma or the end of an array is expected");
        }
    }
    hl_strv_free(*ret_texts);
    *ret_texts = TAKE_PTR(texts);
    return 0;
}

/* { a = 1, b = 2 }: hands every name to `field`. */
static int take_table(struct reader *reader, struct hl_named_target *target,
                      int (*field)(struct reader *, struct hl_named_target *, const struct name *))
{
    if (!take(reader, '{')) {
        return problem(reader, "a table is expected");
    }
    for (;;) {
        skip_space(reader);
        if (take(reader, '}')) {
            return 0;
        }
        _cleanup_(name_finish) struct name name = {0};
        int r = take_name(reader, &name);
        if (r == 0 && !take(reader, '=')) {
            r = problem(reader, "\"=\" is expected");
        }
        if (r == 0) {
            skip_space(reader);
            r = field(reader, target, &name);
        }
        if (r < 0) {
            return r;
        }
        skip_space(reader);
        if (!take(reader, ',') && !(reader->at < reader->end && *reader->at == '}')) {
            return problem(reader, "a comma or the end of a table is expected");
        }
    }
}

static int take_variable(struct reader *reader, struct hl_named_target *target,
                         const struct name *name)
{
    _cleanup_free_ char *value = NULL;
    const char *key = name->parts[0];
    if (name->count != 1 || !key[0] || strchr(key, '=')) {
        return problem(reader, "the name of an environment variable is expected");
    }
    int r = take_text(reader, &value);
    if (r == 0) {
        hl_strv_env_set(&target->environment, key, value);
    }
    return r;
}

/* A field of a target, at its value. */
static int take_field(struct reader *reader, struct hl_named_target *target,
                      const struct name *name)
{
    const char *key = name->parts[0];
    if (name->count == 2 && strcmp(key, "env") == 0) {
        struct name variable = {.parts = {name->parts[1]}, .count = 1};
        return take_variable(reader, target, &variable);
    }
    if (name->count != 1) {
        return skip_value(reader);
    }
    if (strcmp(key, "file") == 0) {
        return take_text(reader, &target->file);
    }
    if (strcmp(key, "module") == 0) {
        return take_text(reader, &target->module);
    }
    if (strcmp(key, "cwd") == 0) {
        return take_text(reader, &target->cwd);
    }
    if (strcmp(key, "command") == 0) {
        return take_texts(reader, &target->command);
    }
    if (strcmp(key, "args") == 0) {
        return take_texts(reader, &target->args);
    }
    return strcmp(key, "env") == 0 ? take_table(reader, target, take_variable) : skip_value(reader);
}

/* A pair whose full name is tool.hotlens.targets.NAME[.FIELD…], at its value. */
static int take_target(struct reader *reader, const struct name *name)
{
    struct hl_named_target *target = hl_named_targets_add(reader->targets, name->parts[3]);
    if (name->count == 4) {
        return take_table(reader, target, take_field);
    }
    struct name field = {.count = name->count - 4};
    memcpy(field.parts, name->parts + 4, field.count * sizeof(*field.parts));
    return take_field(reader, target, &field);
}

static bool is_ours(const struct name *name)
{
    static const char *const TABLE[] = {"tool", "hotlens", "targets"};
    for (size_t i = 0; i < ARRAY_SIZE(TABLE); i++) {
        if (name->count <= i || strcmp(name->parts[i], TABLE[i]) != 0) {
            return false;
        }
    }
    return true;
}

/* [name] or [[name]], at its first bracket. */
static int take_header(struct reader *reader, struct name *table)
{
    name_finish(table);
    *table = (struct name){0};
    reader->at++;
    bool is_array = take(reader, '[');
    int r = take_name(reader, table);
    if (r == 0 && (!take(reader, ']') || (is_array && !take(reader, ']')))) {
        r = problem(reader, "\"]\" is expected");
    }
    return r;
}

/* name = value below the present table. */
static int take_pair(struct reader *reader, const struct name *table)
{
    struct name name = {0};
    for (size_t i = 0; i < table->count; i++) {
        name.parts[name.count++] = hl_xstrdup(table->parts[i]);
    }
    int r = take_name(reader, &name);
    if (r == 0 && !take(reader, '=')) {
        r = problem(reader, "\"=\" is expected");
    }
    if (r == 0) {
        skip_blanks(reader);
        r = is_ours(&name) && name.count > 3 ? take_target(reader, &name) : skip_value(reader);
    }
    name_finish(&name);
    return r;
}

int hl_named_targets_parse(const char *text, size_t length, struct hl_named_targets *targets,
                           struct hl_error *error)
{
    struct reader reader = {text, text + length, 1, targets, error};
    _cleanup_(name_finish) struct name table = {0};
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        reader.at += 3;
    }
    for (skip_space(&reader); reader.at < reader.end; skip_space(&reader)) {
        int r = *reader.at == '[' ? take_header(&reader, &table) : take_pair(&reader, &table);
        if (r < 0) {
            return r;
        }
        skip_blanks(&reader);
        (void)take(&reader, '\r');
        if (reader.at < reader.end && *reader.at != '\n' && *reader.at != '#') {
            return problem(&reader, "the end of the line is expected");
        }
    }
    return 0;
}
