#include "hotlens/base/memory.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/limits.h"

/* Faults on demand, for tests. Atomic, as worker threads allocate too. */
static _Atomic uint64_t fault_countdown; /* 0: none is to come */
static atomic_bool fault_persistent;
static _Atomic uint64_t fault_count;

void hl_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "hotlens: %s:%d: invariant does not hold: %s\n", file, line, condition);
    abort();
}

__attribute__((__noreturn__)) static void out_of_memory(size_t size)
{
    fprintf(stderr, "hotlens: out of memory (%zu bytes)\n", size);
    abort();
}

void *hl_xmalloc(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (!memory) {
        out_of_memory(size);
    }
    return memory;
}

void *hl_xcalloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory) {
        out_of_memory(count * size);
    }
    return memory;
}

void *hl_xrealloc(void *memory, size_t size)
{
    void *moved = realloc(memory, size ? size : 1);
    if (!moved) {
        out_of_memory(size);
    }
    return moved;
}

char *hl_xstrdup(const char *text)
{
    return text ? hl_xstrndup(text, strlen(text)) : NULL;
}

char *hl_xstrndup(const char *text, size_t length)
{
    char *copy = hl_xmalloc(length + 1);
    if (length > 0) {
        memcpy(copy, text, length);
    }
    copy[length] = '\0';
    return copy;
}

char *hl_xasprintf(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        out_of_memory(strlen(format));
    }
    return text;
}

/* Counts one input-sized allocation down; true when it has to fail. */
static bool fault_is_due(void)
{
    uint64_t left = atomic_load_explicit(&fault_countdown, memory_order_relaxed);
    uint64_t next;
    do {
        if (left == 0) {
            return false;
        }
        next = left == 1 && fault_persistent ? 1 : left - 1;
    } while (!atomic_compare_exchange_weak(&fault_countdown, &left, next));
    if (left > 1) {
        return false;
    }
    fault_count++;
    return true;
}

static bool size_is_allowed(size_t count, size_t size, size_t *ret_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > HL_LIMIT_ALLOCATION) {
        return false;
    }
    *ret_bytes = bytes ? bytes : 1;
    return true;
}

void *hl_try_malloc(size_t count, size_t size)
{
    return hl_try_realloc(NULL, count, size);
}

void *hl_try_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (fault_is_due() || !size_is_allowed(count, size, &bytes)) {
        return NULL;
    }
    return calloc(1, bytes);
}

void *hl_try_realloc(void *memory, size_t count, size_t size)
{
    size_t bytes;
    if (fault_is_due() || !size_is_allowed(count, size, &bytes)) {
        return NULL;
    }
    return realloc(memory, bytes);
}

void hl_memory_fail_at(uint64_t nth, int persistent)
{
    fault_count = 0;
    fault_persistent = persistent != 0;
    fault_countdown = nth;
}

uint64_t hl_memory_faults(void)
{
    return fault_count;
}
