/* Questions with a list of answers: window/showMessageRequest. */
#ifndef HOTLENS_SERVER_PICKER_H
#define HOTLENS_SERVER_PICKER_H

#include <stddef.h>

struct hl_context;

/* More would not fit: some clients show buttons. */
#define HL_PICKER_MOST 15

/* `index` is that of the title that was chosen, or -1: dismissed, not understood, or the client is
 * leaving. Called exactly once; must free what `user` owns. */
typedef void (*hl_picked_fn)(void *user, int index);

/* Asks. Titles are made unique, since most clients answer with the title alone; at most HL_PICKER_MOST are
 * shown. Nothing waits for the answer: some clients never give one. */
void hl_pick(struct hl_context *context, const char *question, const char *const *titles,
             size_t count, hl_picked_fn picked, void *user);

#endif
