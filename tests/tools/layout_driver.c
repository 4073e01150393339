/* Lays views out and cuts labels, for tests/oracle/layout_vs_fractions.py.
 *
 * Input, line by line:  view COLUMNS PARENT:SELF PARENT:SELF …   nodes in preorder, the root first
 *                       label COLUMNS HEX                        a text, as hexadecimal bytes
 * Each is answered in one line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/label.h"
#include "hotlens/base/memory.h"
#include "hotlens/profile/layout.h"

#define MAX_NODES 256

static void lay_out(char *text)
{
    uint32_t parent[MAX_NODES];
    uint32_t end[MAX_NODES];
    uint64_t self[MAX_NODES];
    uint64_t total[MAX_NODES];
    struct hl_view view = {.parent = parent, .end = end, .self = self, .total = total};
    uint32_t columns = (uint32_t)strtoul(text, &text, 10);
    while (*text == ' ') {
        parent[view.count] = (uint32_t)strtoul(text, &text, 10);
        self[view.count] = strtoull(text + 1, &text, 10);
        view.count++;
    }
    memcpy(total, self, sizeof(total));
    for (uint32_t i = 0; i < view.count; i++) {
        end[i] = i + 1;
    }
    for (uint32_t i = view.count - 1; i > 0; i--) {
        total[parent[i]] += total[i];
        end[parent[i]] = end[parent[i]] > end[i] ? end[parent[i]] : end[i];
    }
    struct hl_layout layout;
    hl_assert(hl_layout_make(&view, columns, &layout) == 0);
    for (uint32_t row = 0; row < layout.rows; row++) {
        for (size_t i = layout.row[row]; i < layout.row[row + 1]; i++) {
            const struct hl_cell *cell = &layout.cells[i];
            printf("%u:%u:%u:%d:%u:%" PRIu64 " ", row, cell->x, cell->width, (int)cell->node,
                   cell->parent, cell->total);
        }
    }
    hl_layout_finish(&layout);
    putchar('\n');
}

static void cut(char *text)
{
    size_t columns = strtoul(text, &text, 10);
    char bytes[4096];
    size_t length = 0;
    unsigned byte;
    for (text++; sscanf(text, "%2x", &byte) == 1 && length < sizeof(bytes); text += 2) {
        bytes[length++] = (char)byte;
    }
    struct hl_buffer out = {0};
    size_t used = hl_label_append(&out, bytes, length, columns);
    printf("%zu ", used);
    for (size_t i = 0; i < out.length; i++) {
        printf("%02x", (unsigned char)out.data[i]);
    }
    putchar('\n');
    hl_buffer_finish(&out);
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        if (strncmp(line, "view ", 5) == 0) {
            lay_out(line + 5);
        } else {
            cut(line + 6);
        }
    }
    free(line);
    return 0;
}
