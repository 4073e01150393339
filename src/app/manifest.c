#include "manifest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/store/store.h"

#define MAX_ARGUMENTS 100000

static const struct {
    const char *key;
    size_t offset;
} TEXTS[] = {
    {"uuid", offsetof(struct hl_run, uuid)},
    {"target", offsetof(struct hl_run, target)},
    {"title", offsetof(struct hl_run, title)},
    {"cwd", offsetof(struct hl_run, cwd)},
    {"workspace", offsetof(struct hl_run, workspace)},
    {"python", offsetof(struct hl_run, python)},
    {"python_version", offsetof(struct hl_run, python_version)},
    {"sampler", offsetof(struct hl_run, sampler)},
    {"sampler_mode", offsetof(struct hl_run, sampler_mode)},
    {"git_commit", offsetof(struct hl_run, git_commit)},
    {"git_branch", offsetof(struct hl_run, git_branch)},
    {"label", offsetof(struct hl_run, label)},
    {"notes", offsetof(struct hl_run, notes)},
};

static char **text_of(struct hl_run *run, size_t offset)
{
    return (char **)(void *)((char *)run + offset);
}

static void add_known(struct hl_spool_facts *facts, const char *key, int64_t value)
{
    if (value != HL_UNKNOWN) {
        hl_spool_facts_add_i64(facts, key, value);
    }
}

static void add_arguments(struct hl_spool_facts *facts, char *const *argv)
{
    size_t count = hl_strv_length(argv);
    for (size_t i = 0; i < count; i++) {
        char key[48];
        (void)snprintf(key, sizeof(key), "argv.%zu", i);
        hl_spool_facts_add(facts, key, argv[i]);
    }
}

void hl_manifest_add_run(struct hl_spool_facts *facts, const struct hl_run *run)
{
    for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++) {
        const char *text = *(char *const *)(const void *)((const char *)run + TEXTS[i].offset);
        if (text) {
            hl_spool_facts_add(facts, TEXTS[i].key, text);
        }
    }
    char rate[64];
    (void)snprintf(rate, sizeof(rate), "%.17g", run->rate);
    hl_spool_facts_add(facts, "rate", rate);
    hl_spool_facts_add_i64(facts, "start", run->start);
    hl_spool_facts_add_i64(facts, "offset_minutes", run->offset_minutes);
    hl_spool_facts_add_i64(facts, "flags", run->flags);
    hl_spool_facts_add_i64(facts, "git_dirty", run->git_dirty);
    add_known(facts, "duration", run->duration);
    add_known(facts, "sampled", run->sampled);
    add_known(facts, "exit_status", run->exit_status);
    add_arguments(facts, run->argv);
}

/* One spelling per file, whether it exists or not. Caller frees; NULL for what is no file. */
static char *database_path(const char *db)
{
    _cleanup_free_ char *standard = db ? NULL : hl_store_default_path();
    const char *path = db ? db : standard;
    if (!path || strcmp(path, ":memory:") == 0) {
        return NULL;
    }
    char *real = hl_file_real_path(path);
    if (real) {
        return real;
    }
    _cleanup_free_ char *current = hl_current_folder();
    _cleanup_free_ char *joined = hl_path_join(current ? current : "/", path);
    _cleanup_free_ char *whole = hl_path_normalize(joined);
    _cleanup_free_ char *parent = hl_path_parent(whole);
    _cleanup_free_ char *folder = hl_file_real_path(parent);
    return hl_path_join(folder ? folder : parent, hl_path_base_name(whole));
}

void hl_manifest_add_database(struct hl_spool_facts *facts, const char *db)
{
    _cleanup_free_ char *path = database_path(db);
    if (path) {
        hl_spool_facts_add(facts, "database", path);
    }
}

void hl_manifest_add_options(struct hl_spool_facts *facts, const struct hl_save_options *options)
{
    char limits[96];
    (void)snprintf(limits, sizeof(limits), "%" PRIu32 " %" PRIu32 " %" PRIu64,
                   options->retention.runs_per_target, options->retention.days,
                   options->retention.bytes);
    hl_spool_facts_add_i64(facts, "store_sources", options->store_sources);
    hl_spool_facts_add(facts, "retention", limits);
}

static bool get_retention(const char *text, struct hl_retention *ret_retention)
{
    uint64_t limits[3];
    for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
        char *end = NULL;
        if (*text < '0' || *text > '9') {
            return false;
        }
        limits[i] = strtoull(text, &end, 10);
        if (*end != (i + 1 < ARRAY_SIZE(limits) ? ' ' : '\0') ||
            (i < 2 && limits[i] > UINT32_MAX)) {
            return false;
        }
        text = end + 1;
    }
    *ret_retention = (struct hl_retention){(uint32_t)limits[0], (uint32_t)limits[1], limits[2]};
    return true;
}

void hl_manifest_get_options(const struct hl_spool_facts *facts, struct hl_save_options *options)
{
    const char *retention = hl_spool_facts_get(facts, "retention");
    options->store_sources =
        hl_spool_facts_get_i64(facts, "store_sources", options->store_sources) != 0;
    if (retention) {
        (void)get_retention(retention, &options->retention);
    }
}

void hl_manifest_add_code_start(struct hl_spool_facts *facts, int64_t time)
{
    hl_spool_facts_add_i64(facts, "code_start", time);
}

int64_t hl_manifest_get_code_start(const struct hl_spool_facts *facts)
{
    int64_t flags = hl_spool_facts_get_i64(facts, "flags", 0);
    int64_t start = hl_spool_facts_get_i64(facts, "start", 0);
    int64_t fallback = flags & HL_RUN_ATTACHED || start <= 0 ? HL_CODE_START_UNKNOWN : start;
    int64_t known = hl_spool_facts_get_i64(facts, "code_start", fallback);
    return known > 0 ? known : HL_CODE_START_UNKNOWN;
}

bool hl_manifest_is_for(const struct hl_spool_facts *facts, const char *db)
{
    const char *wanted = hl_spool_facts_get(facts, "database");
    _cleanup_free_ char *path = database_path(db);
    return !wanted || (path && strcmp(wanted, path) == 0);
}

void hl_manifest_add_window(struct hl_spool_facts *facts, const char *path,
                            const struct hl_window *window)
{
    char value[128];
    _cleanup_free_ char *key = hl_xasprintf("window.%s", hl_path_base_name(path));
    (void)snprintf(value, sizeof(value), "%" PRId64 " %" PRId64 " %" PRIu64 " %" PRIu64,
                   window->start, window->covered, window->samples, window->errors);
    hl_spool_facts_add(facts, key, value);
}

void hl_manifest_add_facts(struct hl_spool_facts *facts, const struct hl_spool_facts *from)
{
    for (size_t i = 0; i < from->count; i++) {
        hl_spool_facts_add(facts, from->items[i].key, from->items[i].value);
    }
}

/* The number of an argument's key, or SIZE_MAX for another key. */
static size_t argument_of(const char *key)
{
    if (strncmp(key, "argv.", 5) != 0) {
        return SIZE_MAX;
    }
    const char *digits = key + 5;
    size_t length = strspn(digits, "0123456789");
    bool is_number = length > 0 && length < 10 && digits[length] == '\0' &&
                     (digits[0] != '0' || length == 1);
    return is_number ? strtoul(digits, NULL, 10) : SIZE_MAX;
}

/* One walk over the facts, however many they are; what follows a missing argument is dropped. */
static char **get_arguments(const struct hl_spool_facts *facts)
{
    size_t limit = hl_min_size(facts->count, MAX_ARGUMENTS);
    _cleanup_free_ const char **words = hl_xcalloc(limit + 1, sizeof(*words));
    for (size_t i = 0; i < facts->count; i++) {
        size_t number = argument_of(facts->items[i].key);
        if (number < limit && !words[number]) {
            words[number] = facts->items[i].value;
        }
    }
    return words[0] ? hl_strv_copy((char *const *)words) : NULL;
}

static double get_rate(const struct hl_spool_facts *facts)
{
    const char *text = hl_spool_facts_get(facts, "rate");
    double rate = text ? strtod(text, NULL) : 0;
    return rate > 0 && rate < 1e9 ? rate : 0;
}

void hl_manifest_get_run(const struct hl_spool_facts *facts, struct hl_run *ret_run)
{
    *ret_run = (struct hl_run){
        .argv = get_arguments(facts),
        .rate = get_rate(facts),
        .start = hl_spool_facts_get_i64(facts, "start", 0),
        .offset_minutes = (int)hl_spool_facts_get_i64(facts, "offset_minutes", 0),
        .flags = (uint32_t)hl_spool_facts_get_i64(facts, "flags", 0),
        .git_dirty = (int)hl_spool_facts_get_i64(facts, "git_dirty", -1),
        .duration = hl_spool_facts_get_i64(facts, "duration", HL_UNKNOWN),
        .sampled = hl_spool_facts_get_i64(facts, "sampled", HL_UNKNOWN),
        .exit_status = hl_spool_facts_get_i64(facts, "exit_status", HL_UNKNOWN),
        .covered = HL_UNKNOWN,
    };
    for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++) {
        *text_of(ret_run, TEXTS[i].offset) = hl_xstrdup(hl_spool_facts_get(facts, TEXTS[i].key));
    }
}

bool hl_manifest_get_window(const struct hl_spool_facts *facts, const char *path,
                            struct hl_window *ret_window)
{
    _cleanup_free_ char *key = hl_xasprintf("window.%s", hl_path_base_name(path));
    const char *text = hl_spool_facts_get(facts, key);
    if (!text) {
        return false;
    }
    char *end = NULL;
    struct hl_window window = {.start = strtoll(text, &end, 10)};
    window.covered = strtoll(end, &end, 10);
    window.samples = strtoull(end, &end, 10);
    window.errors = strtoull(end, &end, 10);
    if (*end != '\0' || window.covered < 0 || window.start < 0) {
        return false;
    }
    *ret_window = window;
    return true;
}
