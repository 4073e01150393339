/* Recordings whose process died: their spools become runs at the next start. */
#ifndef HOTLENS_APP_RECOVERY_H
#define HOTLENS_APP_RECOVERY_H

#include "hotlens/app/save.h"

struct hl_recovered {
    char *uuid;
    char *title;
    int64_t run_id;        /* 0 when it held no samples and was removed */
    struct hl_error error; /* why it was left where it is, or empty */
};

struct hl_recovered_list {
    struct hl_recovered *items;
    size_t count;
};

/* Saves every unlocked spool as a run (flag RECOVERED) and removes it; one that a living process has is
 * left alone, as is one that was meant for another database, and one that is saved already is only
 * removed. `options` are for what the manifest does not say. A spool whose raw files are broken is kept
 * as far as it can be read. spool_root NULL is the default. Never fails as a whole. */
void hl_recover_spools(const char *spool_root, struct hl_store *store,
                       const struct hl_save_options *options, struct hl_recovered_list *ret_list);
/* Whether there is a spool that a command with this database would recover; NULL is the default. */
bool hl_recovery_is_due(const char *spool_root, const char *db);
void hl_recovered_list_finish(struct hl_recovered_list *list);

#endif
