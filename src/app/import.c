#include "hotlens/app/import.h"

#include <errno.h>
#include <inttypes.h>

#include "hotlens/app/target.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"
#include "window.h"

static void describe_run(const char *path, const struct hl_import_options *options,
                         struct hl_run *run)
{
    char uuid[37];
    struct hl_target target;
    hl_uuid_generate(uuid);
    hl_target_from_file(path, &target);
    int64_t now = hl_clock_utc();
    *run = (struct hl_run){
        .uuid = hl_xstrdup(uuid),
        .target = TAKE_PTR(target.key),
        .title = hl_xstrdup(options->title ? options->title : target.title),
        .workspace = hl_xstrdup(options->folder),
        .start = now,
        .offset_minutes = hl_clock_offset_minutes(now),
        .duration = HL_UNKNOWN,
        .sampled = HL_UNKNOWN,
        .covered = HL_UNKNOWN,
        .rate = options->rate,
        .flags = HL_RUN_IMPORTED,
        .exit_status = HL_UNKNOWN,
        .sampler_mode = hl_xstrdup("import"),
        .git_dirty = -1,
    };
    hl_target_finish(&target);
}

/* What the stacks themselves give away of the options that they were recorded with. */
static uint32_t flags_of(const struct hl_profile *profile)
{
    const struct hl_frames *frames = hl_profile_frames(profile);
    uint32_t flags = 0;
    for (uint32_t i = 0; i < hl_frames_count(frames); i++) {
        enum hl_frame_kind kind = hl_frames_get(frames, i)->kind;
        flags |= kind == HL_FRAME_PROCESS ? HL_RUN_SUBPROCESSES : 0;
        flags |= kind == HL_FRAME_THREAD ? HL_RUN_THREADS : 0;
    }
    return flags;
}

static int derive(struct hl_run_data *data, const struct hl_import_options *options)
{
    struct hl_sources_options sources = {.cwd = options->folder, .imported = true};
    int result = hl_sources_collect(data->profile, &sources, &data->sources);
    return result < 0 ? result : hl_run_data_derive(data);
}

/* A text of another kind may have lines that end in a number. A window of a recording is not judged so: what
 * it has is kept. */
static int judge(const char *path, const struct hl_raw_report *report, struct hl_error *error)
{
    int r = 0;
    if (report->skipped > report->records) {
        r = hl_error_set(error, ENODATA,
                         "%s is not a raw profile of py-spy: %" PRIu64 " of %" PRIu64
                         " lines do not end in a count",
                         path, report->skipped, report->skipped + report->records);
    } else if (report->samples == 0) {
        r = hl_error_set(error, ENODATA, "%s: there are no samples in it", path);
    }
    if (r < 0) {
        hl_error_set_remedy(error, "Record with: py-spy record -f raw --full-filenames");
    }
    return r;
}

int hl_import_file(const char *path, const struct hl_import_options *options,
                   struct hl_run_data *ret_data, struct hl_raw_report *ret_report,
                   struct hl_error *error)
{
    struct hl_run_data data = {0};
    struct hl_raw_report report = {0};
    int result = hl_raw_read_file(path, options->progress, options->progress_user, &data.profile,
                                  &report, error);
    result = result < 0 ? result : judge(path, &report, error);
    if (result < 0) {
        hl_run_data_finish(&data);
        return result;
    }
    describe_run(path, options, &data.run);
    data.run.flags |= flags_of(data.profile);
    hl_run_note_report(&data.run, &report, "the file");
    result = derive(&data, options);
    if (result < 0) {
        hl_run_data_finish(&data);
        return hl_error_set_errno(error, -result, "cannot import %s", path);
    }
    *ret_data = data;
    if (ret_report) {
        *ret_report = report;
    }
    return 0;
}
