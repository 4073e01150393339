/* Work-done progress. Cancelling one means: stop, and keep what there is. */
#ifndef HOTLENS_SERVER_PROGRESS_H
#define HOTLENS_SERVER_PROGRESS_H

#include <cjson/cJSON.h>

struct hl_context;
struct hl_progress;
struct hl_progress_list;

struct hl_progress_list *hl_progress_list_create(void);
void hl_progress_list_destroy(struct hl_progress_list *list);

/* Shows a progress where the client has them: one that we create, or the token that came with the
 * command (copied; may be NULL). Never NULL: without either it is silent. `cancel` may be called any
 * number of times until the end. */
struct hl_progress *hl_progress_begin(struct hl_context *context, const cJSON *token,
                                      const char *title, void (*cancel)(void *user), void *user);
void hl_progress_report(struct hl_progress *progress, const char *message);
/* From now on there is nothing to cancel: `user` may go before the end. */
void hl_progress_forget_cancel(struct hl_progress *progress);
/* Ends and frees it. Some clients clear their status line without a message: say something. */
void hl_progress_end(struct hl_progress *progress, const char *message);

/* window/workDoneProgress/cancel */
void hl_progress_cancelled(struct hl_context *context, const cJSON *params);

#endif
