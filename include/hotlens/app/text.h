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

/* What editors show on lines and functions (text_hint.c). `focus` is what the numbers are restricted to,
 * for people, or NULL. */

/* Whether a number stands out from chance: at least `percent` of all samples, and three. */
bool hl_text_is_worth_a_hint(const struct hl_scale *scale, uint64_t samples, double percent);
enum hl_hint_content {
    HL_HINT_BOTH,
    HL_HINT_TIME,
    HL_HINT_PERCENT,
};

/* "1.20 s · 12.3%", then " · own 0.40 s" where own differs from total; with less content
 * "1.20 s · own 0.40 s" or "12.3% · own 4.1%". */
void hl_text_hint(struct hl_buffer *out, const struct hl_scale *scale,
                  enum hl_hint_content content, uint64_t self, uint64_t total);
/* Lines: the amounts, their share "of this run" or "of focus: train()", samples ± error, and what a
 * second means. */
void hl_text_hint_tooltip(struct hl_buffer *out, const struct hl_run *run,
                          const struct hl_scale *scale, const char *focus, uint64_t self,
                          uint64_t total);
/* "1.20 s total (12.3%) · 0.40 s own"; with a focus "(12.3% of train())". */
void hl_text_lens(struct hl_buffer *out, const struct hl_scale *scale, const char *focus,
                  uint64_t self, uint64_t total);
/* A node of a flame graph: the same, and " · 120 ± 10 samples"; `scale` is of the focus when there is one. */
void hl_text_node(struct hl_buffer *out, const struct hl_scale *scale, const char *focus,
                  uint64_t self, uint64_t total);
/* "▲ 0.30 s more (+33%) than 14:02" or "▼ 0.30 s less (−25%) than 14:02". */
void hl_text_change(struct hl_buffer *out, double seconds, double baseline_seconds,
                    const char *baseline);
/* "120 ± 10 samples (1.20 s ± 0.10 s)" of so many in all. */
void hl_text_samples(struct hl_buffer *out, const struct hl_scale *scale, uint64_t samples);
/* Ten cells, "██████▌   ": how much of `whole` a part is. */
void hl_text_bar(struct hl_buffer *out, uint64_t part, uint64_t whole);
/* Appends `text` with figure spaces before it, so that columns of numbers end at the same place. */
void hl_text_pad(struct hl_buffer *out, const char *text, size_t width);
/* Appends text from outside so that markdown shows it as it is, anywhere but at the start of a line. */
void hl_text_markdown(struct hl_buffer *out, const char *text);

#endif
