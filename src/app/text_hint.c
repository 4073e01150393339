/* Texts of app/text.h that editors show on lines and functions. */
#include <math.h>
#include <string.h>

#include "hotlens/app/text.h"
#include "hotlens/base/utf8.h"
#include "text_number.h"

#define LEAST_SAMPLES 3u
#define BAR_CELLS 10
#define FIGURE_SPACE "\xe2\x80\x87"
#define DOT " · "

bool hl_text_is_worth_a_hint(const struct hl_scale *scale, uint64_t samples, double percent)
{
    return samples >= LEAST_SAMPLES && scale->samples > 0 &&
           (double)samples * 100 >= percent * (double)scale->samples;
}

static void put_amount_or_percent(struct hl_buffer *out, const struct hl_scale *scale,
                                  enum hl_hint_content content, uint64_t samples)
{
    if (content == HL_HINT_PERCENT) {
        hl_text_percent(out, samples, scale->samples);
    } else {
        hl_text_amount(out, scale, samples);
    }
}

void hl_text_hint(struct hl_buffer *out, const struct hl_scale *scale,
                  enum hl_hint_content content, uint64_t self, uint64_t total)
{
    put_amount_or_percent(out, scale, content, total);
    if (content == HL_HINT_BOTH) {
        hl_buffer_puts(out, DOT);
        hl_text_percent(out, total, scale->samples);
    }
    if (self != total) {
        hl_buffer_puts(out, DOT "own ");
        put_amount_or_percent(out, scale, content, self);
    }
}

static void put_samples(struct hl_buffer *out, const struct hl_scale *scale, uint64_t samples)
{
    hl_text_put_grouped(out, samples);
    hl_buffer_puts(out, " ± ");
    hl_text_put_grouped(out, hl_text_error_samples(scale, samples));
    hl_buffer_puts(out, samples == 1 ? " sample" : " samples");
}

void hl_text_samples(struct hl_buffer *out, const struct hl_scale *scale, uint64_t samples)
{
    put_samples(out, scale, samples);
    if (scale->seconds_per_sample > 0) {
        hl_buffer_puts(out, " (");
        hl_text_amount(out, scale, samples);
        hl_buffer_putc(out, ' ');
        hl_text_error(out, scale, samples);
        hl_buffer_putc(out, ')');
    }
}

static void put_whole(struct hl_buffer *out, const char *focus)
{
    if (focus) {
        hl_buffer_puts(out, " of focus: ");
        hl_utf8_append_visible(out, focus, strlen(focus));
    } else {
        hl_buffer_puts(out, " of this run");
    }
}

void hl_text_hint_tooltip(struct hl_buffer *out, const struct hl_run *run,
                          const struct hl_scale *scale, const char *focus, uint64_t self,
                          uint64_t total)
{
    hl_text_amount(out, scale, total);
    hl_buffer_puts(out, " total, ");
    hl_text_percent(out, total, scale->samples);
    put_whole(out, focus);
    hl_buffer_putc(out, '\n');
    hl_text_amount(out, scale, self);
    hl_buffer_puts(out, " own, ");
    hl_text_percent(out, self, scale->samples);
    hl_buffer_putc(out, '\n');
    hl_text_samples(out, scale, total);
    if (scale->seconds_per_sample > 0) {
        hl_buffer_printf(out, "\nseconds %s%s", hl_text_metric_word(run), hl_text_hidden_word(run));
    }
}

void hl_text_lens(struct hl_buffer *out, const struct hl_scale *scale, const char *focus,
                  uint64_t self, uint64_t total)
{
    hl_text_amount(out, scale, total);
    hl_buffer_puts(out, " total (");
    hl_text_percent(out, total, scale->samples);
    if (focus) {
        hl_buffer_puts(out, " of ");
        hl_utf8_append_visible(out, focus, strlen(focus));
    }
    hl_buffer_puts(out, ")" DOT);
    hl_text_amount(out, scale, self);
    hl_buffer_puts(out, " own");
}

void hl_text_node(struct hl_buffer *out, const struct hl_scale *scale, const char *focus,
                  uint64_t self, uint64_t total)
{
    hl_text_lens(out, scale, focus, self, total);
    if (scale->seconds_per_sample > 0) { /* else the amounts are samples */
        hl_buffer_puts(out, DOT);
        put_samples(out, scale, total);
    }
}

/* A change is known to about two digits at best. */
void hl_text_change(struct hl_buffer *out, double seconds, double baseline_seconds,
                    const char *baseline)
{
    bool more = seconds > baseline_seconds;
    hl_buffer_puts(out, more ? "▲ " : "▼ ");
    double difference = fabs(seconds - baseline_seconds);
    hl_text_put_seconds(out, difference, difference / 20, 2);
    hl_buffer_puts(out, more ? " more" : " less");
    if (baseline_seconds > 0) {
        double percent = fabs(seconds - baseline_seconds) / baseline_seconds * 100;
        if (percent < 1000) {
            hl_buffer_printf(out, " (%s%.0f%%)", more ? "+" : "−", percent);
        } else {
            hl_buffer_printf(out, " (%.0f times)", seconds / baseline_seconds);
        }
    }
    hl_buffer_puts(out, " than ");
    hl_utf8_append_visible(out, baseline, strlen(baseline));
}

void hl_text_bar(struct hl_buffer *out, uint64_t part, uint64_t whole)
{
    static const char *const EIGHTHS[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    double share = whole > 0 ? fmin((double)part / (double)whole, 1) : 0;
    int eighths = (int)lround(share * BAR_CELLS * 8);
    if (eighths == 0 && part > 0) {
        eighths = 1;
    }
    int cells = 0;
    for (; cells < eighths / 8; cells++) {
        hl_buffer_puts(out, "█");
    }
    if (eighths % 8 > 0) {
        hl_buffer_puts(out, EIGHTHS[eighths % 8]);
        cells++;
    }
    for (; cells < BAR_CELLS; cells++) {
        hl_buffer_puts(out, FIGURE_SPACE);
    }
}

void hl_text_pad(struct hl_buffer *out, const char *text, size_t width)
{
    size_t length = strlen(text);
    for (size_t have = hl_utf8_width(text, length); have < width; have++) {
        hl_buffer_puts(out, FIGURE_SPACE);
    }
    hl_buffer_append(out, text, length);
}

void hl_text_markdown(struct hl_buffer *out, const char *text)
{
    _cleanup_buffer_ struct hl_buffer visible = {0};
    hl_utf8_append_visible(&visible, text, strlen(text));
    for (const char *at = visible.data ? visible.data : ""; *at; at++) {
        if (strchr("\\`*_[]<>|~&$", *at)) {
            hl_buffer_putc(out, '\\');
        }
        hl_buffer_putc(out, *at);
    }
}
