/* Reads a raw profile to a frozen tree and makes the JSON of its flame graph; prints, as JSON, what each
 * step took in nanoseconds of CPU time, which other programs on the machine disturb least, and the peak
 * memory of the process after reading.
 *
 * usage: bench-load FILE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/formats/flame_json.h"
#include "hotlens/formats/raw.h"

static int64_t cpu_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static uint64_t peak_memory(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

static int write_flame(struct hl_profile *profile, struct hl_functions *functions, uint32_t limit,
                       struct hl_buffer *out)
{
    _cleanup_free_ uint64_t *hashes = hl_xcalloc(functions->count + 1, sizeof(*hashes));
    for (size_t i = 0; i < functions->count; i++) {
        hashes[i] = functions->items[i].hash;
    }
    struct hl_view_options options = {
        .groups = hl_functions_groups(functions),
        .group_hash = hashes,
        .limit = limit,
    };
    _cleanup_(hl_view_destroy_p) struct hl_view *view = NULL;
    int result = hl_view_create(profile, &options, &view);
    if (result < 0) {
        return result;
    }
    struct hl_json json;
    hl_json_init(&json, out);
    hl_json_object_begin(&json);
    hl_flame_json_write(view, profile, functions, &json);
    hl_json_object_end(&json);
    return hl_buffer_flush(out);
}

/* Time and size of the JSON of at most `limit` nodes. */
static int measure_flame(struct hl_profile *profile, struct hl_functions *functions, uint32_t limit,
                         const char *name)
{
    struct hl_buffer out = {0};
    int64_t start = cpu_time();
    int result = write_flame(profile, functions, limit, &out);
    int64_t ns = cpu_time() - start;
    printf(", \"%s_ns\": %lld, \"%s_bytes\": %zu", name, (long long)ns, name, out.length);
    hl_buffer_finish(&out);
    return result;
}

static int measure(const char *path)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    _cleanup_(hl_functions_destroy_p) struct hl_functions *functions = NULL;
    _cleanup_error_ struct hl_error error = {0};
    struct hl_raw_report report;
    int64_t start = cpu_time();
    int result = hl_raw_read_file(path, NULL, NULL, &profile, &report, &error);
    int64_t ns = cpu_time() - start;
    if (result < 0) {
        fprintf(stderr, "bench-load: %s\n", hl_error_text(&error, result));
        return result;
    }
    printf("{\"ns\": %lld, \"peak\": %llu, \"nodes\": %u, \"samples\": %llu", (long long)ns,
           (unsigned long long)peak_memory(), hl_profile_columns(profile)->count,
           (unsigned long long)hl_profile_samples(profile));
    result = hl_functions_from_names(profile, &functions);
    if (result == 0) {
        result = measure_flame(profile, functions, HL_LIMIT_VIEW_NODES, "flame");
    }
    if (result == 0) {
        result = measure_flame(profile, functions, 0, "whole_flame");
    }
    printf("}\n");
    return result;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: bench-load FILE\n");
        return 2;
    }
    return measure(argv[1]) < 0 ? 1 : 0;
}
