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

/* Makes a rename last over a power cut. What cannot be synced (a folder that may not be read, a file
 * system that has no such thing) is as good as it gets. */
static int sync_parent(const char *path)
{
    _cleanup_free_ char *parent = hl_path_parent(path);
    _cleanup_close_ int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) == 0) {
        return 0;
    }
    return errno == EIO || errno == ENOSPC || errno == EDQUOT ? -errno : 0;
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
    return r < 0 ? r : sync_parent(path);
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

/* Every level costs a descriptor, and who filled the folder may not have been us. */
#define REMOVE_DEPTH 64

struct removal {
    DIR *levels[REMOVE_DEPTH];
    char *names[REMOVE_DEPTH]; /* of a level in the one above; NULL for the first */
    size_t depth;
    int result; /* the first failure */
};

static void note_failure(struct removal *removal, int code)
{
    if (removal->result == 0) {
        removal->result = -code;
    }
}

/* Takes ownership of fd, also on failure. */
static void enter(struct removal *removal, int fd, const char *name)
{
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder) {
        note_failure(removal, errno);
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    removal->levels[removal->depth] = folder;
    removal->names[removal->depth++] = hl_xstrdup(name);
}

/* A folder that could not be emptied says why only once, through what is left in it. */
static void leave(struct removal *removal)
{
    closedir(removal->levels[--removal->depth]);
    if (removal->depth == 0) {
        return;
    }
    _cleanup_free_ char *name = removal->names[removal->depth];
    DIR *above = removal->levels[removal->depth - 1];
    hl_assert(name && above);
    if (unlinkat(dirfd(above), name, AT_REMOVEDIR) < 0) {
        note_failure(removal, errno);
    }
}

static void remove_entry(struct removal *removal, const char *name)
{
    int folder = dirfd(removal->levels[removal->depth - 1]);
    if (unlinkat(folder, name, 0) == 0 || errno == ENOENT) {
        return;
    }
    if (errno != EISDIR && errno != EPERM) {
        note_failure(removal, errno);
    } else if (removal->depth == REMOVE_DEPTH) {
        note_failure(removal, ELOOP);
    } else {
        int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        enter(removal, openat(folder, name, flags), name);
    }
}

int hl_folder_remove(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? 0 : -errno;
    }
    struct removal removal = {0};
    enter(&removal, fd, NULL);
    while (removal.depth > 0) {
        const struct dirent *entry = readdir(removal.levels[removal.depth - 1]);
        if (!entry) {
            leave(&removal);
        } else if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            remove_entry(&removal, entry->d_name);
        }
    }
    if (rmdir(path) < 0) {
        note_failure(&removal, errno);
    }
    return removal.result;
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
