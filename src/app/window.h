/* Reading the raw file of one window into a builder, and the notes that come of it. */
#ifndef HOTLENS_SRC_APP_WINDOW_H
#define HOTLENS_SRC_APP_WINDOW_H

#include "hotlens/formats/raw.h"
#include "hotlens/store/run.h"

/* Adds what can be read. A file that is missing or empty adds nothing and is no failure. On failure
 * (not a raw file, a limit, an I/O error) what was read before it stays in the builder, and in the
 * report the samples that did. */
int hl_window_read(struct hl_builder *builder, const char *path, struct hl_raw_report *ret_report,
                   struct hl_error *error);
/* Whether a failure to read is one of this process at this moment (memory, descriptors, rights) and not of
 * the file's content: the same file may yet be read, so it must not be removed. */
bool hl_window_is_for_later(int result);

/* Adds a line to the notes of a run, unless it is there already. */
void hl_run_note(struct hl_run *run, const char *format, ...) HL_PRINTF(2, 3);
/* Notes what a report says was lost or not understood. `what` names the file. */
void hl_run_note_report(struct hl_run *run, const struct hl_raw_report *report, const char *what);

#endif
