/* workspace/…/refresh: the client is asked to pull again. One at a time of each kind: what happens while
 * it is on its way makes one more when it was answered. */
#include "hotlens/base/memory.h"
#include "hotlens/server/features.h"

enum kind {
    KIND_INLAY_HINT = 1 << 0,
    KIND_CODE_LENS = 1 << 1,
};

struct refresh {
    struct hl_context *context;
    uint32_t kind;
};

static void pull_again(struct hl_context *context, uint32_t kind);

static void on_answer(void *user, const cJSON *result, const cJSON *error, bool gone)
{
    struct refresh *refresh = user;
    struct hl_context *context = refresh->context;
    uint32_t kind = refresh->kind;
    free(refresh);
    if (gone) {
        return;
    }
    context->client->refreshes_open &= ~kind;
    if (context->client->refreshes_wanted & kind) {
        pull_again(context, kind);
    }
}

static void pull_again(struct hl_context *context, uint32_t kind)
{
    struct hl_client *client = context->client;
    if (client->refreshes_open & kind) {
        client->refreshes_wanted |= kind;
        return;
    }
    client->refreshes_wanted &= ~kind;
    client->refreshes_open |= kind;
    struct refresh *refresh = hl_xmalloc(sizeof(*refresh));
    *refresh = (struct refresh){context, kind};
    hl_ask(context,
           kind == KIND_INLAY_HINT ? "workspace/inlayHint/refresh" : "workspace/codeLens/refresh",
           NULL, NULL, on_answer, refresh);
}

void hl_feature_refresh(struct hl_context *context)
{
    if (context->client->inlay_hint_refresh) {
        pull_again(context, KIND_INLAY_HINT);
    }
    if (context->client->code_lens_refresh && context->client->code_lens) {
        pull_again(context, KIND_CODE_LENS);
    }
}
