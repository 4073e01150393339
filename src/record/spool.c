#include "hotlens/record/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "spool_manifest.h"

#define UNNAMED_SECONDS 60

struct hl_spool {
    char *uuid;
    char *path;
    int folder; /* descriptor of the folder, so that its entries are reached whatever path does */
    int lock;   /* the locked file in it */
};

char *hl_spool_root(void)
{
    _cleanup_free_ char *state = hl_folder_xdg("STATE");
    return state ? hl_path_join(state, "spool") : NULL;
}

/* A name that is safe as a path component. Anything else in the root is not ours. */
static bool is_uuid(const char *name)
{
    size_t length = strspn(name, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");
    return length > 0 && length <= 64 && name[length] == '\0' && name[0] != '-';
}

static char *root_or_default(const char *root)
{
    return root ? hl_xstrdup(root) : hl_spool_root();
}

static struct hl_spool *spool_new(const char *root, const char *uuid)
{
    struct hl_spool *spool = hl_xcalloc(1, sizeof(*spool));
    spool->uuid = hl_xstrdup(uuid);
    spool->path = hl_path_join(root, uuid);
    spool->folder = -1;
    spool->lock = -1;
    return spool;
}

void hl_spool_close(struct hl_spool *spool)
{
    if (!spool) {
        return;
    }
    hl_close_p(&spool->lock);
    hl_close_p(&spool->folder);
    free(spool->path);
    free(spool->uuid);
    free(spool);
}

static int open_folder(struct hl_spool *spool, const char *path)
{
    spool->folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return spool->folder < 0 ? -errno : 0;
}

/* A folder whose lock file is missing was never finished or is not ours; `flags` has O_CREAT only
 * for a new one. */
static int lock_folder(struct hl_spool *spool, int flags)
{
    spool->lock = openat(spool->folder, "lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | flags,
                         0600);
    if (spool->lock < 0) {
        return -errno;
    }
    if (flock(spool->lock, LOCK_EX | LOCK_NB) < 0) {
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    }
    /* Its last owner may have removed it between our open and our lock. */
    struct stat status;
    if (fstat(spool->lock, &status) < 0) {
        return -errno;
    }
    return status.st_nlink == 0 ? -ENOENT : 0;
}

/* Made under a name that nobody looks at, locked, then renamed: there is no moment at which another
 * process could take a new spool for an abandoned one. */
static int create_locked(struct hl_spool *spool, const char *root)
{
    _cleanup_free_ char *making = hl_xasprintf("%s/.%s.XXXXXX", root, spool->uuid);
    if (!mkdtemp(making)) { /* 0700 */
        return -errno;
    }
    struct stat status;
    int r = open_folder(spool, making);
    if (r == 0) {
        r = lock_folder(spool, O_CREAT | O_EXCL);
    }
    if (r == 0 && lstat(spool->path, &status) == 0) {
        r = -EEXIST;
    }
    if (r == 0 && rename(making, spool->path) < 0) {
        r = -errno;
    }
    if (r < 0) {
        hl_folder_remove(making);
    }
    return r;
}

/* A spool that is not on the disk yet, or may not be. Caller closes; ret_folder gets its parent. */
static int name_spool(const char *root, const char *uuid, char **ret_folder,
                      struct hl_spool **ret_spool, struct hl_error *error)
{
    if (!is_uuid(uuid)) {
        hl_error_set(error, EINVAL, "not a name for a spool: %s", uuid);
        return -EINVAL;
    }
    _cleanup_free_ char *folder = root_or_default(root);
    if (!folder) {
        hl_error_set(error, ENOENT, "there is no home folder for the spool");
        return -ENOENT;
    }
    *ret_spool = spool_new(folder, uuid);
    *ret_folder = TAKE_PTR(folder);
    return 0;
}

int hl_spool_create(const char *root, const char *uuid, struct hl_spool **ret_spool,
                    struct hl_error *error)
{
    _cleanup_free_ char *folder = NULL;
    _cleanup_(hl_spool_close_p) struct hl_spool *spool = NULL;
    int r = name_spool(root, uuid, &folder, &spool, error);
    if (r < 0) {
        return r;
    }
    r = hl_folder_make(folder, 0700);
    if (r < 0) {
        (void)hl_error_set_errno(error, -r, "cannot make the spool folder %s", folder);
        hl_error_set_remedy(error, "Recordings under way are kept there; set XDG_STATE_HOME "
                                   "to a folder that you may write to.");
        return r;
    }
    r = create_locked(spool, folder);
    if (r < 0) {
        return hl_error_set_errno(error, -r, "cannot make the spool %s", spool->path);
    }
    *ret_spool = TAKE_PTR(spool);
    return 0;
}

int hl_spool_open(const char *root, const char *uuid, struct hl_spool **ret_spool,
                  struct hl_error *error)
{
    _cleanup_free_ char *folder = NULL;
    _cleanup_(hl_spool_close_p) struct hl_spool *spool = NULL;
    int r = name_spool(root, uuid, &folder, &spool, error);
    if (r < 0) {
        return r;
    }
    r = open_folder(spool, spool->path);
    if (r == 0) {
        r = lock_folder(spool, 0);
    }
    if (r == -EBUSY) {
        return hl_error_set(error, EBUSY, "the recording %s is still going on", uuid);
    }
    if (r < 0) {
        return hl_error_set_errno(error, -r, "cannot open the spool %s", spool->path);
    }
    *ret_spool = TAKE_PTR(spool);
    return 0;
}

int hl_spool_remove(struct hl_spool **spool, struct hl_error *error)
{
    /* First, as a folder without a lock is what is left of a removal, whatever else is still in it. */
    (void)unlinkat((*spool)->folder, "lock", 0);
    int r = hl_folder_remove((*spool)->path);
    if (r < 0) {
        return hl_error_set_errno(error, -r, "cannot remove the spool %s", (*spool)->path);
    }
    hl_spool_close(TAKE_PTR(*spool));
    return 0;
}

int hl_spool_lock_fd(const struct hl_spool *spool)
{
    return spool->lock;
}

const char *hl_spool_path(const struct hl_spool *spool)
{
    return spool->path;
}

const char *hl_spool_uuid(const struct hl_spool *spool)
{
    return spool->uuid;
}

int hl_spool_write_manifest(struct hl_spool *spool, const struct hl_spool_facts *facts,
                            struct hl_error *error)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    _cleanup_free_ char *path = hl_path_join(spool->path, "manifest");
    int r = manifest_format(facts, &text);
    if (r == 0) {
        r = hl_file_write_atomic(path, text.data, text.length, 0600);
    }
    return r < 0 ? hl_error_set_errno(error, -r, "cannot write %s", path) : 0;
}

int hl_spool_read_manifest(struct hl_spool *spool, struct hl_spool_facts *ret_facts,
                           struct hl_error *error)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    _cleanup_free_ char *path = hl_path_join(spool->path, "manifest");
    struct stat status;
    int r = 0;
    if (fstatat(spool->folder, "manifest", &status, AT_SYMLINK_NOFOLLOW) < 0) {
        r = -errno;
    } else if (!S_ISREG(status.st_mode)) {
        r = -EINVAL;
    } else {
        r = hl_file_read(path, MANIFEST_LIMIT, &text, NULL);
    }
    if (r == 0) {
        r = manifest_parse(text.data ? text.data : "", text.length, ret_facts);
    }
    return r < 0 ? hl_error_set_errno(error, -r, "cannot read %s", path) : 0;
}

static bool is_window(int folder, const char *name)
{
    size_t digits = strspn(name, "0123456789");
    struct stat status;
    return digits >= 4 && digits <= 10 && strcmp(name + digits, ".raw") == 0 &&
           fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

/* Numbers have at least four digits, so a longer one is a larger one. */
static int compare_windows(const void *a, const void *b)
{
    const char *left = *(char *const *)a;
    const char *right = *(char *const *)b;
    size_t left_length = strlen(left);
    size_t right_length = strlen(right);
    if (left_length != right_length) {
        return left_length < right_length ? -1 : 1;
    }
    return strcmp(left, right);
}

int hl_spool_windows(struct hl_spool *spool, char ***ret_paths, struct hl_error *error)
{
    DIR *folder = opendir(spool->path);
    if (!folder) {
        return hl_error_set_errno(error, errno, "cannot list the spool %s", spool->path);
    }
    char **paths = hl_xcalloc(1, sizeof(char *));
    const struct dirent *entry;
    while ((entry = readdir(folder))) {
        if (is_window(dirfd(folder), entry->d_name)) {
            hl_strv_add_owned(&paths, hl_path_join(spool->path, entry->d_name));
        }
    }
    closedir(folder);
    qsort(paths, hl_strv_length(paths), sizeof(char *), compare_windows);
    *ret_paths = paths;
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int hl_spool_list(const char *root, char ***ret_uuids, struct hl_error *error)
{
    _cleanup_free_ char *path = root_or_default(root);
    char **uuids = hl_xcalloc(1, sizeof(char *));
    DIR *folder = path ? opendir(path) : NULL;
    if (!folder && path && errno != ENOENT) {
        int code = errno;
        hl_strv_free(uuids);
        return hl_error_set_errno(error, code, "cannot list %s", path);
    }
    const struct dirent *entry;
    struct stat status;
    while (folder && (entry = readdir(folder))) {
        if (is_uuid(entry->d_name) &&
            fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR(status.st_mode)) {
            hl_strv_add(&uuids, entry->d_name);
        }
    }
    if (folder) {
        closedir(folder);
    }
    qsort(uuids, hl_strv_length(uuids), sizeof(char *), compare_names);
    *ret_uuids = uuids;
    return 0;
}

/* ".UUID.XXXXXX", as create_locked makes it. */
static bool is_unnamed(const char *name)
{
    const char *dot = name[0] == '.' ? strchr(name + 1, '.') : NULL;
    if (!dot || strlen(dot) != strlen(".XXXXXX")) {
        return false;
    }
    _cleanup_free_ char *uuid = hl_xstrndup(name + 1, (size_t)(dot - name - 1));
    return is_uuid(uuid);
}

/* Between its birth and its lock a folder lives for microseconds. */
static bool is_old(const struct stat *status)
{
    return hl_clock_utc() / HL_NS_PER_SECOND - status->st_mtim.tv_sec > UNNAMED_SECONDS;
}

static void sweep_unnamed(const char *root, const char *name)
{
    _cleanup_(hl_spool_close_p) struct hl_spool *spool = spool_new(root, name);
    int r = open_folder(spool, spool->path);
    if (r == 0) {
        r = lock_folder(spool, 0);
    }
    if (r == 0 || (r == -ENOENT && spool->folder >= 0)) {
        (void)hl_folder_remove(spool->path);
    }
}

void hl_spool_sweep(const char *root)
{
    _cleanup_free_ char *path = root_or_default(root);
    DIR *folder = path ? opendir(path) : NULL;
    const struct dirent *entry;
    struct stat status;
    while (folder && (entry = readdir(folder))) {
        if (is_unnamed(entry->d_name) &&
            fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR(status.st_mode) && is_old(&status)) {
            sweep_unnamed(path, entry->d_name);
        }
    }
    if (folder) {
        closedir(folder);
    }
}
