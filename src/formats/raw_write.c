#include "hotlens/base/array.h"
#include "hotlens/base/memory.h"
#include "hotlens/formats/raw.h"

/* Appends the text of one frame. */
typedef void (*frame_fn)(const char *text, size_t length, struct hl_buffer *out);

static void append_as_read(const char *text, size_t length, struct hl_buffer *out)
{
    hl_buffer_append(out, text, length);
}

static void append_collapsed(const char *text, size_t length, struct hl_buffer *out)
{
    char *place = hl_buffer_reserve(out, length);
    if (!place) {
        return;
    }
    for (size_t i = 0; i < length; i++) {
        char byte = text[i];
        place[i] = byte == ';' ? ':' : byte == '\n' || byte == '\r' ? ' ' : byte;
    }
    place[length] = '\0';
    out->length += length;
}

/* Copies the bytes of frames between stacks: path[0 … ends[depth]) is the text down to a depth. */
struct path {
    struct hl_buffer text;
    size_t *ends;
    size_t capacity;
};

/* Makes path the text of `node`, given that it is that of its parent down to depth - 1. */
static int enter(struct path *path, const struct hl_profile *profile, uint32_t node,
                 frame_fn append)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    uint32_t depth = columns->depth[node];
    int r = hl_array_reserve(&path->ends, &path->capacity, (size_t)depth + 1, sizeof(*path->ends));
    if (r < 0) {
        return r;
    }
    path->text.length = depth > 1 ? path->ends[depth - 1] : 0;
    if (depth > 1) {
        hl_buffer_putc(&path->text, ';');
    }
    if (depth > 0) {
        size_t length;
        const char *text =
            hl_frames_text(hl_profile_frames(profile), columns->frame[node], &length);
        append(text, length, &path->text);
    }
    path->ends[depth] = path->text.length;
    return path->text.error;
}

static void write_stacks(const struct hl_profile *profile, frame_fn append, struct hl_buffer *out)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    struct path path = {0};
    for (uint32_t i = 0; i < columns->count && out->error == 0; i++) {
        int r = enter(&path, profile, i, append);
        if (r < 0) {
            out->error = r;
        } else if (columns->self[i] > 0) {
            hl_buffer_append(out, path.text.data, path.text.length);
            hl_buffer_putc(out, ' ');
            hl_buffer_put_u64(out, columns->self[i]);
            hl_buffer_putc(out, '\n');
        }
    }
    hl_buffer_finish(&path.text);
    free(path.ends);
}

void hl_raw_write(const struct hl_profile *profile, struct hl_buffer *out)
{
    write_stacks(profile, append_as_read, out);
}

void hl_collapsed_write(const struct hl_profile *profile, struct hl_buffer *out)
{
    write_stacks(profile, append_collapsed, out);
}
