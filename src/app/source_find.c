#include "hotlens/app/source_find.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"

struct hl_path_mapping *hl_path_mappings_copy(const struct hl_path_mapping *mappings, size_t count)
{
    struct hl_path_mapping *copy = hl_xcalloc(count + 1, sizeof(*copy));
    for (size_t i = 0; i < count; i++) {
        copy[i] = (struct hl_path_mapping){
            .from = hl_xstrdup(mappings[i].from),
            .to = hl_xstrdup(mappings[i].to),
        };
    }
    return copy;
}

void hl_path_mappings_free(struct hl_path_mapping *mappings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(mappings[i].from);
        free(mappings[i].to);
    }
    free(mappings);
}

char *hl_path_map(const char *path, const struct hl_path_mapping *mapping)
{
    const char *below = hl_path_below(path, mapping->from);
    if (!below) {
        return NULL;
    }
    return *below ? hl_path_join(mapping->to, below) : hl_xstrdup(mapping->to);
}

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Takes the path; gives it back when there is such a file. */
static char *if_file(char *path)
{
    if (path && is_file(path)) {
        return path;
    }
    free(path);
    return NULL;
}

static char *in_place(const struct hl_run *run, const char *path)
{
    if (hl_path_is_absolute(path)) {
        return hl_path_normalize(path);
    }
    if (!run->cwd) {
        return NULL;
    }
    _cleanup_free_ char *joined = hl_path_join(run->cwd, path);
    return hl_path_normalize(joined);
}

static char *find_below(const char *folder, const char *path)
{
    if (strlen(path) >= PATH_MAX || strstr(path, "/../")) {
        return NULL; /* no file has such a name, or it leads out again */
    }
    const char *last = strrchr(path, '/');
    for (const char *at = strchr(path, '/'); at && at != last; at = strchr(at + 1, '/')) {
        char *found = if_file(hl_path_join(folder, at + 1));
        if (found) {
            return found;
        }
    }
    return NULL;
}

char *hl_source_find(const struct hl_run *run, const char *path, const char *real_path,
                     const struct hl_path_mapping *mappings, size_t mapping_count)
{
    char *found = if_file(in_place(run, path));
    if (!found && real_path) {
        found = if_file(hl_xstrdup(real_path));
    }
    for (size_t i = 0; !found && i < mapping_count; i++) {
        found = if_file(hl_path_map(path, &mappings[i]));
    }
    return found || !run->workspace ? found : find_below(run->workspace, path);
}
