/* The raw reader on any bytes: never crashes; counts add up; how the input is cut into pieces and
 * what is known from the stack before make no difference; what was written reads back the same. */
#include "../unit/formats/raw_help.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t sum_self(const struct hl_profile *profile)
{
    const struct hl_columns *columns = hl_profile_columns(profile);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < columns->count; i++) {
        if (__builtin_add_overflow(sum, columns->self[i], &sum)) {
            return UINT64_MAX;
        }
    }
    return sum;
}

static struct hl_buffer write_profile(const struct hl_profile *profile)
{
    struct hl_buffer out = {0};
    hl_raw_write(profile, &out);
    hl_assert(out.error == 0);
    return out;
}

static void check_same(const struct hl_buffer *a, const struct hl_profile *profile)
{
    _cleanup_buffer_ struct hl_buffer b = write_profile(profile);
    hl_assert(a->length == b.length);
    hl_assert(a->length == 0 || memcmp(a->data, b.data, a->length) == 0);
}

/* The same bytes read in another way. */
static void check_reading(const char *data, size_t size, struct reading how,
                          const struct hl_raw_report *expected, const struct hl_buffer *written)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    struct hl_raw_report report;
    int r = read_bytes(data, size, how, &profile, &report, NULL, NULL);
    hl_assert(r == 0);
    hl_assert(report.samples == expected->samples);
    hl_assert(report.records == expected->records);
    hl_assert(report.skipped == expected->skipped);
    hl_assert(report.recovered == expected->recovered);
    hl_assert(report.opaque == expected->opaque);
    hl_assert(report.first_problem_line == expected->first_problem_line);
    check_same(written, profile);
}

/* Where nothing had to be guessed, what is written is read back as it was. A first empty line keeps
 * the first stack from being taken for another format. */
static void check_fixed_point(const struct hl_buffer *written, const struct hl_raw_report *first)
{
    _cleanup_buffer_ struct hl_buffer again = {0};
    hl_buffer_putc(&again, '\n');
    hl_buffer_append(&again, written->data, written->length);
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    struct hl_raw_report report;
    int r =
        read_bytes(again.data, again.length, (struct reading){0}, &profile, &report, NULL, NULL);
    hl_assert(r == 0);
    hl_assert(report.samples == first->samples);
    hl_assert(report.skipped == 0 && report.recovered == 0 && !report.truncated);
    check_same(written, profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *data = (const char *)bytes;
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    _cleanup_error_ struct hl_error error = {0};
    struct hl_raw_report report;
    uint64_t steps;
    int r = read_bytes(data, size, (struct reading){0}, &profile, &report, &steps, &error);
    hl_assert(steps <= 32 * ((uint64_t)size + 16));
    if (r < 0) {
        hl_assert(error.message != NULL);
        return 0;
    }
    hl_assert(report.samples == hl_profile_samples(profile));
    hl_assert(report.samples == sum_self(profile));
    _cleanup_buffer_ struct hl_buffer written = write_profile(profile);
    check_reading(data, size, (struct reading){.plain = true}, &report, &written);
    check_reading(data, size, (struct reading){.piece = 1}, &report, &written);
    check_reading(data, size, (struct reading){.first = size / 2, .piece = 5}, &report, &written);
    if (report.skipped == 0 && report.recovered == 0 && !report.overflow) {
        check_fixed_point(&written, &report);
    }
    return 0;
}
