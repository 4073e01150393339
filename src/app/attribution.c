#include "hotlens/app/attribution.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/memory.h"
#include "hotlens/python/decode.h"
#include "hotlens/python/outline.h"
#include "stored_functions.h"

/* What is known of one file of the profile. */
struct file_entry {
    bool is_scanned;
    struct hl_outline *outline; /* NULL: no text, or none that can be trusted */
};

struct attribution {
    const struct hl_frames *frames;
    const struct hl_strings *strings;
    const struct hl_sources *sources;
    struct hl_functions *functions;
    struct file_entry *files; /* one per string of the frames */
    struct stored_functions stored; /* for files without a text */
    struct hl_map printed; /* functions of printed names, by name and file: many frames of each */
};

static void attribution_finish(struct attribution *attribution)
{
    uint32_t count = attribution->files ? hl_strings_count(attribution->strings) : 0;
    for (uint32_t i = 0; i < count; i++) {
        hl_outline_destroy(attribution->files[i].outline);
    }
    free(attribution->files);
    stored_functions_finish(&attribution->stored);
    hl_map_finish(&attribution->printed);
    hl_functions_destroy(attribution->functions);
}

/* Bytes that are not in the encoding that they claim are scanned as they are: nothing but ASCII
 * matters to an outline, and most encodings have that in common. */
static int scan_bytes(const char *data, size_t length, struct hl_outline **ret_outline)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    int r = hl_python_decode(data, length, &text);
    if (r == -EILSEQ || r == -ENOTSUP) {
        r = hl_outline_create(data, length, ret_outline);
    } else if (r == 0) {
        r = hl_outline_create(text.data ? text.data : "", text.length, ret_outline);
    }
    /* A text past the limits of an outline is as one that was not readable. */
    return r == -E2BIG ? 0 : r;
}

static bool can_be_trusted(const struct hl_source *source)
{
    return source->text && (source->state == HL_SOURCE_STORED ||
                            source->state == HL_SOURCE_IMPORTED ||
                            source->state == HL_SOURCE_HASHED);
}

/* The outline of a frame's file, scanned at the first frame that asks; NULL when there is none. */
static int outline_of(struct attribution *attribution, uint32_t file,
                      const struct hl_outline **ret_outline)
{
    if (file == HL_NO_STRING) {
        *ret_outline = NULL;
        return 0;
    }
    struct file_entry *entry = &attribution->files[file];
    if (!entry->is_scanned) {
        size_t length;
        const char *path = hl_strings_get(attribution->strings, file, &length);
        const struct hl_source *source = hl_sources_find(attribution->sources, path);
        bool is_whole = strlen(path) == length; /* no NUL in it */
        if (source && is_whole && can_be_trusted(source) && hl_source_is_python(path)) {
            int r = scan_bytes(source->text, source->length, &entry->outline);
            if (r < 0) {
                return r;
            }
        }
        entry->is_scanned = true;
    }
    *ret_outline = entry->outline;
    return 0;
}

/* Interns the function of `frame` under `name` and notes it. */
static int assign(struct attribution *attribution, uint32_t frame,
                  const struct hl_function *description, const char *name, size_t name_length)
{
    const struct hl_frame *facts = hl_frames_get(attribution->frames, frame);
    bool is_structure = description->kind != HL_FUNCTION_CODE;
    size_t file_length = 0;
    const char *file = NULL;
    if (facts->file != HL_NO_STRING && !is_structure) {
        file = hl_strings_get(attribution->strings, facts->file, &file_length);
    }
    int r = hl_functions_intern(attribution->functions, description, name, name_length, file,
                                file_length, is_structure ? facts->number : 0,
                                &attribution->functions->of_frame[frame]);
    return r < 0 ? r : 0;
}

static int assign_printed(struct attribution *attribution, uint32_t frame)
{
    const struct hl_frame *facts = hl_frames_get(attribution->frames, frame);
    struct hl_function description = {.kind = HL_FUNCTION_CODE};
    if (facts->kind == HL_FRAME_THREAD) {
        description.kind = HL_FUNCTION_THREAD;
    } else if (facts->kind == HL_FRAME_PROCESS) {
        description.kind = HL_FUNCTION_PROCESS;
    }
    uint32_t *function = &attribution->functions->of_frame[frame];
    uint64_t key = (uint64_t)facts->name << 32 | facts->file;
    bool is_code = description.kind == HL_FUNCTION_CODE;
    if (is_code && hl_map_get(&attribution->printed, key, function)) {
        return 0;
    }
    size_t length;
    const char *name = hl_strings_get(attribution->strings, facts->name, &length);
    int r = assign(attribution, frame, &description, name, length);
    return r == 0 && is_code ? hl_map_put(&attribution->printed, key, *function) : r;
}

/* Assigns a frame that a stored row explains; 1 when none does. */
static int assign_by_row(struct attribution *attribution, uint32_t frame)
{
    const struct hl_frame *facts = hl_frames_get(attribution->frames, frame);
    if (facts->kind != HL_FRAME_SOURCE || facts->file == HL_NO_STRING ||
        attribution->stored.count == 0) {
        return 1;
    }
    const char *file = hl_strings_get(attribution->strings, facts->file, NULL);
    const char *name = hl_strings_get(attribution->strings, facts->name, NULL);
    const struct hl_function_row *row =
        stored_functions_find(&attribution->stored, file, name, facts->line);
    if (!row) {
        return 1;
    }
    struct hl_function description = {
        .kind = HL_FUNCTION_CODE,
        .line = row->line,
        .first_line = row->line,
        .end_line = row->end_line,
        .ordinal = row->ordinal,
    };
    return assign(attribution, frame, &description, row->name, strlen(row->name));
}

/* Assigns a frame that its text explains; 1 when the text does not. */
static int assign_by_text(struct attribution *attribution, uint32_t frame)
{
    const struct hl_frame *facts = hl_frames_get(attribution->frames, frame);
    const struct hl_outline *outline = NULL;
    int r = facts->kind == HL_FRAME_SOURCE ? outline_of(attribution, facts->file, &outline) : 0;
    if (r < 0 || !outline) {
        return r < 0 ? r : assign_by_row(attribution, frame);
    }
    size_t length;
    const char *name = hl_strings_get(attribution->strings, facts->name, &length);
    bool found;
    uint32_t index = hl_outline_function_of(outline, name, length, facts->line, &found);
    if (!found) {
        return 1;
    }
    struct hl_function description = {.kind = HL_FUNCTION_CODE};
    if (index == HL_NO_DEFINITION) {
        return assign(attribution, frame, &description, "<module>", strlen("<module>"));
    }
    const struct hl_definition *definition = hl_outline_get(outline, index);
    description.line = definition->def_line;
    description.first_line = definition->first_line;
    description.end_line = definition->end_line;
    description.ordinal = definition->ordinal;
    const char *path = hl_outline_path(outline, index);
    return assign(attribution, frame, &description, path, strlen(path));
}

/* Two passes: a printed name that no text explains may equal the qualified name of a function that
 * has lines, and what is interned first decides about those. */
static int assign_all(struct attribution *attribution)
{
    uint32_t count = attribution->functions->frame_count;
    for (uint32_t frame = 0; frame < count; frame++) {
        int r = assign_by_text(attribution, frame);
        if (r < 0) {
            return r;
        }
    }
    for (uint32_t frame = 0; frame < count; frame++) {
        bool is_open = attribution->functions->of_frame[frame] == HL_NO_GROUP;
        int r = is_open ? assign_printed(attribution, frame) : 0;
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

int hl_attribute(const struct hl_profile *profile, const struct hl_sources *sources,
                 const struct hl_rows *stored, struct hl_functions **ret_functions)
{
    _cleanup_(attribution_finish) struct attribution attribution = {
        .frames = hl_profile_frames(profile),
        .sources = sources,
    };
    attribution.strings = hl_frames_strings(attribution.frames);
    attribution.files =
        hl_try_calloc(hl_strings_count(attribution.strings), sizeof(*attribution.files));
    if (!attribution.files) {
        return -ENOMEM;
    }
    int r = hl_functions_create(hl_frames_count(attribution.frames), &attribution.functions);
    if (r == 0 && stored) {
        r = stored_functions_init(&attribution.stored, stored);
    }
    if (r == 0) {
        r = assign_all(&attribution);
    }
    if (r == 0) {
        r = hl_functions_name_structure(attribution.functions);
    }
    if (r < 0) {
        return r;
    }
    *ret_functions = TAKE_PTR(attribution.functions);
    return 0;
}
