/* The user's settings: initializationOptions, workspace/configuration and didChangeConfiguration, as
 * {"hotlens": {…}} or bare; docs/settings.md lists them. */
#ifndef HOTLENS_SERVER_SETTINGS_H
#define HOTLENS_SERVER_SETTINGS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "hotlens/app/shown.h"
#include "hotlens/app/text.h"
#include "hotlens/base/error.h"

struct hl_settings {
    char *python;              /* "python": interpreter */
    char *py_spy;              /* "pySpy" */
    uint32_t rate;             /* "rate": 100 */
    bool threads;              /* "threads": true */
    bool subprocesses;         /* "subprocesses": true */
    bool subprocesses_attach;  /* "subprocessesOnAttach": true */
    bool idle;                 /* "idle": false */
    bool gil;                  /* "gil": false */
    bool native;               /* "native": false */
    bool nonblocking;          /* "nonblocking": false */
    bool sudo;                 /* "sudo": false */
    uint32_t duration;         /* "duration": 0, seconds; 0 is until the program ends */
    bool hints;                /* "inlayHints.enabled": true */
    double hint_percent;       /* "inlayHints.minimumPercent": 1 */
    enum hl_hint_content hint_content; /* "inlayHints.content": "both" */
    bool lenses;               /* "codeLenses.enabled": true */
    bool hovers;               /* "hovers.enabled": true */
    bool diagnostics;          /* "diagnostics.enabled": false */
    double diagnostic_percent; /* "diagnostics.minimumPercent": 5 */
    bool restore;              /* "showLastRun": true: at start, runs of the last 24 h */
    bool store_sources;        /* "storeSources": true */
    struct hl_retention retention; /* "retention": {runsPerTarget, days, megabytes} */
    struct hl_path_mapping *mappings; /* "pathMappings": {from: to} */
    size_t mapping_count;
    char *show_flame_graph;    /* "showFlamegraph": "show", "focus", "never" */
    cJSON *targets;            /* "targets": {name: {file|module|command, args, env, cwd}}; owned */
};

void hl_settings_init(struct hl_settings *settings); /* the defaults */
void hl_settings_finish(struct hl_settings *settings);
/* Takes what is there; a value of the wrong type is left at what it was and named in `problems`, a line
 * each ("hotlens.rate: a number from 1 to 10000 is expected, not \"fast\""). Unknown names are named too.
 * Accepts {"hotlens": {…}}, bare settings, dotted names ("inlayHints.enabled": false) and null. */
void hl_settings_apply(struct hl_settings *settings, const cJSON *json,
                       struct hl_buffer *problems);

#endif
