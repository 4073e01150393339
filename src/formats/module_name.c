#include "hotlens/formats/module_name.h"

#include <stdbool.h>
#include <string.h>

static bool is_separator(char byte)
{
    return byte == '/' || byte == '\\';
}

/* `python3.11`, `python3`: what stands above the standard library. */
static bool is_python_folder(const char *name, size_t length)
{
    return length >= 7 && memcmp(name, "python", 6) == 0 && name[6] >= '0' && name[6] <= '9';
}

static bool is_library_folder(const char *name, size_t length)
{
    return (length == 13 && memcmp(name, "site-packages", 13) == 0) ||
           (length == 13 && memcmp(name, "dist-packages", 13) == 0) ||
           is_python_folder(name, length);
}

/* Where the importable part of a path begins: after the innermost folder of libraries, else at the
 * base name. */
static size_t find_importable(const char *file, size_t length)
{
    size_t start = 0;
    size_t library = 0;
    for (size_t i = 0; i < length; i++) {
        if (is_separator(file[i])) {
            if (is_library_folder(file + start, i - start)) {
                library = i + 1;
            }
            start = i + 1;
        }
    }
    return library ? library : start;
}

static size_t without_suffix(const char *text, size_t length, const char *suffix)
{
    size_t suffix_length = strlen(suffix);
    bool has =
        length > suffix_length && memcmp(text + length - suffix_length, suffix, suffix_length) == 0;
    return has ? length - suffix_length : length;
}

void hl_module_name_append(const char *file, size_t length, struct hl_buffer *out)
{
    static const char FROZEN[] = "<frozen ";
    size_t frozen = sizeof(FROZEN) - 1;
    if (length > frozen + 1 && memcmp(file, FROZEN, frozen) == 0 && file[length - 1] == '>') {
        hl_buffer_append(out, file + frozen, length - frozen - 1);
        return;
    }
    size_t start = file[0] == '<' ? 0 : find_importable(file, length);
    const char *name = file + start;
    size_t name_length = without_suffix(name, length - start, ".py");
    if (name_length == length - start) {
        hl_buffer_append(out, name, name_length); /* a library or a pseudo file */
        return;
    }
    name_length = without_suffix(name, name_length, "/__init__");
    name_length = without_suffix(name, name_length, "\\__init__");
    for (size_t i = 0; i < name_length; i++) {
        hl_buffer_putc(out, is_separator(name[i]) ? '.' : name[i]);
    }
}
