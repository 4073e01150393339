/* What the readers and writers of the formats room make of a file, for test scripts:
 *   raw-driver summary|raw|collapsed|json|flame|time FILE   (FILE may be "-") */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hotlens/base/memory.h"
#include "hotlens/formats/flame_json.h"
#include "hotlens/formats/profile_json.h"
#include "hotlens/formats/raw.h"

static void write_text(struct hl_json *json, const char *key, const struct hl_strings *strings,
                       uint32_t id)
{
    hl_json_key(json, key);
    if (id == HL_NO_STRING) {
        hl_json_null(json);
        return;
    }
    size_t length;
    const char *text = hl_strings_get(strings, id, &length);
    hl_json_bytes(json, text, length);
}

static void write_report(struct hl_json *json, const struct hl_raw_report *report)
{
    hl_json_member_u64(json, "records", report->records);
    hl_json_member_u64(json, "reported_samples", report->samples);
    hl_json_member_u64(json, "empty", report->empty);
    hl_json_member_u64(json, "opaque", report->opaque);
    hl_json_member_u64(json, "invalid_utf8", report->invalid_utf8);
    hl_json_member_u64(json, "skipped", report->skipped);
    hl_json_member_u64(json, "recovered", report->recovered);
    hl_json_member_bool(json, "truncated", report->truncated);
    hl_json_member_bool(json, "overflow", report->overflow);
}

static int write_functions(struct hl_json *json, const struct hl_profile *profile)
{
    _cleanup_(hl_functions_destroy_p) struct hl_functions *functions = NULL;
    int r = hl_functions_from_names(profile, &functions);
    if (r < 0) {
        return r;
    }
    struct hl_groups groups = hl_functions_groups(functions);
    _cleanup_free_ uint64_t *self = hl_xcalloc(groups.count, sizeof(*self));
    _cleanup_free_ uint64_t *total = hl_xcalloc(groups.count, sizeof(*total));
    r = hl_groups_count(profile, &groups, self, total);
    hl_json_key(json, "functions");
    hl_json_array_begin(json);
    for (size_t i = 0; r == 0 && i < functions->count; i++) {
        const struct hl_function *function = &functions->items[i];
        if (function->kind != HL_FUNCTION_CODE) {
            continue;
        }
        hl_json_object_begin(json);
        write_text(json, "name", functions->strings, function->name);
        write_text(json, "file", functions->strings, function->file);
        hl_json_member_u64(json, "self", self[i]);
        hl_json_member_u64(json, "total", total[i]);
        hl_json_object_end(json);
    }
    hl_json_array_end(json);
    return r;
}

static int write_lines(struct hl_json *json, const struct hl_profile *profile)
{
    _cleanup_free_ struct hl_line *lines = NULL;
    size_t count;
    int r = hl_profile_lines(profile, &lines, &count);
    hl_json_key(json, "lines");
    hl_json_array_begin(json);
    for (size_t i = 0; r == 0 && i < count; i++) {
        hl_json_object_begin(json);
        write_text(json, "file", hl_frames_strings(hl_profile_frames(profile)), lines[i].file);
        hl_json_member_u64(json, "line", lines[i].line);
        hl_json_member_u64(json, "self", lines[i].self);
        hl_json_member_u64(json, "total", lines[i].total);
        hl_json_object_end(json);
    }
    hl_json_array_end(json);
    return r;
}

static int write_flame(struct hl_json *json, const struct hl_profile *profile)
{
    _cleanup_(hl_functions_destroy_p) struct hl_functions *functions = NULL;
    _cleanup_(hl_view_destroy_p) struct hl_view *view = NULL;
    int r = hl_functions_from_names(profile, &functions);
    if (r < 0) {
        return r;
    }
    _cleanup_free_ uint64_t *hashes = hl_xcalloc(functions->count, sizeof(*hashes));
    for (size_t i = 0; i < functions->count; i++) {
        hashes[i] = functions->items[i].hash;
    }
    struct hl_view_options options = {
        .groups = hl_functions_groups(functions), .group_hash = hashes, .limit = 1000};
    r = hl_view_create(profile, &options, &view);
    if (r == 0) {
        hl_flame_json_write(view, profile, functions, json);
    }
    return r;
}

static int write_json(const char *command, const struct hl_profile *profile,
                      const struct hl_raw_report *report, struct hl_buffer *out)
{
    struct hl_json json;
    int r = 0;
    hl_json_init(&json, out);
    hl_json_object_begin(&json);
    if (strcmp(command, "summary") == 0) {
        hl_json_member_u64(&json, "samples", hl_profile_samples(profile));
        write_report(&json, report);
        r = write_functions(&json, profile);
        r = r < 0 ? r : write_lines(&json, profile);
    } else if (strcmp(command, "flame") == 0) {
        r = write_flame(&json, profile);
    } else {
        _cleanup_(hl_functions_destroy_p) struct hl_functions *functions = NULL;
        r = hl_functions_from_names(profile, &functions);
        if (r == 0) {
            hl_profile_json_write(profile, functions, &json);
        }
    }
    hl_json_object_end(&json);
    return r;
}

/* Of the processor, so that other work on the machine shows less. */
static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: raw-driver summary|raw|collapsed|json|flame|time FILE\n");
        return 2;
    }
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    struct hl_raw_report report;
    double start = now();
    int r = hl_raw_read_file(argv[2], NULL, NULL, &profile, &report, &error);
    if (r < 0) {
        fprintf(stderr, "%s\n", hl_error_text(&error, r));
        return 1;
    }
    if (strcmp(argv[1], "time") == 0) {
        printf("%.1f ms of processor time, %u nodes, %" PRIu64 " samples, %zu KiB\n", (now() - start) * 1e3,
               hl_profile_columns(profile)->count, report.samples,
               hl_profile_memory(profile) >> 10);
        return 0;
    }
    int fd = STDOUT_FILENO;
    struct hl_buffer out;
    hl_buffer_init_writer(&out, hl_write_to_fd, &fd);
    if (strcmp(argv[1], "raw") == 0) {
        hl_raw_write(profile, &out);
    } else if (strcmp(argv[1], "collapsed") == 0) {
        hl_collapsed_write(profile, &out);
    } else {
        r = write_json(argv[1], profile, &report, &out);
    }
    r = r < 0 ? r : hl_buffer_flush(&out);
    hl_buffer_finish(&out);
    return r < 0;
}
