/* The flame graph of a run: which stacks, which tree of them, pruned to what is asked for, laid out in
 * cells, as JSON. What the server's hotlens/flamegraph and `hotlens flame` share.
 *
 * flame.c        from a question to views
 * flame_groups.c which frames are one node, which are hidden, which stacks are in focus
 * flame_search.c what a search finds
 * flame_table.c  numbers of functions, which no pruning changes
 * flame_json.c   the answer as JSON */
#ifndef HOTLENS_APP_FLAME_H
#define HOTLENS_APP_FLAME_H

#include <stdatomic.h>

#include "hotlens/app/save.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/error.h"
#include "hotlens/formats/flame_json.h"
#include "hotlens/profile/layout.h"

enum hl_flame_shape { HL_FLAME_DOWN, HL_FLAME_INVERTED, HL_FLAME_SANDWICH };
enum hl_flame_focus {
    HL_FLAME_FOCUS_NONE,
    HL_FLAME_FOCUS_NODE,     /* of the view that the rest of the query describes */
    HL_FLAME_FOCUS_FUNCTION, /* focus_name, perhaps focus_file */
    HL_FLAME_FOCUS_MODULE,   /* focus_name: a module or package, or a path: a file or folder */
    HL_FLAME_FOCUS_THREAD,
    HL_FLAME_FOCUS_PROCESS,
};
enum hl_flame_field { HL_FLAME_IN_FUNCTION, HL_FLAME_IN_FILE, HL_FLAME_IN_MODULE };

/* All texts are borrowed. Zero is the plain flame graph of everything. */
struct hl_flame_query {
    enum hl_flame_shape shape;
    uint32_t line;        /* of the `def` of one that a file has several of; 0 or another: all of them */
    const char *function; /* of a sandwich */
    const char *file;     /* which one of that name, or NULL */
    uint64_t function_hash; /* the same by its hash (functions.h), 0 for all of them */
    bool by_line;
    bool merge;     /* without nodes for processes and threads */
    bool workspace; /* without frames of files that are not the workspace's own */
    const char *const *hide; /* modules and packages */
    size_t hide_count;
    enum hl_flame_focus focus;
    const char *focus_name;
    const char *focus_file;
    uint64_t focus_number; /* node, thread id or pid */
    bool has_root;
    uint64_t root;
    const char *search; /* NULL: none */
    bool search_case;
    enum hl_flame_field search_in;
    const uint64_t *search_ids; /* functions by their ids instead of a text */
    size_t search_id_count;
    bool table; /* exact numbers of all functions that are shown */
    uint32_t limit; /* nodes of each tree, 0 for all */
    uint32_t columns; /* 0: no cells */
    uint32_t rows;    /* 0: all */
    uint32_t top;
};

struct hl_flame {
    const struct hl_run_data *data; /* borrowed */
    const struct hl_flame_query *query; /* borrowed */
    struct hl_profile *profile;     /* of the focus */
    const struct hl_functions *functions; /* of the nodes: scopes, or the run's own */
    struct hl_functions *scopes;          /* or NULL; see scopes.h */
    /* The groups of the views, and the function that each is of. */
    uint32_t *of_frame;
    uint32_t group_count;
    uint32_t *function_of_group; /* NULL: groups are functions */
    uint64_t *group_hash;
    uint8_t *is_pivot; /* by frame */
    uint32_t pivot;    /* function; the first of its name where all are meant */
    struct hl_view *view;    /* of a sandwich: callees */
    struct hl_view *callers; /* of a sandwich */
    uint64_t samples; /* of what is shown: the focus, of a sandwich the function's */
    char *focus;      /* for people, or NULL */
    uint8_t *matches; /* by function, or NULL */
    uint64_t match_samples;
    struct hl_flame_table table; /* empty unless asked for */
};

/* -EINVAL with "FIELD: what is wrong", -ENOENT for what the run does not have, -ECANCELED once *cancelled
 * (or NULL) is set, -ENOMEM. */
int hl_flame_make(const struct hl_run_data *data, const struct hl_flame_query *query,
                  const atomic_bool *cancelled, struct hl_flame **ret_flame,
                  struct hl_error *error);
void hl_flame_destroy(struct hl_flame *flame);
/* The function of a view's node; NULL for the root of all and "(other)". */
const struct hl_function *hl_flame_function(const struct hl_flame *flame,
                                            const struct hl_view *view, uint32_t node);
/* What a node is called: "train", "(all)", "(other)". Not a copy; as long as the run's data. */
const char *hl_flame_name(const struct hl_flame *flame, const struct hl_view *view, uint32_t node);
/* The whole answer as one JSON object (docs/formats.md): facts of the run, then the columns. */
int hl_flame_json(const struct hl_flame *flame, struct hl_buffer *out);

/* Between the files of the flame graph. */
int hl_flame_group(struct hl_flame *flame);
int hl_flame_compare_groups(uint32_t left, uint32_t right, const void *user);
int hl_flame_find_pivot(struct hl_flame *flame, struct hl_error *error);
void hl_flame_options(const struct hl_flame *flame, enum hl_view_kind kind,
                      struct hl_view_options *ret_options);
int hl_flame_restrict(struct hl_flame *flame, struct hl_error *error);
int hl_flame_search(struct hl_flame *flame);
int hl_flame_table(struct hl_flame *flame);
/* Rows of `functions`; `of_frame` has the function of each frame, HL_NO_GROUP for those that are hidden.
 * 0 or -ENOMEM. */
int hl_flame_table_make(const struct hl_profile *profile, const struct hl_functions *functions,
                        const uint32_t *of_frame, struct hl_flame_table *ret_table);
void hl_flame_table_finish(struct hl_flame_table *table);

HL_DEFINE_CLEANUP(struct hl_flame *, hl_flame_destroy);

#endif
