/* didChange against a text that is edited in the plainest way: each edit replaces a range of UTF-16
 * positions, as the protocol says, also past the ends of lines and of the text. */
#include <stdint.h>
#include <string.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/utf8.h"
#include "hotlens/server/documents.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define URI "file:///a.py"
#define EDITS_MOST 64

static const char *const PIECES[] = {
    "", "a", "\n", "\r\n", "\r", "é", "€", "😀", "x = 1\n",
    "def f():\n    pass\n", "\"\"\"", "\t😀\n\n", "e\xcc\x81",
    " ", "d", "ef f():", "#", "x = ", "\\", "(", "if x:\n  ", "@d\n", "class ",
    "\nif __name__ == '__main__':\n    f()\n", "class K:\n    @d\n    def m(self): pass\n", "'", ")",
};

/* Units of a character, by its first byte. */
static uint32_t units(unsigned char byte)
{
    return byte >= 0xF0 ? 2 : 1;
}

static size_t bytes(unsigned char byte)
{
    return byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
}

/* Where a position is, counted from the start each time. */
static size_t offset_of(const char *text, size_t length, uint32_t line, uint32_t character)
{
    size_t at = 0;
    while (line > 0 && at < length) {
        bool is_pair = text[at] == '\r' && at + 1 < length && text[at + 1] == '\n';
        bool ends = text[at] == '\n' || text[at] == '\r';
        at += is_pair ? 2 : 1;
        line -= ends ? 1 : 0;
    }
    if (line > 0) {
        return length;
    }
    while (at < length && text[at] != '\n' && text[at] != '\r') {
        uint32_t wide = units((unsigned char)text[at]);
        if (character < wide) {
            break; /* also in the middle of a pair: before it */
        }
        character -= wide;
        at += bytes((unsigned char)text[at]);
    }
    return at;
}

static void change(struct hl_documents *documents, int64_t version, const uint8_t *edit,
                   const char *text)
{
    cJSON *params = cJSON_CreateObject();
    cJSON *identifier = cJSON_AddObjectToObject(params, "textDocument");
    cJSON_AddStringToObject(identifier, "uri", URI);
    cJSON_AddNumberToObject(identifier, "version", (double)version);
    cJSON *item = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(params, "contentChanges"), item);
    cJSON *range = cJSON_AddObjectToObject(item, "range");
    cJSON *start = cJSON_AddObjectToObject(range, "start");
    cJSON_AddNumberToObject(start, "line", edit[0]);
    cJSON_AddNumberToObject(start, "character", edit[1]);
    cJSON *end = cJSON_AddObjectToObject(range, "end");
    cJSON_AddNumberToObject(end, "line", edit[0] + edit[2] % 4);
    cJSON_AddNumberToObject(end, "character", edit[2] % 4 ? edit[3] : edit[1] + edit[3] % 16);
    cJSON_AddStringToObject(item, "text", text);
    struct hl_document *document = NULL;
    hl_assert(hl_documents_change(documents, params, &document, NULL) == 0);
    hl_assert(document->version == version);
    cJSON_Delete(params);
}

static void open_document(struct hl_documents *documents)
{
    cJSON *params = cJSON_CreateObject();
    cJSON *item = cJSON_AddObjectToObject(params, "textDocument");
    cJSON_AddStringToObject(item, "uri", URI);
    cJSON_AddStringToObject(item, "languageId", "python");
    cJSON_AddNumberToObject(item, "version", 0);
    cJSON_AddStringToObject(item, "text", "def a():\n    return '😀é'\r\nx\r\n");
    struct hl_document *document = NULL;
    hl_assert(hl_documents_open(documents, params, &document, NULL) == 0);
    cJSON_Delete(params);
}

static void replace(struct hl_buffer *model, size_t start, size_t end, const char *text)
{
    struct hl_buffer next = {0};
    hl_buffer_append(&next, model->data, start);
    hl_buffer_puts(&next, text);
    hl_buffer_append(&next, model->data + end, model->length - end);
    hl_buffer_finish(model);
    *model = next;
}

/* The outline that is kept is that of the text, except while a string is being typed. */
static void check_outline(struct hl_document *document)
{
    struct hl_outline *fresh = NULL;
    const struct hl_outline *kept = hl_document_outline(document);
    hl_assert(kept != NULL);
    hl_assert(hl_outline_create(document->text, document->length, &fresh) == 0);
    if (!hl_outline_is_unterminated(fresh)) {
        hl_assert(hl_outline_count(kept) == hl_outline_count(fresh));
        hl_assert(hl_outline_main_line(kept) == hl_outline_main_line(fresh));
        hl_assert(hl_outline_lines(kept) == hl_outline_lines(fresh));
        for (uint32_t i = 0; i < hl_outline_count(fresh); i++) {
            const struct hl_definition *a = hl_outline_get(kept, i);
            const struct hl_definition *b = hl_outline_get(fresh, i);
            hl_assert(strcmp(hl_outline_path(kept, i), hl_outline_path(fresh, i)) == 0);
            hl_assert(a->kind == b->kind && a->parent == b->parent && a->ordinal == b->ordinal);
            hl_assert(a->first_line == b->first_line && a->def_line == b->def_line);
            hl_assert(a->body_line == b->body_line && a->end_line == b->end_line);
        }
    }
    hl_outline_destroy(fresh);
}

static void check(struct hl_documents *documents, const struct hl_buffer *model, bool everything)
{
    struct hl_document *document = hl_documents_find(documents, URI);
    hl_assert(document->length == model->length);
    hl_assert(model->length == 0 || memcmp(document->text, model->data, model->length) == 0);
    if (everything) {
        /* What is kept up to date by the edit is what the whole text gives. */
        struct hl_line_hashes fresh = {0};
        const struct hl_line_hashes *kept = hl_document_hashes(document);
        hl_assert(hl_line_hashes_init(&fresh, document->text, document->length) == 0);
        hl_assert(kept->count == fresh.count);
        hl_assert(fresh.count == 0 ||
                  memcmp(kept->items, fresh.items, fresh.count * sizeof(*fresh.items)) == 0);
        hl_line_hashes_finish(&fresh);
        check_outline(document);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(hl_documents_destroy_p) struct hl_documents *documents = hl_documents_create();
    _cleanup_buffer_ struct hl_buffer model = {0};
    hl_buffer_puts(&model, "def a():\n    return '😀é'\r\nx\r\n");
    open_document(documents);
    for (size_t i = 0; i < EDITS_MOST && (i + 1) * 5 <= size; i++) {
        const uint8_t *edit = data + i * 5;
        const char *text = PIECES[edit[4] % ARRAY_SIZE(PIECES)];
        uint32_t end_line = edit[0] + edit[2] % 4;
        uint32_t end_character = edit[2] % 4 ? edit[3] : edit[1] + edit[3] % 16;
        size_t start = offset_of(model.data, model.length, edit[0], edit[1]);
        size_t end = offset_of(model.data, model.length, end_line, end_character);
        change(documents, (int64_t)i + 1, edit, text);
        replace(&model, start, end < start ? start : end, text);
        check(documents, &model, (edit[2] & 0x40) == 0); /* else several edits lie between two outlines */
    }
    check(documents, &model, true);
    return 0;
}
