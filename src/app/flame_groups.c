/* Which frames are one node of a flame graph, which are hidden, and which stacks are in its focus. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "hotlens/app/flame.h"
#include "hotlens/app/scopes.h"
#include "hotlens/app/text.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/map.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/formats/module_name.h"
#include "hotlens/profile/focus.h"

/* By name, so that a graph looks the same each time it is drawn; `user` is the flame graph. */
int hl_flame_compare_groups(uint32_t left, uint32_t right, const void *user)
{
    const struct hl_flame *flame = user;
    const struct hl_functions *functions = flame->functions;
    const uint32_t *function = flame->function_of_group;
    const struct hl_function *a = &functions->items[function ? function[left] : left];
    const struct hl_function *b = &functions->items[function ? function[right] : right];
    size_t a_length;
    size_t b_length;
    const char *a_name = hl_strings_get(functions->strings, a->name, &a_length);
    const char *b_name = hl_strings_get(functions->strings, b->name, &b_length);
    int order = memcmp(a_name, b_name, hl_min_size(a_length, b_length));
    if (order != 0) {
        return order;
    }
    if (a_length != b_length) {
        return a_length < b_length ? -1 : 1;
    }
    return flame->group_hash[left] < flame->group_hash[right] ? -1
           : flame->group_hash[left] > flame->group_hash[right];
}

/* `json` is the module, or the package around `json.decoder`. */
static bool is_in_module(const char *file, const char *module, struct hl_buffer *scratch)
{
    size_t length = strlen(module);
    hl_buffer_clear(scratch);
    hl_module_name_append(file, strlen(file), scratch);
    return scratch->data && strncmp(scratch->data, module, length) == 0 &&
           (scratch->data[length] == '\0' || scratch->data[length] == '.');
}

/* A library that is installed inside the workspace is none of its files. */
static bool is_own(const char *file, const char *workspace)
{
    if (strstr(file, "/site-packages/") || strstr(file, "/dist-packages/")) {
        return false;
    }
    if (file[0] == '/') {
        return workspace && strcmp(workspace, "/") != 0 && hl_path_is_within(file, workspace);
    }
    size_t length = strlen(file); /* relative to where it ran */
    return file[0] != '<' && length > 3 && strcmp(file + length - 3, ".py") == 0;
}

/* What a query hides, by hash: a client may name every module of a large program. */
struct hidden {
    const struct hl_flame_query *query;
    struct hl_map places;
    struct hl_buffer scratch;
};

static void hidden_finish(struct hidden *hidden)
{
    hl_map_finish(&hidden->places);
    hl_buffer_finish(&hidden->scratch);
}

static int hidden_init(struct hidden *hidden, const struct hl_flame_query *query)
{
    int r = 0;
    *hidden = (struct hidden){.query = query};
    for (uint32_t i = 0; r >= 0 && i < query->hide_count; i++) {
        const char *module = query->hide[i];
        r = hl_map_put(&hidden->places, hl_hash_bytes(module, strlen(module), 0), i);
    }
    return r;
}

static bool is_named(const struct hidden *hidden, const char *module, size_t length)
{
    uint32_t place;
    if (!hl_map_get(&hidden->places, hl_hash_bytes(module, length, 0), &place)) {
        return false;
    }
    const char *name = hidden->query->hide[place];
    return strlen(name) == length && memcmp(name, module, length) == 0;
}

/* The module, or a package around it. */
static bool hides_module(struct hidden *hidden, const char *file)
{
    hl_buffer_clear(&hidden->scratch);
    hl_module_name_append(file, strlen(file), &hidden->scratch);
    const char *module = hidden->scratch.data;
    for (size_t end = 0; module && end <= hidden->scratch.length; end++) {
        bool is_end = end == hidden->scratch.length || module[end] == '.';
        if (is_end && is_named(hidden, module, end)) {
            return true;
        }
    }
    return false;
}

static bool is_hidden(const struct hl_flame *flame, const struct hl_function *function,
                      struct hidden *hidden)
{
    const struct hl_flame_query *query = flame->query;
    if (function->kind != HL_FUNCTION_CODE) {
        return query->merge;
    }
    if (function->file == HL_NO_STRING) {
        return query->workspace;
    }
    const char *file = hl_strings_get(flame->functions->strings, function->file, NULL);
    if (query->workspace && !is_own(file, flame->data->run.workspace)) {
        return true;
    }
    return query->hide_count > 0 && hides_module(hidden, file);
}

/* One group for each function, by its index. */
static int group_by_function(struct hl_flame *flame, uint32_t frame_count)
{
    const struct hl_functions *functions = flame->functions;
    flame->group_count = (uint32_t)functions->count;
    memcpy(flame->of_frame, functions->of_frame, frame_count * sizeof(*flame->of_frame));
    flame->group_hash = hl_try_malloc(functions->count + 1, sizeof(*flame->group_hash));
    if (!flame->group_hash) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < functions->count; i++) {
        flame->group_hash[i] = functions->items[i].hash;
    }
    return 0;
}

/* One for each frame: equal function and line are one frame nearly always, and where they are not (two
 * spellings of a name) the first one's group is taken. */
static int group_by_line(struct hl_flame *flame, uint32_t frame_count)
{
    const struct hl_functions *functions = flame->functions;
    const struct hl_frames *frames = hl_profile_frames(flame->data->profile);
    flame->function_of_group = hl_try_malloc(frame_count + 1, sizeof(*flame->function_of_group));
    flame->group_hash = hl_try_malloc(frame_count + 1, sizeof(*flame->group_hash));
    if (!flame->function_of_group || !flame->group_hash) {
        return -ENOMEM;
    }
    struct hl_map seen = {0};
    int r = 0;
    for (uint32_t i = 0; r >= 0 && i < frame_count; i++) {
        uint32_t function = functions->of_frame[i];
        uint32_t line = hl_frames_get(frames, i)->line;
        r = hl_map_get_or_put(&seen, (uint64_t)function << 32 | line, flame->group_count,
                              &flame->of_frame[i]);
        if (r > 0) {
            flame->function_of_group[flame->group_count] = function;
            flame->group_hash[flame->group_count++] =
                hl_hash_mix(functions->items[function].hash, line);
        }
    }
    hl_map_finish(&seen);
    return r < 0 ? r : 0;
}

static int hide(struct hl_flame *flame, uint32_t frame_count)
{
    const struct hl_functions *functions = flame->functions;
    const struct hl_flame_query *query = flame->query;
    if (!query->merge && !query->workspace && query->hide_count == 0) {
        return 0;
    }
    _cleanup_free_ uint8_t *is_out = hl_try_calloc(functions->count + 1, 1);
    _cleanup_(hidden_finish) struct hidden hidden = {0};
    int r = is_out ? hidden_init(&hidden, query) : -ENOMEM;
    if (r < 0) {
        return r;
    }
    for (size_t i = 0; i < functions->count; i++) {
        is_out[i] = is_hidden(flame, &functions->items[i], &hidden);
    }
    for (uint32_t i = 0; i < frame_count; i++) {
        if (is_out[functions->of_frame[i]]) {
            flame->of_frame[i] = HL_NO_GROUP;
        }
    }
    return hidden.scratch.error;
}

int hl_flame_group(struct hl_flame *flame)
{
    uint32_t frame_count = flame->data->functions->frame_count;
    int r = hl_scopes_create(flame->data, &flame->scopes);
    if (r < 0) {
        return r;
    }
    flame->functions = flame->scopes ? flame->scopes : flame->data->functions;
    flame->of_frame = hl_try_malloc(frame_count + 1, sizeof(*flame->of_frame));
    if (!flame->of_frame) {
        return -ENOMEM;
    }
    r = flame->query->by_line ? group_by_line(flame, frame_count)
                              : group_by_function(flame, frame_count);
    return r < 0 ? r : hide(flame, frame_count);
}

static bool is_text(const struct hl_strings *strings, uint32_t id, const char *text)
{
    return id != HL_NO_STRING && strcmp(hl_strings_get(strings, id, NULL), text) == 0;
}

/* The file as the run calls it, or the end of its path from a folder on. */
static bool is_file(const struct hl_functions *functions, const struct hl_function *function,
                    const char *file)
{
    if (function->file == HL_NO_STRING) {
        return false;
    }
    const char *path = hl_strings_get(functions->strings, function->file, NULL);
    size_t length = strlen(path);
    size_t wanted = strlen(file);
    return strcmp(path, file) == 0 || (length > wanted && path[length - wanted - 1] == '/' &&
                                       strcmp(path + length - wanted, file) == 0);
}

static bool is_function(const struct hl_functions *functions, uint32_t index, const char *name,
                        const char *file)
{
    const struct hl_function *function = &functions->items[index];
    return function->kind == HL_FUNCTION_CODE && is_text(functions->strings, function->name, name) &&
           (!file || is_file(functions, function, file));
}

static bool is_asked_for(const struct hl_flame *flame, uint32_t index, uint32_t line)
{
    const struct hl_flame_query *query = flame->query;
    const struct hl_function *function = &flame->functions->items[index];
    bool is_one = (!query->function_hash || function->hash == query->function_hash) &&
                  (!line || function->line == line);
    return is_one && is_function(flame->functions, index, query->function, query->file);
}

/* A file may have several of one name: a property and its setter. The line of one may be that of an
 * earlier run: then all of them are meant. */
static uint32_t line_asked_for(const struct hl_flame *flame)
{
    uint32_t line = flame->query->line;
    for (uint32_t i = 0; line > 0 && i < flame->functions->count; i++) {
        if (is_asked_for(flame, i, line)) {
            return line;
        }
    }
    return 0;
}

static int mark_functions(struct hl_flame *flame, uint8_t *asked, struct hl_error *error)
{
    const struct hl_functions *functions = flame->functions;
    uint32_t line = line_asked_for(flame);
    flame->pivot = HL_NO_GROUP;
    for (uint32_t i = 0; i < functions->count; i++) {
        asked[i] = is_asked_for(flame, i, line);
        if (!asked[i]) {
            continue;
        }
        if (flame->pivot == HL_NO_GROUP) {
            flame->pivot = i;
        } else if (functions->items[flame->pivot].file != functions->items[i].file) {
            return hl_error_set(error, EINVAL, "file: %s is in several files", flame->query->function);
        }
    }
    return flame->pivot != HL_NO_GROUP
               ? 0
               : hl_error_set(error, ENOENT, "this run has no function %s", flame->query->function);
}

int hl_flame_find_pivot(struct hl_flame *flame, struct hl_error *error)
{
    const struct hl_functions *functions = flame->functions;
    _cleanup_free_ uint8_t *asked = hl_try_calloc(functions->count + 1, 1);
    flame->is_pivot = hl_try_malloc(functions->frame_count + 1, 1);
    if (!asked || !flame->is_pivot) {
        return -ENOMEM;
    }
    int r = mark_functions(flame, asked, error);
    /* A scope is of itself, and of the function that it is written in. */
    for (uint32_t i = 0; r == 0 && i < functions->frame_count; i++) {
        flame->is_pivot[i] =
            asked[functions->of_frame[i]] || asked[flame->data->functions->of_frame[i]];
    }
    return r;
}

/* By function, whether it is what the focus means. */
static int mark_focus(const struct hl_flame *flame, uint8_t *meant)
{
    const struct hl_functions *functions = flame->functions;
    const struct hl_flame_query *query = flame->query;
    _cleanup_buffer_ struct hl_buffer scratch = {0};
    for (uint32_t i = 0; i < functions->count; i++) {
        const struct hl_function *function = &functions->items[i];
        const char *file = function->file == HL_NO_STRING
                               ? NULL
                               : hl_strings_get(functions->strings, function->file, NULL);
        switch (query->focus) {
        case HL_FLAME_FOCUS_FUNCTION:
            meant[i] = is_function(functions, i, query->focus_name, query->focus_file);
            break;
        case HL_FLAME_FOCUS_MODULE:
            meant[i] = file && (is_in_module(file, query->focus_name, &scratch) ||
                                hl_path_is_within(file, query->focus_name));
            break;
        case HL_FLAME_FOCUS_THREAD:
        case HL_FLAME_FOCUS_PROCESS:
            meant[i] = function->number == query->focus_number &&
                       function->kind == (query->focus == HL_FLAME_FOCUS_THREAD
                                              ? HL_FUNCTION_THREAD
                                              : HL_FUNCTION_PROCESS);
            break;
        case HL_FLAME_FOCUS_NODE:
        case HL_FLAME_FOCUS_NONE:
            break;
        }
    }
    return scratch.error;
}

static int focus_on_functions(struct hl_flame *flame)
{
    const struct hl_functions *functions = flame->functions;
    const struct hl_columns *columns = hl_profile_columns(flame->data->profile);
    _cleanup_free_ uint8_t *meant = hl_try_calloc(functions->count + 1, 1);
    _cleanup_free_ uint8_t *selected = hl_try_calloc(columns->count, 1);
    if (!meant || !selected) {
        return -ENOMEM;
    }
    int r = mark_focus(flame, meant);
    for (uint32_t i = 1; r == 0 && i < columns->count; i++) {
        uint32_t frame = columns->frame[i];
        selected[i] = meant[functions->of_frame[frame]] ||
                      meant[flame->data->functions->of_frame[frame]];
    }
    return r < 0 ? r : hl_profile_focus(flame->data->profile, selected, false, &flame->profile);
}

static int focus_on_node(struct hl_flame *flame)
{
    _cleanup_free_ uint8_t *ends =
        hl_try_malloc(hl_profile_columns(flame->data->profile)->count, 1);
    if (!ends) {
        return -ENOMEM;
    }
    struct hl_view_options options;
    int r = -ENOENT;
    enum hl_view_kind first = HL_VIEW_FLAME;
    enum hl_view_kind last = HL_VIEW_FLAME;
    if (flame->query->shape == HL_FLAME_INVERTED) {
        first = last = HL_VIEW_INVERTED;
    } else if (flame->query->shape == HL_FLAME_SANDWICH) {
        first = HL_VIEW_CALLERS;
        last = HL_VIEW_CALLEES;
    }
    for (enum hl_view_kind kind = first; kind <= last && r == -ENOENT; kind++) {
        hl_flame_options(flame, kind, &options);
        r = hl_view_select_ends(flame->data->profile, &options, flame->query->focus_number, ends);
    }
    return r < 0 ? r : hl_profile_focus_ends(flame->data->profile, ends, &flame->profile);
}

static char *name_focus(const struct hl_flame_query *query)
{
    switch (query->focus) {
    case HL_FLAME_FOCUS_FUNCTION:
        return hl_xasprintf("%s%s", query->focus_name, query->focus_name[0] == '<' ? "" : "()");
    case HL_FLAME_FOCUS_MODULE:
        return hl_xstrdup(query->focus_name);
    case HL_FLAME_FOCUS_THREAD:
        return hl_xasprintf("thread %" PRIu64, query->focus_number);
    case HL_FLAME_FOCUS_PROCESS:
        return hl_xasprintf("process %" PRIu64, query->focus_number);
    case HL_FLAME_FOCUS_NODE:
        return hl_xstrdup("a node");
    case HL_FLAME_FOCUS_NONE:
        break;
    }
    return NULL;
}

/* The stacks through the pivot; of all others a sandwich shows nothing. */
static int count_pivot(struct hl_flame *flame)
{
    const struct hl_columns *columns = hl_profile_columns(flame->profile);
    _cleanup_free_ uint8_t *selected = hl_try_calloc(columns->count, 1);
    if (!selected) {
        return -ENOMEM;
    }
    for (uint32_t i = 1; i < columns->count; i++) {
        selected[i] = flame->is_pivot[columns->frame[i]];
    }
    struct hl_profile *part = NULL;
    int r = hl_profile_focus(flame->profile, selected, false, &part);
    if (r == 0) {
        hl_profile_unref(flame->profile);
        flame->profile = part;
    }
    return r;
}

int hl_flame_restrict(struct hl_flame *flame, struct hl_error *error)
{
    const struct hl_flame_query *query = flame->query;
    int r = 0;
    if (query->focus == HL_FLAME_FOCUS_NONE) {
        flame->profile = hl_profile_ref(flame->data->profile);
    } else {
        r = query->focus == HL_FLAME_FOCUS_NODE ? focus_on_node(flame) : focus_on_functions(flame);
    }
    if (r == 0 && query->shape == HL_FLAME_SANDWICH) {
        r = count_pivot(flame);
    }
    if (r == -ENOENT || (r == 0 && query->focus != HL_FLAME_FOCUS_NONE &&
                         hl_profile_samples(flame->profile) == 0)) {
        return hl_error_set(error, ENOENT, "no samples of this run are in that focus");
    }
    if (r == 0) {
        flame->focus = name_focus(query);
        flame->samples = hl_profile_samples(flame->profile);
    }
    return r;
}
