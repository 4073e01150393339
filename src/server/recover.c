#include "recover.h"

#include "hotlens/app/recovery.h"
#include "hotlens/base/memory.h"

struct recovery {
    struct hl_context *context;
    struct hl_save_options options;
    struct hl_recovered_list list;
};

static void work(void *job, struct hl_store *store, const struct hl_error *error)
{
    struct recovery *recovery = job;
    (void)error; /* said by whoever needs the store */
    if (store && hl_store_can_write(store)) {
        hl_recover_spools(NULL, store, &recovery->options, &recovery->list);
    }
}

static void report(struct hl_context *context, const struct hl_recovered *item)
{
    const char *title = item->title ? item->title : item->uuid;
    if (item->error.code) {
        hl_log_message(context, 2, "An interrupted recording (%s) cannot be recovered yet: %s",
                       title, item->error.message);
    } else if (item->run_id > 0) {
        hl_show_message(context, 3, "Recovered an interrupted recording of %s as run %lld", title,
                        (long long)item->run_id);
    }
}

static void done(void *job, bool cancelled)
{
    struct recovery *recovery = job;
    for (size_t i = 0; !cancelled && i < recovery->list.count; i++) {
        report(recovery->context, &recovery->list.items[i]);
    }
    hl_recovered_list_finish(&recovery->list);
    free(recovery);
}

void hl_recover(struct hl_context *context)
{
    struct recovery *recovery = hl_xcalloc(1, sizeof(*recovery));
    recovery->context = context;
    recovery->options = (struct hl_save_options){context->settings->store_sources,
                                                 context->settings->retention};
    hl_jobs_run_in_store(context->jobs, work, done, recovery);
}
