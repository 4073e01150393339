/* The server room: the language server, on one loop thread that owns all mutable state. Anything slow is
 * a job (jobs.h): a worker touches only its job. Features are one file each and get the handles they need.
 *
 * transport.h   stdin and stdout: framed messages, bounded output
 * lifecycle.h   which messages are legal when
 * dispatch.h    methods → handlers; the table that capabilities follow from
 * client.h      what the client can do, and its quirks
 * settings.h    the user's settings
 * documents.h   open documents: text, outline, line map
 * jobs.h        work off the loop thread; the lane of the store
 * shelf.h       which run is shown for which workspace folder
 * numbers.h     the shown run's numbers on the lines of an open document
 * recordings.h  recordings that the server runs
 * features.h    hints, lenses, hovers, actions, diagnostics
 * commands.h    workspace/executeCommand
 * requests.h    hotlens/… requests */
#ifndef HOTLENS_SERVER_SERVER_H
#define HOTLENS_SERVER_SERVER_H

/* Serves on standard input and output until the client leaves. Returns the exit code: 0 after shutdown
 * and exit, 1 otherwise. `executable` is our own path; `db` NULL is the default store. */
int hl_server_main(const char *executable, const char *db);

#endif
