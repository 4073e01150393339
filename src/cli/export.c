/* hotlens export: a run in another format. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/app/flame.h"
#include "hotlens/app/html.h"
#include "hotlens/app/run_json.h"
#include "hotlens/app/text.h"
#include "hotlens/base/file.h"
#include "hotlens/base/json.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"
#include "hotlens/formats/profile_json.h"
#include "hotlens/formats/raw.h"
#include "hotlens/formats/svg.h"

#define MAX_LINKS 40 /* as the kernel */
#define SVG_WIDTH 1200u

struct export
{
    const char *db;
    const char *format;
    const char *path;
    struct hl_html_options html;
    const struct format *chosen;
};

static void write_json(const struct hl_run_data *data, const struct export *export,
                       struct hl_buffer *out)
{
    (void)export;
    struct hl_json json;
    hl_json_init(&json, out);
    hl_json_object_begin(&json);
    hl_json_key(&json, "run");
    hl_run_json(&json, &data->run);
    hl_json_key(&json, "profile");
    hl_json_object_begin(&json);
    hl_profile_json_write(data->profile, data->functions, &json);
    hl_json_object_end(&json);
    hl_json_object_end(&json);
    hl_buffer_putc(out, '\n');
}

static void write_raw(const struct hl_run_data *data, const struct export *export,
                       struct hl_buffer *out)
{
    (void)export;
    hl_raw_write(data->profile, out);
}

static void write_collapsed(const struct hl_run_data *data, const struct export *export,
                       struct hl_buffer *out)
{
    (void)export;
    hl_collapsed_write(data->profile, out);
}

static void append_amount(void *user, struct hl_buffer *out, uint64_t samples)
{
    hl_text_amount(out, user, samples);
}

static void write_svg(const struct hl_run_data *data, const struct export *export,
                      struct hl_buffer *out)
{
    (void)export;
    struct hl_flame_query query = {.limit = HL_LIMIT_VIEW_NODES};
    _cleanup_(hl_flame_destroy_p) struct hl_flame *flame = NULL;
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_buffer_ struct hl_buffer summary = {0};
    struct hl_scale scale = hl_scale_of_run(&data->run);
    int r = hl_flame_make(data, &query, NULL, &flame, &error);
    if (r == 0) {
        hl_text_summary(&summary, &data->run);
        hl_buffer_putc(&summary, '\0');
        struct hl_svg_picture picture = {.view = flame->view,
                                         .functions = flame->functions,
                                         .title = data->run.title,
                                         .summary = summary.data,
                                         .workspace = data->run.workspace,
                                         .width = SVG_WIDTH,
                                         .amount = append_amount,
                                         .user = &scale};
        r = hl_svg_write(&picture, out);
    }
    out->error = out->error ? out->error : r;
}

static void write_html(const struct hl_run_data *data, const struct export *export,
                       struct hl_buffer *out)
{
    int r = hl_html_export(data, &export->html, out);
    out->error = out->error ? out->error : r;
}

static const struct format {
    const char *name;
    void (*write)(const struct hl_run_data *data, const struct export *export,
                  struct hl_buffer *out);
} FORMATS[] = {
    {"raw", write_raw},
    {"collapsed", write_collapsed},
    {"json", write_json},
    {"svg", write_svg},
    {"html", write_html},
};

static const struct format *find_format(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(FORMATS); i++) {
        if (strcmp(FORMATS[i].name, name) == 0) {
            return &FORMATS[i];
        }
    }
    return NULL;
}

/* By --format; else by the end of the file's name, so that x.html is no raw profile. NULL when there is no
 * such format. */
static const struct format *choose_format(const char *name, const char *path)
{
    if (name) {
        return find_format(name);
    }
    const char *ending = path ? strrchr(hl_path_base_name(path), '.') : NULL;
    const struct format *format = ending ? find_format(ending + 1) : NULL;
    return format ? format : &FORMATS[0];
}

static int write_to(int fd, const struct export *export, const struct hl_run_data *data)
{
    struct hl_buffer out;
    hl_buffer_init_writer(&out, hl_write_to_fd, &fd);
    export->chosen->write(data, export, &out);
    int r = hl_buffer_flush(&out);
    hl_buffer_finish(&out);
    return r;
}

/* That of the file which is replaced; else as any program's output file, readable as far as the umask
 * allows. */
static int set_usual_mode(int fd, const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0) {
        return fchmod(fd, status.st_mode & 07777) < 0 ? -errno : 0;
    }
    mode_t mask = umask(0);
    umask(mask);
    return fchmod(fd, 0666 & ~mask) < 0 ? -errno : 0;
}

/* Where the file is that a link means, so that the link stays one; also when nothing is there yet.
 * Caller frees. */
static char *follow_links(const char *path)
{
    char *at = hl_xstrdup(path);
    for (int i = 0; i < MAX_LINKS; i++) {
        char target[PATH_MAX];
        ssize_t length = readlink(at, target, sizeof(target) - 1);
        if (length < 0) {
            break;
        }
        target[length] = '\0';
        _cleanup_free_ char *link = at;
        _cleanup_free_ char *folder = hl_path_parent(link);
        at = hl_path_join(folder, target);
    }
    return at;
}

/* To a file beside the wanted one first, so that a full disk leaves no half export in its place. */
static int replace_file(const char *name, const struct export *export,
                        const struct hl_run_data *data)
{
    _cleanup_free_ char *path = follow_links(name);
    _cleanup_free_ char *temporary = hl_xasprintf("%s.XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    int r = write_to(fd, export, data);
    r = r == 0 ? set_usual_mode(fd, path) : r;
    if (close(fd) < 0 && r == 0) {
        r = -errno;
    }
    if (r == 0 && rename(temporary, path) < 0) {
        r = -errno;
    }
    if (r < 0) {
        unlink(temporary);
    }
    return r;
}

/* A device or pipe is written in place; only a regular file can be replaced. */
static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

static int write_special(const char *path, const struct export *export,
                         const struct hl_run_data *data)
{
    _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);
    return fd < 0 ? -errno : write_to(fd, export, data);
}

static int write_path(const char *path, const struct export *export, const struct hl_run_data *data,
                      struct hl_error *error)
{
    if (!path || strcmp(path, "-") == 0) {
        int r = write_to(STDOUT_FILENO, export, data);
        return r < 0 ? hl_error_set_errno(error, -r, "standard output cannot be written") : 0;
    }
    int r = is_special(path) ? write_special(path, export, data) : replace_file(path, export, data);
    return r < 0 ? hl_error_set_errno(error, -r, "%s cannot be written", path) : 0;
}

static const struct hl_option EXPORT_OPTIONS[] = {
    {"format", 'f', HL_OPTION_TEXT, offsetof(struct export, format), "FORMAT",
     "raw, collapsed, json, html or svg; else by FILE's ending, or raw", 0, 0},
    {"output", 'o', HL_OPTION_TEXT, offsetof(struct export, path), "FILE",
     "instead of standard output", 0, 0},
    {"nodes", 'n', HL_OPTION_NUMBER, offsetof(struct export, html.nodes), "N",
     "html: nodes at most (65,536); the rest is \"(other)\"", 1, UINT32_MAX - 2},
    {"with-source", 0, HL_OPTION_SET, offsetof(struct export, html.source), NULL,
     "html: with the source of the project's files", 0, 0},
    {"with-command", 0, HL_OPTION_SET, offsetof(struct export, html.command), NULL,
     "html: with command lines", 0, 0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct export, db), "FILE", "the database ($HOTLENS_DB)", 0,
     0},
};

static const struct hl_command EXPORT_COMMAND = {
    .name = "export",
    .usage = "[options] RUN",
    .summary = "write a run in another format",
    .details = "raw is what py-spy writes, byte for byte per stack; collapsed is for other flame "
               "graph\ntools; json has the tree with its functions (docs/formats.md); svg is a picture "
               "of it; html is one\nfile with the graph and its viewer, without command lines and "
               "sources unless asked for.",
    .options = EXPORT_OPTIONS,
    .option_count = ARRAY_SIZE(EXPORT_OPTIONS),
    .operand = "RUN",
    .operands_least = 1,
    .operands_most = 2, /* the second is a mistake that has an answer */
};

/* What one is about to share. */
static void say_contents(const struct export *export)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_html_contents(&export->html, &text);
    fprintf(stderr, "%s\n", text.data ? text.data : "");
}

int hl_cli_export(int argc, char **argv)
{
    struct export values = {0};
    struct hl_operands operands;
    int code = hl_options_parse(&EXPORT_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    if (operands.count > 1) {
        return hl_options_misuse(&EXPORT_COMMAND, "'%s' is one too many; a file is given as --output FILE",
                                 operands.items[1]);
    }
    values.chosen = choose_format(values.format, values.path);
    if (!values.chosen) {
        return hl_options_misuse(
            &EXPORT_COMMAND, "there is no format '%s'; raw, collapsed, json, html and svg are",
            values.format);
    }
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    if (hl_cli_open_store_for_reading(values.db, &store) < 0) {
        return HL_EXIT_FAILED;
    }
    struct hl_run_data data = {0};
    _cleanup_error_ struct hl_error error = {0};
    int r = hl_run_data_load(store, operands.items[0], &data, &error);
    if (r == 0) {
        r = write_path(values.path, &values, &data, &error);
    }
    hl_run_data_finish(&data);
    if (r == 0 && values.path && values.chosen->write == write_html) {
        say_contents(&values);
    }
    return r < 0 ? hl_output_error(&error, r) : HL_EXIT_OK;
}
