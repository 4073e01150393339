/* Every limit that hotlens puts on what others control, in one place. Each has a test that goes
 * one past it. Going past a limit is reported, never ignored. */
#ifndef HOTLENS_BASE_LIMITS_H
#define HOTLENS_BASE_LIMITS_H

#include <stdint.h>

/* One allocation for input, in bytes. */
#define HL_LIMIT_ALLOCATION (UINT64_C(64) << 30)
/* Bytes in one table of interned strings. */
#define HL_LIMIT_STRINGS (UINT64_C(8) << 30)
/* Frames in one stack. py-spy stops at 4,096; process, thread and native frames come on top. */
#define HL_LIMIT_STACK_DEPTH 65536u
/* Nodes of one call tree; indices are 32 bits and the last is kept for "none". */
#define HL_LIMIT_NODES (UINT32_MAX - 1)
/* One record of a raw file, in bytes: a stack of HL_LIMIT_STACK_DEPTH long frames does not come
 * near; a file without newlines does. */
#define HL_LIMIT_RAW_RECORD (UINT64_C(64) << 20)
/* A record of a raw file that goes on over several lines, in bytes; past it, it is read line by
 * line. The longest command line that Linux allows by default is 2 MiB. */
#define HL_LIMIT_RAW_OPEN (UINT64_C(8) << 20)
/* One line of source or one source file that is read for its outline, in bytes. */
#define HL_LIMIT_SOURCE (UINT64_C(32) << 20)
/* Definitions in one outline. */
#define HL_LIMIT_DEFINITIONS 1000000u
/* Definitions around a definition. CPython stops at 100 levels of indentation. */
#define HL_LIMIT_OUTLINE_NESTING 100u
/* Bytes of all qualified names of one outline. */
#define HL_LIMIT_OUTLINE_PATHS (UINT64_C(256) << 20)
/* Work of one line map, in steps, before it falls back to unique lines only. */
#define HL_LIMIT_DIFF_STEPS 4000000u
/* Sampling rate, in samples per second. */
#define HL_LIMIT_RATE 10000u
/* Longest --duration, in seconds. */
#define HL_LIMIT_DURATION (366u * 24 * 3600)
/* Output of py-spy that is kept to explain a failure, in bytes. */
#define HL_LIMIT_CHILD_OUTPUT (256u << 10)
/* Processes looked at for attach candidates or of one program. */
#define HL_LIMIT_PROCESSES 65536u
/* A label given to a run, in bytes. */
#define HL_LIMIT_LABEL 200u
/* Nodes of a flame graph that leave the process: its JSON stays below 1 MiB with usual names. */
#define HL_LIMIT_VIEW_NODES 15000u
/* Stored runs whose trees a server keeps in memory, so that the next question does not load them again. */
#define HL_LIMIT_TREES 2u
/* One message from a client, in bytes; larger ones are skipped and answered with an error. */
#define HL_LIMIT_MESSAGE (UINT64_C(64) << 20)
/* Values in one message from a client: numbers, strings, objects … */
#define HL_LIMIT_VALUES 1000000u
/* Bytes waiting for a client that does not read. */
#define HL_LIMIT_SEND_QUEUE (UINT64_C(16) << 20)
/* Requests of a client that are being worked on; the next is read when half of them are answered. */
#define HL_LIMIT_OPEN_REQUESTS 64u

#endif
