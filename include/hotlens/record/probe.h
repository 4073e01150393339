/* What this process may trace: found out by trying it on children of ours, not by guessing. */
#ifndef HOTLENS_RECORD_PROBE_H
#define HOTLENS_RECORD_PROBE_H

#include <stdbool.h>

#include "hotlens/base/error.h"

enum hl_trace {
    HL_TRACE_SIBLINGS,    /* a child may trace another child: the attach sampler works */
    HL_TRACE_WITH_CONSENT, /* only after prctl(PR_SET_PTRACER): works for a program alone */
    HL_TRACE_CHILDREN,    /* only its own children: the launch sampler works */
    HL_TRACE_NOTHING,
};

struct hl_probe {
    enum hl_trace trace;
    int ptrace_scope; /* Yama's setting, -1 when the kernel has none */
    bool root;
    bool container;   /* signs of a container were found */
    char *reason;     /* one sentence for doctor; owned */
};

/* Takes a few milliseconds. `proc` NULL is "/proc"; with another one its ptrace_scope counts as well, and we
 * as an ordinary user. */
int hl_probe_run(const char *proc, struct hl_probe *ret_probe, struct hl_error *error);
void hl_probe_finish(struct hl_probe *probe);

#endif
