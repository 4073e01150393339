#include "candidates.h"

#include "hotlens/base/file.h"
#include "hotlens/base/strv.h"
#include "hotlens/server/commands.h"

char **candidates_folders(const struct hl_context *context)
{
    return hl_strv_copy(context->memory->folders);
}

int candidates_list(char *const *folders, bool all, struct hl_process_list *ret_list,
                    struct hl_error *error)
{
    int r = hl_processes_list(NULL, all, ret_list, error);
    if (r < 0) {
        return r;
    }
    /* The kernel tells a working directory without links. */
    _cleanup_(hl_strv_free_p) char **names = hl_strv_copy(folders);
    for (size_t i = 0; folders && folders[i]; i++) {
        char *real = hl_file_real_path(folders[i]);
        if (real) {
            hl_strv_add_owned(&names, real);
        }
    }
    hl_processes_prefer(ret_list, names);
    return 0;
}
