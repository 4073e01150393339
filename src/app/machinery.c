#include "hotlens/app/machinery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/flame.h"
#include "hotlens/base/memory.h"
#include "hotlens/formats/module_name.h"
#include "hotlens/profile/groups.h"

/* What clients/viewer/tree.js calls "import machinery". */
static const char *const MACHINERY[] = {"importlib._bootstrap", "importlib._bootstrap_external",
                                        "_frozen_importlib", "_frozen_importlib_external",
                                        "zipimport"};

const char *const *hl_machinery_modules(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(MACHINERY);
    return MACHINERY;
}

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

int hl_machinery_hide(const struct hl_functions *functions, uint32_t *of_frame)
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

int hl_machinery_count(const struct hl_run_data *data, uint64_t **ret_self, uint64_t **ret_total)
{
    struct hl_flame_table table = {0};
    _cleanup_free_ uint32_t *of_frame =
        hl_try_malloc(data->functions->frame_count + 1, sizeof(*of_frame));
    int r = of_frame ? hl_machinery_hide(data->functions, of_frame) : -ENOMEM;
    r = r < 0 ? r : hl_flame_table_make(data->profile, data->functions, of_frame, &table);
    if (r < 0) {
        return r;
    }
    *ret_self = TAKE_PTR(table.self);
    *ret_total = TAKE_PTR(table.total);
    hl_flame_table_finish(&table);
    return 0;
}
