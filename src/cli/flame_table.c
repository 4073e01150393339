/* The functions as a table: sorted by own time, total or name. Counted once for what is shown; sorting and
 * searching only order it anew. A scope without a name counts as the function it is written in, as in
 * `hotlens show`. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "flame_screen.h"
#include "hotlens/app/text.h"
#include "hotlens/base/label.h"
#include "hotlens/base/memory.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/place.h"

#define AMOUNT_COLUMNS 10
#define SAMPLES_COLUMNS 9
#define SHARE_COLUMNS 7
/* From these widths on there is room for seconds, and for samples too. */
#define WIDE 64u
#define WIDEST 100u

void table_finish(struct table *table)
{
    hl_flame_table_finish(&table->numbers);
    free(table->order);
    *table = (struct table){0};
}

static int count(struct screen *screen)
{
    const struct hl_functions *functions = screen->data->functions;
    const struct hl_flame *flame = screen->shown->flame;
    struct hl_flame_table numbers = {0};
    _cleanup_free_ uint32_t *group = hl_try_malloc(functions->frame_count + 1, sizeof(*group));
    _cleanup_free_ uint32_t *order = hl_try_calloc(functions->count + 1, sizeof(*order));
    if (!group || !order) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < functions->frame_count; i++) {
        group[i] = flame->of_frame[i] == HL_NO_GROUP ? HL_NO_GROUP : functions->of_frame[i];
    }
    int r = hl_flame_table_make(flame->profile, functions, group, &numbers);
    if (r < 0) {
        return r;
    }
    hl_flame_table_finish(&screen->table.numbers);
    free(screen->table.order);
    screen->table.numbers = numbers;
    screen->table.order = TAKE_PTR(order);
    return 0;
}

static int compare_names(const struct screen *screen, uint32_t left, uint32_t right)
{
    const struct hl_functions *functions = screen->data->functions;
    const char *a = hl_strings_get(functions->strings, functions->items[left].name, NULL);
    const char *b = hl_strings_get(functions->strings, functions->items[right].name, NULL);
    int order = strcmp(a, b);
    return order != 0 ? order : left < right ? -1 : left > right;
}

/* Largest first, names from a to z; the other way round if so wished. */
static int compare(const void *left, const void *right, void *user)
{
    const struct screen *screen = user;
    const struct table *table = &screen->table;
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    const uint64_t *first = table->key == TABLE_TOTAL ? table->numbers.total : table->numbers.self;
    const uint64_t *second = table->key == TABLE_TOTAL ? table->numbers.self : table->numbers.total;
    int sign = table->reversed ? -1 : 1;
    if (table->key != TABLE_NAME && first[a] != first[b]) {
        return first[a] > first[b] ? -sign : sign;
    }
    if (table->key != TABLE_NAME && second[a] != second[b]) {
        return second[a] > second[b] ? -1 : 1;
    }
    return compare_names(screen, a, b) * (table->key == TABLE_NAME ? sign : 1);
}

void table_order(struct screen *screen)
{
    struct table *table = &screen->table;
    const struct hl_functions *functions = screen->data->functions;
    const uint8_t *matches = find_matches(screen);
    const struct hl_function *kept = table_selected(screen);
    table->count = 0;
    for (uint32_t i = 0; i < functions->count; i++) {
        bool is_code = functions->items[i].kind == HL_FUNCTION_CODE;
        if (is_code && table->numbers.total[i] > 0 && (!matches || matches[i])) {
            table->order[table->count++] = i;
        }
    }
    qsort_r(table->order, table->count, sizeof(*table->order), compare, screen);
    table->at = 0;
    for (size_t i = 0; kept && i < table->count; i++) {
        table->at = &functions->items[table->order[i]] == kept ? i : table->at;
    }
    table->first = 0;
    table->ordered_for = screen->search_version;
    table_move(screen, 0);
}

int table_prepare(struct screen *screen, uint64_t node)
{
    struct table *table = &screen->table;
    table->is_counted = table->is_counted && table->node == node;
    table->node = node;
    if (!table->is_counted) {
        int r = count(screen);
        table->count = 0;
        if (r < 0) {
            return r;
        }
    }
    if (!table->is_counted || table->ordered_for != screen->search_version) {
        table_order(screen);
    }
    table->is_counted = true;
    return 0;
}

void table_sort(struct screen *screen, enum table_key key, bool reversed)
{
    screen->table.key = key;
    screen->table.reversed = reversed;
    screen->table.at = 0; /* what is most, not where what was selected went */
    screen->table.count = 0;
    table_order(screen);
}

static uint32_t list_rows(const struct screen *screen)
{
    uint32_t body = picture_body_rows(screen);
    return body > 1 ? body - 1 : 1; /* below the headings */
}

void table_move(struct screen *screen, int64_t rows)
{
    struct table *table = &screen->table;
    uint32_t body = list_rows(screen);
    if (table->count == 0) {
        return;
    }
    int64_t last = (int64_t)table->count - 1;
    int64_t at = (int64_t)table->at + rows;
    table->at = (size_t)(at < 0 ? 0 : at > last ? last : at);
    if (table->at < table->first) {
        table->first = table->at;
    } else if (table->at >= table->first + body) {
        table->first = table->at - body + 1;
    }
}

const struct hl_function *table_selected(const struct screen *screen)
{
    const struct table *table = &screen->table;
    return table->at < table->count ? &screen->data->functions->items[table->order[table->at]]
                                    : NULL;
}

/* Columns that the numbers of one kind take. */
static uint32_t part_columns(const struct screen *screen)
{
    return SHARE_COLUMNS + (screen->columns >= WIDE ? AMOUNT_COLUMNS : 0) +
           (screen->columns >= WIDEST ? SAMPLES_COLUMNS : 0);
}

void table_click(struct screen *screen, uint32_t x, uint32_t row)
{
    struct table *table = &screen->table;
    if (row == 0) {
        uint32_t part = part_columns(screen);
        enum table_key key = x < part ? TABLE_OWN : x < 2 * part ? TABLE_TOTAL : TABLE_NAME;
        table_sort(screen, key, key == table->key && !table->reversed);
    } else if (table->first + row - 1 < table->count) {
        table->at = table->first + row - 1;
    }
}

static void put_part(const struct screen *screen, const struct hl_scale *scale, uint64_t samples,
                     struct hl_buffer *out)
{
    _cleanup_buffer_ struct hl_buffer cell = {0};
    if (screen->columns >= WIDE) {
        hl_text_amount(&cell, scale, samples);
        hl_output_column(out, cell.data, AMOUNT_COLUMNS);
        hl_buffer_clear(&cell);
    }
    if (screen->columns >= WIDEST) {
        hl_buffer_printf(out, "%*" PRIu64, SAMPLES_COLUMNS, samples);
    }
    hl_text_percent(&cell, samples, screen->shown->flame->samples);
    hl_output_column(out, cell.data, SHARE_COLUMNS);
}

static void put_heading(const struct screen *screen, enum table_key key, const char *name,
                        struct hl_buffer *out)
{
    const struct table *table = &screen->table;
    bool goes_up = (key == TABLE_NAME) != table->reversed;
    _cleanup_free_ char *text =
        hl_xasprintf("%s%s", name, table->key != key ? "" : goes_up ? "▲" : "▼");
    if (key == TABLE_NAME) {
        hl_buffer_printf(out, "  %s", text);
        return;
    }
    hl_output_column(out, text, screen->columns >= WIDE ? AMOUNT_COLUMNS : SHARE_COLUMNS);
    if (screen->columns >= WIDEST) {
        hl_output_column(out, "samples", SAMPLES_COLUMNS);
    }
    if (screen->columns >= WIDE) {
        hl_output_column(out, "%", SHARE_COLUMNS);
    }
}

static void put_name(const struct screen *screen, const struct hl_function *function, size_t width,
                     struct hl_buffer *out)
{
    const struct hl_strings *strings = screen->data->functions->strings;
    struct hl_place place = {
        .name = hl_strings_get(strings, function->name, NULL),
        .workspace = screen->data->run.workspace,
        .line = function->line,
    };
    if (function->file != HL_NO_STRING && width >= 28) {
        place.file = hl_strings_get(strings, function->file, NULL);
    }
    if (place.file) {
        hl_output_place(out, &place, width, false);
    } else {
        hl_label_append(out, place.name, strlen(place.name), width);
    }
}

/* Cut to the columns as a whole: the narrowest have no room even for the numbers. */
static void put_function(const struct screen *screen, uint32_t function, struct hl_buffer *out)
{
    const struct table *table = &screen->table;
    struct hl_scale scale = hl_scale_of_run(&screen->data->run);
    uint32_t used = 2 * part_columns(screen) + 2;
    put_part(screen, &scale, table->numbers.self[function], out);
    put_part(screen, &scale, table->numbers.total[function], out);
    if (screen->columns > used) {
        hl_buffer_puts(out, "  ");
        put_name(screen, &screen->data->functions->items[function], screen->columns - used, out);
    }
}

void table_draw_row(struct screen *screen, uint32_t row, struct hl_buffer *out)
{
    const struct table *table = &screen->table;
    _cleanup_buffer_ struct hl_buffer line = {0};
    size_t index = table->first + row - 1;
    bool marked = row > 0 && index == table->at && index < table->count;
    if (row == 0) {
        put_heading(screen, TABLE_OWN, "own", &line);
        put_heading(screen, TABLE_TOTAL, "total", &line);
        put_heading(screen, TABLE_NAME, "function", &line);
    } else if (index < table->count) {
        put_function(screen, table->order[index], &line);
    }
    hl_buffer_puts(out, marked ? "\x1b[7m" : "");
    hl_label_append(out, line.data ? line.data : "", line.length, screen->columns);
    hl_buffer_puts(out, marked ? "\x1b[0m" : "");
}
