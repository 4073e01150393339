/* What py-spy would launch, looked at before anything runs. */
#ifndef HOTLENS_RECORD_LAUNCH_TARGET_H
#define HOTLENS_RECORD_LAUNCH_TARGET_H

#include <stdatomic.h>

#include "hotlens/base/error.h"
#include "hotlens/record/recording.h"

/* The executable file of the program as its environment and folder find it, or NULL. Caller frees. */
char *launch_target_path(const struct hl_record_options *options);
/* The interpreter that a version manager's script in `options->argv` stands for; untouched when the program
 * can be launched as it is. Runs that script as the program would be run, for 10 s at most. -EINVAL for
 * another script that is not Python: py-spy would end it. Caller frees. */
int launch_target_resolve(const struct hl_record_options *options, const atomic_bool *cancelled,
                          char **ret_executable, struct hl_error *error);

#endif
