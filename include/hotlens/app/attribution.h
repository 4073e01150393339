/* Which function does a frame belong to? By name first, then by line, in the outline of the text that
 * ran (python/outline.h has the rule); without a text, (file, printed name). */
#ifndef HOTLENS_APP_ATTRIBUTION_H
#define HOTLENS_APP_ATTRIBUTION_H

#include "hotlens/app/sources.h"
#include "hotlens/profile/functions.h"
#include "hotlens/store/store.h"

/* Fills a table for the profile. Texts come from `sources` (entries with a text and a state that can be
 * trusted); each file is scanned once. `stored` (may be NULL) are the run's rows, which explain frames of
 * files whose text is gone. Linear in frames plus texts. 0 or -ENOMEM, -E2BIG. */
int hl_attribute(const struct hl_profile *profile, const struct hl_sources *sources,
                 const struct hl_rows *stored, struct hl_functions **ret_functions);

#endif
