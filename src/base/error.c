#include "hotlens/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/memory.h"

static char *format_text(const char *format, va_list arguments) HL_PRINTF(1, 0);

static char *format_text(const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0) {
        return hl_xstrdup("out of memory");
    }
    return text;
}

/* Takes ownership of message. */
static int replace(struct hl_error *error, int code, char *message)
{
    if (!error) {
        free(message);
        return -code;
    }
    hl_error_finish(error);
    error->code = code;
    error->message = message;
    return -code;
}

int hl_error_set(struct hl_error *error, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *message = format_text(format, arguments);
    va_end(arguments);
    return replace(error, code, message);
}

int hl_error_set_errno(struct hl_error *error, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    _cleanup_free_ char *message = format_text(format, arguments);
    va_end(arguments);
    return replace(error, code, hl_xasprintf("%s: %s", message, strerror(code)));
}

void hl_error_set_remedy(struct hl_error *error, const char *format, ...)
{
    if (!error || error->code == 0) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    char *remedy = format_text(format, arguments);
    va_end(arguments);
    free(error->remedy);
    error->remedy = remedy;
}

void hl_error_prefix(struct hl_error *error, const char *format, ...)
{
    if (!error || error->code == 0) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    _cleanup_free_ char *prefix = format_text(format, arguments);
    va_end(arguments);
    char *message = hl_xasprintf("%s: %s", prefix, error->message);
    free(error->message);
    error->message = message;
}

void hl_error_move(struct hl_error *to, struct hl_error *from)
{
    if (!to) {
        hl_error_finish(from);
        return;
    }
    hl_error_finish(to);
    *to = *from;
    *from = (struct hl_error){0};
}

const char *hl_error_text(const struct hl_error *error, int result)
{
    if (error && error->message) {
        return error->message;
    }
    return strerror(result < 0 ? -result : result);
}

void hl_error_finish(struct hl_error *error)
{
    if (!error) {
        return;
    }
    free(error->message);
    free(error->remedy);
    *error = (struct hl_error){0};
}
