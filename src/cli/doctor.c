/* hotlens doctor: what was found, what is allowed, and why. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "hotlens/app/text.h"
#include "hotlens/base/file.h"
#include "hotlens/base/json.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/common.h"
#include "hotlens/cli/options.h"
#include "hotlens/cli/output.h"
#include "hotlens/record/find.h"
#include "hotlens/record/probe.h"
#include "hotlens/record/spool.h"

#define LEAST_ROOM (64u << 10)

/* One line of the report. `ok` is what decides the exit code. */
struct finding {
    const char *topic;
    char *value;
    char *remedy;
    bool ok;
};

#define FINDINGS 10

struct report {
    struct finding items[FINDINGS];
    size_t count;
};

static struct finding *add(struct report *report, const char *topic, bool ok, char *value)
{
    hl_assert(report->count < FINDINGS);
    struct finding *finding = &report->items[report->count++];
    *finding = (struct finding){.topic = topic, .value = value, .ok = ok};
    return finding;
}

static void add_error(struct report *report, const char *topic, const struct hl_error *error)
{
    struct finding *finding = add(report, topic, false, hl_xstrdup(error->message));
    finding->remedy = hl_xstrdup(error->remedy);
}

static void check_python(struct report *report, struct hl_found *ret_python)
{
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_free_ char *folder = hl_current_folder();
    struct hl_find_options options = {.folder = folder};
    if (hl_find_python(&options, ret_python, &error) < 0) {
        add_error(report, "python", &error);
        return;
    }
    add(report, "python", true, hl_xasprintf("%s (%s)", ret_python->path, ret_python->why));
    struct hl_python_facts facts = {0};
    if (hl_python_ask(ret_python->path, &facts, &error) < 0) {
        add_error(report, "python version", &error);
        return;
    }
    add(report, "python version", true,
        hl_xasprintf("%s, %s%s", facts.version, facts.executable, facts.is_venv ? " (venv)" : ""));
    hl_python_facts_finish(&facts);
}

static void check_py_spy(struct report *report, const char *python)
{
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_free_ char *executable = hl_cli_executable();
    struct hl_find_options options = {.python = python, .hotlens = executable};
    struct hl_found found = {0};
    if (hl_find_py_spy(&options, &found, &error) < 0) {
        add_error(report, "py-spy", &error);
        return;
    }
    add(report, "py-spy", true, hl_xasprintf("%s (%s)", found.path, found.why));
    hl_found_finish(&found);
}

static void check_permission(struct report *report)
{
    static const char *const NAMES[] = {
        [HL_TRACE_SIBLINGS] = "attach sampler: programs are recorded live, in windows",
        [HL_TRACE_WITH_CONSENT] = "attach sampler for single programs, launch sampler otherwise",
        [HL_TRACE_CHILDREN] = "launch sampler: results come at the end",
        [HL_TRACE_NOTHING] = "nothing may be traced",
    };
    _cleanup_error_ struct hl_error error = {0};
    struct hl_probe probe = {0};
    if (hl_probe_run(getenv("HOTLENS_PROC"), &probe, &error) < 0) {
        add_error(report, "permission", &error);
        return;
    }
    add(report, "permission", probe.trace != HL_TRACE_NOTHING,
        hl_xasprintf("%s%s%s", NAMES[probe.trace], probe.reason ? "; " : "",
                     probe.reason ? probe.reason : ""));
    hl_probe_finish(&probe);
}

static void add_sizes(struct report *report, struct hl_store *store)
{
    struct hl_store_sizes sizes = {0};
    _cleanup_error_ struct hl_error error = {0};
    if (hl_store_sizes(store, &sizes, &error) < 0) {
        add_error(report, "database size", &error);
        return;
    }
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_text_bytes(&text, sizes.file_bytes);
    hl_buffer_puts(&text, ", ");
    hl_text_counted(&text, sizes.runs, "run");
    hl_buffer_puts(&text, ", ");
    hl_text_counted(&text, sizes.texts, "source text");
    hl_buffer_printf(&text, ", schema %d", sizes.schema_version);
    add(report, "database size", true, hl_buffer_take(&text));
}

/* Where we keep the database ourselves it is made private; what somebody named is only looked at. */
static char *describe_place(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0 || (status.st_mode & 077) == 0) {
        return hl_xstrdup(path);
    }
    return hl_xasprintf("%s (not private: mode %04o)", path,
                        (unsigned)status.st_mode & 07777);
}

/* No room for the log of even a small run. */
static bool disk_is_full(const char *path)
{
    struct statvfs system;
    return path && statvfs(path, &system) == 0 && system.f_blocks > 0 &&
           (uint64_t)system.f_bavail * system.f_frsize < LEAST_ROOM;
}

/* What keeps a file from being made or changed there, or 0: the nearest folder that exists decides. */
static int blocked_by(const char *path)
{
    struct stat status;
    _cleanup_free_ char *at = hl_path_parent(path);
    while (stat(at, &status) < 0) {
        if (errno != ENOENT || strcmp(at, "/") == 0 || strcmp(at, ".") == 0) {
            return errno;
        }
        char *parent = hl_path_parent(at);
        free(at);
        at = parent;
    }
    if (!S_ISDIR(status.st_mode)) {
        return ENOTDIR;
    }
    bool there = access(path, F_OK) == 0;
    return access(at, W_OK | X_OK) < 0 || (there && access(path, W_OK) < 0) ? errno : 0;
}

/* Whether it was so, and is now in the report. */
static bool is_blocked(struct report *report, const char *topic, const char *path, const char *remedy)
{
    int reason = path ? blocked_by(path) : 0;
    if (reason) {
        struct finding *finding =
            add(report, topic, false, hl_xasprintf("%s cannot be written: %s", path, strerror(reason)));
        finding->remedy = hl_xstrdup(remedy);
    }
    return reason != 0;
}

static void check_store(struct report *report, const char *db)
{
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    _cleanup_free_ char *path = db ? hl_xstrdup(db) : hl_store_default_path();
    if (is_blocked(report, "database", path,
                   "Make it and its folder writable, or name another file with --db or HOTLENS_DB")) {
        return;
    }
    if (path && access(path, F_OK) < 0) {
        add(report, "database", true, hl_xasprintf("%s (not there yet)", path));
        return;
    }
    if (hl_store_open(db, HL_STORE_READ, &store, &error) < 0) {
        add_error(report, "database", &error);
        return;
    }
    if (disk_is_full(path)) {
        hl_error_set(&error, ENOSPC, "%s can be read, but its disk is full", path);
        hl_error_set_remedy(&error, "Make room on the disk, or delete runs: hotlens rm, hotlens purge");
        add_error(report, "database", &error);
    } else {
        add(report, "database", true, describe_place(hl_store_path(store)));
    }
    add_sizes(report, store);
}

static void check_spool(struct report *report)
{
    _cleanup_free_ char *root = hl_spool_root();
    _cleanup_(hl_strv_free_p) char **uuids = NULL;
    _cleanup_error_ struct hl_error error = {0};
    if (is_blocked(report, "spool", root, "Set XDG_STATE_HOME to a folder that you may write to")) {
        return;
    }
    if (!root || hl_spool_list(NULL, &uuids, &error) < 0) {
        add(report, "spool", false, hl_xstrdup(hl_error_text(&error, -1)));
        return;
    }
    size_t count = hl_strv_length(uuids);
    add(report, "spool", true,
        hl_xasprintf("%s (%zu recording%s going on or to be recovered)", root, count,
                     count == 1 ? "" : "s"));
}

static void print_text(const struct report *report, struct hl_buffer *out)
{
    bool colour = hl_output_has_colour(STDOUT_FILENO);
    hl_buffer_printf(out, "hotlens %s\n", HOTLENS_VERSION);
    for (size_t i = 0; i < report->count; i++) {
        const struct finding *finding = &report->items[i];
        hl_output_style(out, colour, finding->ok ? HL_STYLE_GOOD : HL_STYLE_HOT);
        hl_buffer_puts(out, finding->ok ? "ok       " : "problem  ");
        hl_output_style(out, colour, HL_STYLE_PLAIN);
        hl_output_column(out, finding->topic, -16);
        hl_output_visible(out, finding->value, 0);
        hl_buffer_putc(out, '\n');
        if (finding->remedy && *finding->remedy) {
            hl_output_lines(out, finding->remedy, "                         ");
        }
    }
}

static void print_json(const struct report *report, struct hl_buffer *out)
{
    struct hl_json json;
    hl_json_init(&json, out);
    hl_json_object_begin(&json);
    hl_json_member_string(&json, "version", HOTLENS_VERSION);
    hl_json_key(&json, "findings");
    hl_json_array_begin(&json);
    for (size_t i = 0; i < report->count; i++) {
        hl_json_object_begin(&json);
        hl_json_member_string(&json, "topic", report->items[i].topic);
        hl_json_member_bool(&json, "ok", report->items[i].ok);
        hl_json_member_string(&json, "value", report->items[i].value);
        hl_json_member_string(&json, "remedy", report->items[i].remedy);
        hl_json_object_end(&json);
    }
    hl_json_array_end(&json);
    hl_json_object_end(&json);
    hl_buffer_putc(out, '\n');
}

/* Returns whether everything is well, and frees the findings. */
static bool finish(struct report *report)
{
    bool ok = true;
    for (size_t i = 0; i < report->count; i++) {
        ok = ok && report->items[i].ok;
        free(report->items[i].value);
        free(report->items[i].remedy);
    }
    return ok;
}

struct doctor {
    const char *db;
    bool json;
};

static const struct hl_option DOCTOR_OPTIONS[] = {
    {"json", 0, HL_OPTION_SET, offsetof(struct doctor, json), NULL, "as JSON", 0, 0},
    {"db", 0, HL_OPTION_TEXT, offsetof(struct doctor, db), "FILE", "the database ($HOTLENS_DB)", 0,
     0},
};

static const struct hl_command DOCTOR_COMMAND = {
    .name = "doctor",
    .usage = "[options]",
    .summary = "what was found, what is allowed, and why",
    .details = "Exit code 1 when something is in the way of a recording.",
    .options = DOCTOR_OPTIONS,
    .option_count = ARRAY_SIZE(DOCTOR_OPTIONS),
};

int hl_cli_doctor(int argc, char **argv)
{
    struct doctor values = {0};
    struct hl_operands operands;
    int code = hl_options_parse(&DOCTOR_COMMAND, argc, argv, &values, &operands);
    if (code >= 0) {
        return code;
    }
    struct report report = {0};
    struct hl_found python = {0};
    check_python(&report, &python);
    check_py_spy(&report, python.path);
    check_permission(&report);
    check_store(&report, values.db);
    check_spool(&report);
    hl_found_finish(&python);
    struct hl_buffer out = {0};
    if (values.json) {
        print_json(&report, &out);
    } else {
        print_text(&report, &out);
    }
    bool ok = finish(&report);
    code = hl_output_finish(&out);
    return code != HL_EXIT_OK || ok ? code : HL_EXIT_FAILED;
}
