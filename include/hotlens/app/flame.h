/* The flame graph of a run: its functions as a view, pruned to what is asked for, and as JSON. */
#ifndef HOTLENS_APP_FLAME_H
#define HOTLENS_APP_FLAME_H

#include "hotlens/app/save.h"
#include "hotlens/base/buffer.h"
#include "hotlens/profile/view.h"

/* At most `limit` nodes, 0 for all. 0 or -ENOMEM. */
int hl_flame_view(const struct hl_run_data *data, uint32_t limit, struct hl_view **ret_view);
/* The whole answer as one JSON object (docs/formats.md): facts of the run, then the columns. */
void hl_flame_json(const struct hl_run_data *data, const struct hl_view *view,
                   struct hl_buffer *out);

#endif
