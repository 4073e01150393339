/* The end of `hotlens record`: what is said when a recording is over. */
#ifndef HOTLENS_CLI_RECORD_REPORT_H
#define HOTLENS_CLI_RECORD_REPORT_H

#include "hotlens/app/session.h"

/* On standard error: the summary with the hottest functions, what is not shown, where it was saved or
 * why not, and the next step. With `quiet` only what went wrong. `told`: the reason for having no
 * samples was said before. */
void hl_record_report(const struct hl_session_result *result, bool told, bool quiet);
/* 127 when the program was not found, 126 when it could not be executed, as a shell has it; else 1. */
int hl_record_start_exit_code(const struct hl_record_options *options, int result);

#endif
