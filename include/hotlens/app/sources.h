/* The text that ran. Workspace .py files are stat-ed when a program is launched; those that the profile
 * touches and that have not changed since are read and kept. One that changed in between gets no line
 * numbers (HL_SOURCE_CHANGED). An import takes what is there now (HL_SOURCE_IMPORTED). */
#ifndef HOTLENS_APP_SOURCES_H
#define HOTLENS_APP_SOURCES_H

#include "hotlens/profile/profile.h"
#include "hotlens/store/run.h"

struct hl_snapshot;

/* Remembers size, inode and times of the .py files below `folder`; bounded (20,000 files, hidden
 * folders and node_modules left out); links are not followed. A file outside, or past the bound, counts as
 * unchanged when its ctime is older than the snapshot, which nothing but a clock can forge. */
struct hl_snapshot *hl_snapshot_create(const char *folder);
void hl_snapshot_destroy(struct hl_snapshot *snapshot);

struct hl_sources {
    struct hl_source *items; /* one per distinct file of the profile that is a path, sorted by path */
    size_t count;
};

struct hl_sources_options {
    const struct hl_snapshot *snapshot; /* NULL for an import */
    int64_t start;      /* UTC ns of the launch; 0 for an import */
    const char *cwd;    /* relative file names are relative to it; NULL leaves them unread */
    bool imported;
};

/* Reads what the profile touches, at most HL_LIMIT_SOURCE bytes each. Files that are not there are
 * HL_SOURCE_MISSING, never an error. 0 or -ENOMEM. */
int hl_sources_collect(const struct hl_profile *profile, const struct hl_sources_options *options,
                       struct hl_sources **ret_sources);
void hl_sources_destroy(struct hl_sources *sources);
const struct hl_source *hl_sources_find(const struct hl_sources *sources, const char *path);
/* For storeSources: false: drops the texts, keeps the hashes. */
void hl_sources_drop_texts(struct hl_sources *sources);

HL_DEFINE_CLEANUP(struct hl_snapshot *, hl_snapshot_destroy);
HL_DEFINE_CLEANUP(struct hl_sources *, hl_sources_destroy);

#endif
