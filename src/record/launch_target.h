/* What py-spy would launch, looked at before anything runs. */
#ifndef HOTLENS_RECORD_LAUNCH_TARGET_H
#define HOTLENS_RECORD_LAUNCH_TARGET_H

#include "hotlens/base/error.h"
#include "hotlens/record/recording.h"

/* The executable file of the program as its environment and folder find it, or NULL. Caller frees. */
char *launch_target_path(const struct hl_record_options *options);
/* Replaces a version manager's script in `options->argv` by the interpreter that it stands for. Runs that
 * script, for 10 s at most. -EINVAL for another script that is not Python: py-spy would end it. */
int launch_target_resolve(struct hl_record_options *options, struct hl_error *error);

#endif
