/* Frames: what the elements of stacks print, and what those texts mean.
 *
 * A frame's identity is its printed bytes, exactly as the profiler wrote them, so a profile can be
 * written out again byte for byte. Name, file, line, thread and process are attributes that a
 * reader derives from the text (formats/raw.h for py-spy) and sets once. */
#ifndef HOTLENS_PROFILE_FRAMES_H
#define HOTLENS_PROFILE_FRAMES_H

#include <stdint.h>

#include "hotlens/base/strings.h"

#define HL_NO_FRAME UINT32_MAX

enum hl_frame_kind {
    HL_FRAME_SOURCE,  /* Python or native code: a name and a file or module, perhaps a line */
    HL_FRAME_OPAQUE,  /* text that the reader could not take apart, or that has no parts */
    HL_FRAME_THREAD,  /* structure: `number` is the thread id, `name` its name if printed */
    HL_FRAME_PROCESS, /* structure: `number` is the pid, `name` the command line */
};

struct hl_frame {
    enum hl_frame_kind kind;
    uint32_t line;   /* 1-based; 0 for none or not positive */
    uint32_t name;   /* string id; of an opaque frame its whole text */
    uint32_t file;   /* string id; HL_NO_STRING for none */
    uint64_t number; /* thread id or pid, else 0 */
};

/* Refcounted. Grows while one thread builds; must not change once a profile is frozen over it, and
 * is then safe to share between threads. */
struct hl_frames;

struct hl_frames *hl_frames_create(void);
struct hl_frames *hl_frames_ref(struct hl_frames *frames);
void hl_frames_unref(struct hl_frames *frames);

/* The id of a frame's text. Returns 1 when it is new: the caller must then describe it with
 * hl_frames_describe before anything else is interned. 0 when known, -ENOMEM, -E2BIG. */
int hl_frames_intern(struct hl_frames *frames, const char *text, size_t length, uint32_t *ret_id);
/* The same for a caller that has hl_hash_bytes(text, length, 0). */
int hl_frames_intern_hashed(struct hl_frames *frames, const char *text, size_t length,
                            uint64_t hash, uint32_t *ret_id);
/* Says that a text with this hash is interned soon; then, nearer to that, what to compare it with. */
void hl_frames_prefetch(const struct hl_frames *frames, uint64_t hash);
void hl_frames_prefetch_text(const struct hl_frames *frames, uint64_t hash);
/* Sets the attributes of the newest frame. `file` NULL means none; `name` NULL is the empty name.
 * 0, -ENOMEM, -E2BIG. */
int hl_frames_describe(struct hl_frames *frames, uint32_t id, enum hl_frame_kind kind,
                       const char *name, size_t name_length, const char *file,
                       size_t file_length, uint32_t line, uint64_t number);

/* The frame of another table with its attributes, added when new. 0, -ENOMEM, -E2BIG. */
int hl_frames_copy(struct hl_frames *frames, const struct hl_frames *from, uint32_t id,
                   uint32_t *ret_id);

uint32_t hl_frames_count(const struct hl_frames *frames);
const struct hl_frame *hl_frames_get(const struct hl_frames *frames, uint32_t id);
const char *hl_frames_text(const struct hl_frames *frames, uint32_t id, size_t *ret_length);
/* The table of names and files that hl_frame.name and .file refer to. */
const struct hl_strings *hl_frames_strings(const struct hl_frames *frames);
/* Bytes of memory held. */
size_t hl_frames_memory(const struct hl_frames *frames);

HL_DEFINE_CLEANUP(struct hl_frames *, hl_frames_unref);

#endif
