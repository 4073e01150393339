/* The manifest of a spool as text: a first line that names the format, then one KEY=VALUE per line
 * with "\\", "\n" and "\r" as escapes in the value. Any other bytes stand for themselves. */
#ifndef HOTLENS_RECORD_SPOOL_MANIFEST_H
#define HOTLENS_RECORD_SPOOL_MANIFEST_H

#include "hotlens/record/spool.h"

/* Longest manifest that is read, in bytes. An argument vector is at most 2 MiB on Linux. */
#define MANIFEST_LIMIT ((size_t)16 << 20)

/* -EINVAL for a key that is empty or has other bytes than letters, digits, '_', '.' and '-'. */
int manifest_format(const struct hl_spool_facts *facts, struct hl_buffer *buffer);
/* -EBADMSG for anything that manifest_format does not write. */
int manifest_parse(const char *text, size_t length, struct hl_spool_facts *ret_facts);

#endif
