/* Drives a store from a test script: saves runs until it is killed, checks what is there, times a
 * big save. Runs are made from their number, so another process can check them to the last bit. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "hotlens/store/tree_blob.h"
#include "store_sample.h"

static int fail(const char *what, const struct hl_error *error, int r)
{
    fprintf(stderr, "%s: %s\n", what, hl_error_text(error, r));
    return 1;
}

/* save FILE FIRST COUNT: saves that many runs, and prints the number of each after its commit. */
static int save(const char *path, uint64_t first, uint64_t count)
{
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    int r = hl_store_open(path, HL_STORE_WRITE, &store, &error);
    if (r < 0) {
        return fail("open", &error, r);
    }
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct sample sample;
        sample_init(&sample, seed, &SAMPLE_SMALL);
        int64_t id;
        r = hl_store_save_run(store, &sample.run, &sample.content, &id, &error);
        sample_finish(&sample);
        if (r < 0 && r != -EEXIST) {
            return fail("save", &error, r);
        }
        printf("%" PRIu64 "\n", seed);
        fflush(stdout);
    }
    return 0;
}

static uint64_t seed_of(const struct hl_run *run)
{
    return strtoull(run->uuid + 24, NULL, 16);
}

/* check FILE: every run that is there is whole. Prints their numbers. */
static int check(const char *path)
{
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    int r = hl_store_open(path, HL_STORE_WRITE, &store, &error);
    if (r < 0) {
        return fail("open", &error, r);
    }
    _cleanup_(hl_run_list_finish) struct hl_run_list list = {0};
    r = hl_store_list_runs(store, NULL, &list, &error);
    if (r < 0) {
        return fail("list", &error, r);
    }
    for (size_t i = 0; i < list.count; i++) {
        struct sample sample;
        sample_init(&sample, seed_of(&list.items[i]), &SAMPLE_SMALL);
        bool equal = sample_equals(store, list.items[i].id, &sample);
        sample_finish(&sample);
        if (!equal) {
            fprintf(stderr, "run %" PRId64 " is not whole\n", list.items[i].id);
            return 1;
        }
        printf("%" PRIu64 "\n", seed_of(&list.items[i]));
    }
    return 0;
}

static double ms_since(int64_t start)
{
    return (double)(hl_clock_monotonic() - start) / (double)HL_NS_PER_MS;
}

/* time FILE: a profile as big as 34 MB of raw text; prints ms and bytes. */
static int measure(const char *path)
{
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    int r = hl_store_open(path, HL_STORE_WRITE, &store, &error);
    if (r < 0) {
        return fail("open", &error, r);
    }
    struct sample sample;
    sample_init(&sample, 1, &(struct sample_size){12564, 60, 4000, 200, 4});
    printf("nodes %u\n", hl_profile_columns(sample.content.profile)->count);
    printf("frames %u\n", hl_frames_count(hl_profile_frames(sample.content.profile)));
    int64_t start = hl_clock_monotonic();
    _cleanup_buffer_ struct hl_buffer blob = {0};
    hl_tree_blob_encode(sample.content.profile, &blob);
    printf("encode_ms %.2f\nblob_bytes %zu\n", ms_since(start), blob.length);
    start = hl_clock_monotonic();
    struct hl_profile *profile = NULL;
    hl_tree_blob_decode(blob.data, blob.length, &profile);
    printf("decode_ms %.2f\n", ms_since(start));
    hl_profile_unref(profile);
    int64_t id;
    start = hl_clock_monotonic();
    r = hl_store_save_run(store, &sample.run, &sample.content, &id, &error);
    printf("save_ms %.2f\n", ms_since(start));
    printf("functions %zu\nlines %zu\n", sample.functions->count, sample.content.line_count);
    start = hl_clock_monotonic();
    _cleanup_(hl_rows_finish) struct hl_rows rows = {0};
    hl_store_load_rows(store, id, NULL, &rows, &error);
    printf("load_rows_ms %.2f\n", ms_since(start));
    sample_finish(&sample);
    return r < 0 ? fail("save", &error, r) : 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "save") == 0) {
        return save(argv[2], strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
    }
    if (argc == 3 && strcmp(argv[1], "check") == 0) {
        return check(argv[2]);
    }
    if (argc == 3 && strcmp(argv[1], "time") == 0) {
        return measure(argv[2]);
    }
    fprintf(stderr, "usage: store_driver save FILE FIRST COUNT | check FILE | time FILE\n");
    return 2;
}
