/* Numbers of app/text.h: amounts, durations, shares, errors, bytes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/app/text.h"
#include "hotlens/base/clock.h"
#include "text_number.h"

/* From here on shares are known well enough for a decimal. */
#define DECIMAL_SHARE_SAMPLES 500u
#define MINUTES_FROM 120.0
#define HOURS_FROM 7200.0
#define MILLISECONDS_BELOW 0.1

void hl_text_put_grouped(struct hl_buffer *out, uint64_t value)
{
    char digits[32];
    int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && length > 4) {
            hl_buffer_putc(out, ',');
        }
        hl_buffer_putc(out, digits[i]);
    }
}

void hl_text_counted(struct hl_buffer *out, uint64_t count, const char *noun)
{
    size_t length = strlen(noun);
    bool sibilant = length > 1 && noun[length - 1] == 's';
    hl_text_put_grouped(out, count);
    hl_buffer_printf(out, " %s%s", noun, count == 1 ? "" : sibilant ? "es" : "s");
}

/* Significant digits that a count of samples supports: its relative error is about 1/sqrt(n). */
static int digits_of(uint64_t samples)
{
    int digits = samples < 10 ? 1 : samples < 100 ? 2 : 3;
    for (uint64_t limit = 10000; samples >= limit && digits < 9; limit *= 100) {
        digits++;
        if (limit > UINT64_MAX / 100) {
            break;
        }
    }
    return digits;
}

static double round_to_digits(double value, int digits)
{
    if (!(value > 0)) {
        return 0;
    }
    double unit = pow(10, floor(log10(value)) - digits + 1);
    return round(value / unit) * unit;
}

/* Decimals that show `digits` significant digits of an already rounded value. */
static int decimals_of(double value, int digits)
{
    int whole = value >= 1 ? (int)floor(log10(value) + 1e-9) + 1 : 0;
    if (value > 0 && value < 1) {
        whole = (int)floor(log10(value) + 1e-9) + 1; /* 0, or negative after leading zeros */
    }
    return digits > whole ? digits - whole : 0;
}

/* `error` is by how many seconds it may be wrong: what is smaller than that is not shown. */
static void put_minutes(struct hl_buffer *out, double seconds, double error)
{
    uint64_t whole = (uint64_t)llround(seconds);
    if (seconds < HOURS_FROM && error < 30) {
        hl_buffer_printf(out, "%u min %02u s", (unsigned)(whole / 60), (unsigned)(whole % 60));
        return;
    }
    whole = (whole + 30) / 60;
    if (seconds < HOURS_FROM) {
        hl_buffer_printf(out, "%u min", (unsigned)whole);
    } else if (error < 1800) {
        hl_text_put_grouped(out, whole / 60);
        hl_buffer_printf(out, " h %02u min", (unsigned)(whole % 60));
    } else {
        hl_text_put_grouped(out, (whole + 30) / 60);
        hl_buffer_puts(out, " h");
    }
}

void hl_text_put_seconds(struct hl_buffer *out, double seconds, double error, int digits)
{
    double value = round_to_digits(seconds, digits);
    if (value <= 0) {
        hl_buffer_puts(out, "0 s");
    } else if (value < MILLISECONDS_BELOW) {
        double ms = value * 1000;
        hl_buffer_printf(out, "%.*f ms", decimals_of(ms, digits), ms);
    } else if (value < MINUTES_FROM) {
        int decimals = decimals_of(value, digits);
        hl_buffer_printf(out, "%.*f s", decimals < 2 ? decimals : 2, value);
    } else {
        put_minutes(out, seconds, error);
    }
}

/* The time of so many samples, with at most `most` significant digits below minutes. */
static void put_seconds(struct hl_buffer *out, double seconds, uint64_t samples, int most)
{
    int digits = digits_of(samples);
    double error = seconds / sqrt((double)samples);
    if (seconds >= MINUTES_FROM) {
        seconds = round_to_digits(seconds, digits);
    }
    hl_text_put_seconds(out, seconds, error, digits < most ? digits : most);
}

/* The time in which samples were taken, in s. How many intervals a window had that was cut is only known by
 * its wall time, from which they differ by chance: but each took one sample of a thread at most. */
static double covered_seconds(const struct hl_run *run)
{
    double covered = (double)run->covered / HL_NS_PER_SECOND;
    double least = run->threads > 0 ? (double)run->samples / run->rate / run->threads : 0;
    return covered < least ? least : covered;
}

struct hl_scale hl_scale_of_run(const struct hl_run *run)
{
    struct hl_scale scale = {.samples = run->samples};
    if (!(run->rate > 0)) {
        return scale;
    }
    scale.seconds_per_sample = 1 / run->rate;
    /* Not the duration: what was before the first attach is never any function of the profile. */
    bool known = run->sampled > 0 && run->covered > 0;
    double sampled = (double)run->sampled / HL_NS_PER_SECOND;
    double covered = covered_seconds(run);
    if (known && covered >= sampled / 2) {
        scale.seconds_per_sample *= sampled / covered;
    } else if (known) {
        /* Too little was seen to speak for the rest. */
        scale.lower_bound = true;
    }
    /* Without overflow: more than 1 % of all tries. */
    bool failing = run->errors > 0 && run->errors / 1.0 > 0.01 * ((double)run->samples +
                                                                  (double)run->errors);
    scale.lower_bound |= (run->flags & HL_RUN_BEHIND) || failing;
    return scale;
}

void hl_text_amount_digits(struct hl_buffer *out, const struct hl_scale *scale, uint64_t samples,
                           int most)
{
    if (scale->lower_bound && samples > 0) { /* of nothing it would say nothing */
        hl_buffer_puts(out, "≥ ");
    }
    if (!(scale->seconds_per_sample > 0)) {
        hl_text_counted(out, samples, "sample");
        return;
    }
    put_seconds(out, (double)samples * scale->seconds_per_sample, samples, most);
}

void hl_text_amount(struct hl_buffer *out, const struct hl_scale *scale, uint64_t samples)
{
    hl_text_amount_digits(out, scale, samples, 3);
}

void hl_text_duration(struct hl_buffer *out, int64_t ns)
{
    if (ns == HL_UNKNOWN) {
        hl_buffer_puts(out, "unknown time");
        return;
    }
    double seconds = ns > 0 ? (double)ns / (double)HL_NS_PER_SECOND : 0;
    if (seconds >= MINUTES_FROM - 0.5) {
        put_minutes(out, seconds, 0);
    } else if (seconds >= 10 - 0.005) {
        hl_buffer_printf(out, "%.0f s", seconds);
    } else if (seconds > 0) {
        hl_buffer_printf(out, "%.2f s", seconds);
    } else {
        hl_buffer_puts(out, "0 s");
    }
}

void hl_text_percent(struct hl_buffer *out, uint64_t part, uint64_t whole)
{
    if (part == 0 || whole == 0) {
        hl_buffer_puts(out, "0%");
        return;
    }
    if (part >= whole) {
        hl_buffer_puts(out, "100%");
        return;
    }
    bool decimal = whole >= DECIMAL_SHARE_SAMPLES;
    double unit = decimal ? 0.1 : 1;
    double share = round((double)part / (double)whole * 100 / unit) * unit;
    if (share < unit / 2) {
        hl_buffer_puts(out, decimal ? "<0.1%" : "<1%");
    } else if (share > 100 - unit / 2) {
        hl_buffer_puts(out, decimal ? ">99.9%" : ">99%");
    } else {
        hl_buffer_printf(out, "%.*f%%", decimal ? 1 : 0, share);
    }
}

/* The standard error of n of N samples, in samples. */
static double error_of(const struct hl_scale *scale, uint64_t samples)
{
    double n = (double)samples;
    double share = scale->samples > 0 ? fmin(n / (double)scale->samples, 1) : 0;
    return sqrt(n * (1 - share));
}

uint64_t hl_text_error_samples(const struct hl_scale *scale, uint64_t samples)
{
    return (uint64_t)llround(round_to_digits(error_of(scale, samples), 2));
}

void hl_text_error(struct hl_buffer *out, const struct hl_scale *scale, uint64_t samples)
{
    double n = (double)samples;
    double error = error_of(scale, samples);
    hl_buffer_puts(out, "± ");
    if (!(scale->seconds_per_sample > 0)) {
        hl_text_counted(out, hl_text_error_samples(scale, samples), "sample");
        return;
    }
    double amount = round_to_digits(n * scale->seconds_per_sample, 3);
    double seconds = round_to_digits(error * scale->seconds_per_sample, 1);
    /* In the unit of the amount, so that the two can be read together. */
    bool ms = amount > 0 && amount < MILLISECONDS_BELOW;
    double value = ms ? seconds * 1000 : seconds;
    hl_buffer_printf(out, "%.*f %s", value > 0 ? decimals_of(value, 1) : 0, value, ms ? "ms" : "s");
}

void hl_text_bytes(struct hl_buffer *out, uint64_t bytes)
{
    static const char *const UNITS[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) {
        hl_text_counted(out, bytes, "byte");
        return;
    }
    double value = (double)bytes / 1000;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < ARRAY_SIZE(UNITS)) {
        value /= 1000;
        unit++;
    }
    hl_buffer_printf(out, "%.*f %s", value < 9.95 ? 1 : 0, value, UNITS[unit]);
}
