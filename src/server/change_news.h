/* hotlens/didChange: what a client that draws its own views has to ask for again. */
#ifndef HOTLENS_SRC_SERVER_CHANGE_NEWS_H
#define HOTLENS_SRC_SERVER_CHANGE_NEWS_H

#include "hotlens/server/dispatch.h"

struct change_news *change_news_create(void);
void change_news_destroy(struct change_news *news);

/* Tells what is different from what was told last: the run shown for a folder, its focus, its numbers,
 * whether hints are on. */
void change_news_shown(struct hl_context *context);
/* The store has other runs than before, or they have other names. */
void change_news_runs(struct hl_context *context);

#endif
