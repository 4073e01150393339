/* The spool: one folder per recording under $XDG_STATE_HOME/hotlens/spool (0700) with a manifest and
 * the raw files, so that a crash of anything loses at most one window. It is locked (flock) as long as
 * the process that records lives; only unlocked ones are recovered. */
#ifndef HOTLENS_RECORD_SPOOL_H
#define HOTLENS_RECORD_SPOOL_H

#include "hotlens/base/buffer.h"
#include "hotlens/base/error.h"

struct hl_spool;

/* One fact of the manifest. Values are any bytes without NUL. */
struct hl_spool_fact {
    char *key;
    char *value;
};

struct hl_spool_facts {
    struct hl_spool_fact *items;
    size_t count;
    size_t capacity;
};

void hl_spool_facts_add(struct hl_spool_facts *facts, const char *key, const char *value);
void hl_spool_facts_add_i64(struct hl_spool_facts *facts, const char *key, int64_t value);
const char *hl_spool_facts_get(const struct hl_spool_facts *facts, const char *key); /* or NULL */
int64_t hl_spool_facts_get_i64(const struct hl_spool_facts *facts, const char *key,
                               int64_t fallback);
void hl_spool_facts_finish(struct hl_spool_facts *facts);

/* $XDG_STATE_HOME/hotlens/spool. Caller frees; NULL when there is no home. */
char *hl_spool_root(void);
/* Makes and locks root/uuid. root NULL is the default. */
int hl_spool_create(const char *root, const char *uuid, struct hl_spool **ret_spool,
                    struct hl_error *error);
/* Locks an existing one. -EBUSY when a living process has it, -ENOENT when it is gone. */
int hl_spool_open(const char *root, const char *uuid, struct hl_spool **ret_spool,
                  struct hl_error *error);
/* Unlocks; the files stay. */
void hl_spool_close(struct hl_spool *spool);
/* Removes the files, then unlocks. */
int hl_spool_remove(struct hl_spool **spool, struct hl_error *error);
/* Removes what hl_spool_create left that was killed before its spool had a name. */
void hl_spool_sweep(const char *root);
/* The locked descriptor, for a process that has to hold the lock as long as it writes here. */
int hl_spool_lock_fd(const struct hl_spool *spool);
const char *hl_spool_path(const struct hl_spool *spool);
const char *hl_spool_uuid(const struct hl_spool *spool);
/* Replaces the manifest, atomically. */
int hl_spool_write_manifest(struct hl_spool *spool, const struct hl_spool_facts *facts,
                            struct hl_error *error);
int hl_spool_read_manifest(struct hl_spool *spool, struct hl_spool_facts *ret_facts,
                           struct hl_error *error);
/* Paths of the raw files that are there, in order. Free with hl_strv_free. */
int hl_spool_windows(struct hl_spool *spool, char ***ret_paths, struct hl_error *error);
/* The uuids of all spools, locked or not. Free with hl_strv_free. */
int hl_spool_list(const char *root, char ***ret_uuids, struct hl_error *error);

HL_DEFINE_CLEANUP(struct hl_spool *, hl_spool_close);

#endif
