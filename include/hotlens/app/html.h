/* A run as one HTML file to keep or to send: the flame graph with its viewer. Private unless more is asked
 * for: no command line, no environment, no source; paths relative to the project, and of files elsewhere
 * only what lies below a folder of libraries, or the last folder. */
#ifndef HOTLENS_APP_HTML_H
#define HOTLENS_APP_HTML_H

#include "hotlens/app/save.h"
#include "hotlens/base/buffer.h"
#include "hotlens/formats/flame_json.h"

/* Nodes when no number is given: all of nearly every run, in a few megabytes. */
#define HL_HTML_NODES 65536u

struct hl_html_options {
    uint32_t nodes; /* at most, 0: HL_HTML_NODES; the rest is "(other)" */
    bool source;    /* the texts that ran, of files of the project */
    bool command;   /* command lines: the title's and those of processes */
};

/* 0 or -ENOMEM; what goes wrong while writing is in out->error. */
int hl_html_export(const struct hl_run_data *data, const struct hl_html_options *options,
                   struct hl_buffer *out);
/* What such a file has in it, for people: "1,683 nodes, with names of functions and …". */
void hl_html_contents(const struct hl_html_options *options, struct hl_buffer *out);

/* Between html.c, html_names.c and html_tables.c. */

/* Exact numbers of functions for a page whose tree is pruned: of all frames, and, as the page begins, without
 * the machinery of import. None when the tree is whole: then the page counts for itself. */
struct hl_html_tables {
    struct hl_flame_table items[2];
    size_t count;
};
int hl_html_tables(const struct hl_run_data *data, const struct hl_view *view,
                   struct hl_html_tables *ret_tables);
void hl_html_tables_finish(struct hl_html_tables *tables);

/* The functions of a run with the names that an export shows; indices are the same. Caller destroys. */
int hl_html_functions(const struct hl_run_data *data, const struct hl_html_options *options,
                      struct hl_functions **ret_functions);
/* The part of a path below the workspace, NULL where that is elsewhere; below "/" is nobody's project. */
const char *hl_html_below(const char *path, const char *workspace);
/* A path as an export shows it. `workspace` may be NULL. */
void hl_html_path(const char *path, size_t length, const char *workspace, struct hl_buffer *out);
/* The title of a run without arguments. */
void hl_html_title(const struct hl_run *run, const struct hl_html_options *options,
                   struct hl_buffer *out);

#endif
