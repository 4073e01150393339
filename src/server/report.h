/* Our own command line as a part of the server: what `hotlens flame`, `export` and `doctor` do is done by
 * them, in a process of their own, and shown as a document or a message. */
#ifndef HOTLENS_SRC_SERVER_REPORT_H
#define HOTLENS_SRC_SERVER_REPORT_H

#include "hotlens/server/dispatch.h"

struct report_request {
    char **arguments;     /* after the program's name; taken */
    const char *document; /* name of the file in the cache folder that takes the output, or NULL */
    const char *page;     /* that it writes itself, to be shown in the browser, or NULL */
    const char *message;  /* shown when it worked, or NULL */
    bool failure_is_told; /* a report with exit code 1 is a report all the same */
};

void report_start(struct hl_context *context, const struct report_request *request);

#endif
