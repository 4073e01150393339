/* The log: diagnostics for people who look for a fault, on stderr unless a sink is set. Rooms of
 * layers 0 to 2 only log at debug level; results and errors are returned, not logged. */
#ifndef HOTLENS_BASE_LOG_H
#define HOTLENS_BASE_LOG_H

#include "hotlens/base/macros.h"

enum hl_log_level {
    HL_LOG_ERROR,
    HL_LOG_WARNING,
    HL_LOG_INFO,
    HL_LOG_DEBUG,
};

typedef void (*hl_log_sink)(void *user, enum hl_log_level level, const char *message);

/* Messages above `level` are dropped; the default is HL_LOG_WARNING. */
void hl_log_set_level(enum hl_log_level level);
/* The same by name: "error", "warning", "info", "debug"; anything else, and NULL, changes nothing. */
void hl_log_set_level_named(const char *name);
/* Where messages go; NULL for stderr. Call before threads start. */
void hl_log_set_sink(hl_log_sink sink, void *user);
void hl_log(enum hl_log_level level, const char *format, ...) HL_PRINTF(2, 3);

#define hl_log_debug(...) hl_log(HL_LOG_DEBUG, __VA_ARGS__)
#define hl_log_info(...) hl_log(HL_LOG_INFO, __VA_ARGS__)
#define hl_log_warning(...) hl_log(HL_LOG_WARNING, __VA_ARGS__)
#define hl_log_error(...) hl_log(HL_LOG_ERROR, __VA_ARGS__)

#endif
