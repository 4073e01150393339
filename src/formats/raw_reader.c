#include "raw_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/utf8.h"
#include "raw_grammar.h"
#include "raw_records.h"
#include "raw_split.h"

struct hl_raw_reader {
    struct hl_builder *builder;
    struct hl_raw_records records;
    struct hl_raw_split split;
    uint32_t *nodes; /* of each frame in split */
    size_t node_capacity;
    /* The stack before, which the next one often begins like: its text, and a copy to point to
     * when the text does not outlive the call. */
    const char *previous;
    size_t previous_length;
    char *saved;
    size_t saved_capacity;
    bool plain;
    uint64_t steps;
    struct hl_raw_report report;
    struct hl_error failure;
};

static int fail(const struct hl_raw_record *record, int code, struct hl_error *error)
{
    switch (-code) {
    case ENOMEM:
        return hl_error_set(error, ENOMEM, "line %" PRIu64 ": not enough memory for this profile",
                            record->line);
    case E2BIG:
        return hl_error_set(error, E2BIG, "line %" PRIu64 ": too many distinct stacks or frames",
                            record->line);
    default:
        return hl_error_set_errno(error, -code, "line %" PRIu64, record->line);
    }
}

static int too_deep(const struct hl_raw_record *record, struct hl_error *error)
{
    return hl_error_set(error, E2BIG, "line %" PRIu64 ": a stack of more than %u frames",
                        record->line, HL_LIMIT_STACK_DEPTH);
}

static size_t common_prefix(const char *a, const char *b, size_t length)
{
    size_t at = 0;
    for (; at + 8 <= length; at += 8) {
        uint64_t x;
        uint64_t y;
        memcpy(&x, a + at, 8);
        memcpy(&y, b + at, 8);
        if (x != y) {
            break;
        }
    }
    while (at < length && a[at] == b[at]) {
        at++;
    }
    return at;
}

/* How many frames of the stack before, each with the ';' after it, this text begins with; 0 when
 * nothing follows from that. */
static size_t count_shared(struct hl_raw_reader *reader, const char *text, size_t length)
{
    const struct hl_raw_split *split = &reader->split;
    if (reader->plain || !reader->previous || !split->regular) {
        return 0;
    }
    size_t same =
        common_prefix(reader->previous, text, hl_min_size(length, reader->previous_length));
    reader->steps += same + 1;
    size_t low = 0; /* frames below it end before `same` */
    size_t high = split->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (split->spans[middle].end < same) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > split->prefix ? low : 0;
}

static int describe(struct hl_raw_reader *reader, uint32_t frame, const char *text, size_t length)
{
    struct hl_raw_frame parts;
    hl_raw_frame_parse(text, length, &parts);
    reader->steps += 4 * length;
    reader->report.opaque += parts.kind == HL_FRAME_OPAQUE;
    reader->report.invalid_utf8 += !hl_utf8_is_valid(text, length);
    return hl_frames_describe(hl_builder_frames(reader->builder), frame, parts.kind, parts.name,
                              parts.name_length, parts.file, parts.file_length, parts.line,
                              parts.number);
}

/* Texts are interned in blocks, in three passes over each: what a lookup reads of the tables is asked for
 * in the pass before, first the slot, then the text that it leads to, so that many lookups wait for
 * memory at once. */
#define BLOCK 64

static int intern_frame(struct hl_raw_reader *reader, const char *text, size_t length,
                        uint64_t hash, uint32_t *ret_frame)
{
    struct hl_frames *frames = hl_builder_frames(reader->builder);
    reader->steps += length;
    int r = hl_frames_intern_hashed(frames, text, length, hash, ret_frame);
    return r > 0 ? describe(reader, *ret_frame, text, length) : r;
}

static int intern_block(struct hl_raw_reader *reader, const char *text,
                        const struct hl_raw_span *spans, size_t count, uint32_t *ret_frames)
{
    const struct hl_frames *frames = hl_builder_frames(reader->builder);
    uint64_t hashes[BLOCK];
    for (size_t i = 0; i < count; i++) {
        hashes[i] = hl_hash_bytes(text + spans[i].start, spans[i].end - spans[i].start, 0);
        hl_frames_prefetch(frames, hashes[i]);
    }
    for (size_t i = 0; i < count; i++) {
        hl_frames_prefetch_text(frames, hashes[i]);
    }
    for (size_t i = 0; i < count; i++) {
        int r = intern_frame(reader, text + spans[i].start, spans[i].end - spans[i].start,
                             hashes[i], &ret_frames[i]);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* The same as enter_frames() in the simplest way: what tests compare that with. */
static int enter_one_by_one(struct hl_raw_reader *reader, const char *text)
{
    uint32_t node = 0;
    int r = 0;
    for (size_t i = 0; r == 0 && i < reader->split.count; i++) {
        struct hl_raw_span span = reader->split.spans[i];
        size_t length = span.end - span.start;
        uint32_t frame;
        r = intern_frame(reader, text + span.start, length,
                         hl_hash_bytes(text + span.start, length, 0), &frame);
        if (r == 0) {
            r = hl_builder_child(reader->builder, node, frame, &node);
            reader->nodes[i] = node;
        }
    }
    return r;
}

/* Makes the nodes of the frames from `first` on; the ones below are those of the stack before. */
static int enter_frames(struct hl_raw_reader *reader, const char *text, size_t first)
{
    const struct hl_raw_split *split = &reader->split;
    int r = hl_array_reserve(&reader->nodes, &reader->node_capacity, split->count,
                             sizeof(*reader->nodes));
    if (r < 0 || reader->plain) {
        return r < 0 ? r : enter_one_by_one(reader, text);
    }
    uint32_t node = first > 0 ? reader->nodes[first - 1] : 0;
    for (size_t i = first; r == 0 && i < split->count; i += BLOCK) {
        size_t count = hl_min_size(split->count - i, BLOCK);
        uint32_t frames[BLOCK];
        r = intern_block(reader, text, split->spans + i, count, frames);
        if (r == 0) {
            r = hl_builder_path(reader->builder, node, frames, count, reader->nodes + i);
        }
        if (r == 0) {
            node = reader->nodes[i + count - 1];
        }
    }
    return r;
}

static int save_previous(struct hl_raw_reader *reader)
{
    if (!reader->previous || reader->previous == reader->saved) {
        return 0;
    }
    int r =
        hl_array_reserve(&reader->saved, &reader->saved_capacity, reader->previous_length + 1, 1);
    if (r < 0) {
        reader->previous = NULL;
        return r;
    }
    memcpy(reader->saved, reader->previous, reader->previous_length);
    reader->previous = reader->saved;
    return 0;
}

static int enter_stack(struct hl_raw_reader *reader, const struct hl_raw_record *record)
{
    size_t shared = count_shared(reader, record->text, record->length);
    reader->previous = NULL;
    int r = shared > 0 ? hl_raw_split_rest(&reader->split, shared, record->text, record->length)
                       : hl_raw_split(&reader->split, record->text, record->length);
    if (r < 0) {
        return r == -E2BIG ? -EOVERFLOW : r;
    }
    r = enter_frames(reader, record->text, shared > 0 ? shared - 1 : 0);
    if (r < 0) {
        return r;
    }
    reader->previous = record->text;
    reader->previous_length = record->length;
    return record->lasting ? 0 : save_previous(reader);
}

static void count_samples(struct hl_raw_reader *reader, uint64_t count, bool empty)
{
    struct hl_raw_report *report = &reader->report;
    report->records++;
    if (__builtin_add_overflow(report->samples, count, &report->samples)) {
        report->samples = UINT64_MAX;
        report->overflow = true;
    }
    if (empty && __builtin_add_overflow(report->empty, count, &report->empty)) {
        report->empty = UINT64_MAX;
    }
}

static int take_record(void *user, const struct hl_raw_record *record, struct hl_error *error)
{
    struct hl_raw_reader *reader = user;
    count_samples(reader, record->count, record->length == 0);
    if (record->count == 0) {
        return 0; /* no samples, so no node either */
    }
    int r = enter_stack(reader, record);
    if (r == -EOVERFLOW) {
        return too_deep(record, error);
    }
    if (r < 0) {
        return fail(record, r, error);
    }
    size_t depth = reader->split.count;
    uint32_t node = depth > 0 ? reader->nodes[depth - 1] : 0;
    if (!hl_builder_add(reader->builder, node, record->count)) {
        reader->report.overflow = true;
    }
    return 0;
}

struct hl_raw_reader *hl_raw_reader_create(struct hl_builder *builder)
{
    struct hl_raw_reader *reader = hl_xcalloc(1, sizeof(*reader));
    reader->builder = builder;
    reader->records =
        (struct hl_raw_records){.emit = take_record, .user = reader, .report = &reader->report};
    return reader;
}

void hl_raw_reader_destroy(struct hl_raw_reader *reader)
{
    if (reader) {
        hl_raw_records_finish(&reader->records);
        hl_raw_split_finish(&reader->split);
        free(reader->nodes);
        free(reader->saved);
        hl_error_finish(&reader->failure);
        free(reader);
    }
}

void hl_raw_reader_set_plain(struct hl_raw_reader *reader)
{
    reader->plain = true;
}

uint64_t hl_raw_reader_steps(const struct hl_raw_reader *reader)
{
    return reader->steps + reader->records.steps + reader->split.steps;
}

/* Hands out a copy of the failure, which stays. */
static int report_failure(const struct hl_raw_reader *reader, struct hl_error *error)
{
    hl_error_set(error, reader->failure.code, "%s", reader->failure.message);
    if (reader->failure.remedy) {
        hl_error_set_remedy(error, "%s", reader->failure.remedy);
    }
    return -reader->failure.code;
}

int hl_raw_reader_feed(struct hl_raw_reader *reader, const char *data, size_t length,
                       struct hl_error *error)
{
    if (!reader->failure.code &&
        hl_raw_records_feed(&reader->records, data, length, &reader->failure) == 0 &&
        save_previous(reader) < 0) {
        hl_error_set(&reader->failure, ENOMEM, "not enough memory for this profile");
    }
    return reader->failure.code ? report_failure(reader, error) : 0;
}

static int no_records(const struct hl_raw_reader *reader, struct hl_error *error)
{
    int r = hl_error_set(error, ENODATA,
                         "not a raw profile of py-spy: none of %" PRIu64 " lines ends in a count",
                         reader->records.line);
    hl_error_set_remedy(error, "Record with: py-spy record -f raw --full-filenames");
    return r;
}

int hl_raw_reader_finish(struct hl_raw_reader *reader, struct hl_raw_report *ret_report,
                         struct hl_error *error)
{
    if (!reader->failure.code) {
        hl_raw_records_end(&reader->records, &reader->failure);
    }
    if (!reader->failure.code && reader->report.records == 0 && reader->report.skipped > 0) {
        no_records(reader, &reader->failure);
    }
    if (reader->failure.code) {
        return report_failure(reader, error);
    }
    *ret_report = reader->report;
    return 0;
}
