/* Lets the oracle scripts ask src/python about many texts through one process.
 *
 * Requests on stdin are a line of numbers and then that many bytes, until the end; see each function.
 * Answers go to stdout in the same order. Any malformed request ends the program with status 2. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/python/decode.h"
#include "hotlens/python/line_map.h"
#include "hotlens/python/outline.h"

static void check(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "python_tool: %s\n", what);
        exit(2);
    }
}

static char *read_bytes(size_t length)
{
    char *bytes = hl_xmalloc(length);
    check(fread(bytes, 1, length, stdin) == length, "short input");
    return bytes;
}

/* LENGTH: a head line (definitions, lines, main line, unterminated), then a line per definition. */
static void answer_outline(void)
{
    size_t length;
    while (scanf("%zu", &length) == 1) {
        getchar();
        _cleanup_free_ char *text = read_bytes(length);
        _cleanup_(hl_outline_destroy_p) struct hl_outline *outline = NULL;
        check(hl_outline_create(text, length, &outline) == 0, "no outline");
        printf("%u %u %u %d\n", hl_outline_count(outline), hl_outline_lines(outline),
               hl_outline_main_line(outline), hl_outline_is_unterminated(outline));
        for (uint32_t i = 0; i < hl_outline_count(outline); i++) {
            const struct hl_definition *item = hl_outline_get(outline, i);
            printf("%c %u %u %u %u %d %u %s %s\n", item->kind == HL_DEFINITION_CLASS ? 'c' : 'f',
                   item->def_line, item->first_line, item->body_line, item->end_line,
                   item->parent == HL_NO_DEFINITION ? -1 : (int)item->parent, item->ordinal,
                   hl_outline_name(outline, i), hl_outline_path(outline, i));
        }
    }
}

/* LENGTH COUNT, the text, then COUNT lines "LINE NAME": a line per question: whether the text explains
 * it, and the first line of the definition or 0. */
static void answer_functions(void)
{
    size_t length;
    size_t count;
    while (scanf("%zu %zu", &length, &count) == 2) {
        getchar();
        _cleanup_free_ char *text = read_bytes(length);
        _cleanup_(hl_outline_destroy_p) struct hl_outline *outline = NULL;
        check(hl_outline_create(text, length, &outline) == 0, "no outline");
        for (size_t i = 0; i < count; i++) {
            char name[4096];
            uint32_t line;
            check(scanf("%" SCNu32 " %4095[^\n]", &line, name) == 2, "bad question");
            bool found;
            uint32_t index = hl_outline_function_of(outline, name, strlen(name), line, &found);
            printf("%d %u\n", found,
                   index == HL_NO_DEFINITION ? 0 : hl_outline_get(outline, index)->first_line);
        }
    }
}

/* LENGTH: result, length of the text, encoding; then the text. */
static void answer_decode(void)
{
    size_t length;
    while (scanf("%zu", &length) == 1) {
        getchar();
        _cleanup_free_ char *bytes = read_bytes(length);
        _cleanup_free_ char *encoding = hl_python_encoding(bytes, length);
        _cleanup_buffer_ struct hl_buffer text = {0};
        int r = hl_python_decode(bytes, length, &text);
        printf("%d %zu %s\n", r, text.length, encoding);
        fwrite(text.data, 1, text.length, stdout);
        putchar('\n');
    }
}

/* OLD NEW lengths: rough, lines of old and new; then for each old line its new one, and back. */
static void answer_map(void)
{
    size_t lengths[2];
    while (scanf("%zu %zu", &lengths[0], &lengths[1]) == 2) {
        getchar();
        struct hl_line_hashes sides[2];
        for (int i = 0; i < 2; i++) {
            _cleanup_free_ char *text = read_bytes(lengths[i]);
            check(hl_line_hashes_init(&sides[i], text, lengths[i]) == 0, "no hashes");
        }
        _cleanup_(hl_line_map_destroy_p) struct hl_line_map *map = NULL;
        check(hl_line_map_create(&sides[0], &sides[1], &map) == 0, "no map");
        printf("%d %u %u\n", hl_line_map_is_rough(map), sides[0].count, sides[1].count);
        for (uint32_t line = 1; line <= sides[0].count; line++) {
            printf("%u ", hl_line_map_to_new(map, line));
        }
        for (uint32_t line = 1; line <= sides[1].count; line++) {
            printf("%u ", hl_line_map_to_old(map, line));
        }
        putchar('\n');
        hl_line_hashes_finish(&sides[0]);
        hl_line_hashes_finish(&sides[1]);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*answer)(void);
    } MODES[] = {
        {"outline", answer_outline},
        {"functions", answer_functions},
        {"decode", answer_decode},
        {"map", answer_map},
    };
    for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(MODES); i++) {
        if (strcmp(argv[1], MODES[i].name) == 0) {
            MODES[i].answer();
            return 0;
        }
    }
    fprintf(stderr, "usage: python_tool outline|functions|decode|map\n");
    return 2;
}
