/* Flame graphs as JSON: flat preorder columns (docs/protocol.md, "hotlens/flamegraph"). */
#ifndef HOTLENS_FORMATS_FLAME_JSON_H
#define HOTLENS_FORMATS_FLAME_JSON_H

#include "hotlens/base/json.h"
#include "hotlens/profile/functions.h"
#include "hotlens/profile/view.h"

/* Exact numbers of functions, by function, however the views are pruned. */
struct hl_flame_table {
    uint64_t *self;
    uint64_t *total;
    uint32_t *calls; /* how many different functions each one calls */
    const char *const *hide; /* modules whose frames do not count */
    size_t hide_count;
};

/* What one answer is made of. The views are of one profile, and share groups. */
struct hl_flame_trees {
    const struct hl_view *nodes; /* NULL for a sandwich */
    const struct hl_view *callers;
    const struct hl_view *callees;
    const struct hl_profile *profile;
    const struct hl_functions *functions;
    const uint32_t *function_of_group; /* NULL: groups are functions */
    uint32_t group_count;
    const uint8_t *matches; /* by function, what was searched for; NULL without a search */
    uint64_t match_samples;
    const struct hl_flame_table *tables;
    size_t table_count;
    bool name_functions; /* the tables also have ids of functions, 16 characters */
};

/* Writes the members name, file, module (tables of distinct strings), functions (columns into those
 * tables: name, file, module, line), and nodes: id (16 characters), function (-1 root, -2 "(other)"),
 * parent, line, self, total, end, or `callers` and `callees` instead, and perhaps `match` and `tables`, into
 * the object that is open in `json`. With tables every function that has samples is in `functions`. Linear
 * in the views and the functions. */
void hl_flame_json_trees(const struct hl_flame_trees *trees, struct hl_json *json);
/* The same for one view by function. */
void hl_flame_json_write(const struct hl_view *view, const struct hl_profile *profile,
                         const struct hl_functions *functions, struct hl_json *json);

#endif
