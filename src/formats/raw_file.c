#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/formats/raw.h"

#define CHUNK ((size_t)1 << 20)

/* -1 stands for standard input, which is not ours to close. */
static int open_input(const char *path, int *ret_fd, struct hl_error *error)
{
    if (strcmp(path, "-") == 0) {
        return 0;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return hl_error_set_errno(error, errno, "cannot open %s", path);
    }
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(fd);
        return hl_error_set(error, EISDIR, "%s is a folder, not a raw profile", path);
    }
    *ret_fd = fd;
    return 0;
}

/* Fills the chunk, so that pipes, which give 64 KiB at a time, cost no more calls than files. */
static ssize_t read_chunk(int fd, char *chunk)
{
    size_t length = 0;
    while (length < CHUNK) {
        ssize_t got = read(fd, chunk + length, CHUNK - length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -errno;
        }
        if (got == 0) {
            break;
        }
        length += (size_t)got;
    }
    return (ssize_t)length;
}

static int read_stream(int fd, const char *name, hl_progress_fn progress, void *user,
                       struct hl_raw_reader *reader, struct hl_error *error)
{
    _cleanup_free_ char *chunk = hl_xmalloc(CHUNK);
    uint64_t bytes = 0;
    for (;;) {
        ssize_t got = read_chunk(fd, chunk);
        if (got < 0) {
            return hl_error_set_errno(error, (int)-got, "cannot read %s", name);
        }
        if (got == 0) {
            return 0;
        }
        int r = hl_raw_reader_feed(reader, chunk, (size_t)got, error);
        if (r < 0) {
            hl_error_prefix(error, "%s", name);
            return r;
        }
        bytes += (uint64_t)got;
        if (progress) {
            progress(user, bytes);
        }
    }
}

static int finish(struct hl_raw_reader *reader, const char *name, struct hl_raw_report *ret_report,
                  struct hl_error *error)
{
    int r = hl_raw_reader_finish(reader, ret_report, error);
    if (r < 0) {
        hl_error_prefix(error, "%s", name);
    }
    return r;
}

int hl_raw_read_file(const char *path, hl_progress_fn progress, void *user,
                     struct hl_profile **ret_profile, struct hl_raw_report *ret_report,
                     struct hl_error *error)
{
    _cleanup_close_ int fd = -1;
    int r = open_input(path, &fd, error);
    if (r < 0) {
        return r;
    }
    const char *name = fd < 0 ? "standard input" : path;
    _cleanup_(hl_builder_destroy_p) struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    _cleanup_(hl_raw_reader_destroy_p) struct hl_raw_reader *reader = hl_raw_reader_create(builder);
    struct hl_raw_report report;
    r = read_stream(fd < 0 ? STDIN_FILENO : fd, name, progress, user, reader, error);
    if (r == 0) {
        r = finish(reader, name, &report, error);
    }
    if (r < 0) {
        return r;
    }
    hl_raw_reader_destroy(TAKE_PTR(reader));
    r = hl_builder_freeze(&builder, ret_profile);
    if (r < 0) {
        return hl_error_set(error, -r, "%s: not enough memory for this profile", name);
    }
    *ret_report = report;
    return 0;
}
