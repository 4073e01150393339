#include "hotlens/base/path.h"

#include <string.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/memory.h"

bool hl_path_is_absolute(const char *path)
{
    return path[0] == '/';
}

char *hl_path_join(const char *base, const char *name)
{
    if (hl_path_is_absolute(name) || base[0] == '\0') {
        return hl_xstrdup(name);
    }
    const char *slash = base[strlen(base) - 1] == '/' ? "" : "/";
    return hl_xasprintf("%s%s%s", base, slash, name);
}

/* Cuts the last part off a result under construction; ".." of a relative path has to stay. */
static void step_up(struct hl_buffer *result, bool absolute)
{
    if (result->length == 0) {
        if (!absolute) {
            hl_buffer_puts(result, "..");
        }
        return;
    }
    const char *slash = strrchr(result->data, '/');
    const char *last = slash ? slash + 1 : result->data;
    if (!absolute && strcmp(last, "..") == 0) {
        hl_buffer_puts(result, "/..");
        return;
    }
    result->length = slash ? (size_t)(slash - result->data) : 0;
    result->data[result->length] = '\0';
}

char *hl_path_normalize(const char *path)
{
    bool absolute = hl_path_is_absolute(path);
    struct hl_buffer result = {0};
    while (*path) {
        size_t length = strcspn(path, "/");
        if (length == 2 && strncmp(path, "..", 2) == 0) {
            step_up(&result, absolute);
        } else if (length > 0 && !(length == 1 && path[0] == '.')) {
            if (absolute || result.length > 0) {
                hl_buffer_putc(&result, '/');
            }
            hl_buffer_append(&result, path, length);
        }
        path += length;
        path += *path == '/';
    }
    if (result.length == 0) {
        hl_buffer_puts(&result, absolute ? "/" : ".");
    }
    return hl_buffer_take(&result);
}

const char *hl_path_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *hl_path_parent(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) {
        return hl_xstrdup(".");
    }
    return slash == path ? hl_xstrdup("/") : hl_xstrndup(path, (size_t)(slash - path));
}

const char *hl_path_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    if (length > 0 && folder[length - 1] == '/') {
        length--;
    }
    if (strncmp(path, folder, length) != 0) {
        return NULL;
    }
    if (path[length] == '\0') {
        return path + length;
    }
    return path[length] == '/' ? path + length + 1 : NULL;
}

bool hl_path_is_within(const char *path, const char *folder)
{
    return hl_path_below(path, folder) != NULL;
}

bool hl_path_has_suffix(const char *path, const char *suffix)
{
    size_t path_length = strlen(path);
    size_t suffix_length = strlen(suffix);
    return path_length >= suffix_length &&
           memcmp(path + path_length - suffix_length, suffix, suffix_length) == 0;
}
