/* Importing profile files. */
#ifndef HOTLENS_APP_IMPORT_H
#define HOTLENS_APP_IMPORT_H

#include "hotlens/app/save.h"
#include "hotlens/formats/raw.h"

struct hl_import_options {
    double rate;          /* 0 is unknown */
    const char *title;    /* NULL: the file's name */
    const char *folder;   /* workspace; NULL for none */
    hl_progress_fn progress;
    void *progress_user;
};

/* Reads a raw file and derives everything; nothing is saved. ret_report may be NULL. -ENODATA for what is no
 * raw profile, which is what most lines say, or is one without samples. */
int hl_import_file(const char *path, const struct hl_import_options *options,
                   struct hl_run_data *ret_data, struct hl_raw_report *ret_report,
                   struct hl_error *error);

#endif
