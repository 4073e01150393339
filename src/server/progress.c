#include "hotlens/server/progress.h"

#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/server/dispatch.h"

enum state {
    STATE_SILENT,   /* the client has no progress, or refused this one */
    STATE_CREATING, /* asked, not answered yet */
    STATE_OPEN,
};

struct hl_progress {
    struct hl_context *context;
    struct hl_progress *next;
    enum state state;
    bool ended; /* while the client was being asked */
    bool token_is_number;
    double token_number;
    char *token;
    char *title;
    char *message; /* the last one, for the beginning */
    void (*cancel)(void *user);
    void *user;
};

struct hl_progress_list {
    struct hl_progress *first;
    uint64_t next_token;
};

struct hl_progress_list *hl_progress_list_create(void)
{
    return hl_xcalloc(1, sizeof(struct hl_progress_list));
}

static void destroy(struct hl_progress *progress)
{
    free(progress->token);
    free(progress->title);
    free(progress->message);
    free(progress);
}

void hl_progress_list_destroy(struct hl_progress_list *list)
{
    while (list && list->first) {
        struct hl_progress *progress = list->first;
        list->first = progress->next;
        destroy(progress);
    }
    free(list);
}

static void unlink_progress(struct hl_progress *progress)
{
    struct hl_progress **link = &progress->context->progress->first;
    while (*link && *link != progress) {
        link = &(*link)->next;
    }
    if (*link) {
        *link = progress->next;
    }
}

static void write_token(struct hl_json *json, const struct hl_progress *progress)
{
    hl_json_key(json, "token");
    if (progress->token_is_number) {
        hl_json_number(json, progress->token_number);
    } else {
        hl_json_string(json, progress->token);
    }
}

struct step {
    const struct hl_progress *progress;
    const char *kind;
    const char *message;
};

/* No percentage anywhere: nobody knows how long a program runs, and some clients drop the message of a
 * report when only the beginning had one. */
static void write_step(struct hl_json *json, const void *data)
{
    const struct step *step = data;
    hl_json_object_begin(json);
    write_token(json, step->progress);
    hl_json_key(json, "value");
    hl_json_object_begin(json);
    hl_json_member_string(json, "kind", step->kind);
    if (strcmp(step->kind, "begin") == 0) {
        hl_json_member_string(json, "title", step->progress->title);
        hl_json_member_bool(json, "cancellable", step->progress->cancel != NULL);
    }
    if (step->message) {
        hl_json_member_string(json, "message", step->message);
    }
    hl_json_object_end(json);
    hl_json_object_end(json);
}

static void send_step(const struct hl_progress *progress, const char *kind, const char *message)
{
    struct step step = {progress, kind, message};
    hl_notify(progress->context, "$/progress", write_step, &step,
              strcmp(kind, "report") == 0 ? HL_SEND_DROPPABLE : HL_SEND_ALWAYS);
}

static void write_create(struct hl_json *json, const void *data)
{
    hl_json_object_begin(json);
    write_token(json, data);
    hl_json_object_end(json);
}

static void on_created(void *user, const cJSON *result, const cJSON *error, bool gone)
{
    struct hl_progress *progress = user;
    (void)result;
    bool usable = !gone && !error;
    progress->state = usable ? STATE_OPEN : STATE_SILENT;
    if (usable) {
        send_step(progress, "begin", progress->message);
    }
    if (progress->ended) {
        hl_progress_end(progress, progress->message);
    } else if (gone) {
        progress->state = STATE_SILENT;
    }
}

static void take_token(struct hl_progress *progress, const cJSON *token)
{
    if (cJSON_IsString(token)) {
        progress->token = hl_xstrdup(token->valuestring);
    } else {
        progress->token_is_number = true;
        progress->token_number = token->valuedouble;
    }
    progress->state = STATE_OPEN;
    send_step(progress, "begin", NULL);
}

struct hl_progress *hl_progress_begin(struct hl_context *context, const cJSON *token,
                                      const char *title, void (*cancel)(void *user), void *user)
{
    struct hl_progress_list *list = context->progress;
    struct hl_progress *progress = hl_xcalloc(1, sizeof(*progress));
    progress->context = context;
    progress->title = hl_xstrdup(title);
    progress->cancel = cancel;
    progress->user = user;
    progress->next = list->first;
    list->first = progress;
    if (context->client->work_done_progress) {
        progress->state = STATE_CREATING;
        progress->token = hl_xasprintf("hotlens-%llu", (unsigned long long)++list->next_token);
        hl_ask(context, "window/workDoneProgress/create", write_create, progress, on_created,
               progress);
    } else if (cJSON_IsString(token) || cJSON_IsNumber(token)) {
        take_token(progress, token);
    }
    return progress;
}

static void remember(struct hl_progress *progress, const char *message)
{
    char *copy = hl_xstrdup(message);
    free(progress->message);
    progress->message = copy;
}

void hl_progress_report(struct hl_progress *progress, const char *message)
{
    remember(progress, message);
    if (progress->state == STATE_OPEN) {
        send_step(progress, "report", message);
    }
}

void hl_progress_forget_cancel(struct hl_progress *progress)
{
    progress->cancel = NULL;
}

void hl_progress_end(struct hl_progress *progress, const char *message)
{
    if (!progress) {
        return;
    }
    if (progress->state == STATE_CREATING) {
        remember(progress, message);
        progress->ended = true;
        progress->cancel = NULL;
        return; /* ends when the client has answered */
    }
    if (progress->state == STATE_OPEN) {
        send_step(progress, "end", message);
    }
    unlink_progress(progress);
    destroy(progress);
}

static bool has_token(const struct hl_progress *progress, const cJSON *token)
{
    if (progress->token_is_number) {
        return cJSON_IsNumber(token) && !(token->valuedouble < progress->token_number) &&
               !(token->valuedouble > progress->token_number);
    }
    return progress->token && cJSON_IsString(token) &&
           strcmp(token->valuestring, progress->token) == 0;
}

void hl_progress_cancelled(struct hl_context *context, const cJSON *params)
{
    const cJSON *token = cJSON_GetObjectItemCaseSensitive(params, "token");
    for (struct hl_progress *progress = context->progress->first; progress;
         progress = progress->next) {
        if (has_token(progress, token)) {
            if (progress->cancel) {
                progress->cancel(progress->user);
            }
            return;
        }
    }
}
