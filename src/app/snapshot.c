#include "snapshot.h"

#include <errno.h>
#include <fts.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/sha256.h"
#include "hotlens/base/strings.h"

#define FILE_LIMIT 20000u
#define ENTRY_LIMIT 200000u

struct entry {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
    struct timespec changed;
    /* Changed so shortly before the snapshot that a second change could have the same times: then
     * only the bytes can tell. */
    bool is_fresh;
    uint8_t hash[HL_SHA256_SIZE];
};

struct hl_snapshot {
    int64_t time;
    struct hl_strings *paths; /* resolved; string i is entry i */
    struct entry *entries;
    size_t capacity;
};

int64_t snapshot_change_time(const struct stat *status)
{
    return (int64_t)status->st_ctim.tv_sec * HL_NS_PER_SECOND + status->st_ctim.tv_nsec;
}

static bool hash_file(const char *path, uint8_t ret_hash[HL_SHA256_SIZE])
{
    _cleanup_buffer_ struct hl_buffer bytes = {0};
    if (hl_file_read(path, HL_LIMIT_SOURCE, &bytes, NULL) < 0) {
        return false;
    }
    hl_sha256(bytes.data, bytes.length, ret_hash);
    return true;
}

static void remember(struct hl_snapshot *snapshot, const char *path, const struct stat *status)
{
    struct entry entry = {
        .device = status->st_dev,
        .inode = status->st_ino,
        .size = status->st_size,
        .modified = status->st_mtim,
        .changed = status->st_ctim,
        .is_fresh = snapshot_change_time(status) > snapshot->time - SNAPSHOT_TICK,
    };
    uint32_t count = hl_strings_count(snapshot->paths);
    uint32_t id;
    if ((entry.is_fresh && !hash_file(path, entry.hash)) ||
        hl_array_reserve(&snapshot->entries, &snapshot->capacity, (size_t)count + 1,
                         sizeof(entry)) < 0 ||
        hl_strings_intern(snapshot->paths, path, strlen(path), &id) <= 0) {
        return; /* as a file past the bound */
    }
    snapshot->entries[id] = entry;
}

static bool is_left_out(const FTSENT *item)
{
    return item->fts_level > FTS_ROOTLEVEL &&
           (item->fts_name[0] == '.' || strcmp(item->fts_name, "node_modules") == 0);
}

static void walk(struct hl_snapshot *snapshot, char *folder, const atomic_bool *cancelled)
{
    char *const roots[] = {folder, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (!tree) {
        return;
    }
    uint32_t seen = 0;
    FTSENT *item;
    /* Read first: glibc's fts_close leaks what was never begun. */
    while ((item = fts_read(tree)) && !atomic_load(cancelled) && seen++ < ENTRY_LIMIT) {
        if (item->fts_info == FTS_D && is_left_out(item)) {
            fts_set(tree, item, FTS_SKIP);
        } else if (item->fts_info == FTS_F && S_ISREG(item->fts_statp->st_mode) &&
                   hl_path_has_suffix(item->fts_name, ".py")) {
            remember(snapshot, item->fts_path, item->fts_statp);
        }
        if (hl_strings_count(snapshot->paths) == FILE_LIMIT) {
            break;
        }
    }
    fts_close(tree);
}

struct hl_snapshot *hl_snapshot_create(const char *folder)
{
    const atomic_bool never = false;
    return hl_snapshot_create_cancellable(folder, &never);
}

struct hl_snapshot *hl_snapshot_create_cancellable(const char *folder,
                                                   const atomic_bool *cancelled)
{
    struct hl_snapshot *snapshot = hl_xcalloc(1, sizeof(*snapshot));
    snapshot->time = hl_clock_utc();
    snapshot->paths = hl_strings_create();
    _cleanup_free_ char *real = folder ? hl_file_real_path(folder) : NULL;
    if (real) {
        walk(snapshot, real, cancelled);
    }
    return snapshot;
}

void hl_snapshot_destroy(struct hl_snapshot *snapshot)
{
    if (snapshot) {
        hl_strings_destroy(snapshot->paths);
        free(snapshot->entries);
        free(snapshot);
    }
}

int64_t snapshot_time(const struct hl_snapshot *snapshot)
{
    return snapshot->time;
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool snapshot_is_same(const struct hl_snapshot *snapshot, const char *real_path,
                      const struct stat *status, const uint8_t *hash, bool *ret_known)
{
    uint32_t id;
    *ret_known = hl_strings_find(snapshot->paths, real_path, strlen(real_path), &id);
    if (!*ret_known) {
        return false;
    }
    const struct entry *entry = &snapshot->entries[id];
    if (entry->is_fresh && memcmp(entry->hash, hash, HL_SHA256_SIZE) != 0) {
        return false;
    }
    return entry->device == status->st_dev && entry->inode == status->st_ino &&
           entry->size == status->st_size && is_same_time(entry->modified, status->st_mtim) &&
           is_same_time(entry->changed, status->st_ctim);
}
