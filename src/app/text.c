#include "hotlens/app/text.h"

#include <math.h>
#include <string.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/path.h"
#include "hotlens/base/utf8.h"
#include "text_number.h"

/* Below this a share is uncertain by more than two points. */
#define FEW_SAMPLES 500u
#define MORE_RATE 1000.0

const char *hl_text_metric_word(const struct hl_run *run)
{
    if (run->flags & HL_RUN_GIL) {
        return "holding the GIL";
    }
    if (run->flags & HL_RUN_IDLE) {
        return "of all threads, waiting included";
    }
    /* How an imported file was recorded is not known. */
    return run->flags & HL_RUN_IMPORTED ? "sampled" : "busy";
}

const char *hl_text_hidden_word(const struct hl_run *run)
{
    if (run->flags & HL_RUN_GIL) {
        return " (other time not shown)";
    }
    return run->flags & (HL_RUN_IDLE | HL_RUN_IMPORTED) ? "" : " (waiting not shown)";
}

void hl_text_meaning(struct hl_buffer *out, const struct hl_run *run)
{
    if (run->duration > 0) {
        hl_text_duration(out, run->duration);
        hl_buffer_puts(out, " elapsed, ");
    }
    struct hl_scale scale = hl_scale_of_run(run);
    double seconds = (double)run->samples * scale.seconds_per_sample;
    hl_text_amount_digits(out, &scale, run->samples, seconds >= 9.95 && seconds < 99.5 ? 2 : 3);
    if (scale.seconds_per_sample > 0) {
        hl_buffer_printf(out, " %s", hl_text_metric_word(run));
    }
    hl_buffer_puts(out, hl_text_hidden_word(run));
}

static void put_rate(struct hl_buffer *out, double rate)
{
    if (rate > 0) {
        /* Whole for every rate that py-spy takes; an import may say anything. */
        hl_buffer_printf(out, "%.6g Hz", rate);
    } else {
        hl_buffer_puts(out, "unknown rate");
    }
}

static void put_title(struct hl_buffer *out, const struct hl_run *run)
{
    const char *title = run->title ? run->title : "?";
    hl_utf8_append_visible(out, title, strlen(title));
}

void hl_text_summary(struct hl_buffer *out, const struct hl_run *run)
{
    char time[32];
    hl_clock_format_short(run->start, run->offset_minutes, time, sizeof(time));
    put_title(out, run);
    hl_buffer_printf(out, " · %s · ", time);
    hl_text_meaning(out, run);
    if (run->processes > 1) {
        hl_buffer_puts(out, " · ");
        hl_text_counted(out, run->processes, "process");
    }
    if (run->threads > 1) {
        hl_buffer_puts(out, " · ");
        hl_text_counted(out, run->threads, "thread");
    }
    hl_buffer_puts(out, " · ");
    put_rate(out, run->rate);
}

static void caveat_errors(struct hl_buffer *out, const struct hl_run *run)
{
    if (run->errors == 0) {
        return;
    }
    uint64_t tries =
        run->samples > UINT64_MAX - run->errors ? UINT64_MAX : run->samples + run->errors;
    hl_text_counted(out, run->errors, "sample");
    hl_buffer_puts(out, " failed (");
    hl_text_percent(out, run->errors, tries);
    hl_buffer_puts(out, run->errors > tries / 100 ? "): times are at least what is shown\n" : ")\n");
}

static void caveat_covered(struct hl_buffer *out, const struct hl_run *run)
{
    if (run->covered == HL_UNKNOWN || run->sampled <= 0 ||
        run->covered >= run->sampled - run->sampled / 10) {
        return;
    }
    int percent = run->covered > 0 ? (int)((double)run->covered / (double)run->sampled * 100) : 0;
    hl_buffer_printf(out, "%d%% of the time was sampled", percent);
    hl_buffer_puts(out, run->covered >= run->sampled / 2
                            ? "; times are scaled up to all of it\n"
                            : ": times are at least what is shown\n");
}

/* Short of that it is how long an interpreter takes to start. */
#define LATE (HL_NS_PER_SECOND / 2)

static void caveat_late(struct hl_buffer *out, const struct hl_run *run)
{
    if (run->duration <= 0 || run->sampled < 0 || run->duration - run->sampled < LATE ||
        run->duration - run->sampled < run->duration / 10) {
        return;
    }
    hl_buffer_puts(out, "the first ");
    hl_text_duration(out, run->duration - run->sampled);
    hl_buffer_puts(out, " were not sampled and are in no number\n");
}

/* More samples per second would not show where the time went. */
static bool has_mostly_waited(const struct hl_run *run)
{
    bool all = run->flags & (HL_RUN_IDLE | HL_RUN_GIL | HL_RUN_IMPORTED);
    double tries = run->rate * (double)run->sampled / (double)HL_NS_PER_SECOND;
    return !all && run->sampled > 0 && (double)run->samples < tries / 10;
}

static void caveat_few(struct hl_buffer *out, const struct hl_run *run)
{
    if (run->samples >= FEW_SAMPLES) {
        return;
    }
    if (run->samples == 0) {
        hl_buffer_puts(out, "there are no samples in it\n");
        return;
    }
    hl_buffer_puts(out, "only ");
    hl_text_counted(out, run->samples, "sample");
    int points = (int)ceil(50 / sqrt((double)run->samples));
    hl_buffer_printf(out, ": shares are uncertain by up to ± %d %s", points,
                     points == 1 ? "point" : "points");
    if (has_mostly_waited(run)) {
        hl_buffer_puts(out, "; it mostly waited: record again with --idle to see where");
    } else if (!(run->flags & HL_RUN_IMPORTED) && run->rate > 0 && run->rate < MORE_RATE) {
        hl_buffer_puts(out, "; record again at 1000 Hz for more");
    }
    hl_buffer_putc(out, '\n');
}

static void caveat_flags(struct hl_buffer *out, const struct hl_run *run)
{
    static const struct {
        uint32_t flag;
        const char *text;
    } CAVEATS[] = {
        {HL_RUN_BEHIND, "the sampler could not keep up: times are at least what is shown\n"},
        {HL_RUN_UNVERIFIED, "the sampler's own count of samples is missing or different\n"},
        {HL_RUN_NONBLOCKING, "sampled without pausing the program: some stacks may be wrong\n"},
        {HL_RUN_RECOVERED, "recovered: the recorder ended before it could save this run\n"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CAVEATS); i++) {
        if (run->flags & CAVEATS[i].flag) {
            hl_buffer_puts(out, CAVEATS[i].text);
        }
    }
    if (!(run->flags & (HL_RUN_SUBPROCESSES | HL_RUN_IMPORTED))) {
        hl_buffer_puts(out, "subprocesses were not recorded\n");
    }
}

static void put_notes(struct hl_buffer *out, const char *notes)
{
    while (notes && *notes) {
        size_t length = strcspn(notes, "\n");
        if (length > 0) {
            hl_utf8_append_visible(out, notes, length);
            hl_buffer_putc(out, '\n');
        }
        notes += length + (notes[length] == '\n');
    }
}

void hl_text_caveats(struct hl_buffer *out, const struct hl_run *run)
{
    caveat_errors(out, run);
    caveat_flags(out, run);
    caveat_late(out, run);
    caveat_covered(out, run);
    caveat_few(out, run);
    put_notes(out, run->notes);
}

const char *hl_text_path(const char *path, const char *workspace)
{
    const char *below = workspace && path ? hl_path_below(path, workspace) : NULL;
    return below && *below ? below : path;
}
