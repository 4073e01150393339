#include <errno.h>
#include <string.h>

#include "raw_records.h"

struct magic {
    const char *bytes;
    size_t length;
    const char *what;
    const char *remedy;
};

#define MAGIC(bytes, what, remedy)                                                                 \
    {                                                                                              \
        bytes, sizeof(bytes) - 1, what, remedy                                                     \
    }
#define UNPACK "Unpack it first"
#define RECORD_RAW "Record with: py-spy record -f raw --full-filenames"

/* Compressed data is full of spaces, digits and newlines by chance, so it would count as records.
 */
static const struct magic MAGICS[] = {
    MAGIC("\x1f\x8b", "gzip-compressed", "Unpack it first: gunzip -c FILE | hotlens import -"),
    MAGIC("\x28\xb5\x2f\xfd", "zstd-compressed", UNPACK),
    MAGIC("\xfd"
          "7zXZ",
          "xz-compressed", UNPACK),
    MAGIC("BZh", "bzip2-compressed", UNPACK),
    MAGIC("PK\x03\x04", "a zip archive", UNPACK),
    MAGIC("\x7f"
          "ELF",
          "a program", RECORD_RAW),
    MAGIC("SQLite format 3", "an SQLite database", "Choose a database with --db"),
    MAGIC("<?xml", "XML (perhaps a flame graph)", RECORD_RAW),
    MAGIC("<svg", "an SVG flame graph", RECORD_RAW),
    MAGIC("<!DOCTYPE", "HTML", RECORD_RAW),
};

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* JSON begins with a bracket and one of a few bytes; a C++ `{lambda(int)#1}` does not. */
static bool is_json(const char *data, size_t length)
{
    if (data[0] != '{' && data[0] != '[') {
        return false;
    }
    size_t at = 1;
    while (at < length && is_space(data[at])) {
        at++;
    }
    return at == length || data[at] == '"' || data[at] == '{' || data[at] == '}' ||
           data[at] == '[' || data[at] == ']';
}

static int refuse(struct hl_error *error, const char *what, const char *remedy)
{
    int r = hl_error_set(error, ENODATA, "not a raw profile of py-spy: this is %s", what);
    hl_error_set_remedy(error, "%s", remedy);
    return r;
}

int hl_raw_sniff(const char *data, size_t length, struct hl_error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(MAGICS); i++) {
        if (length >= MAGICS[i].length && memcmp(data, MAGICS[i].bytes, MAGICS[i].length) == 0) {
            return refuse(error, MAGICS[i].what, MAGICS[i].remedy);
        }
    }
    if (length > 0 && is_json(data, length)) {
        return refuse(error, "JSON (perhaps speedscope or chrometrace)", RECORD_RAW);
    }
    return 0;
}
