#include "hotlens/lsp/fields.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "hotlens/base/memory.h"

/* The item at a dotted path, or NULL when it or anything on the way is missing or null. */
static const cJSON *find(const cJSON *object, const char *path)
{
    while (object && *path) {
        size_t length = strcspn(path, ".");
        _cleanup_free_ char *name = hl_xstrndup(path, length);
        object = cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
        path += length;
        path += *path == '.';
    }
    return object && !cJSON_IsNull(object) ? object : NULL;
}

static int expected(const char *path, const char *what, struct hl_error *error)
{
    return hl_error_set(error, EINVAL, "%s: %s is expected", path, what);
}

static bool is_string(const cJSON *item)
{
    return cJSON_IsString(item);
}

static bool is_bool(const cJSON *item)
{
    return cJSON_IsBool(item);
}

static bool is_object(const cJSON *item)
{
    return cJSON_IsObject(item);
}

static bool is_array(const cJSON *item)
{
    return cJSON_IsArray(item);
}

static bool is_integer(const cJSON *item)
{
    return cJSON_IsNumber(item) && fabs(item->valuedouble) <= 9007199254740992.0 &&
           !(item->valuedouble < floor(item->valuedouble)) &&
           !(item->valuedouble > floor(item->valuedouble));
}

static bool is_uinteger(const cJSON *item)
{
    return is_integer(item) && item->valuedouble >= 0 && item->valuedouble <= INT32_MAX;
}

/* The item when it is there and of the type; NULL in *ret_item when it is optional and not there. */
static int get(const cJSON *object, const char *path, bool optional,
               bool (*has_type)(const cJSON *), const char *what, const cJSON **ret_item,
               struct hl_error *error)
{
    const cJSON *item = find(object, path);
    if (!item && optional) {
        *ret_item = NULL;
        return 0;
    }
    if (!item || !has_type(item)) {
        return expected(path, what, error);
    }
    *ret_item = item;
    return 0;
}

static int get_string(const cJSON *object, const char *path, bool optional, const char **ret_text,
                      struct hl_error *error)
{
    const cJSON *item = NULL;
    int r = get(object, path, optional, is_string, "a string", &item, error);
    if (r == 0 && item) {
        *ret_text = item->valuestring;
    }
    return r;
}

int hl_field_string(const cJSON *object, const char *path, const char **ret_text,
                    struct hl_error *error)
{
    return get_string(object, path, false, ret_text, error);
}

int hl_field_string_optional(const cJSON *object, const char *path, const char **ret_text,
                             struct hl_error *error)
{
    return get_string(object, path, true, ret_text, error);
}

static int get_uint(const cJSON *object, const char *path, bool optional, uint32_t *ret_value,
                    struct hl_error *error)
{
    const cJSON *item = NULL;
    int r = get(object, path, optional, is_uinteger, "an integer from 0 to 2147483647", &item,
                error);
    if (r == 0 && item) {
        *ret_value = (uint32_t)item->valuedouble;
    }
    return r;
}

int hl_field_uint(const cJSON *object, const char *path, uint32_t *ret_value,
                  struct hl_error *error)
{
    return get_uint(object, path, false, ret_value, error);
}

int hl_field_uint_optional(const cJSON *object, const char *path, uint32_t *ret_value,
                           struct hl_error *error)
{
    return get_uint(object, path, true, ret_value, error);
}

int hl_field_int_optional(const cJSON *object, const char *path, int64_t *ret_value,
                          struct hl_error *error)
{
    const cJSON *item = NULL;
    int r = get(object, path, true, is_integer, "an integer", &item, error);
    if (r == 0 && item) {
        *ret_value = (int64_t)item->valuedouble;
    }
    return r;
}

int hl_field_bool_optional(const cJSON *object, const char *path, bool *ret_value,
                           struct hl_error *error)
{
    const cJSON *item = NULL;
    int r = get(object, path, true, is_bool, "true or false", &item, error);
    if (r == 0 && item) {
        *ret_value = cJSON_IsTrue(item);
    }
    return r;
}

static int get_container(const cJSON *object, const char *path, bool optional, bool array,
                         const cJSON **ret_item, struct hl_error *error)
{
    const cJSON *item = NULL;
    int r = get(object, path, optional, array ? is_array : is_object,
                array ? "an array" : "an object", &item, error);
    if (r == 0 && item) {
        *ret_item = item;
    }
    return r;
}

int hl_field_object(const cJSON *object, const char *path, const cJSON **ret_item,
                    struct hl_error *error)
{
    return get_container(object, path, false, false, ret_item, error);
}

int hl_field_object_optional(const cJSON *object, const char *path, const cJSON **ret_item,
                             struct hl_error *error)
{
    return get_container(object, path, true, false, ret_item, error);
}

int hl_field_array(const cJSON *object, const char *path, const cJSON **ret_item,
                   struct hl_error *error)
{
    return get_container(object, path, false, true, ret_item, error);
}

int hl_field_array_optional(const cJSON *object, const char *path, const cJSON **ret_item,
                            struct hl_error *error)
{
    return get_container(object, path, true, true, ret_item, error);
}

int hl_field_position(const cJSON *object, const char *path, struct hl_position *ret_position,
                      struct hl_error *error)
{
    struct hl_position position;
    _cleanup_free_ char *line = hl_xasprintf("%s.line", path);
    _cleanup_free_ char *character = hl_xasprintf("%s.character", path);
    int r = hl_field_uint(object, line, &position.line, error);
    if (r == 0) {
        r = hl_field_uint(object, character, &position.character, error);
    }
    if (r == 0) {
        *ret_position = position;
    }
    return r;
}

int hl_field_range(const cJSON *object, const char *path, struct hl_range *ret_range,
                   struct hl_error *error)
{
    struct hl_range range;
    _cleanup_free_ char *start = hl_xasprintf("%s.start", path);
    _cleanup_free_ char *end = hl_xasprintf("%s.end", path);
    int r = hl_field_position(object, start, &range.start, error);
    if (r == 0) {
        r = hl_field_position(object, end, &range.end, error);
    }
    if (r == 0) {
        *ret_range = range;
    }
    return r;
}
