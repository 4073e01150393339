/* What the client said it can do, and what is known about it. */
#ifndef HOTLENS_SERVER_CLIENT_H
#define HOTLENS_SERVER_CLIENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct hl_client {
    char *name;    /* clientInfo.name, or NULL */
    char *version; /* or NULL */
    bool code_lens;             /* it pulls lenses; else function totals become hints on the def line */
    bool inlay_hint_refresh;
    bool code_lens_refresh;
    bool diagnostic_refresh;
    bool inlay_hint_tooltip;
    bool work_done_progress;
    bool show_document;
    bool message_actions;       /* showMessageRequest is known to work */
    bool configuration;         /* workspace/configuration */
    bool hover;                 /* not Neovim before 0.11, which breaks with two servers */
    bool ui;                    /* initializationOptions.hotlens.ui: wants hotlens/… notifications */
    bool terminal;              /* … .terminal: runs hotlens/runInTerminal */
    bool flame_graph_view;      /* … .flameGraph: shows the JSON itself */
    bool trusted;               /* … .trusted: has asked whether the workspace may name programs */
    uint32_t refreshes_open;    /* kinds of refresh that it has not answered yet (refresh.c) */
    uint32_t refreshes_wanted;  /* … that are to be sent again then */
};

/* From the params of initialize. Anything may be missing or of another type: then it is off. */
void hl_client_init(struct hl_client *client, const cJSON *params);
void hl_client_finish(struct hl_client *client);

#endif
