/* Which texts are kept: files that change while a program runs must not lend it their lines. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../suite.h"
#include "hotlens/app/sources.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/sha256.h"
#include "hotlens/profile/builder.h"

static char *folder;
static char *project;

static void setup(void)
{
    char template[] = "/tmp/hotlens-sources-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(template));
    folder = hl_file_real_path(template);
    project = hl_xasprintf("%s/project", folder);
    ck_assert_int_eq(mkdir(project, 0700), 0);
}

static void teardown(void)
{
    hl_folder_remove(folder);
    free(project);
    free(folder);
}

static char *write_file(const char *name, const char *text)
{
    char *path = hl_xasprintf("%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    return path;
}

/* A profile of one frame per path. */
static struct hl_profile *profile_of(const char *const *paths, size_t count)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    struct hl_frames *frames = hl_builder_frames(builder);
    uint32_t node = 0;
    for (size_t i = 0; i < count; i++) {
        char *text = hl_xasprintf("f (%s:1)", paths[i]);
        uint32_t frame;
        ck_assert_int_eq(hl_frames_intern(frames, text, strlen(text), &frame), 1);
        ck_assert_int_eq(hl_frames_describe(frames, frame, HL_FRAME_SOURCE, "f", 1, paths[i],
                                            strlen(paths[i]), 1, 0),
                         0);
        ck_assert_int_eq(hl_builder_child(builder, node, frame, &node), 0);
        free(text);
    }
    hl_builder_add(builder, node, 1);
    struct hl_profile *profile = NULL;
    ck_assert_int_eq(hl_builder_freeze(&builder, &profile), 0);
    return profile;
}

static struct hl_sources *collect(const char *path, const struct hl_sources_options *options)
{
    struct hl_profile *profile = profile_of(&path, 1);
    struct hl_sources *sources = NULL;
    ck_assert_int_eq(hl_sources_collect(profile, options, &sources), 0);
    hl_profile_unref(profile);
    return sources;
}

/* Waits until the clock that file times come from has moved on from a file's. */
static void pass_tick(const char *path)
{
    struct stat first;
    ck_assert_int_eq(stat(path, &first), 0);
    struct stat now;
    char *probe = hl_xasprintf("%s/probe", folder);
    do {
        int fd = open(probe, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
        close(fd);
        ck_assert_int_eq(stat(probe, &now), 0);
        unlink(probe);
    } while (now.st_ctim.tv_sec == first.st_ctim.tv_sec &&
             now.st_ctim.tv_nsec == first.st_ctim.tv_nsec);
    free(probe);
}

static void change_nothing(const char *path)
{
}

static void rewrite(const char *path)
{
    pass_tick(path);
    FILE *file = fopen(path, "we");
    fputs("x = 2\n", file);
    fclose(file);
}

/* At once, so perhaps within the tick of the first write. */
static void rewrite_fast(const char *path)
{
    FILE *file = fopen(path, "we");
    fputs("x = 2\n", file);
    fclose(file);
}

static void rewrite_and_restore_times(const char *path)
{
    struct stat before;
    ck_assert_int_eq(stat(path, &before), 0);
    rewrite(path);
    const struct timespec times[] = {before.st_atim, before.st_mtim};
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void replace_with_equal(const char *path)
{
    char *other = write_file("other", "x = 1\n");
    ck_assert_int_eq(rename(other, path), 0);
    free(other);
}

static void delete_file(const char *path)
{
    ck_assert_int_eq(unlink(path), 0);
}

static void put_folder(const char *path)
{
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void put_fifo(const char *path)
{
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
}

static void put_loop(const char *path)
{
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink(path, path), 0);
}

static void put_binary(const char *path)
{
    ck_assert_int_eq(truncate(path, 100), 0);
}

static const struct {
    void (*change)(const char *path);
    int state; /* -1: not listed */
} CHANGES[] = {
    {change_nothing, HL_SOURCE_STORED},
    {rewrite, HL_SOURCE_CHANGED},
    {rewrite_fast, HL_SOURCE_CHANGED},
    {rewrite_and_restore_times, HL_SOURCE_CHANGED},
    {replace_with_equal, HL_SOURCE_CHANGED},
    {delete_file, HL_SOURCE_MISSING},
    {put_folder, HL_SOURCE_MISSING},
    {put_fifo, HL_SOURCE_MISSING},
    {put_loop, HL_SOURCE_MISSING},
    {put_binary, -1},
};

START_TEST(test_change_while_running)
{
    char *path = write_file("project/x.py", "x = 1\n");
    struct hl_snapshot *snapshot = hl_snapshot_create(project);
    struct hl_sources_options options = {.snapshot = snapshot, .start = hl_clock_utc()};
    CHANGES[_i].change(path);
    struct hl_sources *sources = collect(path, &options);
    ck_assert_uint_eq(sources->count, CHANGES[_i].state >= 0);
    if (CHANGES[_i].state >= 0) {
        const struct hl_source *source = hl_sources_find(sources, path);
        ck_assert_ptr_nonnull(source);
        ck_assert_int_eq((int)source->state, CHANGES[_i].state);
        ck_assert_int_eq(source->text != NULL, CHANGES[_i].state == HL_SOURCE_STORED);
    }
    hl_sources_destroy(sources);
    hl_snapshot_destroy(snapshot);
    free(path);
}
END_TEST

static int64_t written_at(const char *path)
{
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    return status.st_ctim.tv_sec * HL_NS_PER_SECOND + status.st_ctim.tv_nsec;
}

/* A file that the snapshot does not have is judged by its ctime alone. */
START_TEST(test_outside)
{
    static const struct {
        int64_t start; /* ns after the file was written */
        enum hl_source_state state;
    } ROWS[] = {
        {HL_NS_PER_SECOND, HL_SOURCE_STORED},
        {0, HL_SOURCE_CHANGED},
        {-HL_NS_PER_SECOND, HL_SOURCE_CHANGED},
    };
    char *path = write_file("lib.py", "x = 1\n");
    struct hl_sources_options options = {.start = written_at(path) + ROWS[_i].start};
    struct hl_sources *sources = collect(path, &options);
    ck_assert_int_eq((int)sources->items[0].state, (int)ROWS[_i].state);
    hl_sources_destroy(sources);
    free(path);
}
END_TEST

START_TEST(test_generated_while_running)
{
    struct hl_snapshot *snapshot = hl_snapshot_create(project);
    char *path = write_file("project/made.py", "x = 1\n");
    struct hl_sources_options options = {.snapshot = snapshot, .start = hl_clock_utc()};
    struct hl_sources *sources = collect(path, &options);
    ck_assert_int_eq((int)sources->items[0].state, HL_SOURCE_CHANGED);
    hl_sources_destroy(sources);
    hl_snapshot_destroy(snapshot);
    free(path);
}
END_TEST

/* A walk that was cancelled knows of no file, so only the file's own times can tell. */
START_TEST(test_cancelled)
{
    const atomic_bool cancelled = _i == 1;
    char *path = write_file("project/fresh.py", "x = 1\n");
    struct hl_snapshot *snapshot = hl_snapshot_create_cancellable(project, &cancelled);
    struct hl_sources_options options = {.snapshot = snapshot, .start = written_at(path)};
    struct hl_sources *sources = collect(path, &options);
    ck_assert_int_eq((int)sources->items[0].state,
                     (int)(cancelled ? HL_SOURCE_CHANGED : HL_SOURCE_STORED));
    hl_sources_destroy(sources);
    hl_snapshot_destroy(snapshot);
    free(path);
}
END_TEST

/* Hidden folders and links are not walked; a link to a file of the snapshot is that file. */
START_TEST(test_links)
{
    char *path = write_file("project/x.py", "x = 1\n");
    char *link = hl_xasprintf("%s/link.py", project);
    ck_assert_int_eq(symlink("x.py", link), 0);
    char *loop = hl_xasprintf("%s/loop", project);
    ck_assert_int_eq(symlink(".", loop), 0);
    struct hl_snapshot *snapshot = hl_snapshot_create(project);
    struct hl_sources_options options = {.snapshot = snapshot, .start = hl_clock_utc()};
    struct hl_sources *sources = collect(link, &options);
    ck_assert_int_eq((int)sources->items[0].state, HL_SOURCE_STORED);
    ck_assert_str_eq(sources->items[0].path, link);
    ck_assert_str_eq(sources->items[0].real_path, path);
    hl_sources_destroy(sources);
    hl_snapshot_destroy(snapshot);
    free(loop);
    free(link);
    free(path);
}
END_TEST

START_TEST(test_import)
{
    char *path = write_file("x.py", "x = 1\n");
    struct hl_sources_options options = {.imported = true, .cwd = folder};
    struct hl_sources *sources = collect("./x.py", &options);
    struct hl_source *source = &sources->items[0];
    ck_assert_int_eq((int)source->state, HL_SOURCE_IMPORTED);
    ck_assert_str_eq(source->real_path, path);
    ck_assert_str_eq(source->text, "x = 1\n");
    uint8_t hash[HL_SHA256_SIZE];
    hl_sha256("x = 1\n", 6, hash);
    ck_assert_mem_eq(source->hash, hash, sizeof(hash));
    hl_sources_drop_texts(sources);
    ck_assert_int_eq((int)source->state, HL_SOURCE_HASHED);
    ck_assert_ptr_null(source->text);
    ck_assert_mem_eq(source->hash, hash, sizeof(hash));
    hl_sources_destroy(sources);
    options.cwd = NULL;
    sources = collect("./x.py", &options);
    ck_assert_int_eq((int)sources->items[0].state, HL_SOURCE_MISSING);
    hl_sources_destroy(sources);
    free(path);
}
END_TEST

/* A file may not be readable by who records; root reads everything, so the limit stands in for it. */
START_TEST(test_too_large)
{
    _cleanup_free_ char *text = hl_xmalloc(HL_LIMIT_SOURCE + 2);
    memset(text, '\n', HL_LIMIT_SOURCE + 1);
    struct hl_sources_options options = {.imported = true};
    for (size_t more = 0; more < 2; more++) {
        text[HL_LIMIT_SOURCE + more] = '\0';
        char *path = write_file("x.py", text);
        text[HL_LIMIT_SOURCE + more] = '\n';
        struct hl_sources *sources = collect(path, &options);
        ck_assert_uint_eq(sources->count, 1);
        ck_assert_int_eq(sources->items[0].state == HL_SOURCE_MISSING, more);
        hl_sources_destroy(sources);
        free(path);
    }
}
END_TEST

START_TEST(test_listed)
{
    char *secret = write_file("secret", "password\n");
    char *script = write_file("script", "#!/usr/bin/env python3\n");
    const char *paths[] = {
        "<string>", "<frozen importlib._bootstrap>", "", "libc.so.6", "[vdso]", "libc", "mod.c",
        "/usr/lib/x.so", "/b/zip.zip/y.py", "/a/x.pyx", "/a/gone", secret, script, "z.py",
        "/b/zip.zip",
    };
    const char *expected[] = {"/a/gone", "/a/x.pyx", "/b/zip.zip/y.py", script, "z.py"};
    struct hl_profile *profile = profile_of(paths, ARRAY_SIZE(paths));
    struct hl_sources_options options = {.imported = true, .cwd = folder};
    struct hl_sources *sources = NULL;
    ck_assert_int_eq(hl_sources_collect(profile, &options, &sources), 0);
    ck_assert_uint_eq(sources->count, ARRAY_SIZE(expected));
    for (size_t i = 0; i < sources->count; i++) {
        ck_assert_str_eq(sources->items[i].path, expected[i]);
        ck_assert_ptr_eq(hl_sources_find(sources, expected[i]), &sources->items[i]);
    }
    ck_assert_ptr_null(hl_sources_find(sources, "/a"));
    ck_assert_ptr_null(hl_sources_find(NULL, "/a"));
    hl_sources_destroy(sources);
    hl_profile_unref(profile);
    free(script);
    free(secret);
}
END_TEST

START_TEST(test_failing_allocations)
{
    char *path = write_file("x.py", "x = 1\n");
    const char *paths[] = {path};
    struct hl_profile *profile = profile_of(paths, 1);
    struct hl_sources_options options = {.imported = true};
    struct hl_sources *sources = NULL;
    for (uint64_t nth = 1;; nth++) {
        hl_memory_fail_at(nth, 0);
        int r = hl_sources_collect(profile, &options, &sources);
        uint64_t faults = hl_memory_faults();
        hl_memory_fail_at(0, 0);
        if (faults == 0) {
            ck_assert_int_eq(r, 0);
            ck_assert_uint_gt(nth, 3);
            break;
        }
        ck_assert_int_eq(r, -ENOMEM);
        ck_assert_ptr_null(sources);
    }
    hl_sources_destroy(sources);
    hl_profile_unref(profile);
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("app-sources");
    TCase *tests = tcase_create("sources");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_change_while_running, 0, ARRAY_SIZE(CHANGES));
    tcase_add_loop_test(tests, test_outside, 0, 3);
    tcase_add_test(tests, test_generated_while_running);
    tcase_add_loop_test(tests, test_cancelled, 0, 2);
    tcase_add_test(tests, test_links);
    tcase_add_test(tests, test_import);
    tcase_add_test(tests, test_too_large);
    tcase_add_test(tests, test_listed);
    tcase_add_test(tests, test_failing_allocations);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
