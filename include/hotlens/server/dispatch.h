/* Methods → handlers, in one const table that the capabilities follow from. */
#ifndef HOTLENS_SERVER_DISPATCH_H
#define HOTLENS_SERVER_DISPATCH_H

#include "hotlens/lsp/pending.h"
#include "hotlens/server/client.h"
#include "hotlens/server/documents.h"
#include "hotlens/server/jobs.h"
#include "hotlens/server/progress.h"
#include "hotlens/server/recordings.h"
#include "hotlens/server/replies.h"
#include "hotlens/server/settings.h"
#include "hotlens/server/shelf.h"
#include "hotlens/server/transport.h"

struct hl_trees;

/* The handles of one server, each with a module of its own. Handlers unwrap what they need and hand it on;
 * nothing below a handler takes the whole. */
struct hl_context {
    uv_loop_t *loop;
    const char *executable;
    const char *db; /* NULL is the default store */
    bool leaving;   /* nothing new is begun */
    bool shut_down; /* the client is told what happens still, and asked nothing more */
    struct hl_transport *transport;
    struct hl_replies *replies;
    struct hl_pending *pending;
    struct hl_client *client;
    struct hl_settings *settings;
    struct hl_documents *documents;
    struct hl_jobs *jobs;
    struct hl_shelf *shelf;
    struct hl_recordings *recordings;
    struct hl_progress_list *progress; /* progress.h */
    struct hl_trees *trees;            /* of the store's lane */
    struct hl_memory *memory;          /* commands.h: what was profiled last */
    struct change_news *changes;       /* what the client was told of shown runs */
};

typedef void (*hl_request_handler)(struct hl_context *context, struct hl_reply *reply,
                                   const cJSON *params);
typedef void (*hl_notification_handler)(struct hl_context *context, const cJSON *params);

struct hl_method {
    const char *name;
    hl_request_handler request;           /* or NULL */
    hl_notification_handler notification; /* or NULL */
};

/* NULL for a method that is not known. */
const struct hl_method *hl_method_find(const char *name);
/* Hands a message that may be handled now to its handler; answers requests that nobody knows. */
void hl_dispatch(struct hl_context *context, const struct hl_message *message);

/* Sending, for all features. */
void hl_notify(struct hl_context *context, const char *method,
               void (*write)(struct hl_json *json, const void *data), const void *data,
               enum hl_urgency urgency);
void hl_ask(struct hl_context *context, const char *method,
            void (*write)(struct hl_json *json, const void *data), const void *data,
            hl_pending_fn callback, void *user);
/* window/showMessage; a level as in the specification: 1 error, 2 warning, 3 info. */
void hl_show_message(struct hl_context *context, int level, const char *format, ...)
    HL_PRINTF(3, 4);
void hl_log_message(struct hl_context *context, int level, const char *format, ...)
    HL_PRINTF(3, 4);

#endif
