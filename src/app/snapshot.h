/* Asking a snapshot of a folder whether a file is still what it was. */
#ifndef HOTLENS_SRC_APP_SNAPSHOT_H
#define HOTLENS_SRC_APP_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "hotlens/app/sources.h"

/* How far a file's times may lag behind the clock: they are those of the last tick, 10 ms at worst
 * on the kernels of today. */
#define SNAPSHOT_TICK INT64_C(20000000)

/* UTC ns. */
int64_t snapshot_time(const struct hl_snapshot *snapshot);
/* Whether the file with this resolved path, state and SHA-256 was the same when the snapshot was
 * taken. Returns false in *ret_known for a file that the snapshot does not have. */
bool snapshot_is_same(const struct hl_snapshot *snapshot, const char *real_path,
                      const struct stat *status, const uint8_t *hash, bool *ret_known);
/* ctime as UTC ns. */
int64_t snapshot_change_time(const struct stat *status);

#endif
