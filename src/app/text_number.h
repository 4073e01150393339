/* Pieces of numbers that the sentences of text.c are made of. */
#ifndef HOTLENS_SRC_APP_TEXT_NUMBER_H
#define HOTLENS_SRC_APP_TEXT_NUMBER_H

#include "hotlens/app/text.h"

/* "1234", "12,345" */
void hl_text_put_grouped(struct hl_buffer *out, uint64_t value);
/* "45 ms", "1.20 s", "3 min 20 s": below minutes with at most so many significant digits; of minutes
 * and hours what `error` seconds leave certain. */
void hl_text_put_seconds(struct hl_buffer *out, double seconds, double error, int digits);
/* hl_text_amount with at most `most` significant digits below minutes. */
void hl_text_amount_digits(struct hl_buffer *out, const struct hl_scale *scale, uint64_t samples,
                           int most);

/* The standard error of a count, as it is shown in samples. */
uint64_t hl_text_error_samples(const struct hl_scale *scale, uint64_t samples);

/* What one second of this run's samples is a second of: "busy", "holding the GIL" …, and what is then
 * missing: " (waiting not shown)", or "". */
const char *hl_text_metric_word(const struct hl_run *run);
const char *hl_text_hidden_word(const struct hl_run *run);

#endif
