/* A run restricted to the stacks through something, and who called a function in it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "hotlens/app/scopes.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/profile/focus.h"
#include "hotlens/profile/view.h"
#include "shown_private.h"

void hl_focus_spec_copy(const struct hl_focus_spec *focus, struct hl_focus_spec *ret_copy)
{
    *ret_copy = *focus;
    ret_copy->file = hl_xstrdup(focus->file);
    ret_copy->name = hl_xstrdup(focus->name);
}

void hl_focus_spec_finish(struct hl_focus_spec *focus)
{
    free(focus->file);
    free(focus->name);
    *focus = (struct hl_focus_spec){0};
}

static bool is_text(const struct hl_strings *strings, uint32_t id, const char *text)
{
    return id != HL_NO_STRING && text && strcmp(hl_strings_get(strings, id, NULL), text) == 0;
}

static bool is_function(const struct hl_run_data *data, const struct hl_focus_spec *focus,
                        uint32_t frame)
{
    const struct hl_functions *functions = data->functions;
    uint32_t group = functions->of_frame[frame];
    if (group == HL_NO_GROUP) {
        return false;
    }
    const struct hl_function *function = &functions->items[group];
    return function->kind == HL_FUNCTION_CODE &&
           is_text(functions->strings, function->name, focus->name) &&
           (!focus->file || is_text(functions->strings, function->file, focus->file));
}

static bool is_module(const struct hl_run_data *data, const struct hl_focus_spec *focus,
                      const struct hl_frame *frame)
{
    if (frame->file == HL_NO_STRING || !focus->file) {
        return false;
    }
    const struct hl_strings *strings = hl_frames_strings(hl_profile_frames(data->profile));
    const char *file = hl_strings_get(strings, frame->file, NULL);
    return strcmp(file, focus->file) == 0 || hl_path_is_within(file, focus->file);
}

static bool is_meant(const struct hl_run_data *data, const struct hl_focus_spec *focus, uint32_t id)
{
    const struct hl_frame *frame = hl_frames_get(hl_profile_frames(data->profile), id);
    switch (focus->kind) {
    case HL_FOCUS_FUNCTION:
        return is_function(data, focus, id);
    case HL_FOCUS_THREAD:
        return frame->kind == HL_FRAME_THREAD && frame->number == focus->number;
    case HL_FOCUS_PROCESS:
        return frame->kind == HL_FRAME_PROCESS && frame->number == focus->number;
    case HL_FOCUS_MODULE:
        return is_module(data, focus, frame);
    case HL_FOCUS_NODE:
        break;
    }
    return false;
}

/* Marks the nodes of a view's node; the view is that of app/flame.h. */
static int select_node(const struct hl_run_data *data, uint64_t id, uint8_t *selected)
{
    _cleanup_(hl_functions_destroy_p) struct hl_functions *scopes = NULL;
    int r = hl_scopes_create(data, &scopes);
    if (r < 0) {
        return r;
    }
    const struct hl_functions *functions = scopes ? scopes : data->functions;
    _cleanup_free_ uint64_t *hash = hl_try_malloc(functions->count + 1, sizeof(*hash));
    if (!hash) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < functions->count; i++) {
        hash[i] = functions->items[i].hash;
    }
    struct hl_view_options options = {
        .groups = hl_functions_groups(functions),
        .group_hash = hash,
    };
    return hl_view_select(data->profile, &options, id, selected);
}

/* Marks what is meant; *ret_frame is the frame of the first. -ENOENT when nothing is. */
static int select_nodes(const struct hl_run_data *data, const struct hl_focus_spec *focus,
                        uint8_t *selected, uint32_t *ret_frame)
{
    const struct hl_columns *columns = hl_profile_columns(data->profile);
    int r = focus->kind == HL_FOCUS_NODE ? select_node(data, focus->node, selected) : 0;
    if (r < 0) {
        return r;
    }
    uint32_t first = HL_NO_FRAME;
    for (uint32_t i = 0; i < columns->count; i++) {
        if (focus->kind != HL_FOCUS_NODE) {
            selected[i] = i > 0 && is_meant(data, focus, columns->frame[i]);
        }
        if (selected[i] && first == HL_NO_FRAME) {
            first = columns->frame[i];
        }
    }
    *ret_frame = first;
    return first == HL_NO_FRAME ? -ENOENT : 0;
}

/* The stacks of the focus as a profile; *ret_frame as above. */
static int restrict_profile(const struct hl_run_data *data, const struct hl_focus_spec *focus,
                            struct hl_profile **ret_profile, uint32_t *ret_frame)
{
    uint32_t count = hl_profile_columns(data->profile)->count;
    _cleanup_free_ uint8_t *selected = hl_try_calloc(count, sizeof(*selected));
    if (!selected) {
        return -ENOMEM;
    }
    int r = select_nodes(data, focus, selected, ret_frame);
    return r == 0 ? hl_profile_focus(data->profile, selected, false, ret_profile) : r;
}

static char *function_name(const struct hl_run_data *data, uint32_t frame)
{
    const struct hl_functions *functions = data->functions;
    uint32_t group = functions->of_frame[frame];
    if (group == HL_NO_GROUP) {
        return hl_xstrdup("a node");
    }
    const char *name = hl_strings_get(functions->strings, functions->items[group].name, NULL);
    bool is_code = functions->items[group].kind == HL_FUNCTION_CODE && name[0] != '<';
    return hl_xasprintf("%s%s", name, is_code ? "()" : "");
}

static char *name_focus(const struct hl_run_data *data, const struct hl_focus_spec *focus,
                        uint32_t frame)
{
    const struct hl_frames *frames = hl_profile_frames(data->profile);
    const struct hl_frame *facts = hl_frames_get(frames, frame);
    const char *name = hl_strings_get(hl_frames_strings(frames), facts->name, NULL);
    switch (focus->kind) {
    case HL_FOCUS_THREAD:
        return *name ? hl_xasprintf("thread %s", name)
                     : hl_xasprintf("thread %" PRIu64, focus->number);
    case HL_FOCUS_PROCESS:
        return hl_xasprintf("process %" PRIu64, focus->number);
    case HL_FOCUS_MODULE:
        return hl_xstrdup(hl_text_path(focus->file, data->run.workspace));
    case HL_FOCUS_NODE:
    case HL_FOCUS_FUNCTION:
        break;
    }
    return function_name(data, frame);
}

/* Numbers of the restricted profile, with the functions and texts of the whole. */
static int count_focus(const struct hl_run_data *data, struct hl_profile *profile,
                       struct hl_shown **ret_shown)
{
    const struct hl_functions *functions = data->functions;
    _cleanup_free_ uint64_t *self = hl_try_calloc(functions->count + 1, sizeof(*self));
    _cleanup_free_ uint64_t *total = hl_try_calloc(functions->count + 1, sizeof(*total));
    _cleanup_free_ struct hl_line *lines = NULL;
    if (!self || !total) {
        return -ENOMEM;
    }
    struct hl_run_data part = *data;
    struct hl_groups groups = hl_functions_groups(functions);
    int r = hl_groups_count(profile, &groups, self, total);
    if (r == 0) {
        r = hl_profile_lines(profile, &lines, &part.line_count);
    }
    if (r < 0) {
        return r;
    }
    part.profile = profile;
    part.function_self = self;
    part.function_total = total;
    part.lines = lines;
    return hl_shown_from_data(&part, ret_shown);
}

int hl_shown_focus(const struct hl_run_data *data, const struct hl_focus_spec *focus,
                   struct hl_shown **ret_shown, struct hl_error *error)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    uint32_t frame = HL_NO_FRAME;
    struct hl_shown *shown = NULL;
    int r = restrict_profile(data, focus, &profile, &frame);
    if (r == 0) {
        r = hl_profile_samples(profile) > 0 ? count_focus(data, profile, &shown) : -ENOENT;
    }
    if (r == -ENOENT) {
        return hl_error_set(error, ENOENT, "no samples of this run are in that focus");
    }
    if (r < 0 || !shown) {
        return hl_error_set_errno(error, -r, "cannot restrict the run");
    }
    shown->scale.samples = hl_profile_samples(profile);
    shown->focus = name_focus(data, focus, frame);
    *ret_shown = shown;
    return 0;
}

static uint32_t find_function(const struct hl_functions *functions, const char *file,
                              const char *name, uint32_t ordinal)
{
    for (uint32_t i = 0; i < functions->count; i++) {
        const struct hl_function *function = &functions->items[i];
        if (function->kind == HL_FUNCTION_CODE && function->ordinal == ordinal &&
            is_text(functions->strings, function->name, name) &&
            is_text(functions->strings, function->file, file)) {
            return i;
        }
    }
    return HL_NO_GROUP;
}

/* Threads and processes call nothing: what is right below them was started by them. */
static uint64_t fold_structure(const struct hl_functions *functions, uint64_t *counts)
{
    uint64_t started = counts[functions->count];
    for (size_t i = 0; i < functions->count; i++) {
        if (functions->items[i].kind != HL_FUNCTION_CODE) {
            started += counts[i];
            counts[i] = 0;
        }
    }
    return started;
}

static void insert_caller(struct hl_caller *callers, size_t *count, size_t limit, char *name,
                          uint64_t samples)
{
    size_t place = *count;
    while (place > 0 && callers[place - 1].samples < samples) {
        place--;
    }
    if (place >= limit) {
        free(name);
        return;
    }
    if (*count == limit) {
        free(callers[--*count].name);
    }
    memmove(callers + place + 1, callers + place, (*count - place) * sizeof(*callers));
    callers[place] = (struct hl_caller){name, samples};
    ++*count;
}

/* "train", or "<module> (train.py)": many have that name. */
static char *caller_name(const struct hl_functions *functions, const struct hl_function *function)
{
    const char *name = hl_strings_get(functions->strings, function->name, NULL);
    if (name[0] != '<' || function->file == HL_NO_STRING) {
        return hl_xstrdup(name);
    }
    const char *file = hl_strings_get(functions->strings, function->file, NULL);
    return hl_xasprintf("%s (%s)", name, hl_path_base_name(file));
}

static int count_callers(const struct hl_profile *profile, const struct hl_functions *functions,
                         uint32_t group, size_t limit, struct hl_caller *callers, size_t *count)
{
    _cleanup_free_ uint64_t *counts = hl_try_malloc(functions->count + 1, sizeof(*counts));
    if (!counts) {
        return -ENOMEM;
    }
    struct hl_groups groups = hl_functions_groups(functions);
    int r = hl_groups_callers(profile, &groups, group, counts);
    if (r < 0) {
        return r;
    }
    uint64_t started = fold_structure(functions, counts);
    for (size_t i = 0; i < functions->count; i++) {
        bool is_large = counts[i] > 0 && (*count < limit || counts[i] > callers[limit - 1].samples);
        if (is_large) {
            char *name = caller_name(functions, &functions->items[i]);
            insert_caller(callers, count, limit, name, counts[i]);
        }
    }
    if (started > 0) {
        insert_caller(callers, count, limit, NULL, started);
    }
    return 0;
}

int hl_shown_callers(const struct hl_run_data *data, const struct hl_focus_spec *focus,
                     const char *file, const char *name, uint32_t ordinal, size_t limit,
                     struct hl_caller **ret_callers, size_t *ret_count)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *part = NULL;
    uint32_t ignored;
    uint32_t group = find_function(data->functions, file, name, ordinal);
    if (group == HL_NO_GROUP) {
        return -ENOENT;
    }
    int r = focus ? restrict_profile(data, focus, &part, &ignored) : 0;
    if (r < 0) {
        return r;
    }
    size_t count = 0;
    struct hl_caller *callers = hl_xcalloc(limit + 1, sizeof(*callers));
    r = count_callers(part ? part : data->profile, data->functions, group, limit, callers, &count);
    if (r < 0) {
        hl_callers_free(callers, count);
        return r;
    }
    *ret_callers = callers;
    *ret_count = count;
    return 0;
}

void hl_callers_free(struct hl_caller *callers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(callers[i].name);
    }
    free(callers);
}
