/* Time. Moments are UTC nanoseconds since 1970; durations are monotonic nanoseconds. */
#ifndef HOTLENS_BASE_CLOCK_H
#define HOTLENS_BASE_CLOCK_H

#include <stdint.h>

#define HL_NS_PER_SECOND INT64_C(1000000000)
#define HL_NS_PER_MS INT64_C(1000000)

int64_t hl_clock_utc(void);
int64_t hl_clock_monotonic(void);
/* Minutes that local time is ahead of UTC at a moment. */
int hl_clock_offset_minutes(int64_t utc_ns);
/* "2026-05-01T14:02:03+02:00" and "14:02" in the given offset; buffers of 32 bytes are enough. */
void hl_clock_format_iso(int64_t utc_ns, int offset_minutes, char *text, int size);
void hl_clock_format_short(int64_t utc_ns, int offset_minutes, char *text, int size);

#endif
