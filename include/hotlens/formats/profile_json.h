/* A whole profile as one self-contained JSON object (docs/formats.md, "JSON"): every frame with what
 * it means, every node of the call tree. For other programs; hotlens does not read it back. */
#ifndef HOTLENS_FORMATS_PROFILE_JSON_H
#define HOTLENS_FORMATS_PROFILE_JSON_H

#include "hotlens/base/json.h"
#include "hotlens/profile/functions.h"

/* Writes the members format, version, metric, samples, frames, functions (only when `functions` is
 * given) and nodes into the object that is open in `json`, so that the caller can add facts of the
 * run beside them. Linear. Failures stick in the buffer. */
void hl_profile_json_write(const struct hl_profile *profile, const struct hl_functions *functions,
                           struct hl_json *json);

#endif
