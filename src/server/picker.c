#include "hotlens/server/picker.h"

#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "hotlens/server/dispatch.h"

struct question {
    const char *text;
    char **titles;
    hl_picked_fn picked;
    void *user;
};

static bool is_taken(char *const *titles, const char *title)
{
    for (size_t i = 0; titles && titles[i]; i++) {
        if (strcmp(titles[i], title) == 0) {
            return true;
        }
    }
    return false;
}

static char **make_unique(const char *const *titles, size_t count)
{
    char **unique = NULL;
    for (size_t i = 0; i < count; i++) {
        char *title = hl_xstrdup(titles[i]);
        for (unsigned n = 2; is_taken(unique, title); n++) {
            free(title);
            title = hl_xasprintf("%s (%u)", titles[i], n);
        }
        hl_strv_add_owned(&unique, title);
    }
    return unique;
}

static void write_question(struct hl_json *json, const void *data)
{
    const struct question *question = data;
    hl_json_object_begin(json);
    hl_json_member_i64(json, "type", 3);
    hl_json_member_string(json, "message", question->text);
    hl_json_key(json, "actions");
    hl_json_array_begin(json);
    for (size_t i = 0; question->titles && question->titles[i]; i++) {
        hl_json_object_begin(json);
        hl_json_member_string(json, "title", question->titles[i]);
        hl_json_object_end(json);
    }
    hl_json_array_end(json);
    hl_json_object_end(json);
}

static void on_answer(void *user, const cJSON *result, const cJSON *error, bool gone)
{
    struct question *question = user;
    (void)error;
    const cJSON *title = gone ? NULL : cJSON_GetObjectItemCaseSensitive(result, "title");
    int index = -1;
    bool is_title = title && cJSON_IsString(title);
    for (int i = 0; is_title && question->titles && question->titles[i]; i++) {
        if (strcmp(question->titles[i], title->valuestring) == 0) {
            index = i;
        }
    }
    question->picked(question->user, index);
    hl_strv_free(question->titles);
    free(question);
}

void hl_pick(struct hl_context *context, const char *text, const char *const *titles, size_t count,
             hl_picked_fn picked, void *user)
{
    if (!context->client->message_actions) {
        hl_show_message(context, 2, "%s (this editor cannot ask: give the command its arguments)",
                        text);
        picked(user, -1);
        return;
    }
    struct question *question = hl_xmalloc(sizeof(*question));
    *question = (struct question){
        .text = text,
        .titles = make_unique(titles, hl_min_size(count, HL_PICKER_MOST)),
        .picked = picked,
        .user = user,
    };
    hl_ask(context, "window/showMessageRequest", write_question, question, on_answer, question);
}
