/* Strict reading of params: a field has the type that the protocol says or the request is answered with
 * InvalidParams and the field's name. Optional fields may be missing or null. */
#ifndef HOTLENS_LSP_FIELDS_H
#define HOTLENS_LSP_FIELDS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "hotlens/base/error.h"
#include "hotlens/lsp/position.h"

/* All return 0, or -EINVAL with "FIELD: what is expected" in `error`; results are borrowed from the
 * object and untouched when an optional field is not there. `path` is the field's name, dotted for one
 * that is deeper ("textDocument.uri"). */
int hl_field_string(const cJSON *object, const char *path, const char **ret_text,
                    struct hl_error *error);
int hl_field_string_optional(const cJSON *object, const char *path, const char **ret_text,
                             struct hl_error *error);
/* 0 … 2^31 - 1, the protocol's uinteger. */
int hl_field_uint(const cJSON *object, const char *path, uint32_t *ret_value,
                  struct hl_error *error);
int hl_field_uint_optional(const cJSON *object, const char *path, uint32_t *ret_value,
                           struct hl_error *error);
/* Any integer that a double holds exactly. */
int hl_field_int_optional(const cJSON *object, const char *path, int64_t *ret_value,
                          struct hl_error *error);
int hl_field_bool_optional(const cJSON *object, const char *path, bool *ret_value,
                           struct hl_error *error);
int hl_field_object(const cJSON *object, const char *path, const cJSON **ret_item,
                    struct hl_error *error);
int hl_field_object_optional(const cJSON *object, const char *path, const cJSON **ret_item,
                             struct hl_error *error);
int hl_field_array(const cJSON *object, const char *path, const cJSON **ret_item,
                   struct hl_error *error);
int hl_field_array_optional(const cJSON *object, const char *path, const cJSON **ret_item,
                            struct hl_error *error);
int hl_field_position(const cJSON *object, const char *path, struct hl_position *ret_position,
                      struct hl_error *error);

struct hl_range {
    struct hl_position start;
    struct hl_position end;
};

int hl_field_range(const cJSON *object, const char *path, struct hl_range *ret_range,
                   struct hl_error *error);

#endif
