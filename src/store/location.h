/* The database as a file: where it is, made private before SQLite sees it. */
#ifndef HOTLENS_STORE_LOCATION_H
#define HOTLENS_STORE_LOCATION_H

#include <stdbool.h>

#include "hotlens/store/store.h"

struct location {
    bool memory;      /* ":memory:" */
    bool empty;       /* a regular file of 0 bytes */
    bool can_write;   /* as far as permissions tell */
    bool has_journal; /* a write-ahead log or rollback journal with something in it */
};

/* Looks at the path, and with HL_STORE_WRITE makes the folder (0700) and the file (0600) when they
 * are missing. SQLite gives its log and journal the mode of the database. */
int location_prepare(const char *path, enum hl_store_mode mode, struct location *ret_location,
                     struct hl_error *error);
/* Whether this is the file below the XDG data folder, which is for us alone. */
bool location_is_default(const char *path);
/* Takes the rights of others away from the database and its folder, which a copy or somebody's
 * chmod may have left open. Only what belongs to us, never a link; best effort. */
void location_make_private(const char *path);

#endif
