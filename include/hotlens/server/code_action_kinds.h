/* The kinds of code actions: all below "source.hotlens", so that nothing runs on save by accident. */
#ifndef HOTLENS_SERVER_CODE_ACTION_KINDS_H
#define HOTLENS_SERVER_CODE_ACTION_KINDS_H

#include <stddef.h>

const char *const *hl_code_action_kinds(size_t *ret_count);

#endif
