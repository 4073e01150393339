/* The runs before this one: what a function took then, and whether the difference can be told from
 * chance.
 *
 * Two runs of the same program differ by more than the sampling error of either: machines are shared,
 * caches are warm or cold. How much more is learned from the target's history; while that is short, 10 %
 * is assumed (docs/architecture.md, "Confidence"). */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/clock.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/map.h"
#include "hotlens/base/memory.h"
#include "shown_private.h"

#define PAST_RUNS 5u
#define LEAST_RUNS 3u        /* for a spread of one's own */
#define ASSUMED_SPREAD 0.10  /* relative standard deviation between runs */
#define LEAST_SPREAD 0.02
#define LEAST_CHANGE 0.05
#define SPREAD_SAMPLES 30.0  /* functions with less say nothing about the spread */
#define SIGNIFICANCE 1.96

static uint64_t key_of(const char *file, const char *name, uint32_t ordinal)
{
    uint64_t hash = hl_hash_bytes(name, strlen(name), ordinal);
    return hl_hash_bytes(file, strlen(file), hash);
}

/* Functions of the shown run by their identity. */
static int index_functions(const struct hl_shown *shown, struct hl_map *map)
{
    for (size_t i = 0; i < shown->file_count; i++) {
        const struct hl_shown_file *file = &shown->files[i];
        for (size_t j = 0; j < file->function_count; j++) {
            const struct hl_shown_function *function = &file->functions[j];
            int r = hl_map_put(map, key_of(file->path, function->name, function->ordinal),
                               (uint32_t)(function - shown->functions));
            if (r < 0) {
                return r;
            }
        }
    }
    return 0;
}

static int add_totals(struct hl_shown *shown, const struct hl_map *map, struct hl_store *store,
                      int64_t run_id, size_t column)
{
    struct hl_rows rows;
    _cleanup_error_ struct hl_error error = {0};
    int r = hl_store_load_rows(store, run_id, NULL, &rows, &error);
    if (r < 0) {
        /* Damaged, or deleted just now: what is shown does without it. */
        return r == -ENOMEM ? r : 0;
    }
    for (size_t i = 0; i < rows.function_count; i++) {
        const struct hl_function_row *row = &rows.functions[i];
        uint32_t place;
        if (row->file && hl_map_get(map, key_of(row->file, row->name, row->ordinal), &place) &&
            strcmp(shown->functions[place].name, row->name) == 0) {
            shown->past_totals[place * shown->past_count + column] = row->total;
        }
    }
    hl_rows_finish(&rows);
    return 0;
}

static char *name_of(const struct hl_run *past, const struct hl_run *run)
{
    char day[32];
    char today[32];
    char time[32];
    if (past->label) {
        return hl_xstrdup(past->label);
    }
    hl_clock_format_iso(past->start, past->offset_minutes, day, sizeof(day));
    hl_clock_format_iso(run->start, run->offset_minutes, today, sizeof(today));
    hl_clock_format_short(past->start, past->offset_minutes, time, sizeof(time));
    bool same_day = strncmp(day, today, 10) == 0;
    return same_day ? hl_xstrdup(time) : hl_xasprintf("%.10s %s", day, time);
}

static double seconds_of(const struct hl_scale *scale, uint64_t samples)
{
    /* Without a rate, samples are compared as they are. */
    double unit = scale->seconds_per_sample > 0 ? scale->seconds_per_sample : 1;
    return (double)samples * unit;
}

/* Variance of an amount from sampling alone. Between runs the number of all samples varies too, so a
 * function that is all of both is no more certain than others: Poisson, not binomial. */
static double sampling_variance(const struct hl_scale *scale, uint64_t samples)
{
    double unit = seconds_of(scale, 1);
    return (double)samples * unit * unit;
}

/* The relative variance of a function between the past runs that sampling does not explain, or NAN. */
static double excess_of(const struct hl_shown *shown, const uint64_t *totals)
{
    double sum = 0;
    double squares = 0;
    double sampling = 0;
    double samples = 0;
    double count = (double)shown->past_count;
    for (size_t i = 0; i < shown->past_count; i++) {
        if (totals[i] == UINT64_MAX) {
            return NAN;
        }
        double seconds = seconds_of(&shown->past[i].scale, totals[i]);
        sum += seconds;
        squares += seconds * seconds;
        sampling += sampling_variance(&shown->past[i].scale, totals[i]);
        samples += (double)totals[i];
    }
    double mean = sum / count;
    if (samples / count < SPREAD_SAMPLES || !(mean > 0)) {
        return NAN;
    }
    double variance = fmax(squares - sum * mean, 0) / (count - 1);
    return fmax(variance - sampling / count, 0) / (mean * mean);
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Pooled as the median over functions: one that somebody made faster in the meantime does not make all
 * others look noisy. */
static int find_spread(const struct hl_shown *shown, double *ret_spread)
{
    *ret_spread = ASSUMED_SPREAD;
    if (shown->past_count < LEAST_RUNS) {
        return 0;
    }
    _cleanup_free_ double *excess = hl_try_malloc(shown->function_count + 1, sizeof(*excess));
    if (!excess) {
        return -ENOMEM;
    }
    size_t count = 0;
    for (size_t i = 0; i < shown->function_count; i++) {
        double value = excess_of(shown, shown->past_totals + i * shown->past_count);
        if (!isnan(value)) {
            excess[count++] = value;
        }
    }
    if (count > 0) {
        qsort(excess, count, sizeof(*excess), by_size);
        *ret_spread = fmax(sqrt(excess[count / 2]), LEAST_SPREAD);
    }
    return 0;
}

static void compare_function(const struct hl_shown *shown, struct hl_shown_function *function,
                             uint64_t before, double spread)
{
    const struct hl_scale *past = &shown->past[0].scale;
    double seconds = seconds_of(&shown->scale, function->total);
    double baseline = seconds_of(past, before);
    double difference = fabs(seconds - baseline);
    double between = spread * fmax(seconds, baseline);
    double variance = sampling_variance(&shown->scale, function->total) +
                      sampling_variance(past, before) + 2 * between * between;
    bool is_clear =
        difference > SIGNIFICANCE * sqrt(variance) && difference > LEAST_CHANGE * baseline;
    function->baseline_seconds = baseline;
    function->change = !is_clear            ? HL_CHANGE_UNCLEAR
                       : seconds > baseline ? HL_CHANGE_MORE
                                            : HL_CHANGE_LESS;
}

static int compare_all(struct hl_shown *shown)
{
    double spread;
    int r = find_spread(shown, &spread);
    for (size_t i = 0; r == 0 && i < shown->function_count; i++) {
        uint64_t before = shown->past_totals[i * shown->past_count];
        if (before != UINT64_MAX) {
            compare_function(shown, &shown->functions[i], before, spread);
        }
    }
    return r;
}

static int take_past(struct hl_shown *shown, const struct hl_run_list *list,
                     struct hl_store *store, struct hl_error *error)
{
    shown->past = hl_xcalloc(list->count, sizeof(*shown->past));
    for (size_t i = 0; i < list->count; i++) {
        shown->past[i] = (struct hl_shown_past){
            .run_id = list->items[i].id,
            .name = name_of(&list->items[i], &shown->run),
            .scale = hl_scale_of_run(&list->items[i]),
        };
        shown->past_count++;
    }
    shown->past_totals =
        hl_try_malloc(shown->function_count * shown->past_count + 1, sizeof(uint64_t));
    if (!shown->past_totals) {
        return -ENOMEM;
    }
    memset(shown->past_totals, 0xff,
           shown->function_count * shown->past_count * sizeof(*shown->past_totals));
    _cleanup_(hl_map_finish) struct hl_map map = {0};
    int r = index_functions(shown, &map);
    for (size_t i = 0; r == 0 && i < shown->past_count; i++) {
        r = add_totals(shown, &map, store, shown->past[i].run_id, i);
    }
    return r;
}

/* Puts the run first; it stays once. */
static int put_first(struct hl_store *store, int64_t run_id, struct hl_run_list *list,
                     struct hl_error *error)
{
    char name[32];
    struct hl_run run = {0};
    (void)snprintf(name, sizeof(name), "%" PRId64, run_id);
    int r = hl_store_find_run(store, name, &run, error);
    if (r < 0) {
        return r;
    }
    struct hl_run *items = hl_xcalloc(list->count + 1, sizeof(*items));
    size_t count = 0;
    items[count++] = run;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].id == run_id) {
            hl_run_finish(&list->items[i]);
        } else {
            items[count++] = list->items[i];
        }
    }
    free(list->items);
    *list = (struct hl_run_list){items, count};
    return 0;
}

int shown_compare(struct hl_shown *shown, struct hl_store *store, int64_t baseline_id,
                  struct hl_error *error)
{
    struct hl_run_list list = {0};
    int r = hl_store_baselines(store, &shown->run, PAST_RUNS, &list, error);
    if (r == 0 && baseline_id > 0 && baseline_id != shown->run.id) {
        _cleanup_error_ struct hl_error gone = {0};
        r = put_first(store, baseline_id, &list, &gone);
        r = r == -ENOMEM ? r : 0;
    }
    if (r == 0 && list.count > 0) {
        r = take_past(shown, &list, store, error);
        if (r == 0) {
            shown->has_baseline = true;
            r = compare_all(shown);
        }
    }
    hl_run_list_finish(&list);
    return r;
}
