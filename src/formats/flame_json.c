#include "hotlens/formats/flame_json.h"

#include <errno.h>

#include "hotlens/base/array.h"
#include "hotlens/base/map.h"
#include "hotlens/base/memory.h"
#include "hotlens/formats/module_name.h"

#define FUNCTION_ROOT (-1)
#define FUNCTION_OTHER (-2)

/* A function of the view, with its strings as indices into the tables; -1 for none. */
struct row {
    int64_t name;
    int64_t file;
    int64_t module;
    uint32_t function; /* in the table that was given */
    uint32_t line;
    enum hl_function_kind kind;
};

/* Only what the view shows is written, numbered in order of first appearance. */
struct tables {
    struct hl_strings *names;
    struct hl_strings *files;
    struct hl_strings *modules;
    struct hl_map indices; /* function to row */
    struct row *rows;
    size_t count;
    size_t capacity;
    struct hl_buffer scratch;
};

static void tables_finish(struct tables *tables)
{
    hl_strings_destroy(tables->names);
    hl_strings_destroy(tables->files);
    hl_strings_destroy(tables->modules);
    hl_map_finish(&tables->indices);
    free(tables->rows);
    hl_buffer_finish(&tables->scratch);
}

static int intern(struct hl_strings *strings, const char *text, size_t length, int64_t *ret_index)
{
    uint32_t id;
    int r = hl_strings_intern(strings, text, length, &id);
    if (r >= 0) {
        *ret_index = id;
    }
    return r < 0 ? r : 0;
}

static int describe_file(struct tables *tables, const char *file, size_t length, struct row *row)
{
    hl_buffer_clear(&tables->scratch);
    hl_module_name_append(file, length, &tables->scratch);
    if (tables->scratch.error) {
        return tables->scratch.error;
    }
    int r = intern(tables->files, file, length, &row->file);
    return r < 0 ? r
                 : intern(tables->modules, tables->scratch.data ? tables->scratch.data : "",
                          tables->scratch.length, &row->module);
}

static int add_row(struct tables *tables, const struct hl_functions *functions, uint32_t group)
{
    const struct hl_function *function = &functions->items[group];
    struct row row = {.file = -1,
                      .module = -1,
                      .function = group,
                      .line = function->line,
                      .kind = function->kind};
    size_t length;
    const char *name = hl_strings_get(functions->strings, function->name, &length);
    int r = intern(tables->names, name, length, &row.name);
    if (r == 0 && function->file != HL_NO_STRING) {
        const char *file = hl_strings_get(functions->strings, function->file, &length);
        r = describe_file(tables, file, length, &row);
    }
    if (r == 0) {
        r = hl_array_reserve(&tables->rows, &tables->capacity, tables->count + 1, sizeof(row));
    }
    if (r == 0) {
        tables->rows[tables->count++] = row;
    }
    return r;
}

/* The function of a node; false for the root and "(other)". */
static bool function_of(const struct hl_flame_trees *trees, uint32_t group, uint32_t *ret_function)
{
    if (group >= trees->group_count) {
        return false;
    }
    *ret_function = trees->function_of_group ? trees->function_of_group[group] : group;
    return true;
}

static int collect_function(struct tables *tables, const struct hl_flame_trees *trees,
                            uint32_t function)
{
    uint32_t index;
    int r = hl_map_get_or_put(&tables->indices, function, (uint32_t)tables->count, &index);
    return r > 0 ? add_row(tables, trees->functions, function) : r;
}

/* Functions that are in the tables only. */
static int collect_rest(struct tables *tables, const struct hl_flame_trees *trees)
{
    int r = 0;
    for (uint32_t i = 0; r >= 0 && trees->table_count > 0 && i < trees->functions->count; i++) {
        for (size_t t = 0; r >= 0 && t < trees->table_count; t++) {
            r = trees->tables[t].total[i] > 0 ? collect_function(tables, trees, i) : 0;
        }
    }
    return r;
}

static int collect(struct tables *tables, const struct hl_view *view,
                   const struct hl_flame_trees *trees)
{
    for (uint32_t i = 0; view && i < view->count; i++) {
        uint32_t function;
        if (!function_of(trees, view->group[i], &function)) {
            continue;
        }
        int r = collect_function(tables, trees, function);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static void write_strings(struct hl_json *json, const char *key, const struct hl_strings *strings)
{
    hl_json_key(json, key);
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < hl_strings_count(strings); i++) {
        size_t length;
        const char *text = hl_strings_get(strings, i, &length);
        hl_json_bytes(json, text, length);
    }
    hl_json_array_end(json);
}

enum row_column { ROW_NAME, ROW_FILE, ROW_MODULE, ROW_LINE, ROW_KIND };

static int64_t row_value(const struct row *row, enum row_column column)
{
    switch (column) {
    case ROW_NAME:
        return row->name;
    case ROW_FILE:
        return row->file;
    case ROW_MODULE:
        return row->module;
    case ROW_LINE:
        return row->line;
    case ROW_KIND:
        return row->kind;
    }
    return -1;
}

static void write_rows(struct hl_json *json, const struct tables *tables)
{
    static const char *const KEYS[] = {"name", "file", "module", "line", "kind"};
    hl_json_key(json, "functions");
    hl_json_object_begin(json);
    for (size_t column = 0; column < ARRAY_SIZE(KEYS); column++) {
        hl_json_key(json, KEYS[column]);
        hl_json_array_begin(json);
        for (size_t i = 0; i < tables->count; i++) {
            hl_json_i64(json, row_value(&tables->rows[i], (enum row_column)column));
        }
        hl_json_array_end(json);
    }
    hl_json_object_end(json);
}

static void write_node_functions(struct hl_json *json, const struct hl_view *view,
                                 const struct hl_flame_trees *trees, const struct tables *tables)
{
    hl_json_key(json, "function");
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < view->count; i++) {
        uint32_t function;
        uint32_t index;
        if (function_of(trees, view->group[i], &function) &&
            hl_map_get(&tables->indices, function, &index)) {
            hl_json_u64(json, index);
        } else {
            hl_json_i64(json, view->group[i] == HL_VIEW_OTHER ? FUNCTION_OTHER : FUNCTION_ROOT);
        }
    }
    hl_json_array_end(json);
}

/* Exactly one of `values32` and `values64` is NULL. */
static void write_column(struct hl_json *json, const char *key, const uint32_t *values32,
                         const uint64_t *values64, uint32_t count)
{
    hl_assert(!values32 != !values64);
    hl_json_key(json, key);
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        hl_json_u64(json, values32 ? values32[i] : values64[i]);
    }
    hl_json_array_end(json);
}

static void write_lines(struct hl_json *json, const struct hl_view *view,
                        const struct hl_frames *frames)
{
    hl_json_key(json, "line");
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < view->count; i++) {
        uint32_t frame = view->frame[i];
        hl_json_u64(json, frame == HL_NO_FRAME ? 0 : hl_frames_get(frames, frame)->line);
    }
    hl_json_array_end(json);
}

static void write_nodes(struct hl_json *json, const char *key, const struct hl_view *view,
                        const struct hl_flame_trees *trees, const struct tables *tables)
{
    if (!view) {
        return;
    }
    hl_json_key(json, key);
    hl_json_object_begin(json);
    hl_json_key(json, "id");
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < view->count; i++) {
        hl_json_hex(json, view->id[i]);
    }
    hl_json_array_end(json);
    write_node_functions(json, view, trees, tables);
    write_column(json, "parent", view->parent, NULL, view->count);
    write_lines(json, view, hl_profile_frames(trees->profile));
    write_column(json, "self", NULL, view->self, view->count);
    write_column(json, "total", NULL, view->total, view->count);
    write_column(json, "end", view->end, NULL, view->count);
    hl_json_object_end(json);
}

static void write_match(struct hl_json *json, const struct hl_flame_trees *trees,
                        const struct tables *tables)
{
    hl_json_key(json, "match");
    hl_json_object_begin(json);
    hl_json_member_u64(json, "samples", trees->match_samples);
    hl_json_key(json, "functions");
    hl_json_array_begin(json);
    for (size_t i = 0; i < tables->count; i++) {
        if (trees->matches[tables->rows[i].function]) {
            hl_json_u64(json, i);
        }
    }
    hl_json_array_end(json);
    hl_json_object_end(json);
}

enum table_column { TABLE_SELF, TABLE_TOTAL, TABLE_CALLS };

static uint64_t table_value(const struct hl_flame_table *table, enum table_column column, uint32_t i)
{
    switch (column) {
    case TABLE_SELF:
        return table->self[i];
    case TABLE_TOTAL:
        return table->total[i];
    case TABLE_CALLS:
        return table->calls[i];
    }
    return 0;
}

static void write_function_ids(struct hl_json *json, const struct hl_flame_trees *trees,
                               const struct tables *tables)
{
    hl_json_key(json, "id");
    hl_json_array_begin(json);
    for (size_t i = 0; i < tables->count; i++) {
        hl_json_hex(json, trees->functions->items[tables->rows[i].function].hash);
    }
    hl_json_array_end(json);
}

static void write_table(struct hl_json *json, const struct hl_flame_table *table,
                        const struct hl_flame_trees *trees, const struct tables *tables)
{
    static const char *const KEYS[] = {"self", "total", "calls"};
    hl_json_object_begin(json);
    hl_json_key(json, "hide");
    hl_json_array_begin(json);
    for (size_t i = 0; i < table->hide_count; i++) {
        hl_json_string(json, table->hide[i]);
    }
    hl_json_array_end(json);
    if (trees->name_functions) {
        write_function_ids(json, trees, tables);
    }
    for (size_t column = 0; column < ARRAY_SIZE(KEYS); column++) {
        hl_json_key(json, KEYS[column]);
        hl_json_array_begin(json);
        for (size_t i = 0; i < tables->count; i++) {
            hl_json_u64(json, table_value(table, (enum table_column)column, tables->rows[i].function));
        }
        hl_json_array_end(json);
    }
    hl_json_object_end(json);
}

static void write_tables(struct hl_json *json, const struct hl_flame_trees *trees,
                         const struct tables *tables)
{
    hl_json_key(json, "tables");
    hl_json_array_begin(json);
    for (size_t i = 0; i < trees->table_count; i++) {
        write_table(json, &trees->tables[i], trees, tables);
    }
    hl_json_array_end(json);
}

void hl_flame_json_trees(const struct hl_flame_trees *trees, struct hl_json *json)
{
    _cleanup_(tables_finish) struct tables tables = {
        .names = hl_strings_create(), .files = hl_strings_create(), .modules = hl_strings_create()};
    int r = collect(&tables, trees->nodes, trees);
    r = r < 0 ? r : collect(&tables, trees->callers, trees);
    r = r < 0 ? r : collect(&tables, trees->callees, trees);
    r = r < 0 ? r : collect_rest(&tables, trees);
    if (r < 0) {
        json->buffer->error = json->buffer->error ? json->buffer->error : r;
        return;
    }
    write_strings(json, "name", tables.names);
    write_strings(json, "file", tables.files);
    write_strings(json, "module", tables.modules);
    write_rows(json, &tables);
    write_nodes(json, "nodes", trees->nodes, trees, &tables);
    write_nodes(json, "callers", trees->callers, trees, &tables);
    write_nodes(json, "callees", trees->callees, trees, &tables);
    if (trees->matches) {
        write_match(json, trees, &tables);
    }
    if (trees->table_count > 0) {
        write_tables(json, trees, &tables);
    }
}

void hl_flame_json_write(const struct hl_view *view, const struct hl_profile *profile,
                         const struct hl_functions *functions, struct hl_json *json)
{
    struct hl_flame_trees trees = {.nodes = view,
                                   .profile = profile,
                                   .functions = functions,
                                   .group_count = (uint32_t)functions->count};
    hl_flame_json_trees(&trees, json);
}
