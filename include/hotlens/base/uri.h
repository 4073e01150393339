/* URIs and paths (RFC 3986, RFC 8089). */
#ifndef HOTLENS_BASE_URI_H
#define HOTLENS_BASE_URI_H

#include <stdbool.h>

/* The absolute path that a file: URI names, decoded, without a trailing fragment or query; NULL for
 * other schemes (untitled:, vscode-notebook-cell: …), a remote host, a bad escape or an embedded NUL.
 * "file:///c%3A/x" of Windows-style clients becomes "c:/x". Caller frees. */
char *hl_uri_to_path(const char *uri);
/* "file://" + the path with everything but unreserved characters and "/" escaped. Caller frees. */
char *hl_uri_from_path(const char *path);
/* Whether the URI has this scheme ("file", "untitled"), letters in any case. */
bool hl_uri_has_scheme(const char *uri, const char *scheme);

#endif
