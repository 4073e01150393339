#include "hotlens/server/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/array.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"

/* Plans are small; a day's work fits. */
#define PLANS_KEPT 50u

static const struct hl_server_command COMMANDS[] = {
    {"hotlens.attach", hl_cmd_attach, "pid"},
    {"hotlens.clearFocus", hl_cmd_clear_focus, "uri"},
    {"hotlens.compareWith", hl_cmd_compare_with, "run"},
    {"hotlens.deleteRun", hl_cmd_delete_run, "run"},
    {"hotlens.doctor", hl_cmd_doctor, "uri"},
    {"hotlens.export", hl_cmd_export, "run"},
    {"hotlens.focus", hl_cmd_focus, "function"},
    {"hotlens.load", hl_cmd_load, "path"},
    {"hotlens.pinRun", hl_cmd_pin_run, "run"},
    {"hotlens.profileAgain", hl_cmd_profile_again, "rate"},
    {"hotlens.profileCommand", hl_cmd_profile_command, "command"},
    {"hotlens.profileFile", hl_cmd_profile_file, "uri"},
    {"hotlens.profileModule", hl_cmd_profile_module, "module"},
    {"hotlens.profileTest", hl_cmd_profile_test, "test"},
    {"hotlens.renameRun", hl_cmd_rename_run, "run"},
    {"hotlens.selectRun", hl_cmd_select_run, "run"},
    {"hotlens.showFlamegraph", hl_cmd_show_flamegraph, "run"},
    {"hotlens.stop", hl_cmd_stop, "id"},
    {"hotlens.toggleHints", hl_cmd_toggle_hints, "uri"},
};

const struct hl_server_command *hl_server_commands(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(COMMANDS);
    return COMMANDS;
}

static int compare(const void *name, const void *command)
{
    return strcmp(name, ((const struct hl_server_command *)command)->name);
}

/* The arguments as one object: {…}, or a lone value under the name of the main argument. NULL for none. */
static cJSON *arguments_of(const struct hl_server_command *command, const cJSON *params)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(params, "arguments");
    const cJSON *first = cJSON_IsArray(list) ? list->child : NULL;
    if (!first || cJSON_IsNull(first)) {
        return NULL;
    }
    if (cJSON_IsObject(first)) {
        return cJSON_Duplicate(first, true);
    }
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToObject(object, command->main_argument, cJSON_Duplicate(first, true));
    return object;
}

void hl_execute_command(struct hl_context *context, struct hl_reply *reply, const cJSON *params)
{
    _cleanup_error_ struct hl_error error = {0};
    const char *name = NULL;
    const cJSON *list = NULL;
    int r = hl_field_string(params, "command", &name, &error);
    r = r < 0 ? r : hl_field_array_optional(params, "arguments", &list, &error);
    if (r < 0) {
        hl_reply_failure(reply, r, &error);
        return;
    }
    const struct hl_server_command *command =
        bsearch(name, COMMANDS, ARRAY_SIZE(COMMANDS), sizeof(*COMMANDS), compare);
    if (!command) {
        /* One client sends everybody's commands to every server: a short answer is all it takes. */
        _cleanup_free_ char *text = hl_xasprintf("command: hotlens has no \"%.100s\"", name);
        hl_reply_error(reply, HL_RPC_INVALID_PARAMS, text);
        return;
    }
    cJSON *arguments = arguments_of(command, params);
    struct hl_call call = {context, arguments,
                           cJSON_GetObjectItemCaseSensitive(params, "workDoneToken")};
    r = command->run(&call, &error);
    if (r < 0) {
        hl_reply_failure(reply, r, &error);
    } else {
        hl_reply_null(reply);
    }
    cJSON_Delete(arguments);
}

struct hl_memory *hl_memory_create(void)
{
    return hl_xcalloc(1, sizeof(struct hl_memory));
}

void hl_memory_destroy(struct hl_memory *memory)
{
    if (!memory) {
        return;
    }
    for (size_t i = 0; i < memory->plan_count; i++) {
        hl_plan_finish(&memory->plans[i]);
    }
    free(memory->plans);
    hl_strv_free(memory->folders);
    hl_strv_free(memory->confirmed);
    free(memory);
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Whether two plans run the same program, whatever its arguments. */
static bool is_same_program(const struct hl_plan *a, const struct hl_plan *b)
{
    return a->pid == b->pid && is_same(a->title, b->title) && is_same(a->cwd, b->cwd);
}

static void remove_plan(struct hl_memory *memory, size_t index)
{
    hl_plan_finish(&memory->plans[index]);
    memory->plan_count--;
    memmove(memory->plans + index, memory->plans + index + 1,
            (memory->plan_count - index) * sizeof(*memory->plans));
}

void hl_memory_add_plan(struct hl_memory *memory, const struct hl_plan *plan)
{
    struct hl_plan copy;
    hl_plan_copy(plan, &copy);
    for (size_t i = 0; i < memory->plan_count; i++) {
        if (is_same_program(&memory->plans[i], &copy)) {
            remove_plan(memory, i);
            break;
        }
    }
    if (memory->plan_count >= PLANS_KEPT) {
        remove_plan(memory, 0);
    }
    if (hl_array_reserve(&memory->plans, &memory->plan_capacity, memory->plan_count + 1,
                         sizeof(*memory->plans)) < 0) {
        hl_plan_finish(&copy);
        return;
    }
    memory->plans[memory->plan_count++] = copy;
}
