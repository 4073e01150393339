/* Between recording.c and recording_start.c. */
#ifndef HOTLENS_RECORD_RECORDING_START_H
#define HOTLENS_RECORD_RECORDING_START_H

struct hl_recording;

void recording_timers_init(struct hl_recording *recording);

#endif
