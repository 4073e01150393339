/* Physical lines to records. A record is usually one line, `stack count`; names and command lines
 * may hold newlines, so a line without a count, or with a command line still open, may go on in the
 * next one. docs/formats.md says when it does. */
#ifndef HOTLENS_FORMATS_RAW_RECORDS_H
#define HOTLENS_FORMATS_RAW_RECORDS_H

#include "hotlens/base/error.h"
#include "hotlens/formats/raw.h"

/* Called for each record in order. The text is the stack, without count; valid during the call.
 * `lasting` says that it stays valid until hl_raw_records_feed returns. */
struct hl_raw_record {
    const char *text;
    size_t length;
    uint64_t count;
    uint64_t line; /* physical line it begins in, from 1 */
    bool lasting;
};
typedef int (*hl_raw_record_fn)(void *user, const struct hl_raw_record *record,
                                struct hl_error *error);

/* The pending record: its first lines, while it is not clear where it ends. */
struct hl_raw_open {
    bool active;
    bool quote;       /* a command line is open */
    bool process;     /* begins with a process frame */
    bool thread;      /* begins with a thread frame */
    bool frames;      /* `);` was seen: some frame is complete */
    bool parenthesis; /* the last ` (` is not closed */
    bool counted;     /* the last line so far ends in a count … */
    size_t stack;     /* … this is where the stack would end … */
    uint64_t count;   /* … and what it counts */
    uint64_t first_line;
};

struct hl_raw_records {
    hl_raw_record_fn emit;
    void *user;
    struct hl_raw_report *report;
    char *carry; /* the pending record and the line that is not complete yet */
    size_t carry_length;
    size_t carry_capacity;
    size_t line_start; /* of the incomplete line in carry */
    struct hl_raw_open open;
    uint64_t line;            /* physical lines begun */
    bool sniffed;             /* the first line was checked for other formats */
    uint64_t process_records; /* records that began with a process frame, and others */
    uint64_t plain_records;
    char *prefix; /* process frames known to be closed, up to the ';' after the next frame */
    size_t prefix_length;
    size_t prefix_capacity;
    uint64_t steps;
};

void hl_raw_records_finish(struct hl_raw_records *records);
int hl_raw_records_feed(struct hl_raw_records *records, const char *data, size_t length,
                        struct hl_error *error);
/* The end of input: what is pending is read or reported. */
int hl_raw_records_end(struct hl_raw_records *records, struct hl_error *error);

/* Refuses what is surely another format, by its first bytes: -ENODATA with a remedy. */
int hl_raw_sniff(const char *data, size_t length, struct hl_error *error);

#endif
