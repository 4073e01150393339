/* Between recording.c, recording_start.c and preparation.c. */
#ifndef HOTLENS_RECORD_RECORDING_START_H
#define HOTLENS_RECORD_RECORDING_START_H

struct hl_recording;

void recording_timers_init(struct hl_recording *recording);
/* Goes on where hl_recording_start left off. Releases the hold of the preparation. */
void recording_prepared(struct hl_recording *recording);

#endif
