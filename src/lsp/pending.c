#include "hotlens/lsp/pending.h"

#include "hotlens/base/memory.h"

struct entry {
    struct entry *next;
    int64_t id;
    hl_pending_fn callback;
    void *user;
};

/* A list: a handful is open at any time. */
struct hl_pending {
    struct entry *first;
    size_t count;
    int64_t next_id;
};

struct hl_pending *hl_pending_create(void)
{
    struct hl_pending *pending = hl_xcalloc(1, sizeof(*pending));
    pending->next_id = 1;
    return pending;
}

static void answer(struct entry *entry, const cJSON *result, const cJSON *error, bool gone)
{
    if (entry->callback) {
        entry->callback(entry->user, result, error, gone);
    }
    free(entry);
}

void hl_pending_destroy(struct hl_pending *pending)
{
    while (pending && pending->first) {
        struct entry *entry = pending->first;
        pending->first = entry->next;
        answer(entry, NULL, NULL, true);
    }
    free(pending);
}

int64_t hl_pending_add(struct hl_pending *pending, hl_pending_fn callback, void *user)
{
    struct entry *entry = hl_xmalloc(sizeof(*entry));
    *entry = (struct entry){pending->first, pending->next_id++, callback, user};
    pending->first = entry;
    pending->count++;
    return entry->id;
}

bool hl_pending_resolve(struct hl_pending *pending, const struct hl_message *response)
{
    if (response->id.kind != HL_RPC_ID_NUMBER) {
        return false;
    }
    for (struct entry **link = &pending->first; *link; link = &(*link)->next) {
        struct entry *entry = *link;
        if ((double)entry->id >= response->id.number && (double)entry->id <= response->id.number) {
            *link = entry->next;
            pending->count--;
            answer(entry, response->error ? NULL : response->result, response->error, false);
            return true;
        }
    }
    return false;
}

size_t hl_pending_count(const struct hl_pending *pending)
{
    return pending->count;
}
