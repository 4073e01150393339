#include "hotlens/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/macros.h"
#include "hotlens/base/utf8.h"

/* Global state, as are the fault counters of memory.c: set at the start of main, read-only once
 * threads run. */
static enum hl_log_level log_level = HL_LOG_WARNING;
static hl_log_sink log_sink;
static void *log_user;

static const char *const NAMES[] = {"error", "warning", "info", "debug"};

void hl_log_set_level(enum hl_log_level level)
{
    log_level = level;
}

void hl_log_set_level_named(const char *name)
{
    for (size_t i = 0; name && i < ARRAY_SIZE(NAMES); i++) {
        if (strcmp(name, NAMES[i]) == 0) {
            log_level = (enum hl_log_level)i;
        }
    }
}

void hl_log_set_sink(hl_log_sink sink, void *user)
{
    log_sink = sink;
    log_user = user;
}

void hl_log(enum hl_log_level level, const char *format, ...)
{
    if (level > log_level) {
        return;
    }
    char message[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    if (log_sink) {
        log_sink(log_user, level, message);
    } else {
        /* Names of files and programs are in it, and a terminal may be reading. */
        _cleanup_buffer_ struct hl_buffer visible = {0};
        hl_utf8_append_visible(&visible, message, strlen(message));
        fprintf(stderr, "hotlens: %s: %.*s\n", NAMES[level], (int)visible.length,
                visible.data ? visible.data : "");
    }
}
