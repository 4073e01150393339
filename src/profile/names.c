/* Functions by what was printed, without source text. */
#include <errno.h>
#include <string.h>

#include "hotlens/profile/functions.h"

static enum hl_function_kind kind_of(enum hl_frame_kind kind)
{
    switch (kind) {
    case HL_FRAME_THREAD:
        return HL_FUNCTION_THREAD;
    case HL_FRAME_PROCESS:
        return HL_FUNCTION_PROCESS;
    case HL_FRAME_SOURCE:
    case HL_FRAME_OPAQUE:
    default:
        return HL_FUNCTION_CODE;
    }
}

static int add_frame(struct hl_functions *functions, const struct hl_frames *frames, uint32_t id)
{
    const struct hl_frame *frame = hl_frames_get(frames, id);
    const struct hl_strings *strings = hl_frames_strings(frames);
    size_t name_length;
    size_t file_length = 0;
    const char *name = frame->name == HL_NO_STRING
                           ? hl_frames_text(frames, id, &name_length)
                           : hl_strings_get(strings, frame->name, &name_length);
    const char *file = frame->file == HL_NO_STRING
                           ? NULL
                           : hl_strings_get(strings, frame->file, &file_length);
    struct hl_function description = {.kind = kind_of(frame->kind)};
    int r = hl_functions_intern(functions, &description, name, name_length, file, file_length,
                                frame->number, &functions->of_frame[id]);
    return r < 0 ? r : 0;
}

int hl_functions_from_names(const struct hl_profile *profile, struct hl_functions **ret_functions)
{
    const struct hl_frames *frames = hl_profile_frames(profile);
    uint32_t count = hl_frames_count(frames);
    _cleanup_(hl_functions_destroy_p) struct hl_functions *functions = NULL;
    int r = hl_functions_create(count, &functions);
    for (uint32_t id = 0; r >= 0 && id < count; id++) {
        r = add_frame(functions, frames, id);
    }
    if (r >= 0) {
        r = hl_functions_name_structure(functions);
    }
    if (r < 0) {
        return r;
    }
    *ret_functions = TAKE_PTR(functions);
    return 0;
}
