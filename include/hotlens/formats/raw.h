/* py-spy's raw format ("record -f raw"): one stack per line, `frame;frame;… count`, root first.
 *
 * py-spy escapes nothing: names, paths, thread names and command lines may hold the delimiters, even
 * newlines. The grammar is in py-spy's own flamegraph.rs; docs/formats.md lists how each ambiguous
 * case is read. Any byte sequence ends in a profile or in an error with its line, and no count is
 * lost silently: what cannot be taken apart becomes an opaque frame and is counted in the report.
 *
 * The reader is a stream: feed pieces of any size, then finish. Linear time; memory is that of the
 * tree plus one record. */
#ifndef HOTLENS_FORMATS_RAW_H
#define HOTLENS_FORMATS_RAW_H

#include "hotlens/base/buffer.h"
#include "hotlens/base/error.h"
#include "hotlens/profile/builder.h"

struct hl_raw_report {
    uint64_t records;      /* stacks read */
    uint64_t samples;      /* sum of counts, saturating */
    uint64_t empty;        /* samples of empty stacks, "(no Python frames)" */
    uint64_t opaque;       /* distinct frames that could not be taken apart */
    uint64_t invalid_utf8; /* distinct frames that are not UTF-8 */
    bool overflow;         /* a count or a sum was cut to UINT64_MAX */
    bool truncated;        /* the last record had no count or no line end; its text is dropped when
                              it has no count, and counted in `skipped` */
    uint64_t skipped;      /* records without a count: kept nowhere, as nothing says how many */
    uint64_t recovered;    /* records whose command line never ended: their count is kept, where
                              they end had to be guessed */
    uint64_t first_problem_line; /* physical line of the first skipped record, 0 for none */
};

struct hl_raw_reader;

/* Adds to `builder`, which stays the caller's and must outlive the reader. */
struct hl_raw_reader *hl_raw_reader_create(struct hl_builder *builder);
void hl_raw_reader_destroy(struct hl_raw_reader *reader);
/* 0, or the failure that stays for all later calls: -ENOMEM, -E2BIG (a limit), with the reason and
 * the line in `error`. */
int hl_raw_reader_feed(struct hl_raw_reader *reader, const char *data, size_t length,
                       struct hl_error *error);
/* The end of input. -ENODATA with a reason when there was input but not one record in it: not a
 * raw file. An empty input is an empty profile. */
int hl_raw_reader_finish(struct hl_raw_reader *reader, struct hl_raw_report *ret_report,
                         struct hl_error *error);

/* Reads a file (or "-": standard input, or any file descriptor's path) to a frozen profile.
 * `progress`, if set, is called now and then with the bytes read. */
typedef void (*hl_progress_fn)(void *user, uint64_t bytes);
int hl_raw_read_file(const char *path, hl_progress_fn progress, void *user,
                     struct hl_profile **ret_profile, struct hl_raw_report *ret_report,
                     struct hl_error *error);

/* Writes the format back: each distinct stack once, byte for byte as it was read. Goes through
 * `out`; check hl_buffer_flush(). Linear in the output. */
void hl_raw_write(const struct hl_profile *profile, struct hl_buffer *out);
/* The collapsed format of other tools: as raw, but with `;` in frames replaced by `:` and line breaks
 * by spaces, so that every line splits where it seems to. */
void hl_collapsed_write(const struct hl_profile *profile, struct hl_buffer *out);

HL_DEFINE_CLEANUP(struct hl_raw_reader *, hl_raw_reader_destroy);

#endif
