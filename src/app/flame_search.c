/* What a search finds in a flame graph: functions, and how many samples pass through them. */
#include <errno.h>
#include <string.h>

#include "hotlens/app/flame.h"
#include "hotlens/base/map.h"
#include "hotlens/base/memory.h"
#include "hotlens/formats/module_name.h"

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool contains(const char *text, size_t length, const char *wanted, bool exact)
{
    size_t wanted_length = strlen(wanted);
    for (size_t i = 0; i + wanted_length <= length; i++) {
        size_t at = 0;
        while (at < wanted_length &&
               (exact ? text[i + at] == wanted[at] : lower(text[i + at]) == lower(wanted[at]))) {
            at++;
        }
        if (at == wanted_length) {
            return true;
        }
    }
    return false;
}

static bool is_match(const struct hl_flame *flame, const struct hl_function *function,
                     struct hl_buffer *module)
{
    const struct hl_flame_query *query = flame->query;
    const struct hl_strings *strings = flame->functions->strings;
    uint32_t id = query->search_in == HL_FLAME_IN_FUNCTION ? function->name : function->file;
    if (id == HL_NO_STRING) {
        return false;
    }
    size_t length;
    const char *text = hl_strings_get(strings, id, &length);
    if (query->search_in == HL_FLAME_IN_MODULE) {
        hl_buffer_clear(module);
        hl_module_name_append(text, length, module);
        text = module->data ? module->data : "";
        length = module->length;
    }
    return contains(text, length, query->search, query->search_case);
}

/* Functions that the client found for itself in a table. */
static int match_ids(struct hl_flame *flame)
{
    const struct hl_flame_query *query = flame->query;
    struct hl_map wanted = {0};
    uint32_t value;
    int r = 0;
    for (size_t i = 0; r >= 0 && i < query->search_id_count; i++) {
        r = hl_map_put(&wanted, query->search_ids[i], 1);
    }
    for (size_t i = 0; r >= 0 && i < flame->functions->count; i++) {
        flame->matches[i] = hl_map_get(&wanted, flame->functions->items[i].hash, &value);
    }
    hl_map_finish(&wanted);
    return r;
}

/* Each stack once: a match inside a match has been counted with it. */
static uint64_t count_samples(const struct hl_flame *flame)
{
    const struct hl_columns *columns = hl_profile_columns(flame->profile);
    const uint32_t *of_frame = flame->functions->of_frame;
    uint64_t samples = 0;
    uint32_t i = 1;
    while (i < columns->count) {
        uint32_t frame = columns->frame[i];
        bool shown = flame->of_frame[frame] != HL_NO_GROUP ||
                     (flame->is_pivot && flame->is_pivot[frame]);
        if (shown && flame->matches[of_frame[frame]]) {
            samples += columns->total[i]; /* parts of one saturated sum: cannot pass it */
            i = columns->end[i];
        } else {
            i++;
        }
    }
    return samples;
}

int hl_flame_search(struct hl_flame *flame)
{
    const struct hl_functions *functions = flame->functions;
    _cleanup_buffer_ struct hl_buffer module = {0};
    flame->matches = hl_try_calloc(functions->count + 1, 1);
    if (!flame->matches) {
        return -ENOMEM;
    }
    const struct hl_flame_query *query = flame->query;
    for (size_t i = 0; query->search && query->search[0] && i < functions->count; i++) {
        flame->matches[i] = is_match(flame, &functions->items[i], &module);
    }
    int r = query->search_ids ? match_ids(flame) : 0;
    if (r < 0) {
        return r;
    }
    flame->match_samples = count_samples(flame);
    return module.error;
}
