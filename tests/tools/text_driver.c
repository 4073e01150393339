/* What base makes of texts, for tests/oracle/text_vs_python.py.
 *
 * Input: one text per line, as hexadecimal digits. Output per text, separated by tabs: 1 or 0 for
 * valid UTF-8; the code points, in hexadecimal with commas; the width; the JSON string; SHA-256; and
 * the normalized path up to the first NUL, as hexadecimal digits. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/json.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/sha256.h"
#include "hotlens/base/utf8.h"

static void put_hex(const void *data, size_t length)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < length; i++) {
        printf("%02x", bytes[i]);
    }
}

static void answer(const char *text, size_t length)
{
    printf("%d\t", hl_utf8_is_valid(text, length));
    for (size_t at = 0; at < length;) {
        uint32_t code_point;
        at += hl_utf8_decode(text + at, length - at, &code_point);
        printf("%" PRIx32 ",", code_point);
    }
    printf("\t%zu\t", hl_utf8_width(text, length));

    struct hl_buffer buffer = {0};
    struct hl_json json;
    hl_json_init(&json, &buffer);
    hl_json_bytes(&json, text, length);
    fwrite(buffer.data, 1, buffer.length, stdout);
    hl_buffer_finish(&buffer);

    uint8_t digest[HL_SHA256_SIZE];
    hl_sha256(text, length, digest);
    putchar('\t');
    put_hex(digest, sizeof(digest));

    char *terminated = hl_xstrndup(text, length);
    char *path = hl_path_normalize(terminated);
    putchar('\t');
    put_hex(path, strlen(path));
    putchar('\n');
    free(path);
    free(terminated);
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t got;
    while ((got = getline(&line, &capacity, stdin)) > 0) {
        size_t length = (size_t)(got - 1) / 2;
        /* A copy of just the right size, so that sanitizers see a read past its end. */
        char *text = hl_xmalloc(length);
        for (size_t i = 0; i < length; i++) {
            char digits[3] = {line[2 * i], line[2 * i + 1], '\0'};
            text[i] = (char)strtoul(digits, NULL, 16);
        }
        answer(text, length);
        free(text);
    }
    free(line);
    return 0;
}
