/* Flame graphs as JSON: flat preorder columns (docs/protocol.md, "hotlens/flamegraph"). */
#ifndef HOTLENS_FORMATS_FLAME_JSON_H
#define HOTLENS_FORMATS_FLAME_JSON_H

#include "hotlens/base/json.h"
#include "hotlens/profile/functions.h"
#include "hotlens/profile/view.h"

/* Writes the members name, file, module (tables of distinct strings), functions (columns into those
 * tables: name, file, module, line), and nodes: id (11 characters), function (-1 root, -2 "(other)"),
 * parent, line, self, total, end, into the object that is open in `json`. Linear in the view. */
void hl_flame_json_write(const struct hl_view *view, const struct hl_profile *profile,
                         const struct hl_functions *functions, struct hl_json *json);

#endif
