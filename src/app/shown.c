#include "hotlens/app/shown.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/app/run_json.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/python/decode.h"
#include "shown_private.h"

void shown_parts_finish(struct shown_parts *parts)
{
    hl_run_finish(&parts->run);
    hl_rows_finish(&parts->rows);
    for (size_t i = 0; i < parts->source_count; i++) {
        hl_source_finish(&parts->sources[i]);
    }
    free(parts->sources);
    *parts = (struct shown_parts){0};
}

struct hl_shown *hl_shown_ref(struct hl_shown *shown)
{
    if (shown) {
        atomic_fetch_add(&shown->references, 1);
    }
    return shown;
}

static void destroy(struct hl_shown *shown)
{
    struct shown_parts parts = {shown->run, shown->rows, shown->sources, shown->source_count};
    for (size_t i = 0; i < shown->file_count; i++) {
        struct hl_shown_file *file = &shown->files[i];
        free((char *)file->text);
        hl_line_hashes_finish(&file->hashes);
    }
    for (size_t i = 0; i < shown->past_count; i++) {
        free(shown->past[i].name);
    }
    shown_parts_finish(&parts);
    hl_run_data_finish(&shown->data);
    free(shown->files);
    free(shown->functions);
    free(shown->lines);
    free(shown->names);
    free(shown->past);
    free(shown->past_totals);
    free(shown->focus);
    free(shown);
}

void hl_shown_unref(struct hl_shown *shown)
{
    if (shown && atomic_fetch_sub(&shown->references, 1) == 1) {
        destroy(shown);
    }
}

static int compare_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int by_file_line(const void *left, const void *right)
{
    const struct hl_function_row *a = left;
    const struct hl_function_row *b = right;
    if (!a->file != !b->file) {
        return a->file ? 1 : -1; /* those of no file stand together, also before a file without a name */
    }
    int order = compare_text(a->file, b->file);
    if (order == 0) {
        order = (a->line > b->line) - (a->line < b->line);
    }
    return order != 0 ? order : strcmp(a->name, b->name);
}

static int lines_in_order(const void *left, const void *right)
{
    const struct hl_line_row *a = left;
    const struct hl_line_row *b = right;
    int order = compare_text(a->file, b->file);
    return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

static int by_path(const void *left, const void *right)
{
    const struct hl_source *a = left;
    const struct hl_source *b = right;
    return compare_text(a->path, b->path);
}

/* qsort() must not be given NULL, which an empty array may be. */
static void sort(void *items, size_t count, size_t size,
                 int (*compare)(const void *left, const void *right))
{
    if (count > 1) {
        qsort(items, count, size, compare);
    }
}

/* Undecodable bytes are taken as they are: lines of ASCII are the same in most encodings. */
static int decode(struct hl_shown_file *file, struct hl_source *source)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    int r = hl_python_decode(source->text, source->length, &text);
    if (r == -EILSEQ || r == -ENOTSUP) {
        hl_buffer_clear(&text);
        hl_buffer_append(&text, source->text, source->length);
        r = text.error;
    }
    if (r < 0) {
        return r;
    }
    free(source->text);
    source->text = NULL;
    file->text_length = text.length;
    r = hl_line_hashes_init(&file->hashes, text.data ? text.data : "", text.length);
    file->text = hl_buffer_take(&text);
    return r;
}

bool shown_is_path(const char *name)
{
    return name[0] != '<' && (strchr(name, '/') || strchr(name, '.'));
}

static int describe_file(struct hl_shown *shown, struct hl_shown_file *file)
{
    struct hl_source key = {.path = (char *)file->path};
    struct hl_source *source = shown->source_count > 0
                                   ? bsearch(&key, shown->sources, shown->source_count,
                                             sizeof(key), by_path)
                                   : NULL;
    file->state = source ? source->state : HL_SOURCE_MISSING;
    file->real_path = source ? source->real_path : NULL;
    if (shown_is_path(file->path)) {
        const char *cwd = shown->run.cwd ? shown->run.cwd : "/";
        _cleanup_free_ char *full = hl_path_join(cwd, file->path);
        file->is_here = access(full, F_OK) == 0;
    }
    bool trusted = source && source->text && file->state != HL_SOURCE_CHANGED;
    return trusted ? decode(file, source) : 0;
}

/* The file of this path, which sorts behind all that are there or is the last of them. */
static struct hl_shown_file *file_of(struct hl_shown *shown, const char *path)
{
    if (shown->file_count > 0 &&
        strcmp(shown->files[shown->file_count - 1].path, path) == 0) {
        return &shown->files[shown->file_count - 1];
    }
    struct hl_shown_file *file = &shown->files[shown->file_count++];
    *file = (struct hl_shown_file){
        .path = path,
        .functions = shown->functions + shown->function_count,
        .lines = shown->lines + shown->line_count,
    };
    return file;
}

static void add_function(struct hl_shown *shown, const struct hl_function_row *row)
{
    if (row->total == 0) {
        return; /* outside the focus */
    }
    struct hl_shown_file *file = file_of(shown, row->file);
    shown->functions[shown->function_count++] = (struct hl_shown_function){
        .name = row->name,
        .line = row->line,
        .end_line = row->end_line,
        .ordinal = row->ordinal,
        .self = row->self,
        .total = row->total,
    };
    file->function_count++;
    file->total = file->total > row->total ? file->total : row->total;
}

static void add_line(struct hl_shown *shown, const struct hl_line_row *row)
{
    struct hl_shown_file *file = file_of(shown, row->file);
    shown->lines[shown->line_count++] = (struct hl_shown_line){row->line, row->self, row->total};
    file->line_count++;
    file->total = file->total > row->total ? file->total : row->total;
}

/* Both kinds of rows are in order of their file; files are made in that order. */
static void add_rows(struct hl_shown *shown)
{
    const struct hl_rows *rows = &shown->rows;
    size_t function = 0;
    size_t line = 0;
    while (function < rows->function_count && !rows->functions[function].file) {
        function++; /* belongs to no file */
    }

    while (function < rows->function_count || line < rows->line_count) {
        bool is_function = function < rows->function_count &&
                           (line == rows->line_count ||
                            strcmp(rows->functions[function].file, rows->lines[line].file) <= 0);
        if (is_function) {
            add_function(shown, &rows->functions[function++]);
        } else {
            add_line(shown, &rows->lines[line++]);
        }
    }
}

/* Where the loops of asyncio, of uvloop, which runs handles through asyncio, and of trio live. */
static bool is_event_loop(const char *path)
{
    static const char *const LOOPS[] = {"/asyncio/base_events.py", "/asyncio/runners.py",
                                        "/asyncio/events.py", "/trio/_core/_run.py"};
    for (size_t i = 0; i < ARRAY_SIZE(LOOPS); i++) {
        if (hl_path_has_suffix(path, LOOPS[i] + 1)) {
            return true;
        }
    }
    return false;
}

static int make_rows(struct hl_shown *shown)
{
    struct hl_rows *rows = &shown->rows;
    size_t functions = rows->function_count;
    size_t lines = rows->line_count;
    shown->functions = hl_try_calloc(functions + 1, sizeof(*shown->functions));
    shown->lines = hl_try_calloc(lines + 1, sizeof(*shown->lines));
    shown->files = hl_try_calloc(functions + lines + 1, sizeof(*shown->files));
    if (!shown->functions || !shown->lines || !shown->files) {
        return -ENOMEM;
    }
    sort(rows->functions, functions, sizeof(*rows->functions), by_file_line);
    sort(rows->lines, lines, sizeof(*rows->lines), lines_in_order);
    sort(shown->sources, shown->source_count, sizeof(*shown->sources), by_path);
    add_rows(shown);
    void *shrunk = realloc(shown->files, (shown->file_count + 1) * sizeof(*shown->files));
    shown->files = shrunk ? shrunk : shown->files;
    /* Only the strings are needed from here on. */
    free(rows->functions);
    free(rows->lines);
    rows->functions = NULL;
    rows->lines = NULL;
    rows->function_count = 0;
    rows->line_count = 0;
    return 0;
}

int shown_make(struct shown_parts *parts, struct hl_shown **ret_shown)
{
    _cleanup_(hl_shown_unref_p) struct hl_shown *shown = hl_xcalloc(1, sizeof(*shown));
    atomic_init(&shown->references, 1);
    shown->run = parts->run;
    shown->rows = parts->rows;
    shown->sources = parts->sources;
    shown->source_count = parts->source_count;
    *parts = (struct shown_parts){0};
    shown->scale = hl_scale_of_run(&shown->run);
    int r = make_rows(shown);
    for (size_t i = 0; r == 0 && i < shown->file_count; i++) {
        r = describe_file(shown, &shown->files[i]);
    }
    for (size_t i = 0; i < shown->file_count; i++) {
        shown->is_asynchronous |= is_event_loop(shown->files[i].path);
    }
    if (r == 0) {
        r = shown_index_names(shown);
    }
    if (r < 0) {
        return r;
    }
    *ret_shown = TAKE_PTR(shown);
    return 0;
}

static int copy_sources(const struct hl_sources *sources, struct shown_parts *parts)
{
    size_t count = sources ? sources->count : 0;
    parts->sources = hl_try_calloc(count + 1, sizeof(*parts->sources));
    if (!parts->sources) {
        return -ENOMEM;
    }
    for (; parts->source_count < count; parts->source_count++) {
        const struct hl_source *from = &sources->items[parts->source_count];
        struct hl_source *copy = &parts->sources[parts->source_count];
        *copy = *from;
        copy->path = hl_xstrdup(from->path);
        copy->real_path = hl_xstrdup(from->real_path);
        copy->text = NULL;
        if (from->text) {
            copy->text = hl_try_malloc(from->length + 1, 1);
            if (!copy->text) {
                hl_source_finish(copy);
                return -ENOMEM;
            }
            memcpy(copy->text, from->text, from->length);
        }
    }
    return 0;
}

int hl_shown_from_data(const struct hl_run_data *data, struct hl_shown **ret_shown)
{
    _cleanup_(shown_parts_finish) struct shown_parts parts = {0};
    hl_run_copy(&data->run, &parts.run);
    int r = hl_run_data_rows(data, &parts.rows);
    if (r == 0) {
        r = copy_sources(data->sources, &parts);
    }
    return r == 0 ? shown_make(&parts, ret_shown) : r;
}

int hl_shown_adopt(struct hl_run_data *data, struct hl_shown **ret_shown)
{
    int r = hl_shown_from_data(data, ret_shown);
    if (r == 0) {
        (*ret_shown)->data = *data;
        *data = (struct hl_run_data){0};
    }
    return r;
}

const struct hl_run_data *hl_shown_data(const struct hl_shown *shown)
{
    return shown->data.profile ? &shown->data : NULL;
}

const struct hl_run *hl_shown_run(const struct hl_shown *shown)
{
    return &shown->run;
}

const struct hl_scale *hl_shown_scale(const struct hl_shown *shown)
{
    return &shown->scale;
}

const char *hl_shown_baseline(const struct hl_shown *shown)
{
    return shown->has_baseline ? shown->past[0].name : NULL;
}

const char *hl_shown_focus_name(const struct hl_shown *shown)
{
    return shown->focus;
}

bool hl_shown_is_asynchronous(const struct hl_shown *shown)
{
    return shown->is_asynchronous;
}

size_t hl_shown_file_count(const struct hl_shown *shown)
{
    return shown->file_count;
}

const struct hl_shown_file *hl_shown_file(const struct hl_shown *shown, size_t index)
{
    return &shown->files[index];
}

size_t hl_shown_past_count(const struct hl_shown *shown)
{
    return shown->past_count;
}

const struct hl_shown_past *hl_shown_past(const struct hl_shown *shown, size_t index)
{
    return &shown->past[index];
}

uint64_t hl_shown_past_total(const struct hl_shown *shown, const struct hl_shown_function *function,
                             size_t index)
{
    size_t place = (size_t)(function - shown->functions);
    return shown->past_totals[place * shown->past_count + index];
}
