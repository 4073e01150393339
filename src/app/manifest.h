/* Facts of a run in the manifest of its spool: what a recording writes, a recovery reads. */
#ifndef HOTLENS_SRC_APP_MANIFEST_H
#define HOTLENS_SRC_APP_MANIFEST_H

#include "hotlens/app/save.h"
#include "hotlens/record/spool.h"
#include "hotlens/store/run.h"

/* Adds every fact of the run that is known. Environment is none of them. */
void hl_manifest_add_run(struct hl_spool_facts *facts, const struct hl_run *run);
/* The database that the run is meant for; NULL is the default one. */
void hl_manifest_add_database(struct hl_spool_facts *facts, const char *db);
/* How the run is to be saved. */
void hl_manifest_add_options(struct hl_spool_facts *facts, const struct hl_save_options *options);
/* What the manifest does not say stays as it is. */
void hl_manifest_get_options(const struct hl_spool_facts *facts, struct hl_save_options *options);
/* When the program that was attached to started: its texts are older. */
void hl_manifest_add_code_start(struct hl_spool_facts *facts, int64_t time);
/* UTC ns; HL_CODE_START_UNKNOWN when no text can be trusted to be the one that ran. */
int64_t hl_manifest_get_code_start(const struct hl_spool_facts *facts);
/* Whether that is `db`. A recorder that died before it wrote down any is anybody's. */
bool hl_manifest_is_for(const struct hl_spool_facts *facts, const char *db);
/* Facts of the window whose raw file is `path`; its base name is the key. */
void hl_manifest_add_window(struct hl_spool_facts *facts, const char *path,
                            const struct hl_window *window);
void hl_manifest_add_facts(struct hl_spool_facts *facts, const struct hl_spool_facts *from);
/* Fills a fresh run; what the manifest does not say is unknown. Any values are taken. */
void hl_manifest_get_run(const struct hl_spool_facts *facts, struct hl_run *ret_run);
/* False when the manifest does not know this window. */
bool hl_manifest_get_window(const struct hl_spool_facts *facts, const char *path,
                            struct hl_window *ret_window);

#endif
