/* The module that a file seems to be, for people and colours: `pkg.mod` for a file below a folder
 * of libraries, else its base name. Appends to `out`. */
#ifndef HOTLENS_FORMATS_MODULE_NAME_H
#define HOTLENS_FORMATS_MODULE_NAME_H

#include "hotlens/base/buffer.h"

void hl_module_name_append(const char *file, size_t length, struct hl_buffer *out);

#endif
