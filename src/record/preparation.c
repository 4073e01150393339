/* What takes too long for the loop thread before a recording begins: trying what may be traced, and asking a
 * version manager's script for its interpreter. A job, which sees nothing but the options, and those do not
 * change before it is done. */
#include <stdlib.h>

#include "launch_target.h"
#include "recording_internal.h"
#include "recording_start.h"

static int refuse(const struct preparation *preparation, struct hl_error *error)
{
    const struct hl_record_options *options = preparation->options;
    struct hl_failure_context context = {
        .pid = (int)options->pid,
        .program = options->argv ? options->argv[0] : NULL,
        .py_spy = options->py_spy,
        .output = "",
        .probe = &preparation->probe,
        .attach = !options->argv,
    };
    return hl_failure_explain(HL_FAILURE_PERMISSION, &context, error);
}

/* Which sampler, by what is allowed here. As root, by sudo, py-spy may attach to anything. */
static int choose_sampler(struct preparation *preparation, struct hl_error *error)
{
    const struct hl_record_options *options = preparation->options;
    preparation->sampler = options->sampler;
    if (options->sudo) {
        preparation->sampler = HL_SAMPLER_ATTACH;
        return 0;
    }
    int r = hl_probe_run(options->proc, &preparation->probe, error);
    if (r < 0 || options->sampler != HL_SAMPLER_AUTO) {
        return r;
    }
    enum hl_trace trace = preparation->probe.trace;
    if (trace == HL_TRACE_NOTHING) {
        return refuse(preparation, error);
    }
    bool attach = !options->argv || trace == HL_TRACE_SIBLINGS ||
                  (trace == HL_TRACE_WITH_CONSENT && !options->subprocesses);
    preparation->sampler = attach ? HL_SAMPLER_ATTACH : HL_SAMPLER_LAUNCH;
    return 0;
}

static void work(uv_work_t *request)
{
    struct preparation *preparation = request->data;
    int r = choose_sampler(preparation, &preparation->error);
    if (r == 0 && preparation->sampler == HL_SAMPLER_LAUNCH) {
        r = launch_target_resolve(preparation->options, &preparation->cancelled,
                                  &preparation->executable, &preparation->error);
    }
    preparation->result = r;
}

static void done(uv_work_t *request, int status)
{
    (void)status; /* only one that nobody wants any more is cancelled */
    struct preparation *preparation = request->data;
    recording_prepared(preparation->recording);
}

void preparation_start(struct hl_recording *recording)
{
    struct preparation *preparation = &recording->preparation;
    preparation->recording = recording;
    preparation->options = &recording->options;
    preparation->work.data = preparation;
    recording_hold(recording);
    /* Only refuses a NULL callback. */
    (void)uv_queue_work(recording->loop, &preparation->work, work, done);
}

void preparation_cancel(struct preparation *preparation)
{
    atomic_store(&preparation->cancelled, true);
    (void)uv_cancel((uv_req_t *)&preparation->work); /* -EBUSY when it has begun */
}

void preparation_finish(struct preparation *preparation)
{
    hl_probe_finish(&preparation->probe);
    hl_error_finish(&preparation->error);
    free(preparation->executable);
}
