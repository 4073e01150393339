/* A run as JSON, the same wherever a command prints one:
 *
 *   {"run": {…}, "functions": [{"name","file","line","self","total"}…],
 *    "lines": [{"file","line","self","total"}…]}
 *
 * Counts are samples. Unknown facts are null. */
#ifndef HOTLENS_APP_RUN_JSON_H
#define HOTLENS_APP_RUN_JSON_H

#include "hotlens/app/save.h"
#include "hotlens/base/json.h"

/* The run as one object. */
void hl_run_json(struct hl_json *json, const struct hl_run *run);
/* The member "functions" or "lines" of the object that is open, with at most `limit` rows (SIZE_MAX:
 * all). Processes and threads are no functions. `texts` is NULL, or the run that they are of: then each has
 * its numbers for people too, {"self": "0.61 s", "selfShare": "33%", "total": …, "totalShare": …}. */
void hl_functions_json(struct hl_json *json, const struct hl_rows *rows, size_t limit,
                       const struct hl_run *texts);
void hl_lines_json(struct hl_json *json, const struct hl_rows *rows, size_t limit,
                   const struct hl_run *texts);
/* The whole answer of `show --json`. */
void hl_show_json(struct hl_json *json, const struct hl_run *run, const struct hl_rows *rows);

/* The rows of a run in memory, as hl_store_load_rows would give them once it is saved: functions by
 * self, then total (largest first), then name; lines by file and line. 0 or -ENOMEM. */
int hl_run_data_rows(const struct hl_run_data *data, struct hl_rows *ret_rows);

#endif
