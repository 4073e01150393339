#include "hotlens/cli/common.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "hotlens/app/recovery.h"
#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"
#include "hotlens/cli/output.h"
#include "hotlens/cli/place.h"

static void report_recovered(const struct hl_recovered_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct hl_recovered *item = &list->items[i];
        const char *title = item->title ? item->title : item->uuid;
        if (item->error.code) {
            hl_output_note("an interrupted recording (%s) cannot be recovered yet: %s", title,
                           item->error.message);
        } else if (item->run_id > 0) {
            hl_output_note("recovered an interrupted recording of %s as run %lld", title,
                           (long long)item->run_id);
        }
    }
}

int hl_cli_open_store(const char *db, struct hl_store **ret_store)
{
    _cleanup_error_ struct hl_error error = {0};
    int r = hl_store_open(db, HL_STORE_WRITE, ret_store, &error);
    if (r < 0) {
        hl_output_error(&error, r);
        return r;
    }
    if (hl_store_can_write(*ret_store)) {
        struct hl_save_options options = {.store_sources = true, .retention = HL_RETENTION_DEFAULT};
        struct hl_recovered_list recovered = {0};
        hl_recover_spools(NULL, *ret_store, &options, &recovered);
        report_recovered(&recovered);
        hl_recovered_list_finish(&recovered);
    }
    return 0;
}

bool hl_cli_nothing_is_there(const char *db)
{
    _cleanup_free_ char *path = db ? hl_xstrdup(db) : hl_store_default_path();
    if (!path || !path[0] || access(path, F_OK) == 0 || errno != ENOENT) {
        return false;
    }
    return !hl_recovery_is_due(NULL, db);
}

int hl_cli_open_store_for_reading(const char *db, struct hl_store **ret_store)
{
    if (!hl_cli_nothing_is_there(db)) {
        return hl_cli_open_store(db, ret_store);
    }
    /* Reading must not leave an empty database behind. */
    _cleanup_error_ struct hl_error error = {0};
    int r = hl_store_open(":memory:", HL_STORE_WRITE, ret_store, &error);
    if (r < 0) {
        hl_output_error(&error, r);
    }
    return r;
}

void hl_cli_append_summary(struct hl_buffer *out, const struct hl_run *run, bool number,
                           size_t width, bool colour)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    if (number) {
        hl_buffer_printf(&text, "run %lld: ", (long long)run->id);
    } else {
        hl_buffer_puts(&text, "hotlens: ");
    }
    hl_text_summary(&text, run);
    if (run->rate > 0) { /* else it was samples that were counted all the way */
        hl_buffer_puts(&text, " · ");
        hl_text_counted(&text, run->samples, "sample");
    }
    hl_buffer_putc(&text, '\0');
    hl_output_style(out, colour, HL_STYLE_BOLD);
    hl_output_wrapped(out, text.data, " · ", width);
    hl_output_style(out, colour, HL_STYLE_PLAIN);
    hl_buffer_putc(out, '\n');
    hl_buffer_clear(&text);
    hl_text_caveats(&text, run);
    hl_buffer_putc(&text, '\0');
    hl_output_style(out, colour, HL_STYLE_DIM);
    hl_output_wrapped(out, text.data, " ", width);
    hl_output_style(out, colour, HL_STYLE_PLAIN);
}

int hl_cli_find_run(struct hl_store *store, const char *name, struct hl_run *ret_run)
{
    _cleanup_error_ struct hl_error error = {0};
    int r = hl_store_find_run(store, name ? name : "last", ret_run, &error);
    if (r < 0) {
        hl_output_error(&error, r);
    }
    return r;
}

char *hl_cli_executable(void)
{
    char path[4096];
    size_t size = sizeof(path);
    return uv_exepath(path, &size) == 0 ? hl_xstrdup(path) : NULL;
}

bool hl_cli_can_ask(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool hl_cli_ask(const char *question)
{
    if (!hl_cli_can_ask()) {
        return false;
    }
    _cleanup_buffer_ struct hl_buffer text = {0};
    hl_output_visible(&text, question, 0);
    fprintf(stderr, "%.*s [y/N] ", (int)text.length, text.data);
    fflush(stderr);
    char answer[16] = "";
    if (!fgets(answer, sizeof(answer), stdin)) {
        return false;
    }
    return answer[0] == 'y' || answer[0] == 'Y';
}
