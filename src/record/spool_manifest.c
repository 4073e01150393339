#include "spool_manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/memory.h"

static const char HEADER[] = "hotlens-spool 1\n";

/* Takes ownership of both. */
static void add_owned(struct hl_spool_facts *facts, char *key, char *value)
{
    int r = hl_array_reserve(&facts->items, &facts->capacity, facts->count + 1,
                             sizeof(*facts->items));
    hl_assert(r == 0);
    facts->items[facts->count++] = (struct hl_spool_fact){.key = key, .value = value};
}

void hl_spool_facts_add(struct hl_spool_facts *facts, const char *key, const char *value)
{
    add_owned(facts, hl_xstrdup(key), hl_xstrdup(value));
}

void hl_spool_facts_add_i64(struct hl_spool_facts *facts, const char *key, int64_t value)
{
    add_owned(facts, hl_xstrdup(key), hl_xasprintf("%" PRId64, value));
}

const char *hl_spool_facts_get(const struct hl_spool_facts *facts, const char *key)
{
    for (size_t i = 0; i < facts->count; i++) {
        if (strcmp(facts->items[i].key, key) == 0) {
            return facts->items[i].value;
        }
    }
    return NULL;
}

int64_t hl_spool_facts_get_i64(const struct hl_spool_facts *facts, const char *key,
                               int64_t fallback)
{
    const char *text = hl_spool_facts_get(facts, key);
    if (!text || (*text != '-' && (*text < '0' || *text > '9'))) {
        return fallback;
    }
    char *end = NULL;
    errno = 0;
    intmax_t value = strtoimax(text, &end, 10);
    return errno || end == text || *end != '\0' ? fallback : (int64_t)value;
}

void hl_spool_facts_finish(struct hl_spool_facts *facts)
{
    for (size_t i = 0; i < facts->count; i++) {
        free(facts->items[i].key);
        free(facts->items[i].value);
    }
    free(facts->items);
    *facts = (struct hl_spool_facts){0};
}

static bool is_key(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '.' || c == '-';
        if (!fine) {
            return false;
        }
    }
    return length > 0;
}

static void format_value(const char *value, struct hl_buffer *buffer)
{
    for (const char *c = value; *c; c++) {
        switch (*c) {
        case '\\':
            hl_buffer_puts(buffer, "\\\\");
            break;
        case '\n':
            hl_buffer_puts(buffer, "\\n");
            break;
        case '\r':
            hl_buffer_puts(buffer, "\\r");
            break;
        default:
            hl_buffer_putc(buffer, *c);
        }
    }
}

int manifest_format(const struct hl_spool_facts *facts, struct hl_buffer *buffer)
{
    hl_buffer_puts(buffer, HEADER);
    for (size_t i = 0; i < facts->count; i++) {
        const struct hl_spool_fact *fact = &facts->items[i];
        if (!is_key(fact->key, strlen(fact->key))) {
            return -EINVAL;
        }
        hl_buffer_puts(buffer, fact->key);
        hl_buffer_putc(buffer, '=');
        format_value(fact->value, buffer);
        hl_buffer_putc(buffer, '\n');
    }
    return buffer->error;
}

/* The value, which the caller frees, or NULL when it has a NUL or an escape that is none. */
static char *parse_value(const char *text, size_t length)
{
    _cleanup_free_ char *value = hl_try_malloc(length + 1, 1);
    size_t out = 0;
    for (size_t i = 0; value && i < length; i++) {
        char c = text[i];
        if (c == '\\') {
            c = ++i < length ? text[i] : '\0';
            c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == '\\' ? '\\' : '\0';
        }
        if (c == '\0') {
            return NULL;
        }
        value[out++] = c;
    }
    if (value) {
        value[out] = '\0';
    }
    return TAKE_PTR(value);
}

static bool parse_line(const char *line, size_t length, struct hl_spool_facts *facts)
{
    const char *equals = memchr(line, '=', length);
    if (!equals || !is_key(line, (size_t)(equals - line))) {
        return false;
    }
    char *value = parse_value(equals + 1, length - (size_t)(equals + 1 - line));
    if (!value) {
        return false;
    }
    add_owned(facts, hl_xstrndup(line, (size_t)(equals - line)), value);
    return true;
}

int manifest_parse(const char *text, size_t length, struct hl_spool_facts *ret_facts)
{
    size_t at = strlen(HEADER);
    if (length < at || memcmp(text, HEADER, at) != 0) {
        return -EBADMSG;
    }
    struct hl_spool_facts facts = {0};
    while (at < length) {
        const char *end = memchr(text + at, '\n', length - at);
        if (!end || !parse_line(text + at, (size_t)(end - text) - at, &facts)) {
            hl_spool_facts_finish(&facts);
            return -EBADMSG;
        }
        at = (size_t)(end - text) + 1;
    }
    *ret_facts = facts;
    return 0;
}
