/* Named targets: what a project says can be profiled, in the table [tool.hotlens.targets] of its
 * pyproject.toml (docs/settings.md). Pure: reads text, touches no file. */
#ifndef HOTLENS_APP_TARGETS_H
#define HOTLENS_APP_TARGETS_H

#include <stddef.h>

#include "hotlens/base/error.h"

struct hl_named_target {
    char *name;
    char *file;      /* one of these three, as written */
    char *module;
    char **command;
    char **args;     /* for file and module; NULL for none */
    char **environment; /* NAME=VALUE */
    char *cwd;       /* or NULL */
};

struct hl_named_targets {
    struct hl_named_target *items;
    size_t count;
    size_t capacity;
};

/* Reads the targets out of the text of a pyproject.toml. Only what concerns them is understood and checked;
 * everything else is passed over. -EINVAL with the line in `error`: what was read before it stays. Text
 * without the table gives none. */
int hl_named_targets_parse(const char *text, size_t length, struct hl_named_targets *targets,
                           struct hl_error *error);
/* NULL when there is none of this name. */
const struct hl_named_target *hl_named_targets_find(const struct hl_named_targets *targets,
                                                    const char *name);
/* Adds an empty one, or returns the one that has the name. */
struct hl_named_target *hl_named_targets_add(struct hl_named_targets *targets, const char *name);
void hl_named_targets_finish(struct hl_named_targets *targets);

#endif
