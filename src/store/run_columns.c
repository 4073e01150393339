/* A run as the columns of its row. */
#include <errno.h>
#include <string.h>

#include "connection.h"
#include "hotlens/base/array.h"
#include "hotlens/base/strv.h"

void run_bind(struct statement *statement, const struct hl_run *run, struct hl_buffer *argv)
{
    for (char *const *at = run->argv; at && *at; at++) {
        hl_buffer_append(argv, *at, strlen(*at) + 1);
    }
    if (argv->error) {
        statement->code = SQLITE_NOMEM;
    }
    bind_text(statement, run->uuid);
    bind_text(statement, run->target);
    bind_text(statement, run->title);
    bind_blob(statement, argv->data, argv->length);
    bind_text(statement, run->cwd);
    bind_text(statement, run->workspace);
    bind_int(statement, run->start);
    bind_int(statement, run->offset_minutes);
    bind_int_or_null(statement, run->duration, HL_UNKNOWN);
    bind_int_or_null(statement, run->sampled, HL_UNKNOWN);
    bind_int_or_null(statement, run->covered, HL_UNKNOWN);
    bind_double(statement, run->rate);
    bind_int(statement, run->flags);
    bind_int(statement, (int64_t)run->samples);
    bind_int(statement, (int64_t)run->errors);
    bind_int_or_null(statement, run->exit_status, HL_UNKNOWN);
    bind_int(statement, run->processes);
    bind_int(statement, run->threads);
    bind_text(statement, run->python);
    bind_text(statement, run->python_version);
    bind_text(statement, run->sampler);
    bind_text(statement, run->sampler_mode);
    bind_text(statement, run->git_commit);
    bind_text(statement, run->git_branch);
    bind_int_or_null(statement, run->git_dirty, -1);
    bind_text(statement, run->label);
    bind_int(statement, run->pinned);
    bind_text(statement, run->notes);
}

/* Longer than what a system hands to a program. */
#define ARGV_MOST ((size_t)16 << 20)

static char **read_argv(struct statement *statement)
{
    size_t length;
    const char *data = read_bytes(statement, &length);
    length = length <= ARGV_MOST ? length : 0;
    size_t words = length > 0 && data[length - 1] != '\0';
    for (size_t i = 0; i < length; i++) {
        words += data[i] == '\0';
    }
    char **argv = words > 0 ? hl_try_malloc(words + 1, sizeof(*argv)) : NULL;
    size_t count = 0;
    for (size_t start = 0; argv && start < length; count++) {
        size_t size = strnlen(data + start, length - start);
        argv[count] = hl_xstrndup(data + start, size);
        start += size + 1;
    }
    if (argv) {
        argv[count] = NULL;
    } else if (words > 0 && statement->code == SQLITE_OK) {
        statement->code = SQLITE_NOMEM;
    }
    return argv;
}

void run_read(struct statement *statement, struct hl_run *ret_run)
{
    struct hl_run run = {0};
    run.id = read_int(statement);
    run.uuid = read_text(statement);
    run.target = read_text(statement);
    run.title = read_text(statement);
    run.argv = read_argv(statement);
    run.cwd = read_text(statement);
    run.workspace = read_text(statement);
    run.start = read_int(statement);
    run.offset_minutes = (int)read_int(statement);
    run.duration = read_int_or(statement, HL_UNKNOWN);
    run.sampled = read_int_or(statement, HL_UNKNOWN);
    run.covered = read_int_or(statement, HL_UNKNOWN);
    run.rate = read_double(statement);
    run.flags = (uint32_t)read_int(statement);
    run.samples = (uint64_t)read_int(statement);
    run.errors = (uint64_t)read_int(statement);
    run.exit_status = read_int_or(statement, HL_UNKNOWN);
    run.processes = (uint32_t)read_int(statement);
    run.threads = (uint32_t)read_int(statement);
    run.python = read_text(statement);
    run.python_version = read_text(statement);
    run.sampler = read_text(statement);
    run.sampler_mode = read_text(statement);
    run.git_commit = read_text(statement);
    run.git_branch = read_text(statement);
    run.git_dirty = (int)read_int_or(statement, -1);
    run.label = read_text(statement);
    run.pinned = read_int(statement) != 0;
    run.notes = read_text(statement);
    *ret_run = run;
}

int run_list_read(struct hl_store *store, struct statement *statement, struct hl_run_list *ret_list,
                  struct hl_error *error)
{
    const char *doing = "list runs";
    struct hl_run_list list = {0};
    size_t capacity = 0;
    int code;
    while ((code = statement_step(statement)) == SQLITE_ROW) {
        if (hl_array_reserve(&list.items, &capacity, list.count + 1, sizeof(*list.items)) < 0) {
            hl_run_list_finish(&list);
            return store_no_memory(doing, error);
        }
        run_read(statement, &list.items[list.count++]);
    }
    if (code != SQLITE_DONE) {
        hl_run_list_finish(&list);
        return store_failed(store, code, doing, error);
    }
    *ret_list = list;
    return 0;
}

void hl_run_list_finish(struct hl_run_list *list)
{
    if (!list) {
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        hl_run_finish(&list->items[i]);
    }
    free(list->items);
    *list = (struct hl_run_list){0};
}
