/* Whether a work tree differs from git's index, and which tree the index stands for. */
#ifndef HOTLENS_SRC_APP_GIT_INDEX_H
#define HOTLENS_SRC_APP_GIT_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HL_GIT_OID_MAX 32

struct hl_git_tree {
    const char *work_tree; /* absolute */
    const char *common;    /* the shared git folder, for info/attributes */
    size_t oid_size;       /* 20, or 32 for SHA-256 repositories */
    bool file_mode;        /* core.filemode: the executable bit means something */
    int64_t index_mtime;   /* ns; entries that are not older may have changed unseen */
};

/* 1 when a tracked file is missing or different, 0, or -1 when that could not be told (a damaged or
 * split index, content behind filters, too much to read). ret_root is the root of the index's cached
 * tree, ret_has_root whether it is valid. Reads at most 200,000 entries and 64 MB of content. */
int hl_git_index_dirty(const uint8_t *data, size_t length, const struct hl_git_tree *tree,
                       uint8_t ret_root[HL_GIT_OID_MAX], bool *ret_has_root);

#endif
