#include "hotlens/server/settings.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"

enum type {
    TYPE_TEXT,     /* char *; empty is NULL */
    TYPE_BOOL,     /* bool */
    TYPE_COUNT,    /* uint32_t */
    TYPE_MEGABYTES, /* uint64_t, bytes */
    TYPE_PERCENT,  /* double */
    TYPE_CHOICE,   /* char *, one of FLAME_CHOICES */
    TYPE_CONTENT,  /* enum hl_hint_content */
    TYPE_MAPPINGS,
    TYPE_TARGETS,
    TYPE_CLIENT, /* read when the client starts (client.h), and nothing of ours */
};

struct setting {
    const char *name;
    enum type type;
    size_t offset;
    double least;
    double most;
    const char *expected;
};

#define AT(member) offsetof(struct hl_settings, member)

static const char *const FLAME_CHOICES[] = {"show", "focus", "never"};
static const char *const CONTENTS[] = {
    [HL_HINT_BOTH] = "both",
    [HL_HINT_TIME] = "time",
    [HL_HINT_PERCENT] = "percent",
};

static const struct setting SETTINGS[] = {
    {"python", TYPE_TEXT, AT(python), 0, 0, "a path"},
    {"pySpy", TYPE_TEXT, AT(py_spy), 0, 0, "a path"},
    {"rate", TYPE_COUNT, AT(rate), 1, HL_LIMIT_RATE, "a number from 1 to 10000"},
    {"threads", TYPE_BOOL, AT(threads), 0, 0, "true or false"},
    {"subprocesses", TYPE_BOOL, AT(subprocesses), 0, 0, "true or false"},
    {"subprocessesOnAttach", TYPE_BOOL, AT(subprocesses_attach), 0, 0, "true or false"},
    {"idle", TYPE_BOOL, AT(idle), 0, 0, "true or false"},
    {"gil", TYPE_BOOL, AT(gil), 0, 0, "true or false"},
    {"native", TYPE_BOOL, AT(native), 0, 0, "true or false"},
    {"nonblocking", TYPE_BOOL, AT(nonblocking), 0, 0, "true or false"},
    {"duration", TYPE_COUNT, AT(duration), 0, HL_LIMIT_DURATION, "a number from 0 to 31622400"},
    {"sudo", TYPE_BOOL, AT(sudo), 0, 0, "true or false"},
    {"inlayHints.enabled", TYPE_BOOL, AT(hints), 0, 0, "true or false"},
    {"inlayHints.minimumPercent", TYPE_PERCENT, AT(hint_percent), 0, 100, "a number from 0 to 100"},
    {"inlayHints.content", TYPE_CONTENT, AT(hint_content), 0, 0,
     "\"both\", \"time\" or \"percent\""},
    {"codeLenses.enabled", TYPE_BOOL, AT(lenses), 0, 0, "true or false"},
    {"hovers.enabled", TYPE_BOOL, AT(hovers), 0, 0, "true or false"},
    {"diagnostics.enabled", TYPE_BOOL, AT(diagnostics), 0, 0, "true or false"},
    {"diagnostics.minimumPercent", TYPE_PERCENT, AT(diagnostic_percent), 0, 100,
     "a number from 0 to 100"},
    {"showLastRun", TYPE_BOOL, AT(restore), 0, 0, "true or false"},
    {"storeSources", TYPE_BOOL, AT(store_sources), 0, 0, "true or false"},
    {"retention.runsPerTarget", TYPE_COUNT, AT(retention.runs_per_target), 0, 1000000,
     "a number from 0 to 1000000"},
    {"retention.days", TYPE_COUNT, AT(retention.days), 0, 1000000, "a number from 0 to 1000000"},
    {"retention.megabytes", TYPE_MEGABYTES, AT(retention.bytes), 0, 1000000000,
     "a number from 0 to 1000000000"},
    {"pathMappings", TYPE_MAPPINGS, 0, 0, 0, "an object of paths, {\"from\": \"to\"},"},
    {"showFlamegraph", TYPE_CHOICE, AT(show_flame_graph), 0, 0, "\"show\", \"focus\" or \"never\""},
    {"targets", TYPE_TARGETS, 0, 0, 0, "an object of objects, {\"name\": {…}},"},
    {"ui", TYPE_CLIENT, 0, 0, 0, "true or false"},
    {"terminal", TYPE_CLIENT, 0, 0, 0, "true or false"},
    {"flameGraph", TYPE_CLIENT, 0, 0, 0, "true or false"},
    {"trusted", TYPE_CLIENT, 0, 0, 0, "true or false"},
};

void hl_settings_init(struct hl_settings *settings)
{
    *settings = (struct hl_settings){
        .rate = 100,
        .threads = true,
        .subprocesses = true,
        .subprocesses_attach = true,
        .hints = true,
        .hint_percent = 1,
        .lenses = true,
        .hovers = true,
        .diagnostic_percent = 5,
        .restore = true,
        .store_sources = true,
        .retention = HL_RETENTION_DEFAULT,
        .show_flame_graph = hl_xstrdup("show"),
    };
}

static void finish_mappings(struct hl_settings *settings)
{
    hl_path_mappings_free(settings->mappings, settings->mapping_count);
    settings->mappings = NULL;
    settings->mapping_count = 0;
}

void hl_settings_finish(struct hl_settings *settings)
{
    free(settings->python);
    free(settings->py_spy);
    free(settings->show_flame_graph);
    cJSON_Delete(settings->targets);
    finish_mappings(settings);
    *settings = (struct hl_settings){0};
}

static void replace_text(char **text, const char *value)
{
    free(*text);
    *text = *value ? hl_xstrdup(value) : NULL;
}

static bool take_count(const struct setting *setting, void *field, double value)
{
    if (!(value >= setting->least && value <= setting->most) || value > floor(value)) {
        return false;
    }
    if (setting->type == TYPE_MEGABYTES) {
        *(uint64_t *)field = (uint64_t)value * 1000000;
    } else {
        *(uint32_t *)field = (uint32_t)value;
    }
    return true;
}

static bool take_percent(const struct setting *setting, void *field, double value)
{
    if (!(value >= setting->least && value <= setting->most)) {
        return false;
    }
    *(double *)field = value;
    return true;
}

static bool take_choice(char **field, const cJSON *item)
{
    for (size_t i = 0; cJSON_IsString(item) && i < ARRAY_SIZE(FLAME_CHOICES); i++) {
        if (strcmp(item->valuestring, FLAME_CHOICES[i]) == 0) {
            replace_text(field, item->valuestring);
            return true;
        }
    }
    return false;
}

static bool take_content(enum hl_hint_content *field, const cJSON *item)
{
    for (size_t i = 0; cJSON_IsString(item) && i < ARRAY_SIZE(CONTENTS); i++) {
        if (strcmp(item->valuestring, CONTENTS[i]) == 0) {
            *field = (enum hl_hint_content)i;
            return true;
        }
    }
    return false;
}

static bool has_only(const cJSON *object, bool strings)
{
    if (!cJSON_IsObject(object)) {
        return false; /* the items of an array have no names */
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        bool fits = strings ? cJSON_IsString(item) && *item->valuestring && *item->string
                            : cJSON_IsObject(item);
        if (!fits) {
            return false;
        }
    }
    return true;
}

static bool take_mappings(struct hl_settings *settings, const cJSON *object)
{
    if (!has_only(object, true)) {
        return false;
    }
    finish_mappings(settings);
    settings->mappings =
        hl_xcalloc((size_t)cJSON_GetArraySize(object) + 1, sizeof(*settings->mappings));
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        settings->mappings[settings->mapping_count++] = (struct hl_path_mapping){
            .from = hl_xstrdup(item->string),
            .to = hl_xstrdup(item->valuestring),
        };
    }
    return true;
}

static bool take_targets(struct hl_settings *settings, const cJSON *object)
{
    if (!has_only(object, false)) {
        return false;
    }
    cJSON *copy = cJSON_Duplicate(object, true);
    if (copy) {
        cJSON_Delete(settings->targets);
        settings->targets = copy;
    }
    return true;
}

/* False when the value is not what is expected. */
static bool take_value(struct hl_settings *settings, const struct setting *setting,
                       const cJSON *item)
{
    void *field = (char *)settings + setting->offset;
    switch (setting->type) {
    case TYPE_TEXT:
        if (cJSON_IsString(item)) {
            replace_text(field, item->valuestring);
        }
        return cJSON_IsString(item);
    case TYPE_BOOL:
        if (cJSON_IsBool(item)) {
            *(bool *)field = cJSON_IsTrue(item);
        }
        return cJSON_IsBool(item);
    case TYPE_COUNT:
    case TYPE_MEGABYTES:
        return cJSON_IsNumber(item) && take_count(setting, field, item->valuedouble);
    case TYPE_PERCENT:
        return cJSON_IsNumber(item) && take_percent(setting, field, item->valuedouble);
    case TYPE_CHOICE:
        return take_choice(field, item);
    case TYPE_CONTENT:
        return take_content(field, item);
    case TYPE_MAPPINGS:
        return take_mappings(settings, item);
    case TYPE_TARGETS:
        return take_targets(settings, item);
    case TYPE_CLIENT:
        break;
    }
    return cJSON_IsBool(item);
}

static const struct setting *find_setting(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(SETTINGS); i++) {
        if (strcmp(SETTINGS[i].name, name) == 0) {
            return &SETTINGS[i];
        }
    }
    return NULL;
}

/* Whether settings have names that begin so: "inlayHints". */
static bool is_group(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < ARRAY_SIZE(SETTINGS); i++) {
        if (strncmp(SETTINGS[i].name, name, length) == 0 && SETTINGS[i].name[length] == '.') {
            return true;
        }
    }
    return false;
}

static void name_problem(struct hl_buffer *problems, const char *name, const char *expected,
                         const cJSON *item)
{
    char *value = cJSON_PrintUnformatted(item);
    hl_buffer_printf(problems, "hotlens.%s: %s is expected, not %.60s%s\n", name, expected,
                     value ? value : "this", value && strlen(value) > 60 ? "…" : "");
    cJSON_free(value);
}

static void apply_one(struct hl_settings *settings, const char *name, const cJSON *item,
                      struct hl_buffer *problems)
{
    const struct setting *setting = find_setting(name);
    if (!setting) {
        hl_buffer_printf(problems, "hotlens.%s: no such setting\n", name);
    } else if (!cJSON_IsNull(item) && !take_value(settings, setting, item)) {
        name_problem(problems, name, setting->expected, item);
    }
}

static void apply_group(struct hl_settings *settings, const char *group, const cJSON *object,
                        struct hl_buffer *problems)
{
    if (!cJSON_IsObject(object)) {
        if (!cJSON_IsNull(object)) {
            name_problem(problems, group, "an object", object);
        }
        return;
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        _cleanup_free_ char *name = hl_xasprintf("%s.%s", group, item->string);
        apply_one(settings, name, item, problems);
    }
}

void hl_settings_apply(struct hl_settings *settings, const cJSON *json, struct hl_buffer *problems)
{
    const cJSON *own = cJSON_IsObject(json) ? cJSON_GetObjectItemCaseSensitive(json, "hotlens")
                                            : NULL;
    json = own ? own : json;
    /* Clients written in Lua have one empty table for {} and []. */
    bool is_empty = cJSON_IsArray(json) && cJSON_GetArraySize(json) == 0;
    if (!json || cJSON_IsNull(json) || is_empty) {
        return;
    }
    if (!cJSON_IsObject(json)) {
        hl_buffer_puts(problems, "hotlens: an object of settings is expected\n");
        return;
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, json)
    {
        const char *name = item->string;
        name += strncmp(name, "hotlens.", 8) == 0 ? 8 : 0;
        if (is_group(name)) {
            apply_group(settings, name, item, problems);
        } else {
            apply_one(settings, name, item, problems);
        }
    }
}
