/* Which function a frame belongs to where the text is gone: what was found out when there was one is in
 * the stored rows. */
#ifndef HOTLENS_SRC_APP_STORED_FUNCTIONS_H
#define HOTLENS_SRC_APP_STORED_FUNCTIONS_H

#include "hotlens/store/store.h"

struct stored_functions {
    const struct hl_function_row **rows; /* borrowed; by file, line, name */
    uint32_t *reach; /* the last line of any row of the same file up to this one */
    size_t count;
};

/* 0 or -ENOMEM. `rows` must outlive it. */
int stored_functions_init(struct stored_functions *stored, const struct hl_rows *rows);
void stored_functions_finish(struct stored_functions *stored);
/* The row of a printed name at a line of a file, or NULL when no row explains it better than the
 * printed name itself does. */
const struct hl_function_row *stored_functions_find(const struct stored_functions *stored,
                                                    const char *file, const char *name,
                                                    uint32_t line);

#endif
