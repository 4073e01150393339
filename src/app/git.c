#include "hotlens/app/git.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "git_index.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"

#define MAX_SMALL (UINT64_C(64) << 10)
#define MAX_INDEX (UINT64_C(64) << 20)
#define MAX_LEVELS 64
#define MAX_SYMREFS 5

struct repository {
    char *work_tree;
    char *folder; /* of this work tree: HEAD and index */
    char *common; /* shared by all work trees: refs, objects, config */
    bool sha256;
    bool file_mode;
};

static void repository_finish(struct repository *repository)
{
    free(repository->work_tree);
    free(repository->folder);
    free(repository->common);
}

/* First line of a small file without its line end, or NULL. */
static char *read_line(const char *folder, const char *name)
{
    _cleanup_free_ char *path = hl_path_join(folder, name);
    _cleanup_buffer_ struct hl_buffer text = {0};
    if (hl_file_read(path, MAX_SMALL, &text, NULL) < 0 || text.length == 0) {
        return NULL;
    }
    return hl_xstrndup(text.data, strcspn(text.data, "\r\n"));
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The git folder of a work tree: its .git, or where a .git file (linked work trees, submodules)
 * points. */
static char *git_folder_of(const char *work_tree)
{
    char *path = hl_path_join(work_tree, ".git");
    if (is_folder(path)) {
        return path;
    }
    free(path);
    _cleanup_free_ char *line = read_line(work_tree, ".git");
    if (!line || strncmp(line, "gitdir: ", 8) != 0) {
        return NULL;
    }
    return hl_path_join(work_tree, line + 8);
}

static bool find_repository(const char *folder, struct repository *repository)
{
    char *at = hl_file_real_path(folder);
    for (int level = 0; at && level < MAX_LEVELS; level++) {
        char *git = git_folder_of(at);
        if (git) {
            repository->work_tree = at;
            repository->folder = git;
            _cleanup_free_ char *common = read_line(git, "commondir");
            repository->common = common ? hl_path_join(git, common) : hl_xstrdup(git);
            return true;
        }
        char *parent = strcmp(at, "/") == 0 ? NULL : hl_path_parent(at);
        free(at);
        at = parent;
    }
    free(at);
    return false;
}

/* The two settings that matter here. Good enough for git's own files; includes are not followed. */
static void read_config(struct repository *repository)
{
    _cleanup_free_ char *path = hl_path_join(repository->common, "config");
    _cleanup_buffer_ struct hl_buffer text = {0};
    repository->file_mode = true;
    if (hl_file_read(path, MAX_SMALL * 16, &text, NULL) < 0 || text.length == 0) {
        return;
    }
    char *rest = NULL;
    for (char *line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char key[32];
        char value[32];
        if (sscanf(line, " %31[A-Za-z] = %31[A-Za-z0-9]", key, value) != 2) {
            continue;
        }
        if (strcasecmp(key, "filemode") == 0) {
            repository->file_mode = strcasecmp(value, "false") != 0;
        } else if (strcasecmp(key, "objectformat") == 0) {
            repository->sha256 = strcasecmp(value, "sha256") == 0;
        }
    }
}

static bool is_oid(const struct repository *repository, const char *text, size_t length)
{
    if (length != (repository->sha256 ? 64 : 40)) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!isxdigit((unsigned char)text[i])) {
            return false;
        }
    }
    return true;
}

/* Names of references become paths; one that climbs out is not followed. */
static bool is_safe_ref(const char *name)
{
    return strncmp(name, "refs/", 5) == 0 && !strstr(name, "..") && !strstr(name, "//");
}

static char *find_packed_ref(const struct repository *repository, const char *name)
{
    _cleanup_free_ char *path = hl_path_join(repository->common, "packed-refs");
    _cleanup_buffer_ struct hl_buffer text = {0};
    if (hl_file_read(path, MAX_INDEX, &text, NULL) < 0) {
        return NULL;
    }
    size_t digits = repository->sha256 ? 64 : 40;
    size_t name_length = strlen(name);
    const char *line = text.data;
    while (line && *line) {
        size_t length = strcspn(line, "\r\n");
        if (length == digits + 1 + name_length && is_oid(repository, line, digits) &&
            line[digits] == ' ' && memcmp(line + digits + 1, name, name_length) == 0) {
            return hl_xstrndup(line, digits);
        }
        line = strchr(line + length, '\n');
        line = line ? line + 1 : NULL;
    }
    return NULL;
}

/* The id that a reference leads to, over symbolic ones; NULL when it is unborn or not to be found. */
static char *resolve_ref(const struct repository *repository, const char *first)
{
    _cleanup_free_ char *name = hl_xstrdup(first);
    for (int step = 0; step < MAX_SYMREFS && is_safe_ref(name); step++) {
        _cleanup_free_ char *line = read_line(repository->folder, name);
        if (!line) {
            line = read_line(repository->common, name);
        }
        if (!line) {
            return find_packed_ref(repository, name);
        }
        if (strncmp(line, "ref: ", 5) != 0) {
            return is_oid(repository, line, strlen(line)) ? TAKE_PTR(line) : NULL;
        }
        char *next = hl_xstrdup(line + 5);
        free(name);
        name = next;
    }
    return NULL;
}

static void read_head(const struct repository *repository, struct hl_git_facts *facts)
{
    _cleanup_free_ char *line = read_line(repository->folder, "HEAD");
    if (!line) {
        return;
    }
    if (is_oid(repository, line, strlen(line))) {
        facts->commit = TAKE_PTR(line);
        return;
    }
    /* With reftable HEAD names a reference that cannot exist, and the real one is elsewhere. */
    if (strncmp(line, "ref: ", 5) != 0 || strcmp(line + 5, "refs/heads/.invalid") == 0) {
        return;
    }
    const char *name = line + 5;
    facts->branch = hl_xstrdup(strncmp(name, "refs/heads/", 11) == 0 ? name + 11 : name);
    facts->commit = resolve_ref(repository, name);
}

/* The start of a loose object, unpacked. Returns its length, 0 when it is not there as such. */
static size_t read_loose_object(const struct repository *repository, const char *oid, char *ret_data,
                                size_t size)
{
    _cleanup_free_ char *path =
        hl_xasprintf("%s/objects/%.2s/%s", repository->common, oid, oid + 2);
    _cleanup_buffer_ struct hl_buffer packed = {0};
    if (hl_file_read(path, MAX_SMALL, &packed, NULL) < 0 || packed.length == 0) {
        return 0;
    }
    z_stream stream = {
        .next_in = (Bytef *)packed.data,
        .avail_in = (uInt)packed.length,
        .next_out = (Bytef *)ret_data,
        .avail_out = (uInt)size,
    };
    if (inflateInit(&stream) != Z_OK) {
        return 0;
    }
    int result = inflate(&stream, Z_SYNC_FLUSH);
    size_t length = size - stream.avail_out;
    inflateEnd(&stream);
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR ? length : 0;
}

/* Whether what is staged differs from the commit: 1, 0, or -1 when that would need packed objects. */
static int is_staged(const struct repository *repository, const char *commit, const uint8_t *root)
{
    char object[256];
    size_t length = read_loose_object(repository, commit, object, sizeof(object) - 1);
    object[length] = '\0';
    const char *body = memchr(object, '\0', length);
    size_t digits = repository->sha256 ? 64 : 40;
    if (strncmp(object, "commit ", 7) != 0 || !body || strncmp(body + 1, "tree ", 5) != 0 ||
        !is_oid(repository, body + 6, strspn(body + 6, "0123456789abcdef"))) {
        return -1;
    }
    for (size_t i = 0; i < digits / 2; i++) {
        char hex[3];
        (void)snprintf(hex, sizeof(hex), "%02x", root[i]);
        if (memcmp(hex, body + 6 + 2 * i, 2) != 0) {
            return 1;
        }
    }
    return 0;
}

static int read_dirty(const struct repository *repository, const char *commit)
{
    _cleanup_free_ char *path = hl_path_join(repository->folder, "index");
    _cleanup_buffer_ struct hl_buffer index = {0};
    struct stat status;
    int result = hl_file_read(path, MAX_INDEX, &index, &status);
    if (result == -ENOENT) {
        return commit ? -1 : 0;
    }
    if (result < 0) {
        return -1;
    }
    struct hl_git_tree tree = {
        .work_tree = repository->work_tree,
        .common = repository->common,
        .oid_size = repository->sha256 ? 32 : 20,
        .file_mode = repository->file_mode,
        .index_mtime = (int64_t)(uint32_t)status.st_mtim.tv_sec * HL_NS_PER_SECOND +
                       status.st_mtim.tv_nsec,
    };
    uint8_t root[HL_GIT_OID_MAX];
    bool has_root;
    int dirty = hl_git_index_dirty((const uint8_t *)index.data, index.length, &tree, root, &has_root);
    if (dirty == 0 && commit && has_root && is_staged(repository, commit, root) == 1) {
        return 1;
    }
    return dirty;
}

void hl_git_read(const char *folder, struct hl_git_facts *ret_facts)
{
    _cleanup_(repository_finish) struct repository repository = {0};
    *ret_facts = (struct hl_git_facts){.dirty = -1};
    if (!find_repository(folder, &repository)) {
        return;
    }
    read_config(&repository);
    read_head(&repository, ret_facts);
    ret_facts->dirty = read_dirty(&repository, ret_facts->commit);
}

void hl_git_facts_finish(struct hl_git_facts *facts)
{
    free(facts->commit);
    free(facts->branch);
    *facts = (struct hl_git_facts){.dirty = -1};
}
