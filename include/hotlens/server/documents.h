/* Open documents. A document is known by the URI string that the client uses, and by its path; text is
 * UTF-8 in one buffer that edits change in place. Line index and hashes are kept up to date by edit range;
 * the outline is made again at the next question. */
#ifndef HOTLENS_SERVER_DOCUMENTS_H
#define HOTLENS_SERVER_DOCUMENTS_H

#include <cjson/cJSON.h>

#include "hotlens/lsp/fields.h"
#include "hotlens/lsp/position.h"
#include "hotlens/python/line_map.h"
#include "hotlens/python/outline.h"

struct hl_document {
    char *uri;        /* as the client writes it: echoed unchanged */
    char *path;       /* absolute, normalized; NULL for untitled: and others */
    char *real_path;  /* resolved at didOpen, or NULL */
    char *language;
    int64_t version;
    uint64_t edit;    /* counts changes; never repeats in a session */
    bool is_python;
    bool is_saved;    /* no change since didOpen or didSave */
    char *text;
    size_t length;
    size_t capacity;
    struct hl_line_index lines;
    struct hl_line_hashes hashes;     /* valid when hashes_edit == edit */
    uint64_t hashes_edit;
    struct hl_line_hashes opened;     /* of the text at didOpen: all that is known of a run from elsewhere */
    struct hl_outline *outline;       /* last good one; see hl_document_outline */
    struct hl_line_hashes outlined;   /* of the text that it is of */
    uint64_t outline_edit;            /* valid when it is `edit` */
    bool outline_is_old;              /* a string is being typed: the outline is of an earlier text */
    uint64_t diagnostics;             /* hash of what was published last; 0 is nothing */
};

struct hl_documents;

struct hl_documents *hl_documents_create(void);
void hl_documents_destroy(struct hl_documents *documents);

/* didOpen / didChange / didClose / didSave with their params. -EINVAL with the field in `error`; a change
 * to a document that is not open is -ENOENT. On failure the document is as before. */
int hl_documents_open(struct hl_documents *documents, const cJSON *params,
                      struct hl_document **ret_document, struct hl_error *error);
int hl_documents_change(struct hl_documents *documents, const cJSON *params,
                        struct hl_document **ret_document, struct hl_error *error);
int hl_documents_close(struct hl_documents *documents, const cJSON *params, char **ret_uri,
                       struct hl_error *error);
int hl_documents_save(struct hl_documents *documents, const cJSON *params,
                      struct hl_document **ret_document, struct hl_error *error);

/* The same file under another spelling of its URI is the same document. NULL when it is not open. A URI that
 * is none of an open document's costs a look at the disk. */
struct hl_document *hl_documents_find(struct hl_documents *documents, const char *uri);
/* By path, or by real path; either may be NULL. Asks no disk. */
struct hl_document *hl_documents_find_path(struct hl_documents *documents, const char *path,
                                           const char *real_path);
/* Most recently opened, changed or asked about; NULL when none is open. For commands without arguments. */
struct hl_document *hl_documents_current(struct hl_documents *documents);
void hl_documents_touch(struct hl_documents *documents, struct hl_document *document);
size_t hl_documents_count(const struct hl_documents *documents);
struct hl_document *hl_documents_at(struct hl_documents *documents, size_t index);

/* The outline of the present text, or the last good one while a triple quote is open; empty for what is
 * not Python. NULL only without memory. */
const struct hl_outline *hl_document_outline(struct hl_document *document);
const struct hl_line_hashes *hl_document_hashes(struct hl_document *document);

HL_DEFINE_CLEANUP(struct hl_documents *, hl_documents_destroy);

#endif
