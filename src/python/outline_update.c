/* An outline brought up to date after an edit. Definitions before the last fresh line that the edit leaves
 * alone stay; the scanner starts there, and stops at the first fresh line behind the edit that was one
 * before too: from such a line on, it would find what it found then, on lines further up or down. */
#include <errno.h>

#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "outline_private.h"

struct update {
    const struct hl_outline *old;
    const struct hl_outline_change *change;
    struct hl_outline *outline;
    uint32_t next; /* of the old fresh lines, the first that may be met again */
};

/* How many of the fresh lines come before `line`. */
static uint32_t fresh_before(const struct hl_outline *outline, uint32_t line)
{
    uint32_t low = 0;
    uint32_t high = outline->fresh_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (outline->fresh[middle].line < line) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* A later `if __name__ …` was not taken note of where there was an earlier one: if that has gone, the
 * whole rest is scanned. */
static bool misses_main(const struct update *update, uint32_t old_line)
{
    return update->outline->main_line == 0 && update->old->main_line > 0 &&
           update->old->main_line < old_line;
}

static bool meets_old(void *user, uint32_t line)
{
    struct update *update = user;
    const struct hl_outline *old = update->old;
    const struct hl_outline_change *change = update->change;
    if (line < change->new_tail) {
        return false;
    }
    uint32_t old_line = line - change->new_tail + change->old_tail;
    while (update->next < old->fresh_count && old->fresh[update->next].line < old_line) {
        update->next++;
    }
    return update->next < old->fresh_count && old->fresh[update->next].line == old_line &&
           !misses_main(update, old_line);
}

/* Definitions [from, to) of the old outline, so many lines further down and places further on. */
static int copy_definitions(const struct update *update, uint32_t from, uint32_t to,
                            uint32_t line_shift)
{
    uint32_t place_shift = update->outline->count - from;
    for (uint32_t i = from; i < to; i++) {
        struct hl_definition definition = update->old->items[i];
        size_t length;
        const char *name = hl_strings_get(update->old->strings, definition.name, &length);
        definition.parent += definition.parent == HL_NO_DEFINITION ? 0 : place_shift;
        definition.first_line += line_shift;
        definition.def_line += line_shift;
        definition.body_line += line_shift;
        definition.end_line += line_shift;
        int r = outline_add(update->outline, &definition, name, length);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* All before fresh line number `count` of the old outline. */
static int copy_head(const struct update *update, uint32_t count)
{
    const struct hl_outline *old = update->old;
    uint32_t defined = 0;
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < count; i++) {
        uint32_t to = old->fresh[i].definitions;
        r = copy_definitions(update, defined, to, 0);
        r = r < 0 ? r : outline_add_fresh(update->outline, old->fresh[i].line);
        defined = to;
    }
    r = r < 0 ? r : copy_definitions(update, defined, old->fresh[count].definitions, 0);
    if (old->main_line < old->fresh[count].line) {
        update->outline->main_line = old->main_line;
    }
    return r;
}

/* All from the fresh line on at which the scanner stopped. */
static int copy_tail(const struct update *update)
{
    const struct hl_outline *old = update->old;
    /* Lines are counted modulo 2^32, so this may stand for lines further up. */
    uint32_t shift = update->change->new_tail - update->change->old_tail;
    uint32_t old_line = old->fresh[update->next].line;
    int r = 0;
    for (uint32_t i = update->next; r == 0 && i < old->fresh_count; i++) {
        uint32_t to = i + 1 < old->fresh_count ? old->fresh[i + 1].definitions : old->count;
        r = outline_add_fresh(update->outline, old->fresh[i].line + shift);
        r = r < 0 ? r : copy_definitions(update, old->fresh[i].definitions, to, shift);
    }
    if (update->outline->main_line == 0 && old->main_line >= old_line) {
        update->outline->main_line = old->main_line + shift;
    }
    update->outline->lines = old->lines + shift;
    return r;
}

static int scan_between(struct update *update, uint32_t line, const char *text, size_t length)
{
    struct outline_part part = {
        .start = text + update->change->starts[line - 1],
        .end = text + length,
        .line = line,
        .stops_at = meets_old,
        .user = update,
    };
    int r = outline_scan_part(update->outline, &part);
    return r == 0 && part.has_stopped ? copy_tail(update) : r;
}

int hl_outline_update(const struct hl_outline *old, const char *text, size_t length,
                      const struct hl_outline_change *change, struct hl_outline **ret_outline)
{
    /* The line of the start is alike as a whole, so it still begins a statement in its first column. The
     * first line may begin with a byte order mark, and is not used. */
    uint32_t count = fresh_before(old, change->head + 1);
    uint32_t start = count > 0 ? old->fresh[count - 1].line : 0;
    if (start < 2 || start > change->line_count || old->is_unterminated || length >= UINT32_MAX) {
        return hl_outline_create(text, length, ret_outline);
    }
    _cleanup_(hl_outline_destroy_p) struct hl_outline *outline = hl_xcalloc(1, sizeof(*outline));
    outline->strings = hl_strings_create();
    struct update update = {.old = old, .change = change, .outline = outline, .next = count - 1};
    int r = copy_head(&update, count - 1);
    r = r < 0 ? r : scan_between(&update, start, text, length);
    r = r < 0 ? r : outline_index_names(outline);
    if (r < 0) {
        return r;
    }
    *ret_outline = TAKE_PTR(outline);
    return 0;
}
