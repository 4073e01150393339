#include "hotlens/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * HL_NS_PER_SECOND + now.tv_nsec;
}

int64_t hl_clock_utc(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t hl_clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

/* Whole seconds, rounded down before 1970 as well. */
static time_t whole_seconds(int64_t utc_ns)
{
    return (time_t)(utc_ns / HL_NS_PER_SECOND - (utc_ns % HL_NS_PER_SECOND < 0));
}

int hl_clock_offset_minutes(int64_t utc_ns)
{
    time_t seconds = whole_seconds(utc_ns);
    struct tm local;
    return localtime_r(&seconds, &local) ? (int)(local.tm_gmtoff / 60) : 0;
}

static void shifted(int64_t utc_ns, int offset_minutes, struct tm *ret_time)
{
    time_t seconds = whole_seconds(utc_ns) + (time_t)offset_minutes * 60;
    if (!gmtime_r(&seconds, ret_time)) {
        *ret_time = (struct tm){.tm_mday = 1, .tm_year = 70};
    }
}

void hl_clock_format_iso(int64_t utc_ns, int offset_minutes, char *text, int size)
{
    struct tm time;
    shifted(utc_ns, offset_minutes, &time);
    char day[24];
    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &time);
    snprintf(text, (size_t)size, "%s%c%02d:%02d", day, offset_minutes < 0 ? '-' : '+',
             abs(offset_minutes) / 60 % 100, abs(offset_minutes) % 60);
}

void hl_clock_format_short(int64_t utc_ns, int offset_minutes, char *text, int size)
{
    struct tm time;
    shifted(utc_ns, offset_minutes, &time);
    strftime(text, (size_t)size, "%H:%M", &time);
}
