/* A frozen profile as bytes: versioned, self-contained, the same on every machine. The layout is
 * described in docs/formats.md. Decoding checks everything: any bytes give a valid profile or
 * -EBADMSG, in memory bounded by the input's size. */
#ifndef HOTLENS_STORE_TREE_BLOB_H
#define HOTLENS_STORE_TREE_BLOB_H

#include "hotlens/base/buffer.h"
#include "hotlens/profile/profile.h"

/* Appends. 0 or -ENOMEM. Linear. */
int hl_tree_blob_encode(const struct hl_profile *profile, struct hl_buffer *blob);
/* 0, -ENOMEM, -EBADMSG, or -EPROTO for a layout newer than this program. */
int hl_tree_blob_decode(const void *data, size_t length, struct hl_profile **ret_profile);

#endif
