#include "hotlens/app/sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hotlens/base/array.h"
#include "hotlens/base/file.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/sha256.h"
#include "snapshot.h"

/* Times that a file which changes while it is being read is read again. */
#define READ_ATTEMPTS 3

bool hl_source_is_python(const char *path)
{
    static const char *const EXTENSIONS[] = {".py", ".pyw", ".pyi"};
    const char *name = hl_path_base_name(path);
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < ARRAY_SIZE(EXTENSIONS); i++) {
        if (strcmp(dot, EXTENSIONS[i]) == 0) {
            return true;
        }
    }
    return !dot && *name != '\0' && *name != '<' && *name != '[';
}

/* Whether a frame's file is the path of a text that people read: not <string>, not a native module.
 * A name alone, without an extension, is a native library as a profiler abbreviates it. */
static bool is_listed(const char *path, size_t length)
{
    if (length == 0 || strlen(path) != length || path[0] == '<') {
        return false;
    }
    bool has_extension = strchr(hl_path_base_name(path), '.') != NULL;
    return hl_path_has_suffix(path, ".pyx") ||
           (hl_source_is_python(path) && (has_extension || strchr(path, '/')));
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* The bytes and what the file was all the time that they were read. -EAGAIN when it kept changing. */
static int read_steady(const char *path, struct hl_buffer *bytes, struct stat *ret_status)
{
    for (int i = 0; i < READ_ATTEMPTS; i++) {
        struct stat before;
        struct stat after;
        hl_buffer_clear(bytes);
        int r = hl_file_read(path, HL_LIMIT_SOURCE, bytes, &before);
        if (r < 0) {
            return r;
        }
        if (stat(path, &after) == 0 && is_same_file(&before, &after) &&
            (uint64_t)after.st_size == bytes->length) {
            *ret_status = after;
            return 0;
        }
    }
    return -EAGAIN;
}

/* Whether the program ran the text that the file has now, as far as the file system can tell. */
static bool is_text_that_ran(const struct hl_source *source, const struct stat *status,
                             const struct hl_sources_options *options)
{
    int64_t time = options->start;
    if (options->snapshot) {
        bool is_known;
        bool is_same = snapshot_is_same(options->snapshot, source->real_path, status,
                                        source->hash, &is_known);
        if (is_known) {
            return is_same;
        }
        int64_t taken = snapshot_time(options->snapshot);
        time = time == 0 || taken < time ? taken : time;
    }
    return snapshot_change_time(status) < time - SNAPSHOT_TICK;
}

/* Whether the bytes can be what the profile means. A profile from elsewhere may name any file of this
 * machine, a key or a list of passwords too, so one without an extension must then say that it is a
 * Python script. */
static bool is_text(const struct hl_source *source, const struct hl_buffer *bytes, bool imported)
{
    if (bytes->length > 0 && memchr(bytes->data, '\0', bytes->length)) {
        return false;
    }
    if (!imported || strchr(hl_path_base_name(source->path), '.')) {
        return true;
    }
    size_t start = hl_min_size(bytes->length, 512);
    return bytes->data && start > 2 && memcmp(bytes->data, "#!", 2) == 0 &&
           (memmem(bytes->data, start, "python", 6) || memmem(bytes->data, start, "pypy", 4));
}

/* Reads the file and decides its state. 1 when it is no text after all, 0, -ENOMEM. */
static int fill(struct hl_source *source, const struct hl_sources_options *options)
{
    source->state = HL_SOURCE_MISSING;
    if (!hl_path_is_absolute(source->path) && !options->cwd) {
        return 0;
    }
    _cleanup_free_ char *path = hl_path_join(options->cwd ? options->cwd : "", source->path);
    source->real_path = hl_file_real_path(path);
    if (!source->real_path) {
        return 0;
    }
    _cleanup_buffer_ struct hl_buffer bytes = {0};
    struct stat status;
    int r = read_steady(source->real_path, &bytes, &status);
    if (r == -EAGAIN) {
        source->state = HL_SOURCE_CHANGED;
        return 0;
    }
    if (r < 0) {
        return r == -ENOMEM ? r : 0;
    }
    if (!is_text(source, &bytes, options->imported)) {
        return 1;
    }
    hl_sha256(bytes.data, bytes.length, source->hash);
    if (!options->imported && !is_text_that_ran(source, &status, options)) {
        source->state = HL_SOURCE_CHANGED;
        memset(source->hash, 0, sizeof(source->hash));
        return 0;
    }
    source->state = options->imported ? HL_SOURCE_IMPORTED : HL_SOURCE_STORED;
    source->length = bytes.length;
    source->text = hl_buffer_take(&bytes);
    return 0;
}

static int compare_paths(const void *a, const void *b)
{
    const struct hl_source *first = a;
    const struct hl_source *second = b;
    return strcmp(first->path, second->path);
}

/* Adds the file to the list, unless it turns out not to be a text. */
static int collect_file(struct hl_sources *sources, size_t *capacity, const char *path,
                        const struct hl_sources_options *options)
{
    int r = hl_array_reserve(&sources->items, capacity, sources->count + 1,
                             sizeof(*sources->items));
    if (r < 0) {
        return r;
    }
    struct hl_source source = {.path = hl_xstrdup(path)};
    r = fill(&source, options);
    if (r != 0) {
        hl_source_finish(&source);
        return r < 0 ? r : 0;
    }
    sources->items[sources->count++] = source;
    return 0;
}

int hl_sources_collect(const struct hl_profile *profile, const struct hl_sources_options *options,
                       struct hl_sources **ret_sources)
{
    const struct hl_frames *frames = hl_profile_frames(profile);
    const struct hl_strings *strings = hl_frames_strings(frames);
    _cleanup_(hl_sources_destroy_p) struct hl_sources *sources = hl_xcalloc(1, sizeof(*sources));
    _cleanup_free_ bool *is_seen = hl_try_calloc(hl_strings_count(strings), sizeof(*is_seen));
    if (!is_seen) {
        return -ENOMEM;
    }
    size_t capacity = 0;
    for (uint32_t i = 0; i < hl_frames_count(frames); i++) {
        const struct hl_frame *frame = hl_frames_get(frames, i);
        if (frame->kind != HL_FRAME_SOURCE || frame->file == HL_NO_STRING ||
            is_seen[frame->file]) {
            continue;
        }
        is_seen[frame->file] = true;
        size_t length;
        const char *path = hl_strings_get(strings, frame->file, &length);
        int r = is_listed(path, length) ? collect_file(sources, &capacity, path, options) : 0;
        if (r < 0) {
            return r;
        }
    }
    if (sources->count > 0) {
        qsort(sources->items, sources->count, sizeof(*sources->items), compare_paths);
    }
    *ret_sources = TAKE_PTR(sources);
    return 0;
}

void hl_sources_destroy(struct hl_sources *sources)
{
    if (!sources) {
        return;
    }
    for (size_t i = 0; i < sources->count; i++) {
        hl_source_finish(&sources->items[i]);
    }
    free(sources->items);
    free(sources);
}

const struct hl_source *hl_sources_find(const struct hl_sources *sources, const char *path)
{
    if (!sources || sources->count == 0) {
        return NULL;
    }
    struct hl_source key = {.path = (char *)path};
    return bsearch(&key, sources->items, sources->count, sizeof(*sources->items), compare_paths);
}

void hl_sources_drop_texts(struct hl_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        struct hl_source *source = &sources->items[i];
        if (source->text) {
            free(source->text);
            source->text = NULL;
            source->length = 0;
            source->state = HL_SOURCE_HASHED;
        }
    }
}

void hl_sources_read_unchanged(struct hl_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        struct hl_source *source = &sources->items[i];
        if (source->state != HL_SOURCE_HASHED || source->text || !source->real_path) {
            continue;
        }
        _cleanup_buffer_ struct hl_buffer bytes = {0};
        uint8_t hash[HL_SHA256_SIZE];
        if (hl_file_read(source->real_path, HL_LIMIT_SOURCE, &bytes, NULL) < 0) {
            continue;
        }
        hl_sha256(bytes.data, bytes.length, hash);
        if (memcmp(hash, source->hash, sizeof(hash)) == 0) {
            source->length = bytes.length;
            source->text = bytes.data ? hl_buffer_take(&bytes) : hl_xstrdup("");
        }
    }
}
