#include "hotlens/base/buffer.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/memory.h"

#define WRITER_CHUNK ((size_t)64 << 10)

void hl_buffer_init_writer(struct hl_buffer *buffer, hl_write_fn flush, void *user)
{
    *buffer = (struct hl_buffer){.flush = flush, .flush_user = user};
}

void hl_buffer_finish(struct hl_buffer *buffer)
{
    if (buffer) {
        free(buffer->data);
        *buffer = (struct hl_buffer){0};
    }
}

void hl_buffer_clear(struct hl_buffer *buffer)
{
    buffer->length = 0;
    buffer->error = 0;
    if (buffer->data) {
        buffer->data[0] = '\0';
    }
}

int hl_buffer_flush(struct hl_buffer *buffer)
{
    if (!buffer->error && buffer->flush && buffer->length > 0) {
        buffer->error = buffer->flush(buffer->flush_user, buffer->data, buffer->length);
        buffer->length = 0;
        buffer->data[0] = '\0';
    }
    return buffer->error;
}

static int grow(struct hl_buffer *buffer, size_t length)
{
    size_t needed;
    if (__builtin_add_overflow(buffer->length, length, &needed) ||
        __builtin_add_overflow(needed, 1, &needed)) {
        return -ENOMEM;
    }
    if (needed <= buffer->capacity) {
        return 0;
    }
    size_t wanted = hl_max_size(buffer->capacity + buffer->capacity / 2, hl_max_size(needed, 64));
    char *moved = hl_try_realloc(buffer->data, wanted, 1);
    if (!moved) {
        return -ENOMEM;
    }
    buffer->data = moved;
    buffer->data[buffer->length] = '\0'; /* also before the first byte */
    buffer->capacity = wanted;
    return 0;
}

char *hl_buffer_reserve(struct hl_buffer *buffer, size_t length)
{
    if (buffer->flush && buffer->length >= WRITER_CHUNK) {
        hl_buffer_flush(buffer);
    }
    if (!buffer->error) {
        buffer->error = grow(buffer, length);
    }
    return buffer->error ? NULL : buffer->data + buffer->length;
}

void hl_buffer_append(struct hl_buffer *buffer, const void *data, size_t length)
{
    char *place = hl_buffer_reserve(buffer, length);
    if (!place) {
        return;
    }
    if (length > 0) {
        memcpy(place, data, length);
    }
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void hl_buffer_puts(struct hl_buffer *buffer, const char *text)
{
    hl_buffer_append(buffer, text, strlen(text));
}

void hl_buffer_putc(struct hl_buffer *buffer, char byte)
{
    hl_buffer_append(buffer, &byte, 1);
}

void hl_buffer_put_u64(struct hl_buffer *buffer, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    hl_buffer_append(buffer, digits + at, sizeof(digits) - at);
}

void hl_buffer_vprintf(struct hl_buffer *buffer, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    char small[256];
    int length = vsnprintf(small, sizeof(small), format, arguments);
    if (length < 0) {
        buffer->error = buffer->error ? buffer->error : -EINVAL;
    } else if ((size_t)length < sizeof(small)) {
        hl_buffer_append(buffer, small, (size_t)length);
    } else {
        char *place = hl_buffer_reserve(buffer, (size_t)length);
        if (place) {
            vsnprintf(place, (size_t)length + 1, format, again);
            buffer->length += (size_t)length;
        }
    }
    va_end(again);
}

void hl_buffer_printf(struct hl_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    hl_buffer_vprintf(buffer, format, arguments);
    va_end(arguments);
}

char *hl_buffer_take(struct hl_buffer *buffer)
{
    char *data = buffer->data;
    buffer->data = NULL;
    hl_buffer_finish(buffer);
    return data ? data : hl_xstrdup("");
}

/* Another process may have made the terminal or pipe that we share non-blocking. */
static int wait_until_writable(int fd)
{
    struct pollfd descriptor = {.fd = fd, .events = POLLOUT};
    return poll(&descriptor, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

int hl_write_to_fd(void *user, const char *data, size_t length)
{
    int fd = *(const int *)user;
    while (length > 0) {
        ssize_t written = write(fd, data, length);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0 && errno == EAGAIN) {
            int r = wait_until_writable(fd);
            if (r < 0) {
                return r;
            }
            continue;
        }
        if (written < 0) {
            return -errno;
        }
        data += written;
        length -= (size_t)written;
    }
    return 0;
}
