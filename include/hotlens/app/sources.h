/* The text that ran. Workspace .py files are stat-ed when a program is launched; those that the profile
 * touches and that have not changed since are read and kept. One that changed in between gets no line
 * numbers (HL_SOURCE_CHANGED). An import takes what is there now (HL_SOURCE_IMPORTED). */
#ifndef HOTLENS_APP_SOURCES_H
#define HOTLENS_APP_SOURCES_H

#include <stdatomic.h>

#include "hotlens/profile/profile.h"
#include "hotlens/store/run.h"

struct hl_snapshot;

/* Remembers size, inode and times of the .py files below `folder` (NULL: of none); bounded (20,000
 * files, 200,000 entries; hidden folders and node_modules left out); links are not followed. A file
 * outside, or past the bound, counts as unchanged when its ctime is older than the snapshot, which
 * nothing but a clock can forge. Never NULL; what cannot be read is left out. */
struct hl_snapshot *hl_snapshot_create(const char *folder);
/* Ends early, with what there is by then, once *cancelled is true; another thread may set it. */
struct hl_snapshot *hl_snapshot_create_cancellable(const char *folder,
                                                   const atomic_bool *cancelled);
void hl_snapshot_destroy(struct hl_snapshot *snapshot);

/* Whether a file of this name is Python source: .py, .pyw, .pyi, or a script without an extension. */
bool hl_source_is_python(const char *path);

struct hl_sources {
    struct hl_source *items; /* one per distinct file of the profile that is a path, sorted by path */
    size_t count;
};

/* For a program that started nobody knows when: every text counts as changed. */
#define HL_CODE_START_UNKNOWN 1

struct hl_sources_options {
    const struct hl_snapshot *snapshot; /* NULL for an import */
    int64_t start;      /* UTC ns of the launch; 0 for an import */
    const char *cwd;    /* relative file names are relative to it; NULL leaves them unread */
    bool imported;
};

/* Reads what the profile touches: Python source and Cython's .pyx, at most HL_LIMIT_SOURCE bytes each.
 * Files that are not there, or cannot be read, are HL_SOURCE_MISSING, never an error. Names like
 * <string>, and files that prove to be no Python text, are not listed. 0 or -ENOMEM. */
int hl_sources_collect(const struct hl_profile *profile, const struct hl_sources_options *options,
                       struct hl_sources **ret_sources);
void hl_sources_destroy(struct hl_sources *sources);
/* The entry of a path as the profiler printed it, or NULL; `sources` may be NULL. */
const struct hl_source *hl_sources_find(const struct hl_sources *sources, const char *path);
/* For storeSources: false: drops the texts, keeps the hashes. */
void hl_sources_drop_texts(struct hl_sources *sources);
/* Takes the text of a file of which only the hash was kept from disk, where it has that hash still. */
void hl_sources_read_unchanged(struct hl_sources *sources);

HL_DEFINE_CLEANUP(struct hl_snapshot *, hl_snapshot_destroy);
HL_DEFINE_CLEANUP(struct hl_sources *, hl_sources_destroy);

#endif
