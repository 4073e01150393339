/* The machinery of `import`: frames between a program and the modules that it loads, which say nothing of
 * either. Views for people leave it out; its children and own samples are then the caller's. */
#ifndef HOTLENS_APP_MACHINERY_H
#define HOTLENS_APP_MACHINERY_H

#include <stddef.h>
#include <stdint.h>

#include "hotlens/app/save.h"
#include "hotlens/profile/functions.h"

/* The names of its modules. Not copies. */
const char *const *hl_machinery_modules(size_t *ret_count);
/* The function of each frame, HL_NO_GROUP for those of the machinery; `of_frame` has room for
 * functions->frame_count. 0 or -ENOMEM. O(frames). */
int hl_machinery_hide(const struct hl_functions *functions, uint32_t *of_frame);
/* Samples of each function of the run without the machinery, which has 0 then. The caller frees both. 0 or
 * -ENOMEM. O(elements of stacks). */
int hl_machinery_count(const struct hl_run_data *data, uint64_t **ret_self, uint64_t **ret_total);

#endif
