/* workspace/executeCommand. The request is answered at once; what follows is seen as progress, messages
 * and new numbers. Each group of commands has a file of its own, cmd_*.c. */
#ifndef HOTLENS_SERVER_COMMANDS_H
#define HOTLENS_SERVER_COMMANDS_H

#include "hotlens/server/dispatch.h"

/* One call. `arguments` is an object with what the command documents, or NULL. */
struct hl_call {
    struct hl_context *context;
    const cJSON *arguments;
    const cJSON *token; /* workDoneToken, or NULL */
};

/* Begins the command. 0, or -EINVAL with the wrong field, or another errno that is said in the answer. */
typedef int (*hl_command_fn)(const struct hl_call *call, struct hl_error *error);

struct hl_server_command {
    const char *name;
    hl_command_fn run;
    const char *main_argument; /* the field that a lone value which is no object stands for */
};

/* All that work, sorted by name; they are what initialize lists. */
const struct hl_server_command *hl_server_commands(size_t *ret_count);
void hl_execute_command(struct hl_context *context, struct hl_reply *reply, const cJSON *params);

/* What outlives one call. */
struct hl_memory {
    char **folders;        /* workspace folders, paths */
    char **confirmed;      /* executables inside them that the user said yes to */
    struct hl_plan *plans; /* what was profiled in this session, newest last */
    size_t plan_count;
    size_t plan_capacity;
};

struct hl_memory *hl_memory_create(void);
void hl_memory_destroy(struct hl_memory *memory);
/* Keeps a copy as the newest; the same program moves to the end. */
void hl_memory_add_plan(struct hl_memory *memory, const struct hl_plan *plan);

/* The cmd_*.c files. */
int hl_cmd_profile_file(const struct hl_call *call, struct hl_error *error);
int hl_cmd_profile_module(const struct hl_call *call, struct hl_error *error);
int hl_cmd_profile_test(const struct hl_call *call, struct hl_error *error);
int hl_cmd_profile_command(const struct hl_call *call, struct hl_error *error);
int hl_cmd_profile_again(const struct hl_call *call, struct hl_error *error);
int hl_cmd_attach(const struct hl_call *call, struct hl_error *error);
int hl_cmd_stop(const struct hl_call *call, struct hl_error *error);
int hl_cmd_load(const struct hl_call *call, struct hl_error *error);
int hl_cmd_select_run(const struct hl_call *call, struct hl_error *error);
int hl_cmd_rename_run(const struct hl_call *call, struct hl_error *error);
int hl_cmd_pin_run(const struct hl_call *call, struct hl_error *error);
int hl_cmd_compare_with(const struct hl_call *call, struct hl_error *error);
int hl_cmd_delete_run(const struct hl_call *call, struct hl_error *error);
int hl_cmd_toggle_hints(const struct hl_call *call, struct hl_error *error);
int hl_cmd_show_flamegraph(const struct hl_call *call, struct hl_error *error);
int hl_cmd_focus(const struct hl_call *call, struct hl_error *error);
int hl_cmd_clear_focus(const struct hl_call *call, struct hl_error *error);
int hl_cmd_export(const struct hl_call *call, struct hl_error *error);
int hl_cmd_doctor(const struct hl_call *call, struct hl_error *error);

#endif
