/* Any bytes as a tree blob: a profile or a clear refusal; and what is a profile is written the same
 * ever after. The first byte chooses whether the checksum is put right, without which mutations
 * would never come behind it. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"
#include "hotlens/store/tree_blob.h"

#define HEADER_SIZE 16
#define PACKING_AT 7

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_hash(uint8_t *blob, size_t length)
{
    uint64_t hash = hl_hash_bytes(blob + HEADER_SIZE, length - HEADER_SIZE, blob[PACKING_AT]);
    for (size_t i = 0; i < 8; i++) {
        blob[PACKING_AT + 1 + i] = (uint8_t)(hash >> (8 * i));
    }
}

static void check_fixed_point(const struct hl_profile *profile)
{
    _cleanup_buffer_ struct hl_buffer one = {0};
    _cleanup_buffer_ struct hl_buffer two = {0};
    _cleanup_(hl_profile_unref_p) struct hl_profile *again = NULL;
    hl_assert(hl_tree_blob_encode(profile, &one) == 0);
    hl_assert(hl_tree_blob_decode(one.data, one.length, &again) == 0);
    hl_assert(hl_profile_samples(again) == hl_profile_samples(profile));
    hl_assert(hl_profile_columns(again)->count == hl_profile_columns(profile)->count);
    hl_assert(hl_tree_blob_encode(again, &two) == 0);
    hl_assert(one.length == two.length && memcmp(one.data, two.data, one.length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    size_t length = size - 1;
    _cleanup_free_ uint8_t *blob = hl_xmalloc(length);
    if (length > 0) {
        memcpy(blob, data + 1, length);
    }
    if (data[0] % 4 && length > HEADER_SIZE) {
        put_hash(blob, length);
    }
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    if (hl_tree_blob_decode(blob, length, &profile) == 0) {
        check_fixed_point(profile);
    }
    return 0;
}
