/* Small language helpers that every room uses. */
#ifndef HOTLENS_BASE_MACROS_H
#define HOTLENS_BASE_MACROS_H

#include <stddef.h>

/* Run `destroy(&variable)` when the variable leaves its scope. */
#define _cleanup_(destroy) __attribute__((__cleanup__(destroy)))

/* Declare `name##_p`, the form that _cleanup_ needs, for a destructor `void name(type *)`. */
#define HL_DEFINE_CLEANUP(type, name)                                                              \
    static inline __attribute__((unused)) void name##_p(type *item)                                \
    {                                                                                              \
        if (*item) {                                                                               \
            name(*item);                                                                           \
        }                                                                                          \
    }                                                                                              \
    struct hl_require_semicolon

/* The value of `variable`, which is left empty: ownership moves to the caller. */
#define TAKE_PTR(variable)                                                                         \
    __extension__({                                                                                \
        __auto_type taken_ = (variable);                                                           \
        (variable) = NULL;                                                                         \
        taken_;                                                                                    \
    })

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define HL_PRINTF(format, first) __attribute__((__format__(__printf__, format, first)))

/* Checks an invariant of hotlens itself, in release builds too; never the input. */
#define hl_assert(condition)                                                                       \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) {                                                   \
            hl_assert_failed(#condition, __FILE__, __LINE__);                                      \
        }                                                                                          \
    } while (0)

__attribute__((__noreturn__)) void hl_assert_failed(const char *condition, const char *file,
                                                    int line);

static inline size_t hl_min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t hl_max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

#endif
