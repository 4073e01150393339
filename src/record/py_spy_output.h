/* What py-spy says while it records, line by line. Its messages share a stream with its warnings and,
 * when something fails, with anyhow's error text; escapes may be in between. The text is kept, with an
 * upper bound, to explain failures. */
#ifndef HOTLENS_RECORD_PY_SPY_OUTPUT_H
#define HOTLENS_RECORD_PY_SPY_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "hotlens/base/buffer.h"

struct py_spy_output {
    bool attached;      /* "Sampling process R times a second" */
    bool stopped;       /* "Stopped sampling because …": the window is not whole */
    bool closed;        /* "Wrote raw flamegraph data …": the file is complete */
    uint64_t samples;   /* of the closing line */
    uint64_t errors;
    uint64_t behind_ms; /* worst "X s behind in sampling", 0 when never */
    struct hl_buffer line; /* a line that has not ended yet */
    struct hl_buffer text; /* everything that is no message above, for explanations */
};

void py_spy_output_feed(struct py_spy_output *output, const char *data, size_t length);
/* Takes a last line without a newline into account. */
void py_spy_output_end(struct py_spy_output *output);
void py_spy_output_finish(struct py_spy_output *output);

#endif
