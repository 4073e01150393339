/* Paths as text. Nothing here touches the file system; see file.h for that. */
#ifndef HOTLENS_BASE_PATH_H
#define HOTLENS_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

bool hl_path_is_absolute(const char *path);
/* "base/name", or `name` alone when it is absolute. Caller frees. */
char *hl_path_join(const char *base, const char *name);
/* Removes ".", "..", doubled and trailing slashes by text alone. Caller frees. */
char *hl_path_normalize(const char *path);
/* Points at what follows the last slash. */
const char *hl_path_base_name(const char *path);
/* Everything before the last slash ("/" for the root, "." without one). Caller frees. */
char *hl_path_parent(const char *path);
/* Whether `path` is `folder` or lies in it; both absolute and normalized. */
bool hl_path_is_within(const char *path, const char *folder);
/* The part of `path` below `folder` ("" for itself), or NULL when it is elsewhere. Not a copy. */
const char *hl_path_below(const char *path, const char *folder);
bool hl_path_has_suffix(const char *path, const char *suffix);

#endif
