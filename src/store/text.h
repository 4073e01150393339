/* Source texts: kept once each, compressed. */
#ifndef HOTLENS_STORE_TEXT_H
#define HOTLENS_STORE_TEXT_H

#include "connection.h"

/* The row of a text, made when missing. An SQLite result code. */
int text_save(struct hl_store *store, const struct hl_source *source, int64_t *ret_text);
/* Unpacks, and checks the hash. Caller frees. 0, -ENOMEM, -EBADMSG. */
int text_unpack(const void *data, size_t length, size_t plain_length, const uint8_t hash[32],
                char **ret_text);

#endif
