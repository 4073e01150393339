#include "text.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "hotlens/base/limits.h"
#include "hotlens/base/sha256.h"

/* A text is packed once and read often: more than the fastest, but not so slow that a first run
 * over hundreds of files is felt. */
#define LEVEL 3

static int find(struct hl_store *store, const struct hl_source *source, int64_t *ret_text)
{
    _cleanup_statement_ struct statement query = {0};
    statement_prepare(store, &query, "SELECT id FROM text WHERE hash = ?");
    bind_blob(&query, source->hash, sizeof(source->hash));
    int code = statement_step(&query);
    if (code == SQLITE_ROW) {
        *ret_text = read_int(&query);
    }
    return code;
}

int text_save(struct hl_store *store, const struct hl_source *source, int64_t *ret_text)
{
    int code = find(store, source, ret_text);
    if (code != SQLITE_DONE) {
        return code == SQLITE_ROW ? SQLITE_OK : code;
    }
    uLongf packed_length = compressBound(source->length);
    _cleanup_free_ Bytef *packed = hl_try_malloc(packed_length, 1);
    if (!packed || compress2(packed, &packed_length, (const Bytef *)source->text, source->length,
                             LEVEL) != Z_OK) {
        return SQLITE_NOMEM;
    }
    _cleanup_statement_ struct statement insert = {0};
    statement_prepare(store, &insert, "INSERT INTO text (hash, length, data) VALUES (?, ?, ?)");
    bind_blob(&insert, source->hash, sizeof(source->hash));
    bind_int(&insert, (int64_t)source->length);
    bind_blob(&insert, packed, packed_length);
    code = statement_run(&insert);
    if (code == SQLITE_OK) {
        *ret_text = sqlite3_last_insert_rowid(store->db);
    }
    return code;
}

int text_unpack(const void *data, size_t length, size_t plain_length, const uint8_t hash[32],
                char **ret_text)
{
    /* Deflate cannot pack tighter than this, so a length that promises more is not true. */
    if (!data || plain_length > HL_LIMIT_SOURCE || plain_length / 1032 > length) {
        return -EBADMSG;
    }
    _cleanup_free_ char *text = hl_try_malloc(plain_length + 1, 1);
    if (!text) {
        return -ENOMEM;
    }
    uLongf got = plain_length;
    int code = uncompress((Bytef *)text, &got, data, length);
    if (code == Z_MEM_ERROR) {
        return -ENOMEM;
    }
    uint8_t digest[HL_SHA256_SIZE];
    hl_sha256(text, code == Z_OK ? got : 0, digest);
    if (code != Z_OK || got != plain_length || memcmp(digest, hash, sizeof(digest)) != 0) {
        return -EBADMSG;
    }
    text[plain_length] = '\0';
    *ret_text = TAKE_PTR(text);
    return 0;
}
