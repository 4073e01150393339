/* Reading bytes and comparing what came of it, for the raw tests and the fuzzer. */
#ifndef HOTLENS_TESTS_RAW_HELP_H
#define HOTLENS_TESTS_RAW_HELP_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/memory.h"
#include "raw_reader.h"

/* Reads in pieces: of `piece` bytes (0: all at once), after a first one of `first` bytes. */
struct reading {
    size_t first;
    size_t piece;
    bool plain;
};

static inline int feed_pieces(struct hl_raw_reader *reader, const char *data, size_t length,
                              struct reading how, struct hl_error *error)
{
    size_t at = 0;
    while (at < length) {
        size_t size = how.piece ? how.piece : length;
        size = hl_min_size(at == 0 && how.first ? how.first : size, length - at);
        /* a copy of its own, so that a sanitizer sees a read past the piece */
        char *piece = malloc(size);
        memcpy(piece, data + at, size);
        int r = hl_raw_reader_feed(reader, piece, size, error);
        free(piece);
        if (r < 0) {
            return r;
        }
        at += size;
    }
    return 0;
}

static inline int read_bytes(const char *data, size_t length, struct reading how,
                             struct hl_profile **ret_profile, struct hl_raw_report *ret_report,
                             uint64_t *ret_steps, struct hl_error *error)
{
    struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    struct hl_raw_reader *reader = hl_raw_reader_create(builder);
    if (how.plain) {
        hl_raw_reader_set_plain(reader);
    }
    int r = feed_pieces(reader, data, length, how, error);
    if (r == 0) {
        r = hl_raw_reader_finish(reader, ret_report, error);
    }
    if (ret_steps) {
        *ret_steps = hl_raw_reader_steps(reader);
    }
    hl_raw_reader_destroy(reader);
    if (r == 0) {
        r = hl_builder_freeze(&builder, ret_profile);
    }
    hl_builder_destroy(builder);
    return r;
}

#endif
