/* The run as plain data. */
#include "hotlens/store/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "hotlens/base/macros.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"

void hl_run_copy(const struct hl_run *run, struct hl_run *ret_copy)
{
    struct hl_run copy = *run;
    char **const strings[] = {
        &copy.uuid,       &copy.target,         &copy.title,   &copy.cwd,          &copy.workspace,
        &copy.python,     &copy.python_version, &copy.sampler, &copy.sampler_mode, &copy.git_commit,
        &copy.git_branch, &copy.label,          &copy.notes,
    };
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
        *strings[i] = hl_xstrdup(*strings[i]);
    }
    copy.argv = run->argv ? hl_strv_copy(run->argv) : NULL;
    *ret_copy = copy;
}

void hl_run_finish(struct hl_run *run)
{
    if (!run) {
        return;
    }
    char *const strings[] = {
        run->uuid,       run->target,         run->title,   run->cwd,          run->workspace,
        run->python,     run->python_version, run->sampler, run->sampler_mode, run->git_commit,
        run->git_branch, run->label,          run->notes,
    };
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
        free(strings[i]);
    }
    hl_strv_free(run->argv);
    *run = (struct hl_run){0};
}

void hl_source_finish(struct hl_source *source)
{
    if (!source) {
        return;
    }
    free(source->path);
    free(source->real_path);
    free(source->text);
    *source = (struct hl_source){0};
}

void hl_uuid_generate(char ret_uuid[37])
{
    uint8_t random[16];
    /* Up to 256 bytes come whole once the system has booted. */
    hl_assert(getentropy(random, sizeof(random)) == 0);
    random[6] = (uint8_t)((random[6] & 0x0f) | 0x40); /* version 4 */
    random[8] = (uint8_t)((random[8] & 0x3f) | 0x80); /* variant of RFC 9562 */
    char *at = ret_uuid;
    for (size_t i = 0; i < sizeof(random); i++) {
        bool dash = i == 4 || i == 6 || i == 8 || i == 10;
        at += snprintf(at, 4, dash ? "-%02x" : "%02x", random[i]);
    }
}
