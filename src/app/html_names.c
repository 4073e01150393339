/* What an HTML export calls things: enough to read it, not enough to learn about the machine. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/html.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"

static bool is_separator(char byte)
{
    return byte == '/' || byte == '\\';
}

static bool is_library_folder(const char *name, size_t length)
{
    bool packages = length == strlen("site-packages") && (memcmp(name, "site-packages", length) == 0 ||
                                                          memcmp(name, "dist-packages", length) == 0);
    bool python = length > strlen("python") && memcmp(name, "python", strlen("python")) == 0 &&
                  name[strlen("python")] >= '0' && name[strlen("python")] <= '9';
    return packages || python;
}

/* Where the innermost folder of libraries begins, else the folder that the file is in. */
static size_t find_public_part(const char *path, size_t length, bool *ret_library)
{
    size_t start = 0; /* of the component */
    size_t folder = 0;
    size_t library = SIZE_MAX;
    for (size_t i = 0; i < length; i++) {
        if (is_separator(path[i])) {
            if (is_library_folder(path + start, i - start)) {
                library = start;
            }
            folder = start;
            start = i + 1;
        }
    }
    *ret_library = library != SIZE_MAX;
    return *ret_library ? library : folder;
}

static bool is_absolute(const char *path, size_t length)
{
    return length > 0 && (is_separator(path[0]) || (length > 2 && path[1] == ':' && is_separator(path[2])));
}

const char *hl_html_below(const char *path, const char *workspace)
{
    bool is_project = workspace && workspace[strspn(workspace, "/")] != '\0';
    const char *below = is_project ? hl_path_below(path, workspace) : NULL;
    bool leads_out = below && (strncmp(below, "../", 3) == 0 || strstr(below, "/../"));
    return leads_out ? NULL : below;
}

void hl_html_path(const char *path, size_t length, const char *workspace, struct hl_buffer *out)
{
    const char *below = hl_html_below(path, workspace);
    bool library;
    size_t start = find_public_part(path, length, &library);
    if (below && *below) {
        hl_buffer_append(out, below, length - (size_t)(below - path));
    } else if (!is_absolute(path, length)) {
        hl_buffer_append(out, path, length);
    } else {
        hl_buffer_puts(out, library ? "" : "…/");
        start += !library && is_separator(path[start]);
        hl_buffer_append(out, path + start, length - start);
    }
}

/* One word, or one in quotes. */
static size_t word_length(const char *text)
{
    if (*text == '"' || *text == '\'') {
        const char *end = strchr(text + 1, *text);
        return end ? (size_t)(end - text) + 1 : strlen(text);
    }
    return strcspn(text, " ");
}

void hl_html_title(const struct hl_run *run, const struct hl_html_options *options,
                   struct hl_buffer *out)
{
    const char *title = run->title ? run->title : "profile";
    if (options->command || (run->flags & HL_RUN_IMPORTED)) {
        hl_buffer_puts(out, title); /* of an import it is the name of the file */
    } else if (strncmp(title, "-c ", 3) == 0) {
        hl_buffer_puts(out, "python -c …");
    } else {
        static const char MODULE[] = "python -m ";
        size_t start = strncmp(title, MODULE, sizeof(MODULE) - 1) == 0 ? sizeof(MODULE) - 1 : 0;
        hl_buffer_append(out, title, start + word_length(title + start));
    }
}

static int intern(struct hl_functions *functions, const char *text, size_t length, uint32_t *ret_id)
{
    int r = hl_strings_intern(functions->strings, text, length, ret_id);
    return r < 0 ? r : 0;
}

static int name_one(const struct hl_run_data *data, const struct hl_html_options *options,
                    uint32_t index, struct hl_functions *functions, struct hl_buffer *scratch)
{
    const struct hl_strings *strings = data->functions->strings;
    struct hl_function function = data->functions->items[index];
    size_t length;
    const char *text = hl_strings_get(strings, function.name, &length);
    hl_buffer_clear(scratch);
    if (function.kind == HL_FUNCTION_PROCESS && !options->command) {
        hl_buffer_printf(scratch, "process %" PRIu64, function.number);
    } else {
        hl_buffer_append(scratch, text, length);
    }
    int r = scratch->error ? scratch->error
                           : intern(functions, scratch->data, scratch->length, &function.name);
    if (r == 0 && function.file != HL_NO_STRING) {
        text = hl_strings_get(strings, function.file, &length);
        hl_buffer_clear(scratch);
        hl_html_path(text, length, data->run.workspace, scratch);
        r = scratch->error ? scratch->error
                           : intern(functions, scratch->data, scratch->length, &function.file);
    }
    functions->items[index] = function;
    return r;
}

int hl_html_functions(const struct hl_run_data *data, const struct hl_html_options *options,
                      struct hl_functions **ret_functions)
{
    _cleanup_(hl_functions_destroy_p) struct hl_functions *functions = NULL;
    _cleanup_buffer_ struct hl_buffer scratch = {0};
    int r = hl_functions_create(0, &functions);
    if (r < 0) {
        return r;
    }
    size_t count = data->functions->count;
    functions->items = hl_try_malloc(count ? count : 1, sizeof(*functions->items));
    if (!functions->items) {
        return -ENOMEM;
    }
    functions->count = functions->capacity = count;
    for (uint32_t i = 0; i < count && r == 0; i++) {
        r = name_one(data, options, i, functions, &scratch);
    }
    if (r == 0) {
        *ret_functions = TAKE_PTR(functions);
    }
    return r;
}
