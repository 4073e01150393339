/* Where a file of a run is on this machine now. */
#ifndef HOTLENS_APP_SOURCE_FIND_H
#define HOTLENS_APP_SOURCE_FIND_H

#include <stddef.h>

#include "hotlens/store/run.h"

struct hl_path_mapping {
    char *from; /* prefix in the profile */
    char *to;   /* prefix here */
};

struct hl_path_mapping *hl_path_mappings_copy(const struct hl_path_mapping *mappings, size_t count);
void hl_path_mappings_free(struct hl_path_mapping *mappings, size_t count);

/* The path that a mapping gives a path of the profile, or NULL. Caller frees. */
char *hl_path_map(const char *path, const struct hl_path_mapping *mapping);

/* A path of a file that exists: as the profiler printed it (a relative one in the program's folder), as it
 * was resolved at recording, as mapped, or with its end, of two parts or more, below the run's workspace.
 * NULL when there is none. Caller frees. stat()s: for workers. */
char *hl_source_find(const struct hl_run *run, const char *path, const char *real_path,
                     const struct hl_path_mapping *mappings, size_t mapping_count);

#endif
