/* Numbers of functions in an HTML export, where nobody can be asked for what pruning has folded. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/flame.h"
#include "hotlens/app/html.h"
#include "hotlens/base/memory.h"
#include "hotlens/formats/module_name.h"

/* What clients/viewer/tree.js calls "import machinery". */
static const char *const MACHINERY[] = {"importlib._bootstrap", "importlib._bootstrap_external",
                                        "_frozen_importlib", "_frozen_importlib_external",
                                        "zipimport"};

static bool is_machinery(const char *file, struct hl_buffer *module)
{
    static const char FROZEN[] = "<frozen ";
    hl_buffer_clear(module);
    hl_module_name_append(file, strlen(file), module);
    const char *name = module->data ? module->data : "";
    size_t length = module->length;
    if (strncmp(name, FROZEN, strlen(FROZEN)) == 0) {
        name += strlen(FROZEN);
        length -= strlen(FROZEN);
    }
    length -= length > 0 && name[length - 1] == '>';
    for (size_t i = 0; i < ARRAY_SIZE(MACHINERY); i++) {
        if (length == strlen(MACHINERY[i]) && memcmp(name, MACHINERY[i], length) == 0) {
            return true;
        }
    }
    return false;
}

static int without_machinery(const struct hl_functions *functions, uint32_t *of_frame)
{
    _cleanup_buffer_ struct hl_buffer module = {0};
    for (uint32_t i = 0; i < functions->frame_count; i++) {
        const struct hl_function *function = &functions->items[functions->of_frame[i]];
        bool hidden =
            function->kind == HL_FUNCTION_CODE && function->file != HL_NO_STRING &&
            is_machinery(hl_strings_get(functions->strings, function->file, NULL), &module);
        of_frame[i] = hidden ? HL_NO_GROUP : functions->of_frame[i];
    }
    return module.error;
}

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
    int r = without_machinery(functions, of_frame);
    r = r < 0 ? r
              : hl_flame_table_make(data->profile, functions, functions->of_frame,
                                    &ret_tables->items[0]);
    ret_tables->count += r == 0;
    r = r < 0 ? r
              : hl_flame_table_make(data->profile, functions, of_frame, &ret_tables->items[1]);
    ret_tables->count += r == 0;
    ret_tables->items[1].hide = MACHINERY;
    ret_tables->items[1].hide_count = ARRAY_SIZE(MACHINERY);
    return r;
}

void hl_html_tables_finish(struct hl_html_tables *tables)
{
    for (size_t i = 0; i < tables->count; i++) {
        hl_flame_table_finish(&tables->items[i]);
    }
}
