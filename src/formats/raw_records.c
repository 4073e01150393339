#include "raw_records.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/limits.h"
#include "raw_grammar.h"

/* ` N` at the end of a line. */
struct tail {
    bool counted;
    size_t stack; /* where the stack ends */
    uint64_t count;
};

void hl_raw_records_finish(struct hl_raw_records *records)
{
    free(records->carry);
    free(records->prefix);
    *records = (struct hl_raw_records){0};
}

static int too_long(const struct hl_raw_records *records, uint64_t line, struct hl_error *error)
{
    int r = hl_error_set(error, E2BIG, "line %" PRIu64 ": record longer than %u MiB", line,
                         (unsigned)(HL_LIMIT_RAW_RECORD >> 20));
    if (records->report->records == 0) {
        hl_error_set_remedy(error, "This does not look like a raw profile; record with: "
                                   "py-spy record -f raw --full-filenames");
    }
    return r;
}

static int out_of_memory(struct hl_error *error)
{
    return hl_error_set(error, ENOMEM, "not enough memory for this profile");
}

static void skip(struct hl_raw_records *records, uint64_t line)
{
    struct hl_raw_report *report = records->report;
    report->skipped++;
    if (report->first_problem_line == 0) {
        report->first_problem_line = line;
    }
}

static struct tail parse_tail(struct hl_raw_records *records, const char *line, size_t length)
{
    struct tail tail = {0};
    size_t end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    size_t at = end;
    while (at > 0 && line[at - 1] >= '0' && line[at - 1] <= '9') {
        at--;
    }
    records->steps += 2 * (end - at);
    if (at == end || at == 0 || line[at - 1] != ' ') {
        return tail;
    }
    tail.counted = true;
    tail.stack = at - 1;
    for (; at < end; at++) {
        if (__builtin_mul_overflow(tail.count, 10u, &tail.count) ||
            __builtin_add_overflow(tail.count, (uint64_t)(line[at] - '0'), &tail.count)) {
            tail.count = UINT64_MAX;
            records->report->overflow = true;
            break;
        }
    }
    return tail;
}

/* Remembers the process frames of a stack with what decided where they end, so that the many
 * stacks that begin in the same way need one comparison. */
static void remember_prefix(struct hl_raw_records *records, const char *text, size_t length,
                            size_t at)
{
    const char *found = at < length ? memchr(text + at + 1, ';', length - at - 1) : NULL;
    if (!found) {
        return;
    }
    records->prefix_length = 0;
    size_t needed = (size_t)(found - text) + 1;
    if (hl_array_reserve(&records->prefix, &records->prefix_capacity, needed, 1) == 0) {
        memcpy(records->prefix, text, needed);
        records->prefix_length = needed;
    }
}

static bool has_known_prefix(const struct hl_raw_records *records, const char *text, size_t length)
{
    return records->prefix_length > 0 && length >= records->prefix_length &&
           memcmp(text, records->prefix, records->prefix_length) == 0;
}

/* Follows the command lines through one physical line: from the start of a record, or with one
 * open. `ended`: the line has a count, text[length] would be the end of the stack. */
static void follow_quotes(struct hl_raw_records *records, const char *text, size_t length,
                          bool ended)
{
    size_t at = 0;
    bool first = !records->open.quote;
    if (first) {
        at = hl_raw_process_start(text, length);
        if (!at) {
            return;
        }
        records->open.process = true;
        records->steps += records->prefix_length;
        if (has_known_prefix(records, text, length)) {
            return;
        }
    }
    for (;;) {
        size_t end = hl_raw_process_end(text, length, at, ended, &records->steps);
        records->open.quote = end == 0;
        if (!end) {
            return;
        }
        size_t next = end < length ? hl_raw_process_start(text + end + 1, length - end - 1) : 0;
        if (!next) {
            if (first) {
                records->steps += length - end;
                remember_prefix(records, text, length, end);
            }
            return;
        }
        at = end + 1 + next;
    }
}

static int emit(struct hl_raw_records *records, const char *text, size_t length, uint64_t count,
                uint64_t line, struct hl_error *error)
{
    const struct hl_raw_record record = {
        .text = text,
        .length = length,
        .count = count,
        .line = line,
        .lasting = (uintptr_t)text - (uintptr_t)records->carry >= records->carry_capacity,
    };
    return records->emit(records->user, &record, error);
}

/* Reads each physical line of the pending text for itself: with a count it is a record. */
static int emit_lines(struct hl_raw_records *records, const char *text, size_t length,
                      struct hl_error *error)
{
    uint64_t line = records->open.first_line;
    size_t at = 0;
    records->steps += length;
    while (at < length) {
        const char *found = memchr(text + at, '\n', length - at);
        size_t end = found ? (size_t)(found - text) : length;
        struct tail tail = parse_tail(records, text + at, end - at);
        if (tail.counted) {
            records->report->recovered++;
            records->plain_records++;
            int r = emit(records, text + at, tail.stack, tail.count, line, error);
            if (r < 0) {
                return r;
            }
        } else {
            skip(records, line);
        }
        at = end + 1;
        line++;
    }
    return 0;
}

/* Whether a pending record that ends in a count may be whole. At the end of input it is rather a
 * command line that was cut off behind a number, unless something followed a quote. */
static bool may_be_whole(const struct hl_raw_records *records, const char *text, bool at_end)
{
    const struct hl_raw_open *open = &records->open;
    return open->counted && (!at_end || memmem(text, open->stack, "\";", 2));
}

/* The pending record goes no further, and its end was not found. In a file where every record
 * begins with a process frame, as py-spy -s writes it, other lines are parts of command lines. */
static int give_up(struct hl_raw_records *records, const char *text, size_t length, bool at_end,
                   struct hl_error *error)
{
    struct hl_raw_open open = records->open;
    int r = 0;
    bool uniform = records->process_records > 0 && records->plain_records == 0;
    if (open.quote && !uniform) {
        r = emit_lines(records, text, length, error);
    } else if (open.quote && may_be_whole(records, text, at_end)) {
        records->report->recovered++;
        records->process_records++;
        r = emit(records, text, open.stack, open.count, open.first_line, error);
    } else {
        skip(records, open.first_line);
    }
    records->open = (struct hl_raw_open){0};
    return r;
}

/* Whether a line must be the first of a record, whatever is pending. */
static bool begins_record(const struct hl_raw_records *records, const char *line, size_t length)
{
    uint64_t number;
    return hl_raw_process_start(line, length) > 0 ||
           (!records->open.quote && hl_raw_thread_start(line, length, &number) > 0);
}

static size_t find_last(const char *line, size_t length, char byte)
{
    const char *found = memrchr(line, byte, length);
    return found ? (size_t)(found - line) + 1 : 0;
}

/* Whether a record that has no count so far may go on in the next line: it must look like a stack
 * that stops inside a name or a path, else it is a line that does not belong here. */
static bool may_go_on(struct hl_raw_records *records, const char *line, size_t length)
{
    struct hl_raw_open *open = &records->open;
    uint64_t number;
    size_t closing = find_last(line, length, ')');
    const char *opening = memmem(line, length, " (", 2);
    records->steps += 4 * length;
    if (opening || closing) {
        open->parenthesis = opening && find_last(line, length, '(') > closing;
    }
    open->frames = open->frames || memmem(line, length, ");", 2);
    open->thread =
        open->thread || (!open->active && hl_raw_thread_start(line, length, &number) > 0);
    size_t end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    bool complete = end > 0 && line[end - 1] == ')';
    if (complete && (open->frames || !open->thread)) {
        return false;
    }
    return open->process || open->thread || open->frames || open->parenthesis;
}

static bool is_blank(const char *line, size_t length)
{
    return length == 0 || (length == 1 && line[0] == '\r');
}

/* One complete physical line, at `start` in `text`; before it stands what is pending. */
static int take_line(struct hl_raw_records *records, const char *text, size_t length, size_t start,
                     struct hl_error *error)
{
    struct hl_raw_open *open = &records->open;
    const char *line = text + start;
    size_t line_length = length - start;
    if (!open->active) {
        if (is_blank(line, line_length)) {
            return 0;
        }
        *open = (struct hl_raw_open){.first_line = records->line};
    }
    struct tail tail = parse_tail(records, line, line_length);
    if (!open->active || open->quote) {
        follow_quotes(records, line, tail.counted ? tail.stack : line_length, tail.counted);
    }
    if (tail.counted && !open->quote) {
        records->process_records += open->process;
        records->plain_records += !open->process;
        open->active = false;
        return emit(records, text, start + tail.stack, tail.count, open->first_line, error);
    }
    if (!open->quote && !may_go_on(records, line, line_length)) {
        skip(records, open->first_line);
        open->active = false;
        return 0;
    }
    open->active = true;
    open->counted = tail.counted;
    open->stack = start + tail.stack;
    open->count = tail.count;
    if (length > HL_LIMIT_RAW_OPEN) {
        open->quote = true; /* no end in sight: line by line, whatever was open */
        records->plain_records++;
        return give_up(records, text, length, false, error);
    }
    return 0;
}

static int sniff(struct hl_raw_records *records, const char *data, size_t length,
                 struct hl_error *error)
{
    if (records->sniffed) {
        return 0;
    }
    records->sniffed = true;
    return hl_raw_sniff(data, length, error);
}

/* The line at line_start in carry is complete. */
static int take_carried_line(struct hl_raw_records *records, struct hl_error *error)
{
    size_t start = records->line_start;
    const char *line = records->carry + start;
    size_t length = records->carry_length - start;
    int r = sniff(records, line, length, error);
    if (r == 0 && records->open.active && begins_record(records, line, length)) {
        r = give_up(records, records->carry, start - 1, false, error);
        memmove(records->carry, line, length);
        records->carry_length = length;
        start = 0;
    }
    if (r == 0) {
        r = take_line(records, records->carry, records->carry_length, start, error);
    }
    return r;
}

static int carry(struct hl_raw_records *records, const char *data, size_t length,
                 struct hl_error *error)
{
    if (length > HL_LIMIT_RAW_RECORD - records->carry_length) {
        return too_long(records, records->open.active ? records->open.first_line : records->line,
                        error);
    }
    if (hl_array_reserve(&records->carry, &records->carry_capacity, records->carry_length + length,
                         1) < 0) {
        return out_of_memory(error);
    }
    if (length > 0) {
        memcpy(records->carry + records->carry_length, data, length);
    }
    records->carry_length += length;
    return 0;
}

/* One line that lies whole in the caller's data, with nothing pending before it. */
static int take_direct(struct hl_raw_records *records, const char *data, size_t length,
                       struct hl_error *error)
{
    if (length > HL_LIMIT_RAW_RECORD) {
        return too_long(records, records->line, error);
    }
    int r = sniff(records, data, length, error);
    if (r == 0) {
        r = take_line(records, data, length, 0, error);
    }
    if (r == 0 && records->open.active) {
        r = carry(records, data, length + 1, error); /* with the newline */
    }
    records->line_start = records->carry_length;
    return r;
}

static int take_joined(struct hl_raw_records *records, const char *data, size_t length,
                       struct hl_error *error)
{
    int r = carry(records, data, length, error);
    if (r == 0) {
        r = take_carried_line(records, error);
    }
    if (r < 0) {
        return r;
    }
    if (records->open.active) {
        r = carry(records, "\n", 1, error);
    } else {
        records->carry_length = 0;
    }
    records->line_start = records->carry_length;
    return r;
}

int hl_raw_records_feed(struct hl_raw_records *records, const char *data, size_t length,
                        struct hl_error *error)
{
    while (length > 0) {
        bool fresh = records->carry_length == records->line_start;
        records->line += fresh;
        const char *newline = memchr(data, '\n', length);
        size_t line_length = newline ? (size_t)(newline - data) : length;
        records->steps += line_length + 1;
        int r;
        if (!newline) {
            r = carry(records, data, length, error);
        } else if (records->carry_length == 0) {
            r = take_direct(records, data, line_length, error);
        } else {
            r = take_joined(records, data, line_length, error);
        }
        if (r < 0 || !newline) {
            return r;
        }
        data += line_length + 1;
        length -= line_length + 1;
    }
    return 0;
}

int hl_raw_records_end(struct hl_raw_records *records, struct hl_error *error)
{
    int r = 0;
    if (records->carry_length > records->line_start) {
        records->report->truncated = true;
        r = take_carried_line(records, error);
        records->line_start = records->carry_length;
    } else if (records->open.active && records->carry_length > 0) {
        records->carry_length--; /* the newline that waited for a next line */
    }
    if (r == 0 && records->open.active) {
        records->report->truncated = true;
        r = give_up(records, records->carry, records->carry_length, true, error);
    }
    return r;
}
