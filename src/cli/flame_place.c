/* Where one is in the flame graph, and where one has been: back and forward, as in a browser. */
#include <stdlib.h>
#include <string.h>

#include "flame_screen.h"
#include "hotlens/base/memory.h"

void path_set(struct path *path, const struct step *steps, size_t count)
{
    struct step *copy = NULL;
    if (count > 0) {
        copy = hl_xcalloc(count, sizeof(*copy));
        memcpy(copy, steps, count * sizeof(*copy));
    }
    free(path->steps);
    *path = (struct path){copy, count};
}

void place_finish(struct place *place)
{
    for (size_t i = 0; i < TREES; i++) {
        free(place->zoom[i].steps);
    }
    *place = (struct place){0};
}

struct place place_copy(const struct place *place)
{
    struct place copy = *place;
    for (size_t i = 0; i < TREES; i++) {
        copy.zoom[i] = (struct path){0};
        path_set(&copy.zoom[i], place->zoom[i].steps, place->zoom[i].count);
    }
    return copy;
}

bool place_is_zoomed(const struct place *place, enum tree *ret_tree)
{
    static const enum tree FIRST[] = {
        [LOOK_FLAME] = TREE_FLAME, [LOOK_INVERTED] = TREE_INVERTED, [LOOK_SANDWICH] = TREE_CALLERS,
        [LOOK_TABLE] = TREE_FLAME};
    *ret_tree = FIRST[place->look];
    if (place->look == LOOK_SANDWICH && place->zoom[TREE_CALLERS].count == 0) {
        *ret_tree = TREE_CALLEES;
    }
    return place->zoom[*ret_tree].count > 0;
}

static void drop(struct screen *screen, size_t from)
{
    for (size_t i = from; i < screen->place_count; i++) {
        place_finish(screen->places[i]);
        free(screen->places[i]);
    }
    screen->place_count = from;
}

void places_push(struct screen *screen, struct place before)
{
    drop(screen, screen->place_at);
    if (screen->place_count == PLACES_MOST) {
        place_finish(screen->places[0]);
        free(screen->places[0]);
        memmove(screen->places, screen->places + 1, (PLACES_MOST - 1) * sizeof(*screen->places));
        screen->place_count--;
    }
    struct place *kept = hl_xcalloc(1, sizeof(*kept));
    *kept = before;
    screen->places[screen->place_count++] = kept;
    screen->place_at = screen->place_count;
}

/* places[place_at] is the next newer one, places[place_at - 1] the one before; `now` is between them. */
bool places_travel(struct screen *screen, int steps)
{
    if (steps < 0 ? screen->place_at == 0 : screen->place_at == screen->place_count) {
        return false;
    }
    size_t index = steps < 0 ? --screen->place_at : screen->place_at++;
    struct place there = *screen->places[index];
    *screen->places[index] = screen->now;
    screen->now = there;
    return true;
}

void places_finish(struct screen *screen)
{
    drop(screen, 0);
    screen->place_at = 0;
    place_finish(&screen->now);
}
