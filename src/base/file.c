#include "hotlens/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"

void hl_close_p(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static int read_all(int fd, size_t limit, struct hl_buffer *buffer)
{
    size_t start = buffer->length;
    for (;;) {
        char *place = hl_buffer_reserve(buffer, (size_t)64 << 10);
        if (!place) {
            return buffer->error;
        }
        ssize_t got = read(fd, place, (size_t)64 << 10);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -errno;
        }
        buffer->length += (size_t)got;
        buffer->data[buffer->length] = '\0';
        if (got == 0) {
            return 0;
        }
        if (buffer->length - start > limit) {
            return -EFBIG;
        }
    }
}

int hl_file_read(const char *path, size_t limit, struct hl_buffer *buffer, struct stat *ret_stat)
{
    /* O_NONBLOCK: a FIFO without a writer must not hang us before fstat() can refuse it. */
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return -errno;
    }
    struct stat status;
    if (fstat(fd, &status) < 0) {
        return -errno;
    }
    if (S_ISDIR(status.st_mode)) {
        return -EISDIR;
    }
    if (!S_ISREG(status.st_mode)) {
        return -EINVAL;
    }
    if (status.st_size > 0 && (size_t)status.st_size > limit) {
        return -EFBIG;
    }
    size_t start = buffer->length;
    int r = read_all(fd, limit, buffer);
    if (r < 0 && buffer->data) {
        buffer->length = start;
        buffer->data[start] = '\0';
    }
    if (r == 0 && ret_stat) {
        *ret_stat = status;
    }
    return r;
}

static int write_and_sync(int fd, const void *data, size_t length)
{
    int r = hl_write_to_fd(&fd, data, length);
    if (r < 0) {
        return r;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

int hl_file_write_atomic(const char *path, const void *data, size_t length, mode_t mode)
{
    _cleanup_free_ char *temporary = hl_xasprintf("%s.XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    int r = fchmod(fd, mode) < 0 ? -errno : write_and_sync(fd, data, length);
    if (close(fd) < 0 && r == 0) {
        r = -errno;
    }
    if (r == 0 && rename(temporary, path) < 0) {
        r = -errno;
    }
    if (r < 0) {
        unlink(temporary);
    }
    return r;
}

int hl_folder_make(const char *path, mode_t mode)
{
    if (mkdir(path, mode) == 0) {
        return 0;
    }
    if (errno == EEXIST) {
        struct stat status;
        return stat(path, &status) == 0 && S_ISDIR(status.st_mode) ? 0 : -ENOTDIR;
    }
    if (errno != ENOENT) {
        return -errno;
    }
    _cleanup_free_ char *parent = hl_path_parent(path);
    if (strcmp(parent, path) == 0 || strcmp(parent, ".") == 0) {
        return -ENOENT;
    }
    int r = hl_folder_make(parent, mode);
    if (r < 0) {
        return r;
    }
    return mkdir(path, mode) < 0 && errno != EEXIST ? -errno : 0;
}

static int remove_entries(int fd);

static int remove_entry(int fd, const char *name)
{
    if (unlinkat(fd, name, 0) == 0 || errno == ENOENT) {
        return 0;
    }
    if (errno != EISDIR && errno != EPERM) {
        return -errno;
    }
    int inner = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0) {
        return -errno;
    }
    int r = remove_entries(inner);
    if (r == 0 && unlinkat(fd, name, AT_REMOVEDIR) < 0) {
        r = -errno;
    }
    return r;
}

/* Takes ownership of fd. */
static int remove_entries(int fd)
{
    DIR *folder = fdopendir(fd);
    if (!folder) {
        close(fd);
        return -ENOMEM;
    }
    int result = 0;
    const struct dirent *entry;
    while ((entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        int r = remove_entry(dirfd(folder), entry->d_name);
        result = result < 0 ? result : r;
    }
    closedir(folder);
    return result;
}

int hl_folder_remove(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? 0 : -errno;
    }
    int r = remove_entries(fd);
    if (r == 0 && rmdir(path) < 0) {
        r = -errno;
    }
    return r;
}

char *hl_file_real_path(const char *path)
{
    return realpath(path, NULL);
}

char *hl_current_folder(void)
{
    char *folder = getcwd(NULL, 0);
    return folder ? folder : hl_xstrdup("/");
}

static char *home_folder(void)
{
    const char *home = getenv("HOME");
    if (home && home[0] == '/') {
        return hl_xstrdup(home);
    }
    const struct passwd *entry = getpwuid(getuid());
    return entry ? hl_xstrdup(entry->pw_dir) : NULL;
}

char *hl_folder_xdg(const char *kind)
{
    static const struct {
        const char *kind;
        const char *below_home;
    } DEFAULTS[] = {
        /* XDG base directory specification 0.8 */
        {"DATA", ".local/share"},
        {"STATE", ".local/state"},
        {"CONFIG", ".config"},
        {"CACHE", ".cache"},
    };
    char variable[32];
    snprintf(variable, sizeof(variable), "XDG_%s_HOME", kind);
    const char *base = getenv(variable);
    if (base && hl_path_is_absolute(base)) {
        return hl_path_join(base, "hotlens");
    }
    _cleanup_free_ char *home = home_folder();
    for (size_t i = 0; home && i < ARRAY_SIZE(DEFAULTS); i++) {
        if (strcmp(DEFAULTS[i].kind, kind) == 0) {
            return hl_xasprintf("%s/%s/hotlens", home, DEFAULTS[i].below_home);
        }
    }
    return NULL;
}
