#include "git_index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/sha1.h"
#include "hotlens/base/sha256.h"

#define MAX_ENTRIES 200000u
#define MAX_CONTENT (UINT64_C(64) << 20)
#define MAX_ATTRIBUTES (UINT64_C(1) << 20)

/* Flags of an entry. */
#define ASSUME_VALID 0x8000u
#define EXTENDED 0x4000u
#define STAGE 0x3000u
#define NAME_LENGTH 0x0fffu
#define SKIP_WORK_TREE 0x4000u /* of the extended flags, as the next one */
#define INTENT_TO_ADD 0x2000u

#define MODE_TYPE 0170000u
#define MODE_LINK 0120000u
#define MODE_MODULE 0160000u
#define MODE_FOLDER 0040000u

struct entry {
    int64_t ctime, mtime; /* ns */
    uint32_t inode, mode, uid, gid, size;
    uint32_t flags, extended;
    const uint8_t *oid;
};

struct reader {
    const uint8_t *data;
    size_t length, at;
    uint32_t version;
    const struct hl_git_tree *tree;
    struct hl_buffer name;    /* path of the current entry, also the base for the next in version 4 */
    struct hl_buffer content; /* reused */
    uint64_t content_left;
    int root;                 /* the work tree */
    bool unknown;             /* some entry could not be decided */
};

static uint32_t get32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t get16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

static int64_t get_time(const uint8_t *bytes)
{
    return (int64_t)get32(bytes) * HL_NS_PER_SECOND + get32(bytes + 4);
}

static int64_t stat_time(struct timespec time)
{
    /* The index keeps 32 bits of seconds. */
    return (int64_t)(uint32_t)time.tv_sec * HL_NS_PER_SECOND + time.tv_nsec;
}

/* Version 4: how many bytes of the last name to drop, as git's offset varint. */
static int read_varint(struct reader *reader, size_t *ret_value)
{
    size_t value = 0;
    for (int i = 0; i < 5 && reader->at < reader->length; i++) {
        uint8_t byte = reader->data[reader->at++];
        value = (value << 7) | (byte & 0x7fu);
        if (!(byte & 0x80u)) {
            *ret_value = value;
            return 0;
        }
        value++;
    }
    return -EBADMSG;
}

static int read_name(struct reader *reader, size_t start)
{
    size_t keep = 0;
    if (reader->version == 4) {
        size_t drop;
        if (read_varint(reader, &drop) < 0 || drop > reader->name.length) {
            return -EBADMSG;
        }
        keep = reader->name.length - drop;
    }
    const uint8_t *text = reader->data + reader->at;
    const uint8_t *end = memchr(text, '\0', reader->length - reader->at);
    if (!end) {
        return -EBADMSG;
    }
    reader->name.length = keep;
    hl_buffer_append(&reader->name, text, (size_t)(end - text));
    reader->at += (size_t)(end - text) + 1;
    if (reader->version < 4) {
        reader->at = start + ((reader->at - start + 7) & ~(size_t)7);
    }
    return reader->at > reader->length ? -EBADMSG : reader->name.error;
}

static int read_entry(struct reader *reader, struct entry *entry)
{
    size_t start = reader->at;
    size_t fixed = 40 + reader->tree->oid_size + 2;
    if (reader->length - start < fixed + 2) {
        return -EBADMSG;
    }
    const uint8_t *bytes = reader->data + start;
    *entry = (struct entry){
        .ctime = get_time(bytes),
        .mtime = get_time(bytes + 8),
        .inode = get32(bytes + 20),
        .mode = get32(bytes + 24),
        .uid = get32(bytes + 28),
        .gid = get32(bytes + 32),
        .size = get32(bytes + 36),
        .oid = bytes + 40,
        .flags = get16(bytes + 40 + reader->tree->oid_size),
    };
    reader->at = start + fixed;
    if (entry->flags & EXTENDED) {
        entry->extended = get16(reader->data + reader->at);
        reader->at += 2;
    }
    return read_name(reader, start);
}

/* A hostile index must not make us look outside the work tree. */
static bool is_safe_name(const char *name, size_t length)
{
    if (length == 0 || name[0] == '/' || strlen(name) != length) {
        return false;
    }
    for (const char *part = name; part; part = strchr(part, '/')) {
        part += *part == '/';
        size_t size = strcspn(part, "/");
        if ((size == 2 && memcmp(part, "..", 2) == 0) || (size == 1 && part[0] == '.')) {
            return false;
        }
    }
    return true;
}

static bool file_has_filters(const char *path)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    int result = hl_file_read(path, MAX_ATTRIBUTES, &text, NULL);
    if (result == -ENOENT || result == -ENOTDIR) {
        return false;
    }
    if (result < 0) {
        return true;
    }
    return text.length > 0 && (memmem(text.data, text.length, "filter=", 7) ||
                               memmem(text.data, text.length, "ident", 5) ||
                               memmem(text.data, text.length, "encoding", 8));
}

/* Attributes that turn content into something else (LFS, encodings): then a hash of the file says
 * nothing. Looked at along the path of the file only, as git does. */
static bool has_filters(const struct reader *reader)
{
    _cleanup_free_ char *info = hl_path_join(reader->tree->common, "info/attributes");
    if (file_has_filters(info)) {
        return true;
    }
    for (size_t at = 0;; at++) {
        _cleanup_free_ char *folder = hl_xstrndup(reader->name.data, at);
        _cleanup_free_ char *path =
            hl_xasprintf("%s/%s.gitattributes", reader->tree->work_tree, folder);
        if (file_has_filters(path)) {
            return true;
        }
        const char *slash = memchr(reader->name.data + at, '/', reader->name.length - at);
        if (!slash) {
            return false;
        }
        at = (size_t)(slash - reader->name.data);
    }
}

static bool has_oid(const struct reader *reader, const struct entry *entry, const char *data,
                    size_t length)
{
    _cleanup_buffer_ struct hl_buffer blob = {0};
    hl_buffer_printf(&blob, "blob %zu", length);
    hl_buffer_putc(&blob, '\0');
    hl_buffer_append(&blob, data, length);
    if (blob.error) {
        return false;
    }
    uint8_t digest[HL_SHA256_SIZE];
    if (reader->tree->oid_size == HL_SHA1_SIZE) {
        hl_sha1(blob.data, blob.length, digest);
    } else {
        hl_sha256(blob.data, blob.length, digest);
    }
    return memcmp(digest, entry->oid, reader->tree->oid_size) == 0;
}

/* With core.autocrlf the blob has no carriage returns before line feeds. */
static size_t drop_carriage_returns(char *data, size_t length)
{
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        if (data[i] != '\r' || i + 1 == length || data[i + 1] != '\n') {
            data[kept++] = data[i];
        }
    }
    return kept;
}

static int read_content(struct reader *reader, const char *path, const struct stat *status)
{
    hl_buffer_clear(&reader->content);
    if (S_ISLNK(status->st_mode)) {
        char *room = hl_buffer_reserve(&reader->content, (size_t)status->st_size + 1);
        ssize_t length = room ? readlink(path, room, (size_t)status->st_size + 1) : -1;
        if (length < 0) {
            return -EIO;
        }
        reader->content.length += (size_t)length;
        return 0;
    }
    return hl_file_read(path, reader->content_left, &reader->content, NULL);
}

/* 1 different, 0 the same, -1 cannot be told. */
static int compare_content(struct reader *reader, const struct entry *entry,
                           const struct stat *status)
{
    if ((uint64_t)status->st_size > reader->content_left) {
        return -1;
    }
    _cleanup_free_ char *path = hl_path_join(reader->tree->work_tree, reader->name.data);
    if (read_content(reader, path, status) < 0) {
        return -1;
    }
    struct hl_buffer *content = &reader->content;
    reader->content_left -= hl_min_size(content->length, reader->content_left);
    const char *bytes = content->data ? content->data : "";
    if (has_oid(reader, entry, bytes, content->length)) {
        return 0;
    }
    if (S_ISREG(status->st_mode) && content->length > 0) {
        size_t length = drop_carriage_returns(content->data, content->length);
        if (length < content->length && has_oid(reader, entry, content->data, length)) {
            return 0;
        }
        if (has_filters(reader)) {
            return -1;
        }
    }
    return 1;
}

static bool is_same_kind(const struct hl_git_tree *tree, const struct entry *entry,
                         const struct stat *status)
{
    if ((entry->mode & MODE_TYPE) == MODE_LINK) {
        return S_ISLNK(status->st_mode);
    }
    if (!S_ISREG(status->st_mode)) {
        return false;
    }
    return !tree->file_mode || !(entry->mode & 0100u) == !(status->st_mode & 0100u);
}

/* What git trusts without reading: every recorded attribute is the same, and the entry is older than
 * the index, so that no later write can hide in the same tick of the clock. */
static bool is_surely_same(const struct hl_git_tree *tree, const struct entry *entry,
                           const struct stat *status)
{
    return entry->mtime == stat_time(status->st_mtim) &&
           entry->ctime == stat_time(status->st_ctim) &&
           entry->inode == (uint32_t)status->st_ino && entry->uid == (uint32_t)status->st_uid &&
           entry->gid == (uint32_t)status->st_gid && entry->size == (uint32_t)status->st_size &&
           entry->mtime < tree->index_mtime;
}

/* 1 when the entry's file differs, 0 when not, -1 when that cannot be told. */
static int check_entry(struct reader *reader, const struct entry *entry)
{
    uint32_t type = entry->mode & MODE_TYPE;
    if (entry->flags & STAGE || entry->extended & INTENT_TO_ADD) {
        return 1;
    }
    if (entry->flags & ASSUME_VALID || entry->extended & SKIP_WORK_TREE || type == MODE_MODULE ||
        type == MODE_FOLDER) {
        return 0;
    }
    if (!is_safe_name(reader->name.data, reader->name.length)) {
        return -1;
    }
    struct stat status;
    if (fstatat(reader->root, reader->name.data, &status, AT_SYMLINK_NOFOLLOW) < 0) {
        return errno == ENOENT || errno == ENOTDIR ? 1 : -1;
    }
    if (!is_same_kind(reader->tree, entry, &status)) {
        return 1;
    }
    if (is_surely_same(reader->tree, entry, &status)) {
        return 0;
    }
    /* Size 0 is also how git marks an entry that it could not trust. */
    if (entry->size != 0 && entry->size != (uint32_t)status.st_size) {
        return 1;
    }
    return compare_content(reader, entry, &status);
}

static int check_entries(struct reader *reader, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct entry entry;
        if (read_entry(reader, &entry) < 0) {
            return -1;
        }
        int differs = check_entry(reader, &entry);
        if (differs == 1) {
            return 1;
        }
        reader->unknown |= differs < 0;
    }
    return reader->unknown ? -1 : 0;
}

/* The root line of the cached tree: an empty path, "COUNT SUBTREES\n", then the tree's id unless the
 * count is -1 because something was staged since. */
static bool parse_cached_root(const uint8_t *data, size_t length, size_t oid_size, uint8_t *ret_root)
{
    const uint8_t *line = memchr(data, '\n', length);
    if (length < 2 || data[0] != '\0' || data[1] == '-' || !line ||
        length - (size_t)(line + 1 - data) < oid_size) {
        return false;
    }
    memcpy(ret_root, line + 1, oid_size);
    return true;
}

/* Returns false when the index is split and so not whole in this file. */
static bool read_extensions(const struct reader *reader, uint8_t *ret_root, bool *ret_has_root)
{
    size_t at = reader->at;
    size_t end = reader->length - reader->tree->oid_size; /* the checksum */
    while (at + 8 <= end) {
        const uint8_t *head = reader->data + at;
        size_t size = get32(head + 4);
        at += 8;
        if (size > end - at) {
            return true;
        }
        if (memcmp(head, "link", 4) == 0) {
            return false;
        }
        if (memcmp(head, "TREE", 4) == 0) {
            *ret_has_root = parse_cached_root(reader->data + at, size, reader->tree->oid_size,
                                              ret_root);
        }
        at += size;
    }
    return true;
}

static int read_index(struct reader *reader, uint8_t *ret_root, bool *ret_has_root)
{
    if (reader->length < 12 + reader->tree->oid_size || memcmp(reader->data, "DIRC", 4) != 0) {
        return -1;
    }
    reader->version = get32(reader->data + 4);
    uint32_t count = get32(reader->data + 8);
    if (reader->version < 2 || reader->version > 4 || count > MAX_ENTRIES) {
        return -1;
    }
    reader->at = 12;
    int dirty = check_entries(reader, count);
    if (dirty == 0 && !read_extensions(reader, ret_root, ret_has_root)) {
        return -1;
    }
    return dirty;
}

int hl_git_index_dirty(const uint8_t *data, size_t length, const struct hl_git_tree *tree,
                       uint8_t ret_root[HL_GIT_OID_MAX], bool *ret_has_root)
{
    *ret_has_root = false;
    _cleanup_close_ int root = open(tree->work_tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        return -1;
    }
    struct reader reader = {
        .data = data,
        .length = length,
        .tree = tree,
        .content_left = MAX_CONTENT,
        .root = root,
    };
    int dirty = read_index(&reader, ret_root, ret_has_root);
    hl_buffer_finish(&reader.name);
    hl_buffer_finish(&reader.content);
    return dirty;
}
