#include "hotlens/app/run_json.h"

#include <errno.h>
#include <string.h>

#include "hotlens/app/text.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/memory.h"

static const struct {
    uint32_t flag;
    const char *name;
} FLAGS[] = {
    {HL_RUN_SUBPROCESSES, "subprocesses"}, {HL_RUN_THREADS, "threads"},
    {HL_RUN_IDLE, "idle"},                 {HL_RUN_GIL, "gil"},
    {HL_RUN_NATIVE, "native"},             {HL_RUN_NONBLOCKING, "nonblocking"},
    {HL_RUN_ATTACHED, "attached"},         {HL_RUN_IMPORTED, "imported"},
    {HL_RUN_RECOVERED, "recovered"},       {HL_RUN_UNVERIFIED, "unverified"},
    {HL_RUN_BEHIND, "behind"},             {HL_RUN_STOPPED, "stopped"},
};

static void member_known(struct hl_json *json, const char *key, int64_t value)
{
    hl_json_key(json, key);
    if (value == HL_UNKNOWN) {
        hl_json_null(json);
    } else {
        hl_json_i64(json, value);
    }
}

static void member_seconds(struct hl_json *json, const char *key, int64_t ns)
{
    hl_json_key(json, key);
    if (ns == HL_UNKNOWN) {
        hl_json_null(json);
    } else {
        hl_json_number(json, (double)ns / (double)HL_NS_PER_SECOND);
    }
}

/* "elapsed" is the clock's time, "busy" what the samples stand for. The latter is null when it does
 * not mean busy time: with waiting included, of the GIL, or without a rate. */
static void write_times(struct hl_json *json, const struct hl_run *run)
{
    struct hl_scale scale = hl_scale_of_run(run);
    bool is_busy = !(run->flags & (HL_RUN_IDLE | HL_RUN_GIL)) && scale.seconds_per_sample > 0;
    member_seconds(json, "duration", run->duration);
    member_seconds(json, "elapsed", run->duration);
    hl_json_key(json, "busy");
    if (is_busy) {
        hl_json_number(json, (double)run->samples * scale.seconds_per_sample);
    } else {
        hl_json_null(json);
    }
    member_seconds(json, "sampled", run->sampled);
    member_seconds(json, "covered", run->covered);
    hl_json_key(json, "rate");
    if (run->rate > 0) {
        hl_json_number(json, run->rate);
    } else {
        hl_json_null(json);
    }
}

static void write_git(struct hl_json *json, const struct hl_run *run)
{
    hl_json_key(json, "git");
    hl_json_object_begin(json);
    hl_json_member_string(json, "commit", run->git_commit);
    hl_json_member_string(json, "branch", run->git_branch);
    hl_json_key(json, "dirty");
    if (run->git_dirty < 0) {
        hl_json_null(json);
    } else {
        hl_json_bool(json, run->git_dirty > 0);
    }
    hl_json_object_end(json);
}

static void write_lists(struct hl_json *json, const struct hl_run *run)
{
    hl_json_key(json, "argv");
    hl_json_array_begin(json);
    for (char *const *word = run->argv; word && *word; word++) {
        hl_json_string(json, *word);
    }
    hl_json_array_end(json);
    hl_json_key(json, "flags");
    hl_json_array_begin(json);
    for (size_t i = 0; i < ARRAY_SIZE(FLAGS); i++) {
        if (run->flags & FLAGS[i].flag) {
            hl_json_string(json, FLAGS[i].name);
        }
    }
    hl_json_array_end(json);
}

void hl_run_json(struct hl_json *json, const struct hl_run *run)
{
    char start[64];
    hl_clock_format_iso(run->start, run->offset_minutes, start, sizeof(start));
    hl_json_object_begin(json);
    hl_json_member_i64(json, "id", run->id);
    hl_json_member_string(json, "uuid", run->uuid);
    hl_json_member_string(json, "target", run->target);
    hl_json_member_string(json, "title", run->title);
    hl_json_member_string(json, "cwd", run->cwd);
    hl_json_member_string(json, "workspace", run->workspace);
    hl_json_member_string(json, "start", start);
    write_times(json, run);
    hl_json_member_u64(json, "samples", run->samples);
    hl_json_member_u64(json, "errors", run->errors);
    member_known(json, "exit_status", run->exit_status);
    hl_json_member_u64(json, "processes", run->processes);
    hl_json_member_u64(json, "threads", run->threads);
    hl_json_member_string(json, "python", run->python);
    hl_json_member_string(json, "python_version", run->python_version);
    hl_json_member_string(json, "sampler", run->sampler);
    hl_json_member_string(json, "sampler_mode", run->sampler_mode);
    write_git(json, run);
    hl_json_member_string(json, "label", run->label);
    hl_json_member_bool(json, "pinned", run->pinned);
    write_lists(json, run);
    hl_json_member_string(json, "notes", run->notes);
    hl_json_object_end(json);
}

static void write_counts(struct hl_json *json, const char *file, uint64_t line, uint64_t self,
                         uint64_t total)
{
    hl_json_member_string(json, "file", file);
    hl_json_member_u64(json, "line", line);
    hl_json_member_u64(json, "self", self);
    hl_json_member_u64(json, "total", total);
}

static void write_text(struct hl_json *json, const char *amount_name, const char *share_name,
                       const struct hl_run *run, uint64_t samples)
{
    struct hl_scale scale = hl_scale_of_run(run);
    _cleanup_buffer_ struct hl_buffer amount = {0};
    _cleanup_buffer_ struct hl_buffer share = {0};
    hl_text_amount(&amount, &scale, samples);
    hl_text_percent(&share, samples, run->samples);
    hl_json_member_string(json, amount_name, amount.data);
    hl_json_member_string(json, share_name, share.data);
}

static void write_texts(struct hl_json *json, const struct hl_run *run, uint64_t self,
                        uint64_t total)
{
    if (run) {
        hl_json_key(json, "texts");
        hl_json_object_begin(json);
        write_text(json, "self", "selfShare", run, self);
        write_text(json, "total", "totalShare", run, total);
        hl_json_object_end(json);
    }
}

void hl_functions_json(struct hl_json *json, const struct hl_rows *rows, size_t limit,
                       const struct hl_run *texts)
{
    size_t count = hl_min_size(rows->function_count, limit);
    hl_json_key(json, "functions");
    hl_json_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        const struct hl_function_row *row = &rows->functions[i];
        hl_json_object_begin(json);
        hl_json_member_string(json, "name", row->name);
        write_counts(json, row->file, row->line, row->self, row->total);
        write_texts(json, texts, row->self, row->total);
        hl_json_object_end(json);
    }
    hl_json_array_end(json);
}

void hl_lines_json(struct hl_json *json, const struct hl_rows *rows, size_t limit,
                   const struct hl_run *texts)
{
    size_t count = hl_min_size(rows->line_count, limit);
    hl_json_key(json, "lines");
    hl_json_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        const struct hl_line_row *row = &rows->lines[i];
        hl_json_object_begin(json);
        write_counts(json, row->file, row->line, row->self, row->total);
        write_texts(json, texts, row->self, row->total);
        hl_json_object_end(json);
    }
    hl_json_array_end(json);
}

void hl_show_json(struct hl_json *json, const struct hl_run *run, const struct hl_rows *rows)
{
    hl_json_object_begin(json);
    hl_json_key(json, "run");
    hl_run_json(json, run);
    hl_functions_json(json, rows, SIZE_MAX, NULL);
    hl_lines_json(json, rows, SIZE_MAX, NULL);
    hl_json_object_end(json);
}
