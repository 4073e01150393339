#include "change_news.h"

#include <string.h>

#include "hotlens/app/text.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "hotlens/server/commands.h"

enum change {
    CHANGE_RUNS = 1 << 0,
    CHANGE_SHOWN = 1 << 1,
    CHANGE_FOCUS = 1 << 2,
    CHANGE_NUMBERS = 1 << 3,
    CHANGE_HINTS = 1 << 4,
};

/* What was told of one folder. */
struct told {
    char *folder;
    struct hl_shown *shown; /* NULL: nothing is */
};

struct change_news {
    struct told *told;
    size_t count;
    bool hints_were_off;
};

static void forget(struct change_news *news)
{
    for (size_t i = 0; i < news->count; i++) {
        free(news->told[i].folder);
        hl_shown_unref(news->told[i].shown);
    }
    free(news->told);
    news->told = NULL;
    news->count = 0;
}

struct change_news *change_news_create(void)
{
    return hl_xcalloc(1, sizeof(struct change_news));
}

void change_news_destroy(struct change_news *news)
{
    if (news) {
        forget(news);
        free(news);
    }
}

static const struct hl_shown *told_of(const struct change_news *news, const char *folder)
{
    for (size_t i = 0; i < news->count; i++) {
        if (strcmp(news->told[i].folder, folder) == 0) {
            return news->told[i].shown;
        }
    }
    return NULL;
}

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Between two things that are shown: a live run has the same uuid as long as it goes on, and as a run of
 * the store another id. */
static uint32_t compare(const struct hl_shown *before, const struct hl_shown *now)
{
    if (before == now) {
        return 0;
    }
    if (!before || !now) {
        return CHANGE_SHOWN | CHANGE_NUMBERS;
    }
    const struct hl_run *old = hl_shown_run(before);
    const struct hl_run *new = hl_shown_run(now);
    bool same_run = old->id == new->id && is_same_text(old->uuid, new->uuid);
    bool same_focus = is_same_text(hl_shown_focus_name(before), hl_shown_focus_name(now));
    return CHANGE_NUMBERS | (same_run ? 0 : CHANGE_SHOWN) | (same_focus ? 0 : CHANGE_FOCUS);
}

/* Compares all folders with what was told, and keeps what is told now. */
static uint32_t update(struct hl_context *context)
{
    struct change_news *news = context->changes;
    char **folders = context->memory->folders;
    size_t count = hl_strv_length(folders);
    struct told *now = hl_xcalloc(count + 1, sizeof(*now));
    uint32_t changes = 0;
    for (size_t i = 0; i < count; i++) {
        struct hl_shown *shown = hl_shelf_shown(context->shelf, folders[i]);
        changes |= compare(told_of(news, folders[i]), shown);
        now[i] = (struct told){hl_xstrdup(folders[i]), hl_shown_ref(shown)};
    }
    forget(news);
    news->told = now;
    news->count = count;
    bool hints_are_off = !hl_shelf_hints_are_on(context->shelf);
    changes |= hints_are_off != news->hints_were_off ? CHANGE_HINTS : 0;
    news->hints_were_off = hints_are_off;
    return changes;
}

struct message {
    const struct change_news *news;
    uint32_t changes;
};

static void write_kinds(struct hl_json *json, uint32_t changes)
{
    static const char *const NAMES[] = {"runs", "shown", "focus", "numbers", "hints"};
    hl_json_key(json, "changed");
    hl_json_array_begin(json);
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        if (changes & (1u << i)) {
            hl_json_string(json, NAMES[i]);
        }
    }
    hl_json_array_end(json);
}

static void write_told(struct hl_json *json, const struct told *told)
{
    const struct hl_run *run = hl_shown_run(told->shown);
    hl_json_object_begin(json);
    hl_json_member_string(json, "folder", told->folder);
    hl_json_key(json, "run");
    if (run->id > 0) {
        hl_json_i64(json, run->id);
    } else {
        hl_json_null(json);
    }
    hl_json_member_string(json, "title", run->title);
    _cleanup_buffer_ struct hl_buffer summary = {0};
    hl_text_summary(&summary, run);
    hl_json_member_string(json, "summary", summary.data ? summary.data : "");
    hl_json_member_bool(json, "live", run->id == 0);
    hl_json_member_string(json, "focus", hl_shown_focus_name(told->shown));
    hl_json_object_end(json);
}

static void write_message(struct hl_json *json, const void *data)
{
    const struct message *message = data;
    hl_json_object_begin(json);
    write_kinds(json, message->changes);
    hl_json_member_bool(json, "hints", !message->news->hints_were_off);
    hl_json_key(json, "shown");
    hl_json_array_begin(json);
    for (size_t i = 0; i < message->news->count; i++) {
        if (message->news->told[i].shown) {
            write_told(json, &message->news->told[i]);
        }
    }
    hl_json_array_end(json);
    hl_json_object_end(json);
}

static void tell(struct hl_context *context, uint32_t changes)
{
    if (changes == 0 || !context->client->ui || context->leaving) {
        return;
    }
    struct message message = {context->changes, changes};
    /* Live numbers come again. */
    enum hl_urgency urgency = changes == CHANGE_NUMBERS ? HL_SEND_DROPPABLE : HL_SEND_ALWAYS;
    hl_notify(context, "hotlens/didChange", write_message, &message, urgency);
}

void change_news_shown(struct hl_context *context)
{
    tell(context, update(context));
}

void change_news_runs(struct hl_context *context)
{
    tell(context, update(context) | CHANGE_RUNS);
}
