#include "hotlens/app/scopes.h"

#include <errno.h>
#include <string.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/memory.h"

/* The last part of a printed name when that is a scope without a name of its own, else NULL:
 * "<listcomp>" of "train.<locals>.<listcomp>". A module is a function like any other. */
static const char *scope_of(const struct hl_strings *strings, const struct hl_frame *frame)
{
    if (frame->kind != HL_FRAME_SOURCE || frame->name == HL_NO_STRING) {
        return NULL;
    }
    size_t length;
    const char *name = hl_strings_get(strings, frame->name, &length);
    if (length == 0 || name[length - 1] != '>') {
        return NULL;
    }
    const char *last = strstr(name, "<generic parameters of ");
    if (!last) {
        const char *dot = strrchr(name, '.');
        last = strchr(dot ? dot : name, '<');
    }
    return last && strcmp(last, "<module>") != 0 ? last : NULL;
}

/* Without source the function is called as it was printed, and is the scope itself. */
static bool is_named_so(const struct hl_functions *functions, uint32_t index, const char *scope)
{
    size_t length;
    const char *name = hl_strings_get(functions->strings, functions->items[index].name, &length);
    size_t scope_length = strlen(scope);
    return length >= scope_length && strcmp(name + length - scope_length, scope) == 0;
}

static bool has_scopes(const struct hl_run_data *data)
{
    const struct hl_frames *frames = hl_profile_frames(data->profile);
    const struct hl_strings *strings = hl_frames_strings(frames);
    for (uint32_t i = 0; i < data->functions->frame_count; i++) {
        const char *scope = scope_of(strings, hl_frames_get(frames, i));
        if (scope && !is_named_so(data->functions, data->functions->of_frame[i], scope)) {
            return true;
        }
    }
    return false;
}

/* `scope` NULL: the function itself. */
static int add(struct hl_functions *functions, const struct hl_functions *of, uint32_t index,
               const char *scope, struct hl_buffer *scratch, uint32_t *ret_index)
{
    const struct hl_function *function = &of->items[index];
    size_t file_length = 0;
    size_t length;
    const char *file = function->file == HL_NO_STRING
                           ? NULL
                           : hl_strings_get(of->strings, function->file, &file_length);
    const char *name = hl_strings_get(of->strings, function->name, &length);
    hl_buffer_clear(scratch);
    hl_buffer_append(scratch, name, length);
    if (scope) {
        hl_buffer_printf(scratch, ".%s", scope);
    }
    if (scratch->error) {
        return scratch->error;
    }
    int r = hl_functions_intern(functions, function, scratch->data ? scratch->data : "",
                                scratch->length, file, file_length, function->number, ret_index);
    return r < 0 ? -ENOMEM : 0;
}

static int fill(const struct hl_run_data *data, struct hl_functions *functions)
{
    const struct hl_functions *of = data->functions;
    const struct hl_frames *frames = hl_profile_frames(data->profile);
    const struct hl_strings *strings = hl_frames_strings(frames);
    _cleanup_buffer_ struct hl_buffer scratch = {0};
    int r = 0;
    uint32_t index;
    for (uint32_t i = 0; r == 0 && i < of->count; i++) {
        r = add(functions, of, i, NULL, &scratch, &index);
    }
    for (uint32_t i = 0; r == 0 && i < of->frame_count; i++) {
        const char *scope = scope_of(strings, hl_frames_get(frames, i));
        index = of->of_frame[i];
        if (scope && !is_named_so(of, index, scope)) {
            r = add(functions, of, index, scope, &scratch, &index);
        }
        functions->of_frame[i] = index;
    }
    return r;
}

int hl_scopes_create(const struct hl_run_data *data, struct hl_functions **ret_functions)
{
    if (!has_scopes(data)) {
        *ret_functions = NULL;
        return 0;
    }
    _cleanup_(hl_functions_destroy_p) struct hl_functions *functions = NULL;
    int r = hl_functions_create(data->functions->frame_count, &functions);
    r = r < 0 ? r : fill(data, functions);
    if (r == 0) {
        *ret_functions = TAKE_PTR(functions);
    }
    return r;
}
