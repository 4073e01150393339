/* Texts for people: the one place that turns counts into words. Pure; nothing here prints. Seconds are
 * samples / rate, corrected for the share of time that was covered; with an unknown rate samples are
 * shown and never seconds. Never more digits than the samples support. */
#ifndef HOTLENS_APP_TEXT_H
#define HOTLENS_APP_TEXT_H

#include "hotlens/base/buffer.h"
#include "hotlens/store/run.h"

/* How one run's samples become seconds. */
struct hl_scale {
    double seconds_per_sample; /* 0 when the rate is unknown */
    uint64_t samples;          /* all of the run, or of the focus */
    bool lower_bound;          /* behind, or more than 1 % errors: times are "at least" */
};

struct hl_scale hl_scale_of_run(const struct hl_run *run);

/* "1.20 s", "45 ms", "2 min 03 s", "123 samples"; "≥ 1.20 s" for a lower bound. */
void hl_text_amount(struct hl_buffer *out, const struct hl_scale *scale, uint64_t samples);
/* A duration in ns: "0.40 s", "12 s", "3 min 20 s". */
void hl_text_duration(struct hl_buffer *out, int64_t ns);
/* "12.3%", "<0.1%", "100%". */
void hl_text_percent(struct hl_buffer *out, uint64_t part, uint64_t whole);
/* Standard error of n of N samples, as the amount: "± 0.05 s". */
void hl_text_error(struct hl_buffer *out, const struct hl_scale *scale, uint64_t samples);
/* "60 s elapsed, 41 s busy (waiting not shown)" or what the run's flags make a second mean. */
void hl_text_meaning(struct hl_buffer *out, const struct hl_run *run);
/* "3 processes, 12 threads" (singular forms too). */
void hl_text_counted(struct hl_buffer *out, uint64_t count, const char *noun);
/* The run in one line: "train.py · 14:02 · 60 s elapsed, 41 s busy (waiting not shown) · 3 processes ·
 * 100 Hz". */
void hl_text_summary(struct hl_buffer *out, const struct hl_run *run);
/* What is not shown or not sure, a line each: errors, unverified, behind, subprocesses off, few samples
 * (with the remedy "again at 1000 Hz"), changed files. */
void hl_text_caveats(struct hl_buffer *out, const struct hl_run *run);
/* A path relative to the workspace when it is below it. Not a copy. */
const char *hl_text_path(const char *path, const char *workspace);
/* Bytes: "1.2 MB". */
void hl_text_bytes(struct hl_buffer *out, uint64_t bytes);

#endif
