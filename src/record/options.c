/* The options of a recording, copied: the caller's need not live on. Paths are made absolute, since the
 * program, and with the launch sampler py-spy, run in another folder. */
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "recording_internal.h"

/* A name without a slash is left to PATH. */
static char *absolute(const char *path)
{
    if (!path || !strchr(path, '/')) {
        return hl_xstrdup(path);
    }
    _cleanup_free_ char *folder = hl_current_folder();
    return hl_path_join(folder, path);
}

/* What the program finds, or ours as it is now. */
static char **environment_of(const struct hl_record_options *options)
{
    char **environment = hl_strv_copy(options->environment ? options->environment : environ);
    hl_strv_env_set(&environment, "HOTLENS_RUN", options->uuid);
    return environment;
}

void options_copy(struct hl_record_options *to, const struct hl_record_options *from)
{
    *to = *from;
    to->argv = from->argv ? hl_strv_copy(from->argv) : NULL;
    to->environment = environment_of(from);
    to->cwd = hl_xstrdup(from->cwd);
    to->py_spy = absolute(from->py_spy);
    to->hotlens = absolute(from->hotlens);
    to->spool = absolute(from->spool[0] ? from->spool : ".");
    if (!strchr(to->spool, '/')) {
        _cleanup_free_ char *folder = hl_current_folder();
        free((char *)to->spool);
        to->spool = hl_path_join(folder, from->spool);
    }
    to->uuid = hl_xstrdup(from->uuid);
    to->proc = hl_xstrdup(from->proc ? from->proc : "/proc");
    to->grace_ms = from->grace_ms ? from->grace_ms : 5000;
    to->patience_ms = from->patience_ms ? from->patience_ms : 10000;
}

void options_finish(struct hl_record_options *options)
{
    hl_strv_free((char **)options->argv);
    hl_strv_free((char **)options->environment);
    free((char *)options->cwd);
    free((char *)options->py_spy);
    free((char *)options->hotlens);
    free((char *)options->spool);
    free((char *)options->uuid);
    free((char *)options->proc);
    *options = (struct hl_record_options){0};
}
