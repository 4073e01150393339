#include "window.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"

#define PIECE ((size_t)256 << 10)

static int feed_file(struct hl_raw_reader *reader, int fd, const char *path, char *piece,
                     struct hl_error *error)
{
    for (;;) {
        ssize_t length = read(fd, piece, PIECE);
        if (length < 0 && errno == EINTR) {
            continue;
        }
        if (length < 0) {
            return hl_error_set_errno(error, errno, "cannot read %s", path);
        }
        if (length == 0) {
            return 0;
        }
        int result = hl_raw_reader_feed(reader, piece, (size_t)length, error);
        if (result < 0) {
            return result;
        }
    }
}

int hl_window_read(struct hl_builder *builder, const char *path, struct hl_raw_report *ret_report,
                   struct hl_error *error)
{
    *ret_report = (struct hl_raw_report){0};
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT ? 0 : hl_error_set_errno(error, errno, "cannot open %s", path);
    }
    _cleanup_free_ char *piece = hl_xmalloc(PIECE);
    _cleanup_(hl_raw_reader_destroy_p) struct hl_raw_reader *reader = hl_raw_reader_create(builder);
    int result = feed_file(reader, fd, path, piece, error);
    if (result < 0) {
        return result;
    }
    return hl_raw_reader_finish(reader, ret_report, error);
}

bool hl_window_is_for_later(int result)
{
    return result == -ENOMEM || result == -EMFILE || result == -ENFILE || result == -EACCES ||
           result == -EPERM || result == -ESTALE;
}

static bool has_line(const char *notes, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = notes; at && *at; at += *at == '\n') {
        size_t size = strcspn(at, "\n");
        if (size == length && memcmp(at, line, size) == 0) {
            return true;
        }
        at += size;
    }
    return false;
}

void hl_run_note(struct hl_run *run, const char *format, ...)
{
    _cleanup_buffer_ struct hl_buffer line = {0};
    va_list arguments;
    va_start(arguments, format);
    hl_buffer_vprintf(&line, format, arguments);
    va_end(arguments);
    if (!line.data || has_line(run->notes, line.data)) {
        return;
    }
    char *notes = run->notes ? hl_xasprintf("%s\n%s", run->notes, line.data)
                             : hl_xstrdup(line.data);
    free(run->notes);
    run->notes = notes;
}

void hl_run_note_report(struct hl_run *run, const struct hl_raw_report *report, const char *what)
{
    if (report->opaque > 0) {
        hl_run_note(run, "%" PRIu64 " frame%s of %s could not be taken apart and %s shown as printed",
                    report->opaque, report->opaque == 1 ? "" : "s", what,
                    report->opaque == 1 ? "is" : "are");
    }
    if (report->skipped > 0) {
        hl_run_note(run, "%" PRIu64 " record%s of %s had no count and %s left out, first at line %" PRIu64,
                    report->skipped, report->skipped == 1 ? "" : "s", what,
                    report->skipped == 1 ? "was" : "were", report->first_problem_line);
    }
    if (report->truncated) {
        hl_run_note(run, "%s ends in the middle of a record", what);
    }
    if (report->overflow) {
        hl_run_note(run, "counts of %s are larger than 64 bits and were cut", what);
    }
}
