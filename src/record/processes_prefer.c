#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/record/processes.h"

static bool is_in(const char *path, char *const *folders)
{
    for (size_t i = 0; folders[i]; i++) {
        if (hl_path_is_within(path, folders[i])) {
            return true;
        }
    }
    return false;
}

/* A word without a slash is, if a path at all, one in the working directory, which was looked at before. */
static bool is_path_in(const char *argument, const char *cwd, char *const *folders)
{
    if (!strchr(argument, '/') || (argument[0] != '/' && !cwd)) {
        return false;
    }
    _cleanup_free_ char *whole = hl_path_join(cwd, argument);
    _cleanup_free_ char *plain = hl_path_normalize(whole);
    return is_in(plain, folders);
}

static bool is_preferred(const struct hl_process *process, char *const *folders)
{
    if (process->cwd && is_in(process->cwd, folders)) {
        return true;
    }
    const char *at = process->arguments;
    const char *end = at ? at + process->arguments_size : NULL;
    for (; at < end; at += strlen(at) + 1) {
        if (is_path_in(at, process->cwd, folders)) {
            return true;
        }
    }
    return false;
}

void hl_processes_prefer(struct hl_process_list *list, char *const *folders)
{
    if (!folders || list->count == 0) {
        return;
    }
    _cleanup_free_ struct hl_process *others = hl_xcalloc(list->count, sizeof(*others));
    size_t first = 0;
    size_t other = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (is_preferred(&list->items[i], folders)) {
            list->items[first++] = list->items[i];
        } else {
            others[other++] = list->items[i];
        }
    }
    memcpy(list->items + first, others, other * sizeof(*others));
}
