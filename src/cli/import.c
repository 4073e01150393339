/* hotlens import: profile files become runs. */
#include "hotlens/app/import.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "hotlens/app/run_json.h"
#include "hotlens/app/text.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/json.h"
#include "hotlens/base/memory.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"

struct import {
    const char *db;
    struct hl_import_options options;
    struct hl_save_options save;
    bool json;
};

/* A line that is rewritten in place, ten times a second, once reading takes long enough to wonder.
 */
struct progress {
    const char *path;
    int64_t start;
    int64_t last;
    bool shown;
};

static void show_progress(void *user, uint64_t bytes)
{
    struct progress *progress = user;
    int64_t now = hl_clock_monotonic();
    if (now - progress->start < 500 * HL_NS_PER_MS || now - progress->last < 100 * HL_NS_PER_MS) {
        return;
    }
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_text_bytes(&text, bytes);
    _cleanup_buffer_ struct hl_buffer name = {0};
    hl_output_visible(&name, progress->path, 40);
    fprintf(stderr, "\r\033[Kreading %.*s: %.*s", (int)name.length, name.data, (int)text.length,
            text.data);
    fflush(stderr);
    progress->last = now;
    progress->shown = true;
}

static void clear_progress(struct progress *progress)
{
    if (progress->shown) {
        fputs("\r\033[K", stderr);
        progress->shown = false;
    }
}

static int print_result(const struct hl_run_data *data, bool json)
{
    struct hl_buffer out = {0};
    if (json) {
        struct hl_json writer;
        hl_json_init(&writer, &out);
        hl_json_object_begin(&writer);
        hl_json_member_i64(&writer, "run", data->run.id);
        hl_json_member_string(&writer, "title", data->run.title);
        hl_json_member_u64(&writer, "samples", data->run.samples);
        hl_json_member_u64(&writer, "functions", data->functions->count);
        hl_json_member_u64(&writer, "lines", data->line_count);
        hl_json_member_string(&writer, "notes", data->run.notes);
        hl_json_object_end(&writer);
        hl_buffer_putc(&out, '\n');
    } else {
        hl_cli_append_summary(&out, &data->run, true, hl_output_width(STDOUT_FILENO),
                              hl_output_has_colour(STDOUT_FILENO));
    }
    return hl_output_finish(&out);
}

/* Makes the database only now that there is something to keep in it. */
static int save_run(struct hl_run_data *data, const struct import *values, struct hl_store **store,
                    struct hl_error *error)
{
    if (!*store && hl_cli_open_store(values->db, store) < 0) {
        return -EALREADY;
    }
    return hl_run_data_save(data, *store, &values->save, error);
}

static int import_one(const char *path, const struct import *values, struct hl_store **store)
{
    struct hl_import_options options = values->options;
    struct progress progress = {.path = path, .start = hl_clock_monotonic()};
    if (isatty(STDERR_FILENO)) {
        options.progress = show_progress;
        options.progress_user = &progress;
    }
    struct hl_run_data data = {0};
    _cleanup_error_ struct hl_error error = {0};
    int r = hl_import_file(path, &options, &data, NULL, &error);
    if (r == 0) {
        clear_progress(&progress);
        r = save_run(&data, values, store, &error);
    }
    clear_progress(&progress);
    int code = HL_EXIT_FAILED;
    if (r == 0) {
        code = print_result(&data, values->json);
    } else if (r != -EALREADY) { /* that was said */
        hl_output_error(&error, r);
    }
    hl_run_data_finish(&data);
    return code;
}

static const struct hl_option IMPORT_OPTIONS[] = {
    {"rate", 'r', HL_OPTION_REAL, offsetof(struct import, options.rate), "HZ",
     "samples per second; without it there are no seconds", 0, 1000000},
    {"title", 0, HL_OPTION_TEXT, offsetof(struct import, options.title), "TEXT",
     "what to call the run", 0, 0},
    {"no-sources", 0, HL_OPTION_CLEAR, offsetof(struct import, save.store_sources), NULL,
     "keep hashes of source texts, not the texts", 0, 0},
    {"json", 0, HL_OPTION_SET, offsetof(struct import, json), NULL, "one JSON object per file", 0,
     0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct import, db), "FILE", "the database ($HOTLENS_DB)", 0,
     0},
};

static const struct hl_command IMPORT_COMMAND = {
    .name = "import",
    .usage = "[options] FILE…",
    .summary = "take profile files in as runs",
    .details = "FILE is what py-spy writes with 'record -f raw'; - is standard input. Sources "
               "are\nthose that are on disk now.",
    .options = IMPORT_OPTIONS,
    .option_count = ARRAY_SIZE(IMPORT_OPTIONS),
    .operand = "FILE",
    .operands_least = 1,
    .operands_most = SIZE_MAX,
};

int hl_cli_import(int argc, char **argv)
{
    struct import values = {.save = {.store_sources = true, .retention = HL_RETENTION_DEFAULT}};
    struct hl_operands operands;
    int code = hl_options_parse(&IMPORT_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    _cleanup_free_ char *folder = hl_current_folder();
    values.options.folder = folder;
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    if (!hl_cli_nothing_is_there(values.db) && hl_cli_open_store(values.db, &store) < 0) {
        return HL_EXIT_FAILED; /* known before hours of reading */
    }
    int result = HL_EXIT_OK;
    for (size_t i = 0; i < operands.count; i++) {
        code = import_one(operands.items[i], &values, &store);
        result = code != HL_EXIT_OK ? code : result;
    }
    return result;
}
