/* Trees of stored runs, the last few that were asked for: zooming, searching, focus and callers do not load
 * them again. Only jobs of the store's lane touch them, one after the other, so there is no lock. */
#ifndef HOTLENS_SERVER_TREES_H
#define HOTLENS_SERVER_TREES_H

#include "hotlens/app/save.h"

struct hl_trees;

struct hl_trees *hl_trees_create(void);
void hl_trees_destroy(struct hl_trees *trees); /* only when the jobs are idle */

/* A run by id, label, "last" …; *ret_data is borrowed until the next call. At most HL_LIMIT_TREES are kept,
 * the one that was not asked for longest goes first. -ENOENT and others as hl_store_find_run. */
int hl_trees_get(struct hl_trees *trees, struct hl_store *store, const char *name,
                 const struct hl_run_data **ret_data, struct hl_error *error);
int hl_trees_get_id(struct hl_trees *trees, struct hl_store *store, int64_t run_id,
                    const struct hl_run_data **ret_data, struct hl_error *error);
/* The run was deleted. */
void hl_trees_forget(struct hl_trees *trees, int64_t run_id);
size_t hl_trees_count(const struct hl_trees *trees);

#endif
