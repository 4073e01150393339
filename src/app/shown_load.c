/* A stored run as it is shown. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/file.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/sha256.h"
#include "shown_private.h"

#define TEXT_BYTES ((size_t)64 << 20)

static bool is_in_workspace(const struct hl_run *run, const struct hl_source *source)
{
    const char *path = source->real_path ? source->real_path : source->path;
    return run->workspace && hl_path_is_within(path, run->workspace);
}

static int load_text(struct hl_store *store, int64_t run_id, struct hl_source *source,
                     struct hl_error *error)
{
    struct hl_source_list list = {0};
    int r = hl_store_load_sources(store, run_id, source->path, true, &list, error);
    for (size_t i = 0; r == 0 && i < list.count; i++) {
        if (list.items[i].text && strcmp(list.items[i].path, source->path) == 0) {
            source->length = list.items[i].length;
            source->text = TAKE_PTR(list.items[i].text);
            break;
        }
    }
    hl_source_list_finish(&list);
    return r;
}

/* Only the hash was kept: the file's own text, if it is still that one. */
static void read_text(struct hl_source *source)
{
    _cleanup_buffer_ struct hl_buffer bytes = {0};
    const char *path = source->real_path ? source->real_path : source->path;
    uint8_t digest[HL_SHA256_SIZE];
    if (!hl_path_is_absolute(path) || hl_file_read(path, HL_LIMIT_SOURCE, &bytes, NULL) < 0) {
        return;
    }
    hl_sha256(bytes.data ? bytes.data : "", bytes.length, digest);
    if (memcmp(digest, source->hash, sizeof(digest)) == 0) {
        source->length = bytes.length;
        source->text = hl_buffer_take(&bytes);
    }
}

/* The texts of files inside the workspace, or of the others, as long as they fit. */
static int load_texts(struct hl_store *store, struct shown_parts *parts, bool inside,
                      size_t *room, struct hl_error *error)
{
    for (size_t i = 0; i < parts->source_count && *room > 0; i++) {
        struct hl_source *source = &parts->sources[i];
        bool has_text = source->state == HL_SOURCE_STORED || source->state == HL_SOURCE_IMPORTED;
        if (is_in_workspace(&parts->run, source) != inside) {
            continue;
        }
        if (has_text) {
            int r = load_text(store, parts->run.id, source, error);
            if (r < 0) {
                return r;
            }
        } else if (source->state == HL_SOURCE_HASHED) {
            read_text(source);
        }
        size_t length = source->text ? source->length : 0;
        *room -= length < *room ? length : *room;
    }
    return 0;
}

static int load_parts(struct hl_store *store, int64_t run_id, struct shown_parts *parts,
                      struct hl_error *error)
{
    char name[32];
    (void)snprintf(name, sizeof(name), "%" PRId64, run_id);
    int r = hl_store_find_run(store, name, &parts->run, error);
    if (r == 0) {
        r = hl_store_load_rows(store, run_id, NULL, &parts->rows, error);
    }
    struct hl_source_list list = {0};
    if (r == 0) {
        r = hl_store_load_sources(store, run_id, NULL, false, &list, error);
    }
    if (r < 0) {
        return r;
    }
    parts->sources = list.items;
    parts->source_count = list.count;
    size_t room = TEXT_BYTES;
    r = load_texts(store, parts, true, &room, error);
    return r == 0 ? load_texts(store, parts, false, &room, error) : r;
}

int hl_shown_load(struct hl_store *store, int64_t run_id, struct hl_shown **ret_shown,
                  struct hl_error *error)
{
    return hl_shown_load_compared(store, run_id, 0, ret_shown, error);
}

int hl_shown_load_compared(struct hl_store *store, int64_t run_id, int64_t baseline_id,
                           struct hl_shown **ret_shown, struct hl_error *error)
{
    _cleanup_(shown_parts_finish) struct shown_parts parts = {0};
    _cleanup_(hl_shown_unref_p) struct hl_shown *shown = NULL;
    int r = load_parts(store, run_id, &parts, error);
    if (r < 0) {
        return r;
    }
    r = shown_make(&parts, &shown);
    if (r < 0) {
        return hl_error_set_errno(error, -r, "cannot show run %" PRId64, run_id);
    }
    r = shown_compare(shown, store, baseline_id, error);
    if (r < 0) {
        return r;
    }
    *ret_shown = TAKE_PTR(shown);
    return 0;
}
