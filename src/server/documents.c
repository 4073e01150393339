#include "hotlens/server/documents.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "document_edit.h"
#include "outline_edit.h"
#include "hotlens/app/sources.h"
#include "hotlens/base/array.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/uri.h"

/* From so many changes on it pays to make the text anew. */
#define MANY_CHANGES 16u

struct hl_documents {
    struct hl_document **items;
    size_t count;
    size_t capacity;
    struct hl_document *current;
    uint64_t edits;
};

struct hl_documents *hl_documents_create(void)
{
    return hl_xcalloc(1, sizeof(struct hl_documents));
}

static void document_destroy(struct hl_document *document)
{
    if (!document) {
        return;
    }
    free(document->uri);
    free(document->path);
    free(document->real_path);
    free(document->language);
    document_finish_text(document);
    hl_line_hashes_finish(&document->opened);
    hl_line_hashes_finish(&document->outlined);
    hl_outline_destroy(document->outline);
    free(document);
}

HL_DEFINE_CLEANUP(struct hl_document *, document_destroy);

void hl_documents_destroy(struct hl_documents *documents)
{
    if (!documents) {
        return;
    }
    for (size_t i = 0; i < documents->count; i++) {
        document_destroy(documents->items[i]);
    }
    free(documents->items);
    free(documents);
}

/* Absolute and normalized; NULL for what is no file. */
static char *path_of(const char *uri)
{
    _cleanup_free_ char *path = hl_uri_to_path(uri);
    return path ? hl_path_normalize(path) : NULL;
}

static bool equal(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static struct hl_document *find_uri(struct hl_documents *documents, const char *uri)
{
    for (size_t i = 0; i < documents->count; i++) {
        if (strcmp(documents->items[i]->uri, uri) == 0) {
            return documents->items[i];
        }
    }
    return NULL;
}

struct hl_document *hl_documents_find_path(struct hl_documents *documents, const char *path,
                                           const char *real_path)
{
    struct hl_document *document = NULL;
    for (size_t i = 0; path && !document && i < documents->count; i++) {
        document = equal(documents->items[i]->path, path) ? documents->items[i] : NULL;
    }
    for (size_t i = 0; real_path && !document && i < documents->count; i++) {
        document = equal(documents->items[i]->real_path, real_path) ? documents->items[i] : NULL;
    }
    return document;
}

struct hl_document *hl_documents_find(struct hl_documents *documents, const char *uri)
{
    struct hl_document *document = find_uri(documents, uri);
    _cleanup_free_ char *path = document ? NULL : path_of(uri);
    document = document ? document : hl_documents_find_path(documents, path, NULL);
    _cleanup_free_ char *real_path = path && !document ? hl_file_real_path(path) : NULL;
    return document ? document : hl_documents_find_path(documents, NULL, real_path);
}

/* A file without an extension is Python only when the client says so; Emacs calls it "python-base" in
 * some modes. */
static bool is_python(const struct hl_document *document)
{
    if (strncasecmp(document->language, "python", strlen("python")) == 0) {
        return true;
    }
    return !*document->language && document->path &&
           strchr(hl_path_base_name(document->path), '.') && hl_source_is_python(document->path);
}

static int make_document(const char *uri, const char *language, int64_t version, const char *text,
                         uint64_t edit, struct hl_document **ret_document)
{
    _cleanup_(document_destroy_p) struct hl_document *document =
        hl_xcalloc(1, sizeof(*document));
    document->uri = hl_xstrdup(uri);
    document->path = path_of(uri);
    document->real_path = document->path ? hl_file_real_path(document->path) : NULL;
    document->language = hl_xstrdup(language);
    document->version = version;
    document->edit = edit;
    document->is_python = is_python(document);
    document->is_saved = true;
    int r = document_set_text(document, text, strlen(text));
    if (r == 0) {
        r = document_hash_lines(document);
    }
    if (r == 0) {
        r = document_copy_hashes(document, &document->opened);
    }
    if (r < 0) {
        return r;
    }
    *ret_document = TAKE_PTR(document);
    return 0;
}

static int no_room(int result, const char *uri, struct hl_error *error)
{
    return hl_error_set_errno(error, -result, "cannot keep %s", uri);
}

int hl_documents_open(struct hl_documents *documents, const cJSON *params,
                      struct hl_document **ret_document, struct hl_error *error)
{
    const char *uri = "";
    const char *text = "";
    const char *language = "";
    int64_t version = 0;
    int r = hl_field_string(params, "textDocument.uri", &uri, error);
    if (r == 0) {
        r = hl_field_string(params, "textDocument.text", &text, error);
    }
    if (r == 0) {
        r = hl_field_string_optional(params, "textDocument.languageId", &language, error);
    }
    if (r == 0) {
        r = hl_field_int_optional(params, "textDocument.version", &version, error);
    }
    if (r < 0) {
        return r;
    }
    struct hl_document *document = NULL;
    r = make_document(uri, language, version, text, documents->edits + 1, &document);
    if (r < 0) {
        return no_room(r, uri, error);
    }
    documents->edits++;
    struct hl_document *old = find_uri(documents, uri);
    if (old) {
        /* Opened twice: the same place, so that whoever holds it sees the new text. */
        document->diagnostics = old->diagnostics;
        struct hl_document swapped = *old;
        *old = *document;
        *document = swapped;
        document_destroy(document);
        document = old;
    } else if (hl_array_reserve(&documents->items, &documents->capacity, documents->count + 1,
                                sizeof(struct hl_document *)) < 0) {
        document_destroy(document);
        return no_room(-ENOMEM, uri, error);
    } else {
        documents->items[documents->count++] = document;
    }
    documents->current = document;
    *ret_document = document;
    return 0;
}

static int read_change(const cJSON *item, struct document_change *ret_change,
                       struct hl_error *error)
{
    struct document_change change = {.text = ""};
    const cJSON *range = NULL;
    int r = cJSON_IsObject(item)
                ? hl_field_string(item, "text", &change.text, error)
                : hl_error_set(error, EINVAL, "contentChanges: an array of objects is expected");
    if (r == 0) {
        r = hl_field_object_optional(item, "range", &range, error);
    }
    change.is_whole = !range;
    if (r == 0 && range) {
        r = hl_field_range(item, "range", &change.range, error);
    }
    if (r == 0 && range && hl_position_is_before(change.range.end, change.range.start)) {
        r = hl_error_set(error, EINVAL, "range: an end that is not before the start is expected");
    }
    if (r == 0) {
        *ret_change = change;
    }
    return r;
}

static int apply_change(struct hl_document *document, const struct document_change *change)
{
    size_t length = strlen(change->text);
    if (change->is_whole) {
        document->outline_edit = 0;
        return document_set_text(document, change->text, length);
    }
    size_t start = hl_position_to_offset(&document->lines, document->text, document->length,
                                         change->range.start);
    size_t end = hl_position_to_offset(&document->lines, document->text, document->length,
                                       change->range.end);
    bool keeps_outline = document_keeps_outline(document, start, end, change->text, length);
    int r = document_splice(document, start, end, change->text, length);
    if (!keeps_outline) {
        document->outline_edit = 0;
    } else if (r == 0) {
        document_keep_outline(document, change->range.start.line);
    }
    return r;
}

/* All changes are looked at before the first is applied. The caller frees the array. */
static int read_changes(const cJSON *array, struct document_change **ret_changes, size_t *ret_count,
                        struct hl_error *error)
{
    const cJSON *item;
    size_t count = 0;
    _cleanup_free_ struct document_change *changes =
        hl_try_malloc((size_t)cJSON_GetArraySize(array) + 1, sizeof(*changes));
    if (!changes) {
        return -ENOMEM;
    }
    cJSON_ArrayForEach(item, array)
    {
        int r = read_change(item, &changes[count++], error);
        if (r < 0) {
            hl_error_prefix(error, "contentChanges");
            return r;
        }
    }
    *ret_changes = TAKE_PTR(changes);
    *ret_count = count;
    return 0;
}

/* Edits `document`; on failure it is as before. */
static int apply_changes(struct hl_document *document, const struct document_change *changes,
                         size_t count)
{
    struct hl_document draft;
    int r = count >= MANY_CHANGES ? document_apply_in_order(document, changes, count) : 0;
    if (r != 0) {
        return r < 0 ? r : 0;
    }
    r = document_copy_text(document, &draft);
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = apply_change(&draft, &changes[i]);
        if (r < 0) {
            document_finish_text(&draft);
        }
    }
    if (r < 0) {
        return r;
    }
    document_finish_text(document);
    *document = draft;
    return 0;
}

/* The open document that `params` speak of. */
static int find_open(struct hl_documents *documents, const cJSON *params,
                     struct hl_document **ret_document, struct hl_error *error)
{
    const char *uri = "";
    int r = hl_field_string(params, "textDocument.uri", &uri, error);
    if (r < 0) {
        return r;
    }
    struct hl_document *document = hl_documents_find(documents, uri);
    if (!document) {
        return hl_error_set(error, ENOENT, "%s is not open", uri);
    }
    *ret_document = document;
    return 0;
}

int hl_documents_change(struct hl_documents *documents, const cJSON *params,
                        struct hl_document **ret_document, struct hl_error *error)
{
    struct hl_document *document = NULL;
    const cJSON *array = NULL;
    _cleanup_free_ struct document_change *changes = NULL;
    size_t count = 0;
    int64_t version = INT64_MIN;
    int r = find_open(documents, params, &document, error);
    if (r == 0) {
        r = hl_field_int_optional(params, "textDocument.version", &version, error);
    }
    if (r == 0) {
        r = hl_field_array(params, "contentChanges", &array, error);
    }
    if (r == 0) {
        r = read_changes(array, &changes, &count, error);
    }
    if (r < 0 || !document) {
        return r;
    }
    if (count > 0 && !changes->is_whole) {
        document_settle_outline(document, changes->range.start.line);
    }
    r = apply_changes(document, changes, count);
    if (r < 0) {
        return no_room(r, document->uri, error);
    }
    document->version = version == INT64_MIN ? document->version : version;
    bool keeps_outline = document->outline_edit == document->edit;
    document->edit = ++documents->edits;
    document->outline_edit = keeps_outline ? document->edit : 0;
    document->hashes_edit = document->hashes.items ? document->edit : 0;
    document->is_saved = false;
    documents->current = document;
    *ret_document = document;
    return 0;
}

int hl_documents_close(struct hl_documents *documents, const cJSON *params, char **ret_uri,
                       struct hl_error *error)
{
    struct hl_document *document = NULL;
    int r = find_open(documents, params, &document, error);
    if (r < 0 || !document) {
        return r;
    }
    size_t place = 0;
    while (documents->items[place] != document) {
        place++;
    }
    documents->count--;
    memmove(documents->items + place, documents->items + place + 1,
            (documents->count - place) * sizeof(struct hl_document *));
    if (documents->current == document) {
        documents->current =
            documents->count > 0 ? documents->items[documents->count - 1] : NULL;
    }
    *ret_uri = TAKE_PTR(document->uri);
    document_destroy(document);
    return 0;
}

int hl_documents_save(struct hl_documents *documents, const cJSON *params,
                      struct hl_document **ret_document, struct hl_error *error)
{
    struct hl_document *document = NULL;
    int r = find_open(documents, params, &document, error);
    if (r == 0 && document) {
        document->is_saved = true;
        *ret_document = document;
    }
    return r;
}

struct hl_document *hl_documents_current(struct hl_documents *documents)
{
    return documents->current;
}

void hl_documents_touch(struct hl_documents *documents, struct hl_document *document)
{
    documents->current = document;
}

size_t hl_documents_count(const struct hl_documents *documents)
{
    return documents->count;
}

struct hl_document *hl_documents_at(struct hl_documents *documents, size_t index)
{
    return documents->items[index];
}

const struct hl_line_hashes *hl_document_hashes(struct hl_document *document)
{
    return document_hash_lines(document) == 0 ? &document->hashes : NULL;
}
