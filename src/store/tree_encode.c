/* Writing tree blobs. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "hotlens/base/hash.h"
#include "hotlens/store/tree_blob.h"
#include "tree_layout.h"
#include "varint.h"

struct encoder {
    const struct hl_columns *columns;
    const struct hl_frames *frames;
    uint32_t *frame_ids;  /* id in the blob of each frame, HL_NO_FRAME when it has no node */
    uint32_t *order;      /* the frame of each id */
    uint32_t frame_count; /* frames with nodes */
    uint32_t *string_ids; /* the same for names and files */
    uint32_t *string_order;
    uint32_t string_count;
    struct tree_guess guess;
};

static void encoder_finish(struct encoder *encoder)
{
    free(encoder->frame_ids);
    free(encoder->order);
    free(encoder->string_ids);
    free(encoder->string_order);
    tree_guess_finish(&encoder->guess);
}

static uint32_t *new_ids(size_t count)
{
    uint32_t *ids = hl_try_malloc(count, sizeof(*ids));
    if (ids) {
        memset(ids, 0xff, count * sizeof(*ids)); /* HL_NO_FRAME, HL_NO_STRING */
    }
    return ids;
}

static void number_string(struct encoder *encoder, uint32_t string)
{
    if (string != HL_NO_STRING && encoder->string_ids[string] == HL_NO_STRING) {
        encoder->string_order[encoder->string_count] = string;
        encoder->string_ids[string] = encoder->string_count++;
    }
}

/* Frames and strings get numbers in order of their first node: the same for equal trees, however
 * they were built. */
static int number_frames(struct encoder *encoder)
{
    uint32_t frames = hl_frames_count(encoder->frames);
    uint32_t strings = hl_strings_count(hl_frames_strings(encoder->frames));
    encoder->frame_ids = new_ids(frames);
    encoder->order = new_ids(frames);
    encoder->string_ids = new_ids(strings);
    encoder->string_order = new_ids(strings);
    if (!encoder->frame_ids || !encoder->order || !encoder->string_ids || !encoder->string_order) {
        return -ENOMEM;
    }
    for (uint32_t i = 1; i < encoder->columns->count; i++) {
        uint32_t frame = encoder->columns->frame[i];
        if (encoder->frame_ids[frame] == HL_NO_FRAME) {
            encoder->order[encoder->frame_count] = frame;
            encoder->frame_ids[frame] = encoder->frame_count++;
            number_string(encoder, hl_frames_get(encoder->frames, frame)->name);
            number_string(encoder, hl_frames_get(encoder->frames, frame)->file);
        }
    }
    return 0;
}

/* Whether `text` is prefix + middle + suffix. */
static bool is_joined(const char *text, size_t length, const char *const parts[],
                      const size_t lengths[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (lengths[i] > length || memcmp(text, parts[i], lengths[i]) != 0) {
            return false;
        }
        text += lengths[i];
        length -= lengths[i];
    }
    return length == 0;
}

#define END_SIZE 16

/* Writes `:LINE)`, or `)` for no line, at the end of the array; where it starts. printf() would take a
 * third of the time of encoding. */
static const char *put_end(char end[END_SIZE], uint32_t line)
{
    size_t at = END_SIZE;
    end[--at] = ')';
    for (uint32_t rest = line; rest > 0; rest /= 10) {
        end[--at] = (char)('0' + rest % 10);
    }
    if (line > 0) {
        end[--at] = ':';
    }
    return end + at;
}

static enum tree_text text_form(const struct encoder *encoder, uint32_t id)
{
    const struct hl_frame *frame = hl_frames_get(encoder->frames, id);
    const struct hl_strings *strings = hl_frames_strings(encoder->frames);
    size_t length;
    const char *text = hl_frames_text(encoder->frames, id, &length);
    size_t name_length;
    const char *name = hl_strings_get(strings, frame->name, &name_length);
    if (frame->file == HL_NO_STRING) {
        bool same = length == name_length && memcmp(text, name, length) == 0;
        return same ? TREE_TEXT_NAME : TREE_TEXT_OWN;
    }
    size_t file_length;
    const char *file = hl_strings_get(strings, frame->file, &file_length);
    char end[END_SIZE];
    const char *end_start = put_end(end, frame->line);
    const char *const parts[] = {name, " (", file, end_start};
    const size_t lengths[] = {name_length, 2, file_length, (size_t)(end + END_SIZE - end_start)};
    if (name_length + file_length > TREE_DERIVED_LIMIT ||
        !is_joined(text, length, parts, lengths, ARRAY_SIZE(parts))) {
        return TREE_TEXT_OWN;
    }
    return frame->line > 0 ? TREE_TEXT_WITH_LINE : TREE_TEXT_WITH_FILE;
}

static void put_frame(const struct encoder *encoder, uint32_t id, struct hl_buffer *out)
{
    const struct hl_frame *frame = hl_frames_get(encoder->frames, id);
    enum tree_text form = text_form(encoder, id);
    unsigned flags = (unsigned)frame->kind | (unsigned)form << TREE_FRAME_TEXT_SHIFT |
                     (frame->file != HL_NO_STRING ? TREE_FRAME_HAS_FILE : 0) |
                     (frame->line > 0 ? TREE_FRAME_HAS_LINE : 0) |
                     (frame->number > 0 ? TREE_FRAME_HAS_NUMBER : 0);
    hl_buffer_putc(out, (char)flags);
    put_varint(out, encoder->string_ids[frame->name]);
    if (frame->file != HL_NO_STRING) {
        put_varint(out, encoder->string_ids[frame->file]);
    }
    if (frame->line > 0) {
        put_varint(out, frame->line);
    }
    if (frame->number > 0) {
        put_varint(out, frame->number);
    }
    if (form == TREE_TEXT_OWN) {
        size_t length;
        const char *text = hl_frames_text(encoder->frames, id, &length);
        put_varint(out, length);
        hl_buffer_append(out, text, length);
    }
}

static void put_strings(const struct encoder *encoder, struct hl_buffer *out)
{
    const struct hl_strings *strings = hl_frames_strings(encoder->frames);
    for (uint32_t i = 0; i < encoder->string_count; i++) {
        size_t length;
        const char *text = hl_strings_get(strings, encoder->string_order[i], &length);
        put_varint(out, length);
        hl_buffer_append(out, text, length);
    }
}

/* The shape: a tree in preorder is a row of descents, each so many steps up from the node before
 * and then so many nodes down. */
static void put_descents(const struct encoder *encoder, struct hl_buffer *out)
{
    const struct hl_columns *columns = encoder->columns;
    uint32_t node = 1;
    while (node < columns->count) {
        uint32_t start = node++;
        while (node < columns->count && columns->depth[node] == columns->depth[node - 1] + 1) {
            node++;
        }
        put_varint(out, columns->depth[start - 1] + 1 - columns->depth[start]);
        put_varint(out, node - start);
    }
}

static void put_node(uint32_t *place, uint32_t id, uint32_t *seen, struct hl_buffer *out)
{
    if (*place == id) {
        put_varint(out, TREE_NODE_GUESSED);
    } else if (id == *seen) {
        put_varint(out, TREE_NODE_NEW);
    } else {
        put_varint(out, (uint64_t)id + TREE_NODE_KNOWN);
    }
    if (id == *seen) {
        (*seen)++;
    }
    *place = id;
}

static void put_frames_of_nodes(struct encoder *encoder, uint32_t *path, struct hl_buffer *out)
{
    const struct hl_columns *columns = encoder->columns;
    struct tree_guess *guess = &encoder->guess;
    uint32_t seen = 0;
    path[0] = encoder->frame_count;
    for (uint32_t i = 1; i < columns->count; i++) {
        uint32_t depth = columns->depth[i];
        uint32_t id = encoder->frame_ids[columns->frame[i]];
        bool first = columns->depth[i - 1] < depth;
        uint32_t *place =
            first ? &guess->first_child[path[depth - 1]] : &guess->next_sibling[path[depth]];
        put_node(place, id, &seen, out);
        path[depth] = id;
    }
}

/* Few nodes are the end of a stack: each with its distance from the one before. */
static void put_self(const struct hl_columns *columns, struct hl_buffer *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < columns->count; i++) {
        count += columns->self[i] > 0;
    }
    put_varint(out, count);
    uint32_t next = 0;
    for (uint32_t i = 0; i < columns->count; i++) {
        if (columns->self[i] > 0) {
            put_varint(out, i - next);
            put_varint(out, columns->self[i]);
            next = i + 1;
        }
    }
}

static uint32_t max_depth(const struct hl_columns *columns)
{
    uint32_t depth = 0;
    for (uint32_t i = 0; i < columns->count; i++) {
        depth = columns->depth[i] > depth ? columns->depth[i] : depth;
    }
    return depth;
}

static int put_content(const struct hl_profile *profile, struct hl_buffer *out,
                       size_t *ret_strings_end)
{
    _cleanup_(encoder_finish) struct encoder encoder = {
        .columns = hl_profile_columns(profile),
        .frames = hl_profile_frames(profile),
    };
    int r = number_frames(&encoder);
    if (r < 0 || tree_guess_init(&encoder.guess, encoder.frame_count) < 0) {
        return -ENOMEM;
    }
    _cleanup_free_ uint32_t *path =
        hl_try_malloc((size_t)max_depth(encoder.columns) + 1, sizeof(*path));
    if (!path) {
        return -ENOMEM;
    }
    put_varint(out, (uint64_t)hl_profile_metric(profile));
    put_varint(out, encoder.string_count);
    put_varint(out, encoder.frame_count);
    put_varint(out, encoder.columns->count);
    put_strings(&encoder, out);
    *ret_strings_end = out->length;
    for (uint32_t i = 0; i < encoder.frame_count; i++) {
        put_frame(&encoder, encoder.order[i], out);
    }
    put_descents(&encoder, out);
    put_frames_of_nodes(&encoder, path, out);
    put_self(encoder.columns, out);
    return out->error;
}

static void put_u64(char *at, uint64_t value)
{
    for (size_t i = 0; i < 8; i++) {
        at[i] = (char)(value >> (8 * i));
    }
}

/* Appends the content with its first `head` bytes deflated; false when that does not pay. */
static bool pack(const struct hl_buffer *content, size_t head, struct hl_buffer *out)
{
    uLongf length = compressBound(head);
    _cleanup_free_ Bytef *packed = hl_try_malloc(length, 1);
    if (!packed ||
        compress2(packed, &length, (const Bytef *)content->data, head, Z_BEST_SPEED) != Z_OK) {
        return false;
    }
    if (length + 2 * VARINT_MAX >= head || head / TREE_PACKING_LIMIT > length) {
        return false;
    }
    put_varint(out, head);
    put_varint(out, length);
    hl_buffer_append(out, packed, length);
    hl_buffer_append(out, content->data + head, content->length - head);
    return true;
}

/* In small blobs texts dominate and shrink to a third. In big ones nodes do, which are dense
 * already: deflating them takes longer than all else in a save, for a sixth of the space. */
static size_t packed_head(const struct hl_buffer *content, size_t strings_end)
{
    return content->length <= TREE_DEFLATE_LIMIT ? content->length : strings_end;
}

int hl_tree_blob_encode(const struct hl_profile *profile, struct hl_buffer *blob)
{
    _cleanup_buffer_ struct hl_buffer content = {0};
    size_t strings_end = 0;
    int r = put_content(profile, &content, &strings_end);
    if (r < 0) {
        return -ENOMEM;
    }
    size_t start = blob->length;
    char header[TREE_HEADER_SIZE] = TREE_MAGIC;
    header[TREE_MAGIC_SIZE] = TREE_VERSION;
    header[TREE_MAGIC_SIZE + 1] = TREE_DEFLATED;
    hl_buffer_append(blob, header, sizeof(header));
    if (!pack(&content, packed_head(&content, strings_end), blob) && !blob->error) {
        blob->data[start + TREE_MAGIC_SIZE + 1] = TREE_PLAIN;
        hl_buffer_append(blob, content.data, content.length);
    }
    if (blob->error) {
        return -ENOMEM;
    }
    const char *body = blob->data + start + TREE_HEADER_SIZE;
    uint64_t packing = (uint8_t)blob->data[start + TREE_MAGIC_SIZE + 1];
    put_u64(blob->data + start + TREE_MAGIC_SIZE + 2,
            hl_hash_bytes(body, blob->length - start - TREE_HEADER_SIZE, packing));
    return 0;
}
