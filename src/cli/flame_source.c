/* Lines of source text: in the boxes instead of names, and in the editor. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flame_screen.h"
#include "hotlens/app/sources.h"
#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"

uint32_t source_line_number(const struct screen *screen, const struct hl_view *view, uint32_t node)
{
    const struct hl_function *function = hl_flame_function(screen->shown->flame, view, node);
    uint32_t frame = view->frame[node];
    uint32_t line = 0;
    if (frame != HL_NO_FRAME) {
        line = hl_frames_get(hl_profile_frames(screen->data->profile), frame)->line;
    }
    return line > 0 || !function ? line : function->line;
}

/* Where each line starts, found once for each file. */
static void find_lines(const struct hl_source *source, struct lines *lines)
{
    lines->is_known = true;
    size_t count = 1;
    for (size_t i = 0; i < source->length; i++) {
        count += source->text[i] == '\n';
    }
    lines->starts = hl_try_malloc(count + 1, sizeof(*lines->starts));
    if (!lines->starts || source->length > UINT32_MAX - 1) {
        return;
    }
    lines->starts[lines->count++] = 0;
    for (size_t i = 0; i < source->length; i++) {
        if (source->text[i] == '\n') {
            lines->starts[lines->count++] = (uint32_t)i + 1;
        }
    }
    lines->starts[lines->count] = (uint32_t)source->length + 1;
}

static const struct hl_source *source_of(const struct screen *screen, const struct hl_view *view,
                                         uint32_t node)
{
    const struct hl_flame *flame = screen->shown->flame;
    const struct hl_function *function = hl_flame_function(flame, view, node);
    if (!function || function->file == HL_NO_STRING) {
        return NULL;
    }
    const char *file = hl_strings_get(flame->functions->strings, function->file, NULL);
    return hl_sources_find(screen->data->sources, file);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\f';
}

const char *source_text(struct screen *screen, const struct hl_view *view, uint32_t node,
                        size_t *ret_length)
{
    const struct hl_source *source = source_of(screen, view, node);
    uint32_t number = source_line_number(screen, view, node);
    if (!source || !source->text || number == 0) {
        return NULL;
    }
    if (!screen->lines) {
        screen->lines = hl_xcalloc(screen->data->sources->count, sizeof(*screen->lines));
    }
    struct lines *lines = &screen->lines[source - screen->data->sources->items];
    if (!lines->is_known) {
        find_lines(source, lines);
    }
    if (number > lines->count) {
        return NULL;
    }
    const char *text = source->text + lines->starts[number - 1];
    const char *end = source->text + lines->starts[number] - 1;
    for (; text < end && is_blank(*text); text++) {
    }
    for (; end > text && is_blank(end[-1]); end--) {
    }
    *ret_length = (size_t)(end - text);
    return text < end ? text : NULL;
}

void source_finish(struct screen *screen)
{
    for (size_t i = 0; screen->lines && i < screen->data->sources->count; i++) {
        free(screen->lines[i].starts);
    }
    free(screen->lines);
    screen->lines = NULL;
}

static void edit(struct screen *screen, const char *path, uint32_t line)
{
    /* As git does it: the setting may have arguments. Every common editor knows +LINE. */
    static char command[] = "exec ${VISUAL:-${EDITOR:-vi}} \"$@\"";
    static char shell[] = "sh";
    static char option[] = "-c";
    _cleanup_free_ char *at = hl_xasprintf("+%u", line > 0 ? line : 1);
    /* A name is anybody's: none may be taken for an option, and vi runs what follows a "+". */
    _cleanup_free_ char *file = hl_xasprintf("%s%s", path[0] == '/' ? "" : "./", path);
    char *argv[] = {shell, option, command, shell, at, file, NULL};
    int r = terminal_run(argv);
    picture_forget(screen);
    if (r != 0) {
        screen_say(screen, "the editor could not be started, or failed: set $EDITOR");
    }
}

static const char *existing(const struct hl_source *source, const char *file)
{
    const char *real = source && source->real_path ? source->real_path : file;
    return access(real, R_OK) == 0 ? real : access(file, R_OK) == 0 ? file : NULL;
}

void source_open(struct screen *screen)
{
    const struct hl_functions *functions = screen->data->functions;
    const struct hl_function *function = table_selected(screen);
    uint32_t line = function ? function->line : 0;
    if (screen->now.look != LOOK_TABLE) {
        const struct hl_view *view = spot_view(screen, screen->selected);
        functions = screen->shown->flame->functions;
        function = hl_flame_function(screen->shown->flame, view, screen->selected.node);
        line = source_line_number(screen, view, screen->selected.node);
    }
    if (!function || function->file == HL_NO_STRING) {
        screen_say(screen, "this has no file");
        return;
    }
    const char *file = hl_strings_get(functions->strings, function->file, NULL);
    const char *path = existing(hl_sources_find(screen->data->sources, file), file);
    if (path) {
        edit(screen, path, line);
    } else {
        screen_say(screen, "%s is not on this machine", file);
    }
}
