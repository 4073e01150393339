/* Reading tree blobs. Any bytes may come: each length is checked against what is left, and every
 * allocation is in proportion to the input. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "hotlens/base/hash.h"
#include "hotlens/store/tree_blob.h"
#include "tree_layout.h"
#include "varint.h"

static size_t left(const struct cursor *in)
{
    return (size_t)(in->end - in->at);
}

/* A number below `limit`; 0 and a failure otherwise. */
static uint32_t get_below(struct cursor *in, uint64_t limit)
{
    uint64_t value = get_varint(in);
    if (value >= limit) {
        cursor_fail(in);
        return 0;
    }
    return (uint32_t)value;
}

/* How many of something that takes at least `size` bytes each. */
static uint32_t get_count(struct cursor *in, size_t size)
{
    uint64_t count = get_varint(in);
    if (count > left(in) / size || count >= HL_NO_FRAME) {
        cursor_fail(in);
        return 0;
    }
    return (uint32_t)count;
}

struct slice {
    const char *data;
    size_t length;
};

static struct slice get_slice(struct cursor *in)
{
    uint64_t length = get_varint(in);
    if (length > left(in)) {
        cursor_fail(in);
        return (struct slice){"", 0};
    }
    struct slice slice = {(const char *)in->at, (size_t)length};
    in->at += length;
    return slice;
}

struct decoder {
    struct cursor in;
    enum hl_metric metric;
    uint32_t string_count;
    uint32_t frame_count;
    uint32_t node_count; /* with the root */
    struct slice *strings;
    struct hl_frames *frames;
    uint32_t *frame;
    uint32_t *depth;
    uint64_t *self;
    uint32_t *path; /* the frame at each depth on the way to the current node */
    struct tree_guess guess;
};

static void decoder_finish(struct decoder *decoder)
{
    free(decoder->strings);
    hl_frames_unref(decoder->frames);
    free(decoder->frame);
    free(decoder->depth);
    free(decoder->self);
    free(decoder->path);
    tree_guess_finish(&decoder->guess);
}

static int read_counts(struct decoder *decoder)
{
    struct cursor *in = &decoder->in;
    decoder->metric = (enum hl_metric)get_below(in, HL_METRIC_ALLOCATIONS + 1);
    decoder->string_count = get_count(in, 1);
    decoder->frame_count = get_count(in, 2);
    decoder->node_count = get_count(in, 1);
    return in->bad || decoder->node_count == 0 ? -EBADMSG : 0;
}

static int read_strings(struct decoder *decoder)
{
    decoder->strings = hl_try_malloc(decoder->string_count, sizeof(*decoder->strings));
    if (!decoder->strings) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < decoder->string_count; i++) {
        decoder->strings[i] = get_slice(&decoder->in);
    }
    return decoder->in.bad ? -EBADMSG : 0;
}

struct frame_parts {
    struct hl_frame frame; /* without string ids */
    enum tree_text form;
    struct slice name;
    struct slice file; /* data NULL for none */
    struct slice text; /* of TREE_TEXT_OWN */
};

static struct frame_parts get_frame(struct decoder *decoder)
{
    struct cursor *in = &decoder->in;
    struct frame_parts parts = {0};
    unsigned flags = in->at < in->end ? *in->at++ : TREE_FRAME_RESERVED;
    if (flags & TREE_FRAME_RESERVED || decoder->string_count == 0) {
        cursor_fail(in);
        return parts;
    }
    parts.frame.kind = (enum hl_frame_kind)(flags & TREE_FRAME_KIND);
    parts.form = (enum tree_text)((flags & TREE_FRAME_TEXT) >> TREE_FRAME_TEXT_SHIFT);
    parts.name = decoder->strings[get_below(in, decoder->string_count)];
    if (flags & TREE_FRAME_HAS_FILE) {
        parts.file = decoder->strings[get_below(in, decoder->string_count)];
    }
    if (flags & TREE_FRAME_HAS_LINE) {
        parts.frame.line = get_below(in, (uint64_t)UINT32_MAX + 1);
    }
    if (flags & TREE_FRAME_HAS_NUMBER) {
        parts.frame.number = get_varint(in);
    }
    if (parts.form == TREE_TEXT_OWN) {
        parts.text = get_slice(in);
    }
    return parts;
}

/* The text of a frame, in `scratch` when it has to be put together. */
static int derive_text(const struct frame_parts *parts, char scratch[TREE_DERIVED_LIMIT + 16],
                       struct slice *ret_text)
{
    switch (parts->form) {
    case TREE_TEXT_OWN:
        *ret_text = parts->text;
        return 0;
    case TREE_TEXT_NAME:
        *ret_text = parts->name;
        return 0;
    case TREE_TEXT_WITH_LINE:
    case TREE_TEXT_WITH_FILE:
    default:
        break;
    }
    if (!parts->file.data || parts->name.length > TREE_DERIVED_LIMIT ||
        parts->file.length > TREE_DERIVED_LIMIT - parts->name.length) {
        return -EBADMSG;
    }
    char *at = scratch;
    memcpy(at, parts->name.data, parts->name.length);
    at += parts->name.length;
    *at++ = ' ';
    *at++ = '(';
    memcpy(at, parts->file.data, parts->file.length);
    at += parts->file.length;
    at += parts->form == TREE_TEXT_WITH_LINE ? snprintf(at, 13, ":%u)", parts->frame.line)
                                             : snprintf(at, 13, ")");
    *ret_text = (struct slice){scratch, (size_t)(at - scratch)};
    return 0;
}

static int add_frame(struct decoder *decoder, const struct frame_parts *parts)
{
    char scratch[TREE_DERIVED_LIMIT + 16];
    struct slice text;
    int r = derive_text(parts, scratch, &text);
    if (r < 0) {
        return r;
    }
    uint32_t id;
    r = hl_frames_intern(decoder->frames, text.data, text.length, &id);
    if (r <= 0) {
        return r == 0 ? -EBADMSG : r; /* two frames with one text */
    }
    return hl_frames_describe(decoder->frames, id, parts->frame.kind, parts->name.data,
                              parts->name.length, parts->file.data, parts->file.length,
                              parts->frame.line, parts->frame.number);
}

static int read_frames(struct decoder *decoder)
{
    decoder->frames = hl_frames_create();
    for (uint32_t i = 0; i < decoder->frame_count; i++) {
        struct frame_parts parts = get_frame(decoder);
        int r = decoder->in.bad ? -EBADMSG : add_frame(decoder, &parts);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int make_columns(struct decoder *decoder)
{
    /* A node takes at least a byte. */
    if (decoder->node_count - 1 > left(&decoder->in)) {
        return -EBADMSG;
    }
    size_t count = decoder->node_count;
    decoder->frame = hl_try_malloc(count, sizeof(*decoder->frame));
    decoder->depth = hl_try_malloc(count, sizeof(*decoder->depth));
    decoder->self = hl_try_calloc(count, sizeof(*decoder->self));
    decoder->path = hl_try_malloc(count, sizeof(*decoder->path));
    bool have = decoder->frame && decoder->depth && decoder->self && decoder->path;
    return have && tree_guess_init(&decoder->guess, decoder->frame_count) == 0 ? 0 : -ENOMEM;
}

static int read_descents(struct decoder *decoder)
{
    struct cursor *in = &decoder->in;
    decoder->depth[0] = 0;
    uint32_t node = 1;
    uint32_t depth = 0;
    while (node < decoder->node_count) {
        /* Only the first descent starts where the last node is, and none leads above the root. */
        uint32_t up = get_below(in, (uint64_t)depth + 1);
        uint32_t length = get_below(in, (uint64_t)decoder->node_count - node + 1);
        if (in->bad || length == 0 || (up == 0) != (node == 1)) {
            return -EBADMSG;
        }
        depth -= up;
        for (uint32_t end = node + length; node < end; node++) {
            decoder->depth[node] = ++depth;
        }
    }
    return 0;
}

static uint32_t get_node(struct decoder *decoder, uint32_t guessed, uint32_t *seen)
{
    uint64_t code = get_varint(&decoder->in);
    uint64_t id = code - TREE_NODE_KNOWN;
    if (code == TREE_NODE_GUESSED) {
        id = guessed;
    } else if (code == TREE_NODE_NEW && *seen < decoder->frame_count) {
        return (*seen)++;
    }
    if (id >= *seen) {
        cursor_fail(&decoder->in);
        return 0;
    }
    return (uint32_t)id;
}

static int read_frames_of_nodes(struct decoder *decoder)
{
    struct tree_guess *guess = &decoder->guess;
    uint32_t *path = decoder->path;
    uint32_t seen = 0;
    decoder->frame[0] = HL_NO_FRAME;
    path[0] = decoder->frame_count;
    for (uint32_t i = 1; i < decoder->node_count; i++) {
        uint32_t depth = decoder->depth[i];
        bool first = decoder->depth[i - 1] < depth;
        uint32_t *place =
            first ? &guess->first_child[path[depth - 1]] : &guess->next_sibling[path[depth]];
        uint32_t id = get_node(decoder, *place, &seen);
        if (decoder->in.bad) {
            return -EBADMSG;
        }
        *place = id;
        path[depth] = id;
        decoder->frame[i] = id;
    }
    return seen == decoder->frame_count ? 0 : -EBADMSG;
}

static int read_self(struct decoder *decoder)
{
    struct cursor *in = &decoder->in;
    uint32_t count = get_count(in, 2);
    uint64_t node = 0;
    for (uint32_t i = 0; i < count; i++) {
        node += get_below(in, UINT32_MAX);
        uint64_t self = get_varint(in);
        if (in->bad || node >= decoder->node_count || self == 0) {
            return -EBADMSG;
        }
        decoder->self[node++] = self;
    }
    return in->bad || left(in) > 0 ? -EBADMSG : 0;
}

static int decode_content(const uint8_t *data, size_t length, struct hl_profile **ret_profile)
{
    static int (*const STEPS[])(struct decoder *) = {
        read_counts,   read_strings,         read_frames, make_columns,
        read_descents, read_frames_of_nodes, read_self,
    };
    _cleanup_(decoder_finish) struct decoder decoder = {
        .in = {.at = data, .end = data + length},
    };
    for (size_t i = 0; i < ARRAY_SIZE(STEPS); i++) {
        int r = STEPS[i](&decoder);
        if (r < 0) {
            return r == -ENOMEM ? -ENOMEM : -EBADMSG;
        }
    }
    return hl_profile_from_preorder(decoder.frames, decoder.metric, decoder.node_count,
                                    decoder.frame, decoder.depth, decoder.self, ret_profile);
}

/* The deflated start of the content, then the rest of it as it is. */
static int unpack(struct cursor in, struct hl_profile **ret_profile)
{
    uint64_t length = get_varint(&in);
    struct slice packed = get_slice(&in);
    if (in.bad || length / TREE_PACKING_LIMIT > packed.length + 10) {
        return -EBADMSG;
    }
    size_t rest = left(&in);
    _cleanup_free_ uint8_t *content = hl_try_malloc((size_t)length + rest, 1);
    if (!content) {
        return -ENOMEM;
    }
    uLongf got = (uLongf)length;
    int code = uncompress(content, &got, (const Bytef *)packed.data, packed.length);
    if (code == Z_MEM_ERROR) {
        return -ENOMEM;
    }
    if (code != Z_OK || got != length) {
        return -EBADMSG;
    }
    if (rest > 0) {
        memcpy(content + length, in.at, rest);
    }
    return decode_content(content, (size_t)length + rest, ret_profile);
}

static uint64_t get_u64(const uint8_t *at)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}

int hl_tree_blob_decode(const void *data, size_t length, struct hl_profile **ret_profile)
{
    const uint8_t *bytes = data;
    if (length < TREE_HEADER_SIZE || memcmp(bytes, TREE_MAGIC, TREE_MAGIC_SIZE) != 0) {
        return -EBADMSG;
    }
    if (bytes[TREE_MAGIC_SIZE] > TREE_VERSION) {
        return -EPROTO;
    }
    uint8_t packing = bytes[TREE_MAGIC_SIZE + 1];
    const uint8_t *body = bytes + TREE_HEADER_SIZE;
    size_t body_length = length - TREE_HEADER_SIZE;
    if (bytes[TREE_MAGIC_SIZE] != TREE_VERSION || packing > TREE_DEFLATED ||
        get_u64(bytes + TREE_MAGIC_SIZE + 2) != hl_hash_bytes(body, body_length, packing)) {
        return -EBADMSG;
    }
    if (packing == TREE_PLAIN) {
        return decode_content(body, body_length, ret_profile);
    }
    return unpack((struct cursor){.at = body, .end = body + body_length}, ret_profile);
}
