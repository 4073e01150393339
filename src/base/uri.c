#include "hotlens/base/uri.h"

#include <string.h>
#include <strings.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/memory.h"

bool hl_uri_has_scheme(const char *uri, const char *scheme)
{
    size_t length = strlen(scheme);
    return strncasecmp(uri, scheme, length) == 0 && uri[length] == ':';
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Up to a query or fragment. NULL for a bad escape or one that stands for NUL. */
static char *decode(const char *text)
{
    _cleanup_buffer_ struct hl_buffer path = {0};
    for (; *text && *text != '?' && *text != '#'; text++) {
        char byte = *text;
        if (byte == '%') {
            int high = hex_value(text[1]);
            int low = high < 0 ? -1 : hex_value(text[2]);
            if (low < 0 || high * 16 + low == 0) {
                return NULL;
            }
            byte = (char)(high * 16 + low);
            text += 2;
        }
        hl_buffer_putc(&path, byte);
    }
    return hl_buffer_take(&path);
}

static bool has_drive(const char *path)
{
    return path[0] == '/' && ((path[1] | 0x20) >= 'a' && (path[1] | 0x20) <= 'z') &&
           path[2] == ':' && (path[3] == '/' || path[3] == '\0');
}

char *hl_uri_to_path(const char *uri)
{
    if (!hl_uri_has_scheme(uri, "file")) {
        return NULL;
    }
    const char *text = uri + strlen("file:");
    if (strncmp(text, "//", 2) == 0) {
        text += 2;
        size_t host = strcspn(text, "/");
        if (host > 0 && !(host == strlen("localhost") && strncasecmp(text, "localhost", host) == 0)) {
            return NULL;
        }
        text += host;
    }
    char *path = text[0] == '/' ? decode(text) : NULL;
    if (path && has_drive(path)) {
        memmove(path, path + 1, strlen(path));
    }
    return path;
}

/* RFC 3986 §2.3, and the slash. */
static bool is_unreserved(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("-._~/", byte));
}

char *hl_uri_from_path(const char *path)
{
    struct hl_buffer uri = {0};
    hl_buffer_puts(&uri, path[0] == '/' ? "file://" : "file:///");
    for (; *path; path++) {
        if (is_unreserved(*path)) {
            hl_buffer_putc(&uri, *path);
        } else {
            hl_buffer_printf(&uri, "%%%02X", (unsigned char)*path);
        }
    }
    return hl_buffer_take(&uri);
}
