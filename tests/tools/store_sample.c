#include "store_sample.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/sha256.h"
#include "hotlens/base/strv.h"
#include "hotlens/profile/builder.h"

static uint64_t draw(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return hl_hash_mix(*state, 1);
}

static void describe(struct hl_frames *frames, uint32_t function, uint32_t line,
                     const struct sample_size *size, uint32_t *ret_id)
{
    char file[80];
    char name[64];
    char text[200];
    uint32_t number = function % 7 == 3 ? 0 : function * 20 + line + 1;
    snprintf(file, sizeof(file), "/home/user/project/package_%u/module_%u.py",
             function % size->files / 10, function % size->files);
    snprintf(name, sizeof(name), "Class%u.function_%u", function % 50, function);
    bool opaque = function % 11 == 5;
    if (opaque) {
        snprintf(text, sizeof(text), "text without parts %u", function);
    } else if (number > 0) {
        snprintf(text, sizeof(text), "%s (%s:%u)", name, file, number);
    } else {
        snprintf(text, sizeof(text), "%s (%s)", name, file);
    }
    int r = hl_frames_intern(frames, text, strlen(text), ret_id);
    hl_assert(r >= 0);
    if (r == 1 && opaque) {
        r = hl_frames_describe(frames, *ret_id, HL_FRAME_OPAQUE, text, strlen(text), NULL, 0, 0, 0);
    } else if (r == 1) {
        r = hl_frames_describe(frames, *ret_id, HL_FRAME_SOURCE, name, strlen(name), file,
                               strlen(file), number, 0);
    }
    hl_assert(r >= 0);
}

static uint32_t thread_frame(struct hl_frames *frames, uint32_t thread)
{
    char text[40];
    snprintf(text, sizeof(text), "thread (0x%X): worker", thread + 0x7F00);
    uint32_t id;
    int r = hl_frames_intern(frames, text, strlen(text), &id);
    if (r == 1) {
        r = hl_frames_describe(frames, id, HL_FRAME_THREAD, "worker", 6, NULL, 0, 0,
                               thread + 0x7F00);
    }
    hl_assert(r >= 0);
    return id;
}

static uint32_t add_child(struct hl_builder *builder, uint32_t parent, uint32_t frame)
{
    uint32_t node;
    hl_assert(hl_builder_child(builder, parent, frame, &node) == 0);
    return node;
}

static void add_stack(struct hl_builder *builder, uint64_t *state, const struct sample_size *size,
                      uint32_t *path, uint32_t *depth)
{
    struct hl_frames *frames = hl_builder_frames(builder);
    /* Goes on somewhere on the stack before. */
    uint32_t keep = *depth == 0 ? 0 : (uint32_t)(draw(state) % *depth);
    uint32_t length = keep + 1 + (uint32_t)(draw(state) % (size->depth - keep));
    for (uint32_t i = keep; i < length; i++) {
        uint32_t frame;
        if (i == 0) {
            frame = thread_frame(frames, (uint32_t)(draw(state) % 3));
        } else {
            uint32_t function = (uint32_t)(draw(state) % size->functions);
            describe(frames, function, (uint32_t)(draw(state) % size->lines), size, &frame);
        }
        path[i + 1] = add_child(builder, path[i], frame);
    }
    *depth = length;
    hl_assert(hl_builder_add(builder, path[length], 1 + draw(state) % 3));
}

struct hl_profile *sample_profile(uint64_t seed, const struct sample_size *size)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    uint64_t state = seed;
    uint32_t *path = hl_xcalloc(size->depth + 2, sizeof(*path));
    uint32_t depth = 0;
    for (uint32_t i = 0; i < size->stacks; i++) {
        add_stack(builder, &state, size, path, &depth);
    }
    free(path);
    hl_builder_add(builder, 0, 1);
    struct hl_profile *profile;
    hl_assert(hl_builder_freeze(&builder, &profile) == 0);
    return profile;
}

static void init_facts(struct sample *sample, uint64_t seed)
{
    struct hl_run *run = &sample->run;
    run->uuid =
        hl_xasprintf("%08x-0000-4000-8000-%012" PRIx64, (unsigned)hl_hash_mix(seed, 7), seed);
    run->target = hl_xasprintf("script:/project/train.py %" PRIu64, seed % 3);
    run->title = hl_xstrdup("train.py --fast");
    hl_strv_add(&run->argv, "python");
    hl_strv_add(&run->argv, "");
    hl_strv_add(&run->argv, "--name=\xff\xfe");
    run->cwd = hl_xstrdup("/project");
    run->workspace = hl_xstrdup(seed % 2 ? "/project" : "/project/below");
    run->start = (int64_t)seed * 1000000000;
    run->offset_minutes = -150;
    run->duration = 1234567890;
    run->sampled = 1234567000;
    run->covered = HL_UNKNOWN;
    run->rate = 99.5;
    run->flags = HL_RUN_THREADS | HL_RUN_SUBPROCESSES;
    run->samples = hl_profile_samples(sample->content.profile);
    run->errors = 3;
    run->exit_status = seed % 4 == 0 ? HL_UNKNOWN : 0;
    run->processes = 1;
    run->threads = 3;
    run->python = hl_xstrdup("/usr/bin/python3");
    run->python_version = hl_xstrdup("3.11.2");
    run->sampler = hl_xstrdup("py-spy 0.4.3");
    run->git_dirty = -1;
    run->notes = hl_xstrdup("one\ntwo");
}

static void init_sources(struct sample *sample, uint64_t seed)
{
    /* The first text is the same in all runs, the second is each run's own. */
    static const enum hl_source_state STATES[] = {HL_SOURCE_STORED, HL_SOURCE_IMPORTED,
                                                  HL_SOURCE_CHANGED};
    for (size_t i = 0; i < 3; i++) {
        struct hl_source *source = &sample->sources[i];
        source->path = hl_xasprintf("/home/user/project/package_0/module_%zu.py", i);
        source->real_path = i == 1 ? NULL : hl_xstrdup("/srv/real.py");
        source->state = STATES[i];
        if (i < 2) {
            source->text = hl_xasprintf("def f():\n    return %" PRIu64 "\n", i * seed);
            source->length = strlen(source->text);
            hl_sha256(source->text, source->length, source->hash);
        }
    }
    sample->content.sources = sample->sources;
    sample->content.source_count = 3;
}

static void init_rows(struct sample *sample)
{
    struct hl_run_content *content = &sample->content;
    hl_assert(hl_functions_from_names(content->profile, &sample->functions) == 0);
    sample->self = hl_xcalloc(sample->functions->count + 1, sizeof(uint64_t));
    sample->total = hl_xcalloc(sample->functions->count + 1, sizeof(uint64_t));
    struct hl_groups groups = hl_functions_groups(sample->functions);
    hl_assert(hl_groups_count(content->profile, &groups, sample->self, sample->total) == 0);
    hl_assert(hl_profile_lines(content->profile, &sample->lines, &content->line_count) == 0);
    content->functions = sample->functions;
    content->function_self = sample->self;
    content->function_total = sample->total;
    content->lines = sample->lines;
}

void sample_init(struct sample *sample, uint64_t seed, const struct sample_size *size)
{
    *sample = (struct sample){0};
    sample->content.profile = sample_profile(seed, size);
    init_rows(sample);
    init_sources(sample, seed);
    init_facts(sample, seed);
    sample->windows[0] = (struct hl_window){0, 1000000000, 60, 1};
    sample->windows[1] = (struct hl_window){950000000, 1000000000, seed, 2};
    sample->content.windows = sample->windows;
    sample->content.window_count = 2;
}

void sample_finish(struct sample *sample)
{
    hl_run_finish(&sample->run);
    hl_profile_unref(sample->content.profile);
    hl_functions_destroy(sample->functions);
    free(sample->self);
    free(sample->total);
    free(sample->lines);
    for (size_t i = 0; i < 3; i++) {
        hl_source_finish(&sample->sources[i]);
    }
    *sample = (struct sample){0};
}

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: differs: %s\n", __FILE__, __LINE__, #condition);               \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_frame(const struct hl_frames *a, uint32_t i, const struct hl_frames *b, uint32_t j)
{
    size_t a_length;
    size_t b_length;
    const char *a_text = hl_frames_text(a, i, &a_length);
    const char *b_text = hl_frames_text(b, j, &b_length);
    CHECK(a_length == b_length && memcmp(a_text, b_text, a_length) == 0);
    const struct hl_frame *x = hl_frames_get(a, i);
    const struct hl_frame *y = hl_frames_get(b, j);
    CHECK(x->kind == y->kind && x->line == y->line && x->number == y->number);
    CHECK(same_text(hl_strings_get(hl_frames_strings(a), x->name, NULL),
                    hl_strings_get(hl_frames_strings(b), y->name, NULL)));
    CHECK((x->file == HL_NO_STRING) == (y->file == HL_NO_STRING));
    CHECK(x->file == HL_NO_STRING ||
          same_text(hl_strings_get(hl_frames_strings(a), x->file, NULL),
                    hl_strings_get(hl_frames_strings(b), y->file, NULL)));
    return true;
}

bool sample_profiles_equal(const struct hl_profile *a, const struct hl_profile *b)
{
    const struct hl_columns *x = hl_profile_columns(a);
    const struct hl_columns *y = hl_profile_columns(b);
    CHECK(hl_profile_metric(a) == hl_profile_metric(b));
    CHECK(x->count == y->count);
    for (uint32_t i = 0; i < x->count; i++) {
        CHECK(x->self[i] == y->self[i] && x->total[i] == y->total[i]);
        CHECK(x->depth[i] == y->depth[i] && x->parent[i] == y->parent[i]);
        CHECK(x->end[i] == y->end[i]);
        CHECK((i == 0) == (y->frame[i] == HL_NO_FRAME));
        CHECK(i == 0 ||
              same_frame(hl_profile_frames(a), x->frame[i], hl_profile_frames(b), y->frame[i]));
    }
    return true;
}

static bool same_facts(const struct hl_run *a, const struct hl_run *b)
{
    CHECK(same_text(a->uuid, b->uuid) && same_text(a->target, b->target));
    CHECK(same_text(a->title, b->title) && same_text(a->cwd, b->cwd));
    CHECK(same_text(a->workspace, b->workspace) && same_text(a->notes, b->notes));
    CHECK(same_text(a->python, b->python) && same_text(a->python_version, b->python_version));
    CHECK(same_text(a->sampler, b->sampler) && same_text(a->sampler_mode, b->sampler_mode));
    CHECK(same_text(a->git_commit, b->git_commit) && same_text(a->git_branch, b->git_branch));
    CHECK(same_text(a->label, b->label) && a->pinned == b->pinned);
    CHECK(a->start == b->start && a->offset_minutes == b->offset_minutes);
    CHECK(a->duration == b->duration && a->sampled == b->sampled &&
          a->covered == b->covered);
    CHECK(a->rate == b->rate && a->flags == b->flags); /* exact: no arithmetic in between */
    CHECK(a->samples == b->samples && a->errors == b->errors);
    CHECK(a->exit_status == b->exit_status && a->git_dirty == b->git_dirty);
    CHECK(a->processes == b->processes && a->threads == b->threads);
    CHECK(hl_strv_length(a->argv) == hl_strv_length(b->argv));
    for (size_t i = 0; i < hl_strv_length(a->argv); i++) {
        CHECK(same_text(a->argv[i], b->argv[i]));
    }
    return true;
}

static bool same_rows(const struct hl_rows *rows, const struct sample *sample)
{
    uint64_t self = 0;
    size_t count = 0;
    for (size_t i = 0; i < sample->functions->count; i++) {
        if (sample->functions->items[i].kind == HL_FUNCTION_CODE) {
            self += sample->self[i];
            count++;
        }
    }
    CHECK(rows->function_count == count);
    for (size_t i = 0; i < rows->function_count; i++) {
        self -= rows->functions[i].self;
        CHECK(i == 0 || rows->functions[i].self <= rows->functions[i - 1].self);
    }
    CHECK(self == 0);
    CHECK(rows->line_count == sample->content.line_count);
    const struct hl_strings *strings =
        hl_frames_strings(hl_profile_frames(sample->content.profile));
    for (size_t i = 0; i < rows->line_count; i++) {
        const struct hl_line *line = &sample->lines[i];
        CHECK(same_text(rows->lines[i].file, hl_strings_get(strings, line->file, NULL)));
        CHECK(rows->lines[i].line == line->line && rows->lines[i].self == line->self);
        CHECK(rows->lines[i].total == line->total);
    }
    return true;
}

static bool same_sources(const struct hl_source_list *list, const struct sample *sample)
{
    CHECK(list->count == sample->content.source_count);
    for (size_t i = 0; i < list->count; i++) {
        const struct hl_source *a = &list->items[i];
        const struct hl_source *b = &sample->sources[i];
        CHECK(same_text(a->path, b->path) && same_text(a->real_path, b->real_path));
        CHECK(a->state == b->state && a->length == b->length && same_text(a->text, b->text));
        CHECK(memcmp(a->hash, b->hash, sizeof(a->hash)) == 0);
    }
    return true;
}

static bool same_windows(const struct hl_window *windows, size_t count, const struct sample *sample)
{
    CHECK(count == sample->content.window_count);
    for (size_t i = 0; i < count; i++) {
        const struct hl_window *a = &windows[i];
        const struct hl_window *b = &sample->windows[i];
        CHECK(a->start == b->start && a->covered == b->covered);
        CHECK(a->samples == b->samples && a->errors == b->errors);
    }
    return true;
}

static bool profile_equals(struct hl_store *store, int64_t run_id, const struct sample *sample)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    CHECK(hl_store_load_profile(store, run_id, &profile, NULL) == 0);
    return sample_profiles_equal(profile, sample->content.profile);
}

static bool rows_equal(struct hl_store *store, int64_t run_id, const struct sample *sample)
{
    _cleanup_(hl_rows_finish) struct hl_rows rows = {0};
    CHECK(hl_store_load_rows(store, run_id, NULL, &rows, NULL) == 0);
    return same_rows(&rows, sample);
}

static bool sources_equal(struct hl_store *store, int64_t run_id, const struct sample *sample)
{
    _cleanup_(hl_source_list_finish) struct hl_source_list sources = {0};
    CHECK(hl_store_load_sources(store, run_id, NULL, true, &sources, NULL) == 0);
    return same_sources(&sources, sample);
}

static bool windows_equal(struct hl_store *store, int64_t run_id, const struct sample *sample)
{
    _cleanup_free_ struct hl_window *windows = NULL;
    size_t count = 0;
    CHECK(hl_store_load_windows(store, run_id, &windows, &count, NULL) == 0);
    return same_windows(windows, count, sample);
}

static bool facts_equal(struct hl_store *store, int64_t run_id, const struct sample *sample)
{
    _cleanup_free_ char *name = hl_xasprintf("%" PRId64, run_id);
    _cleanup_(hl_run_finish) struct hl_run run = {0};
    CHECK(hl_store_find_run(store, name, &run, NULL) == 0);
    return same_facts(&run, &sample->run);
}

bool sample_equals(struct hl_store *store, int64_t run_id, const struct sample *sample)
{
    return facts_equal(store, run_id, sample) && profile_equals(store, run_id, sample) &&
           rows_equal(store, run_id, sample) && sources_equal(store, run_id, sample) &&
           windows_equal(store, run_id, sample);
}
