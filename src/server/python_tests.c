#include "python_tests.h"

#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"

bool feature_is_test_file(const struct hl_document *document)
{
    const char *name = document->path ? hl_path_base_name(document->path) : "";
    size_t length = strlen(name);
    bool begins = strncmp(name, "test_", 5) == 0 && length > 3 &&
                  strcmp(name + length - 3, ".py") == 0;
    bool ends = length > 8 && strcmp(name + length - 8, "_test.py") == 0;
    return document->is_python && (begins || ends);
}

static bool is_test(const struct hl_outline *outline, uint32_t index)
{
    const char *name = hl_outline_name(outline, index);
    return hl_outline_get(outline, index)->kind == HL_DEFINITION_CLASS
               ? strncmp(name, "Test", 4) == 0
               : strncmp(name, "test", 4) == 0;
}

char *feature_test_name(const struct hl_outline *outline, uint32_t index)
{
    char *path = NULL;
    if (!is_test(outline, index)) {
        return NULL;
    }
    /* Whatever is around it is a class of tests as well: what is inside a function is none. */
    while (index != HL_NO_DEFINITION) {
        const struct hl_definition *definition = hl_outline_get(outline, index);
        bool is_inner = path != NULL;
        if (!is_test(outline, index) ||
            (is_inner && definition->kind != HL_DEFINITION_CLASS)) {
            free(path);
            return NULL;
        }
        const char *name = hl_outline_name(outline, index);
        char *longer = is_inner ? hl_xasprintf("%s::%s", name, path) : hl_xstrdup(name);
        free(path);
        path = longer;
        index = definition->parent;
    }
    return path;
}
