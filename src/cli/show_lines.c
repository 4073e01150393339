#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/file.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/sha256.h"
#include "hotlens/base/utf8.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/show.h"
#include "hotlens/python/decode.h"

/* Columns before the source. */
#define NUMBERS 32u

/* Whether `wanted`, typed by a person, may mean this path: the whole, or its last parts. */
static bool path_matches(const char *path, const char *wanted)
{
    if (!path || !hl_path_has_suffix(path, wanted)) {
        return false;
    }
    size_t before = strlen(path) - strlen(wanted);
    return before == 0 || path[before - 1] == '/' || wanted[0] == '/';
}

static bool source_matches(const struct hl_source *source, const char *wanted, const char *real)
{
    return path_matches(source->path, wanted) || path_matches(source->real_path, wanted) ||
           (real && source->real_path && strcmp(source->real_path, real) == 0);
}

/* The one source that `file` means. */
static int find_source(const struct hl_source_list *list, const char *file,
                       const struct hl_source **ret_source, struct hl_error *error)
{
    _cleanup_free_ char *real = hl_file_real_path(file);
    _cleanup_buffer_ struct hl_buffer names = {0};
    const struct hl_source *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct hl_source *source = &list->items[i];
        if (strcmp(source->path, file) == 0) {
            *ret_source = source;
            return 0;
        }
        if (source_matches(source, file, real)) {
            found = source;
            count++;
            hl_buffer_printf(&names, "%s%s", count > 1 ? "\n" : "", source->path);
        }
    }
    if (count == 1) {
        *ret_source = found;
        return 0;
    }
    if (count == 0) {
        hl_error_set(error, ENOENT, "no file of this run matches '%s'", file);
        hl_error_set_remedy(error, "hotlens show --json lists every file with samples");
        return -ENOENT;
    }
    hl_error_set(error, EINVAL, "'%s' can mean %zu files of this run; say more of the path", file,
                 count);
    hl_error_set_remedy(error, "%s", names.data);
    return -EINVAL;
}

static int explain_missing(const struct hl_source *source, struct hl_error *error)
{
    switch (source->state) {
    case HL_SOURCE_CHANGED:
        hl_error_set(error, ESTALE,
                     "%s was changed while the program ran, so its lines cannot be told",
                     source->path);
        hl_error_set_remedy(error, "record again without editing it");
        return -ESTALE;
    case HL_SOURCE_HASHED:
        hl_error_set(error, ENODATA,
                     "the text of %s was not kept (--no-sources), and the file on disk is not "
                     "the same any more",
                     source->path);
        hl_error_set_remedy(error, "hotlens show --json has the line numbers with their samples");
        return -ENODATA;
    case HL_SOURCE_MISSING:
    case HL_SOURCE_STORED:
    case HL_SOURCE_IMPORTED:
        break;
    }
    hl_error_set(error, ENOENT, "%s was not there when the run was saved", source->path);
    hl_error_set_remedy(error, "hotlens show --json has the line numbers with their samples");
    return -ENOENT;
}

static void append_heading(struct hl_buffer *out, const struct hl_source *source, bool colour)
{
    hl_output_style(out, colour, HL_STYLE_BOLD);
    hl_output_visible(out, source->path, 0);
    hl_output_style(out, colour, HL_STYLE_PLAIN);
    if (source->state == HL_SOURCE_IMPORTED) {
        hl_buffer_puts(out, "  (source as of import)");
    }
    hl_buffer_puts(out, "\n        own       total   line\n");
}

/* A source line as it is, but for what could disturb the terminal; tabs become spaces. */
static void append_source(struct hl_buffer *out, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        const char *tab = memchr(text, '\t', (size_t)(end - text));
        size_t piece = (size_t)((tab ? tab : end) - text);
        hl_utf8_append_visible(out, text, piece);
        if (tab) {
            hl_buffer_puts(out, "    ");
        }
        text += piece + (tab ? 1 : 0);
    }
}

/* \n, \r\n and \r end a line, as in Python. */
static size_t line_length(const char *text, size_t length, size_t *ret_step)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n' || text[i] == '\r') {
            *ret_step = i + 1 + (text[i] == '\r' && i + 1 < length && text[i + 1] == '\n');
            return i;
        }
    }
    *ret_step = length;
    return length;
}

static void append_text(struct hl_buffer *out, const struct hl_buffer *text,
                        const struct hl_rows *rows, const struct hl_scale *scale, bool colour)
{
    const char *at = text->data;
    size_t left = text->length;
    size_t row = 0;
    size_t width = hl_output_width(STDOUT_FILENO);
    _cleanup_buffer_ struct hl_buffer source = {0};
    for (uint32_t line = 1; left > 0; line++) {
        size_t step;
        size_t length = line_length(at, left, &step);
        while (row < rows->line_count && rows->lines[row].line < line) {
            row++;
        }
        bool has = row < rows->line_count && rows->lines[row].line == line;
        hl_show_amount(out, scale, has ? rows->lines[row].self : 0, 11, colour);
        hl_show_amount(out, scale, has ? rows->lines[row].total : 0, 12, colour);
        hl_output_style(out, colour, HL_STYLE_DIM);
        hl_buffer_printf(out, "%7u  ", line);
        hl_output_style(out, colour, HL_STYLE_PLAIN);
        hl_buffer_clear(&source);
        append_source(&source, at, length);
        hl_output_start(out, source.data ? source.data : "", source.length,
                        width > NUMBERS + 8 ? width - NUMBERS : 8);
        hl_buffer_putc(out, '\n');
        at += step;
        left -= step;
    }
}

/* The text of a file whose hash alone was kept, if it is still that text. */
static bool read_hashed(const struct hl_source *source, struct hl_buffer *text)
{
    const char *path = source->real_path ? source->real_path : source->path;
    uint8_t hash[HL_SHA256_SIZE];
    if (source->state != HL_SOURCE_HASHED ||
        hl_file_read(path, HL_LIMIT_SOURCE, text, NULL) < 0) {
        return false;
    }
    hl_sha256(text->data ? text->data : "", text->length, hash);
    return memcmp(hash, source->hash, sizeof(hash)) == 0;
}

static int show_source(struct hl_store *store, const struct hl_run *run,
                       const struct hl_source *source, struct hl_error *error)
{
    _cleanup_buffer_ struct hl_buffer bytes = {0};
    if (source->text) {
        hl_buffer_append(&bytes, source->text, source->length);
    } else if (!read_hashed(source, &bytes)) {
        return explain_missing(source, error);
    }
    _cleanup_buffer_ struct hl_buffer text = {0};
    const char *data = bytes.data ? bytes.data : "";
    int r = hl_python_decode(data, bytes.length, &text);
    if (r < 0) {
        hl_buffer_clear(&text);
        hl_buffer_append(&text, data, bytes.length);
    }
    struct hl_rows rows = {0};
    r = hl_store_load_rows(store, run->id, source->path, &rows, error);
    if (r < 0) {
        return r;
    }
    struct hl_scale scale = hl_scale_of_run(run);
    struct hl_buffer out = {0};
    bool colour = hl_output_has_colour(1);
    append_heading(&out, source, colour);
    append_text(&out, &text, &rows, &scale, colour);
    hl_rows_finish(&rows);
    return hl_output_finish(&out) == HL_EXIT_OK ? 0 : -EPIPE;
}

int hl_show_lines(struct hl_store *store, const struct hl_run *run, const char *file,
                  struct hl_error *error)
{
    struct hl_source_list list = {0};
    int r = hl_store_load_sources(store, run->id, NULL, false, &list, error);
    if (r < 0) {
        return r;
    }
    const struct hl_source *source = NULL;
    r = find_source(&list, file, &source, error);
    struct hl_source_list one = {0};
    if (r == 0) {
        r = hl_store_load_sources(store, run->id, source->path, true, &one, error);
    }
    if (r == 0) {
        r = one.count > 0 ? show_source(store, run, &one.items[0], error)
                          : explain_missing(source, error);
    }
    hl_source_list_finish(&one);
    hl_source_list_finish(&list);
    return r;
}
