/* What tests may ask of the reader beyond formats/raw.h. */
#ifndef HOTLENS_FORMATS_RAW_READER_H
#define HOTLENS_FORMATS_RAW_READER_H

#include "hotlens/formats/raw.h"

/* Take every stack apart from its first byte, without what is known from the stack before, and look
 * frames and nodes up one by one. Slower, simpler, and the same in the end. */
void hl_raw_reader_set_plain(struct hl_raw_reader *reader);
/* Bytes looked at so far; the proof of linear time. */
uint64_t hl_raw_reader_steps(const struct hl_raw_reader *reader);

#endif
