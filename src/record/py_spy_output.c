#include "py_spy_output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/escape.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"

/* Longer lines are cut: no message that matters is longer, and paths of 4,096 bytes fit. */
#define LINE_LIMIT 8192u

static bool starts_with(const char *text, const char *prefix, const char **ret_rest)
{
    size_t length = strlen(prefix);
    if (strncmp(text, prefix, length) != 0) {
        return false;
    }
    *ret_rest = text + length;
    return true;
}

/* Digits only: strtoull would take a sign and spaces. */
static bool parse_count(const char **text, uint64_t *ret_value)
{
    if (**text < '0' || **text > '9') {
        return false;
    }
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(*text, &end, 10);
    *text = end;
    *ret_value = value;
    return errno == 0;
}

/* "1.66s behind in sampling, …". Read by hand: strtod depends on the locale. */
static bool parse_behind(const char *text, uint64_t *ret_ms)
{
    uint64_t seconds = 0;
    if (!parse_count(&text, &seconds) || seconds > UINT32_MAX) {
        return false;
    }
    uint64_t ms = seconds * 1000;
    if (*text == '.') {
        text++;
        for (uint64_t unit = 100; *text >= '0' && *text <= '9'; text++, unit /= 10) {
            ms += unit * (uint64_t)(*text - '0');
        }
    }
    if (strncmp(text, "s behind in sampling", strlen("s behind in sampling")) != 0) {
        return false;
    }
    *ret_ms = ms;
    return true;
}

/* "Wrote raw flamegraph data to 'F'. Samples: N Errors: M". F may hold the same words, so the counts
 * are looked for from the end. */
static bool parse_closing(const char *text, uint64_t *ret_samples, uint64_t *ret_errors)
{
    static const char MARK[] = "'. Samples: ";
    if (!starts_with(text, "Wrote ", &text)) {
        return false;
    }
    const char *counts = NULL;
    for (const char *at = strstr(text, MARK); at; at = strstr(at + 1, MARK)) {
        counts = at + strlen(MARK);
    }
    uint64_t samples = 0;
    uint64_t errors = 0;
    if (!counts || !parse_count(&counts, &samples) ||
        !starts_with(counts, " Errors: ", &counts) || !parse_count(&counts, &errors) ||
        *counts != '\0') {
        return false;
    }
    *ret_samples = samples;
    *ret_errors = errors;
    return true;
}

/* Whether the line was a message of py-spy about itself. */
static bool take_message(struct py_spy_output *output, const char *line)
{
    const char *text = line;
    if (!starts_with(line, "py-spy> ", &text)) {
        return false;
    }
    const char *rest = NULL;
    uint64_t behind_ms = 0;
    if (starts_with(text, "Sampling process ", &rest)) {
        output->attached = true;
    } else if (starts_with(text, "Stopped sampling because ", &rest)) {
        output->stopped = true;
    } else if (parse_closing(text, &output->samples, &output->errors)) {
        output->closed = true;
    } else if (parse_behind(text, &behind_ms)) {
        output->behind_ms = behind_ms > output->behind_ms ? behind_ms : output->behind_ms;
    } else {
        return false;
    }
    return true;
}

static void take_line(struct py_spy_output *output)
{
    struct hl_buffer *line = &output->line;
    if (!line->data) {
        return;
    }
    line->length = hl_strip_escapes(line->data, line->length);
    while (line->length > 0 && line->data[line->length - 1] == '\r') {
        line->data[--line->length] = '\0';
    }
    size_t room = HL_LIMIT_CHILD_OUTPUT - hl_min_size(HL_LIMIT_CHILD_OUTPUT, output->text.length);
    if (!take_message(output, line->data) && line->length > 0 && room > line->length) {
        hl_buffer_append(&output->text, line->data, line->length);
        hl_buffer_putc(&output->text, '\n');
    }
    hl_buffer_clear(line);
}

void py_spy_output_feed(struct py_spy_output *output, const char *data, size_t length)
{
    while (length > 0) {
        const char *newline = memchr(data, '\n', length);
        size_t part = newline ? (size_t)(newline - data) : length;
        size_t room = LINE_LIMIT - hl_min_size(LINE_LIMIT, output->line.length);
        hl_buffer_append(&output->line, data, hl_min_size(part, room));
        if (newline) {
            take_line(output);
            part++;
        }
        data += part;
        length -= part;
    }
}

void py_spy_output_end(struct py_spy_output *output)
{
    take_line(output);
}

void py_spy_output_finish(struct py_spy_output *output)
{
    hl_buffer_finish(&output->line);
    hl_buffer_finish(&output->text);
}
