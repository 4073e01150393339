#include "location.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"

static char *xdg_path(void)
{
    _cleanup_free_ char *folder = hl_folder_xdg("DATA");
    return folder ? hl_path_join(folder, "profiles.db") : NULL;
}

char *hl_store_default_path(void)
{
    const char *path = getenv("HOTLENS_DB");
    return path && path[0] != '\0' ? hl_xstrdup(path) : xdg_path();
}

bool location_is_default(const char *path)
{
    _cleanup_free_ char *ours = xdg_path();
    return ours && strcmp(ours, path) == 0;
}

/* By name: closing a descriptor of the database would drop the locks that this process has on it
 * through other connections. */
static void take_rights_away(const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && status.st_uid == geteuid() &&
        (S_ISDIR(status.st_mode) || S_ISREG(status.st_mode)) && (status.st_mode & 077) != 0) {
        (void)chmod(path, status.st_mode & 07700);
    }
}

void location_make_private(const char *path)
{
    static const char *const SUFFIXES[] = {"", "-wal", "-shm", "-journal"};
    /* The folder first: from then on nobody else can exchange what is in it. */
    _cleanup_free_ char *folder = hl_path_parent(path);
    take_rights_away(folder);
    for (size_t i = 0; i < ARRAY_SIZE(SUFFIXES); i++) {
        _cleanup_free_ char *name = hl_xasprintf("%s%s", path, SUFFIXES[i]);
        take_rights_away(name);
    }
}

static int create_file(const char *path, struct hl_error *error)
{
    _cleanup_free_ char *folder = hl_path_parent(path);
    int r = strcmp(folder, ".") == 0 ? 0 : hl_folder_make(folder, 0700);
    if (r < 0) {
        return hl_error_set_errno(error, -r, "cannot make the folder %s for the database", folder);
    }
    _cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0) {
        return hl_error_set_errno(error, errno, "cannot make the database %s", path);
    }
    return 0;
}

static int no_database(const char *path, struct hl_error *error)
{
    hl_error_set(error, ENOENT, "no runs yet: there is no database %s", path);
    hl_error_set_remedy(error, "Record one with: hotlens record -- python PROGRAM.py");
    return -ENOENT;
}

static bool has_bytes(const char *path, const char *suffix)
{
    _cleanup_free_ char *name = hl_xasprintf("%s%s", path, suffix);
    struct stat status;
    return stat(name, &status) == 0 && status.st_size > 0;
}

static bool folder_is_writable(const char *path)
{
    _cleanup_free_ char *folder = hl_path_parent(path);
    return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
}

static int examine(const char *path, struct stat *ret_status, struct hl_error *error)
{
    if (stat(path, ret_status) < 0) {
        return hl_error_set_errno(error, errno, "cannot open the database %s", path);
    }
    if (S_ISDIR(ret_status->st_mode)) {
        return hl_error_set(error, EISDIR, "cannot open the database %s: it is a folder", path);
    }
    if (!S_ISREG(ret_status->st_mode)) {
        return hl_error_set(error, EINVAL, "cannot open the database %s: it is not a file", path);
    }
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) < 0) {
        return hl_error_set_errno(error, errno, "cannot read the database %s", path);
    }
    return 0;
}

int location_prepare(const char *path, enum hl_store_mode mode, struct location *ret_location,
                     struct hl_error *error)
{
    if (strcmp(path, ":memory:") == 0) {
        *ret_location = (struct location){.memory = true, .empty = true, .can_write = true};
        return 0;
    }
    struct stat status;
    if (stat(path, &status) < 0 && errno == ENOENT) {
        int r = mode == HL_STORE_WRITE ? create_file(path, error) : no_database(path, error);
        if (r < 0) {
            return r;
        }
    }
    int r = examine(path, &status, error);
    if (r < 0) {
        return r;
    }
    if (status.st_size == 0 && mode == HL_STORE_READ && !has_bytes(path, "-wal")) {
        return no_database(path, error);
    }
    *ret_location = (struct location){
        .empty = status.st_size == 0,
        .can_write = faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 && folder_is_writable(path),
        .has_journal = has_bytes(path, "-wal") || has_bytes(path, "-journal"),
    };
    return 0;
}
