/* Outlines of any bytes: ranges nest, are in order and lie in the text, and every question about them
 * gets an answer that is one of them. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "hotlens/base/macros.h"
#include "hotlens/base/memory.h"
#include "hotlens/python/decode.h"
#include "hotlens/python/outline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_definition(const struct hl_outline *outline, uint32_t index)
{
    const struct hl_definition *item = hl_outline_get(outline, index);
    hl_assert(item->first_line >= 1 && item->first_line <= item->def_line);
    hl_assert(item->def_line <= item->body_line && item->body_line <= item->end_line);
    hl_assert(item->end_line <= hl_outline_lines(outline));
    size_t name_length = strlen(hl_outline_name(outline, index));
    size_t path_length = strlen(hl_outline_path(outline, index));
    hl_assert(name_length > 0 && name_length <= path_length);
    hl_assert(strcmp(hl_outline_path(outline, index) + path_length - name_length,
                     hl_outline_name(outline, index)) == 0);
    if (index > 0) {
        const struct hl_definition *previous = hl_outline_get(outline, index - 1);
        hl_assert(previous->def_line < item->first_line);
        /* what came before either holds it or has ended */
        hl_assert(previous->end_line < item->first_line || previous->end_line >= item->end_line);
    }
    if (item->parent != HL_NO_DEFINITION) {
        const struct hl_definition *parent = hl_outline_get(outline, item->parent);
        hl_assert(item->parent < index);
        hl_assert(parent->def_line < item->first_line && parent->end_line >= item->end_line);
    }
}

static void ask(const struct hl_outline *outline, const char *name, size_t length, uint32_t line)
{
    bool found;
    uint32_t index = hl_outline_function_of(outline, name, length, line, &found);
    hl_assert(index == HL_NO_DEFINITION || (found && index < hl_outline_count(outline)));
    if (index != HL_NO_DEFINITION && line > 0) {
        const struct hl_definition *item = hl_outline_get(outline, index);
        hl_assert(item->first_line <= line && line <= item->end_line);
    }
}

static void check_line(const struct hl_outline *outline, uint32_t line)
{
    uint32_t innermost = HL_NO_DEFINITION;
    for (uint32_t i = 0; i < hl_outline_count(outline); i++) {
        const struct hl_definition *item = hl_outline_get(outline, i);
        if (item->first_line <= line && line <= item->end_line) {
            innermost = i;
        }
    }
    hl_assert(hl_outline_at_line(outline, line) == innermost);
    ask(outline, "<lambda>", strlen("<lambda>"), line);
}

static void check_outline(const char *text, size_t length)
{
    _cleanup_(hl_outline_destroy_p) struct hl_outline *outline = NULL;
    if (hl_outline_create(text, length, &outline) < 0) {
        return;
    }
    uint32_t count = hl_outline_count(outline);
    uint32_t lines = hl_outline_lines(outline);
    hl_assert(hl_outline_main_line(outline) <= lines);
    for (uint32_t i = 0; i < count; i++) {
        check_definition(outline, i);
        const struct hl_definition *item = hl_outline_get(outline, i);
        const char *path = hl_outline_path(outline, i);
        bool found;
        ask(outline, path, strlen(path), item->def_line);
        /* A qualified name finds its own definition. */
        uint32_t own = hl_outline_function_of(outline, path, strlen(path), item->end_line, &found);
        hl_assert(found && own != HL_NO_DEFINITION);
        ask(outline, text, hl_min_size(length, 100), item->def_line);
    }
    for (uint32_t line = 0; count < 200 && line < 200 && line <= lines + 1; line++) {
        check_line(outline, line);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    check_outline(text, size);
    _cleanup_buffer_ struct hl_buffer decoded = {0};
    if (hl_python_decode(text, size, &decoded) == 0 && decoded.length > 0) {
        check_outline(decoded.data, decoded.length);
    }
    return 0;
}
