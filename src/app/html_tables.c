/* Numbers of functions in an HTML export, where nobody can be asked for what pruning has folded. */
#include <errno.h>
#include <stdlib.h>

#include "hotlens/app/flame.h"
#include "hotlens/app/html.h"
#include "hotlens/app/machinery.h"
#include "hotlens/base/memory.h"

static bool is_pruned(const struct hl_view *view)
{
    for (uint32_t i = 0; i < view->count; i++) {
        if (view->group[i] == HL_VIEW_OTHER) {
            return true;
        }
    }
    return false;
}

int hl_html_tables(const struct hl_run_data *data, const struct hl_view *view,
                   struct hl_html_tables *ret_tables)
{
    const struct hl_functions *functions = data->functions;
    _cleanup_free_ uint32_t *of_frame = NULL;
    if (!is_pruned(view)) {
        return 0;
    }
    of_frame = hl_try_malloc(functions->frame_count + 1, sizeof(*of_frame));
    if (!of_frame) {
        return -ENOMEM;
    }
    int r = hl_machinery_hide(functions, of_frame);
    r = r < 0 ? r
              : hl_flame_table_make(data->profile, functions, functions->of_frame,
                                    &ret_tables->items[0]);
    ret_tables->count += r == 0;
    r = r < 0 ? r
              : hl_flame_table_make(data->profile, functions, of_frame, &ret_tables->items[1]);
    ret_tables->count += r == 0;
    ret_tables->items[1].hide = hl_machinery_modules(&ret_tables->items[1].hide_count);
    return r;
}

void hl_html_tables_finish(struct hl_html_tables *tables)
{
    for (size_t i = 0; i < tables->count; i++) {
        hl_flame_table_finish(&tables->items[i]);
    }
}
