#include "hotlens/profile/frames.h"

#include <errno.h>
#include <stdatomic.h>

#include "hotlens/base/array.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"

struct hl_frames {
    atomic_uint references;
    struct hl_strings *texts; /* what was printed; ids are frame ids */
    struct hl_strings *parts; /* names and files */
    struct hl_frame *items;   /* one per text */
    size_t capacity;
};

struct hl_frames *hl_frames_create(void)
{
    struct hl_frames *frames = hl_xcalloc(1, sizeof(*frames));
    atomic_init(&frames->references, 1);
    frames->texts = hl_strings_create();
    frames->parts = hl_strings_create();
    return frames;
}

struct hl_frames *hl_frames_ref(struct hl_frames *frames)
{
    atomic_fetch_add_explicit(&frames->references, 1, memory_order_relaxed);
    return frames;
}

void hl_frames_unref(struct hl_frames *frames)
{
    /* acquire-release: what other threads did with it must be over before it is freed. */
    if (!frames ||
        atomic_fetch_sub_explicit(&frames->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    hl_strings_destroy(frames->texts);
    hl_strings_destroy(frames->parts);
    free(frames->items);
    free(frames);
}

void hl_frames_prefetch(const struct hl_frames *frames, uint64_t hash)
{
    hl_strings_prefetch(frames->texts, hash);
}

void hl_frames_prefetch_text(const struct hl_frames *frames, uint64_t hash)
{
    hl_strings_prefetch_bytes(frames->texts, hash);
}

int hl_frames_intern_hashed(struct hl_frames *frames, const char *text, size_t length,
                            uint64_t hash, uint32_t *ret_id)
{
    /* Room first: a text without its item could not be taken back. */
    int r = hl_array_reserve(&frames->items, &frames->capacity,
                             (size_t)hl_strings_count(frames->texts) + 1, sizeof(*frames->items));
    if (r < 0) {
        return r;
    }
    uint32_t id;
    r = hl_strings_intern_hashed(frames->texts, text, length, hash, &id);
    if (r < 0) {
        return r;
    }
    if (r > 0) {
        frames->items[id] =
            (struct hl_frame){.kind = HL_FRAME_OPAQUE, .name = HL_NO_STRING, .file = HL_NO_STRING};
    }
    *ret_id = id;
    return r;
}

int hl_frames_intern(struct hl_frames *frames, const char *text, size_t length, uint32_t *ret_id)
{
    return hl_frames_intern_hashed(frames, text, length, hl_hash_bytes(text, length, 0), ret_id);
}

int hl_frames_describe(struct hl_frames *frames, uint32_t id, enum hl_frame_kind kind,
                       const char *name, size_t name_length, const char *file,
                       size_t file_length, uint32_t line, uint64_t number)
{
    hl_assert(id + 1 == hl_strings_count(frames->texts));
    struct hl_frame frame = {.kind = kind, .file = HL_NO_STRING, .line = line, .number = number};
    int r = hl_strings_intern(frames->parts, name, name ? name_length : 0, &frame.name);
    if (r >= 0 && file) {
        r = hl_strings_intern(frames->parts, file, file_length, &frame.file);
    }
    if (r < 0) {
        return r;
    }
    frames->items[id] = frame;
    return 0;
}

int hl_frames_copy(struct hl_frames *frames, const struct hl_frames *from, uint32_t id,
                   uint32_t *ret_id)
{
    size_t length;
    const char *text = hl_frames_text(from, id, &length);
    uint32_t copy;
    int r = hl_frames_intern(frames, text, length, &copy);
    if (r > 0) {
        const struct hl_frame *frame = hl_frames_get(from, id);
        size_t name_length = 0;
        size_t file_length = 0;
        const char *name = NULL;
        const char *file = NULL;
        if (frame->name != HL_NO_STRING) {
            name = hl_strings_get(from->parts, frame->name, &name_length);
        }
        if (frame->file != HL_NO_STRING) {
            file = hl_strings_get(from->parts, frame->file, &file_length);
        }
        r = hl_frames_describe(frames, copy, frame->kind, name, name_length, file, file_length,
                               frame->line, frame->number);
    }
    if (r < 0) {
        return r;
    }
    *ret_id = copy;
    return 0;
}

uint32_t hl_frames_count(const struct hl_frames *frames)
{
    return hl_strings_count(frames->texts);
}

const struct hl_frame *hl_frames_get(const struct hl_frames *frames, uint32_t id)
{
    hl_assert(id < hl_strings_count(frames->texts));
    return &frames->items[id];
}

const char *hl_frames_text(const struct hl_frames *frames, uint32_t id, size_t *ret_length)
{
    return hl_strings_get(frames->texts, id, ret_length);
}

const struct hl_strings *hl_frames_strings(const struct hl_frames *frames)
{
    return frames->parts;
}

size_t hl_frames_memory(const struct hl_frames *frames)
{
    return sizeof(*frames) + hl_strings_memory(frames->texts) + hl_strings_memory(frames->parts) +
           frames->capacity * sizeof(*frames->items);
}
