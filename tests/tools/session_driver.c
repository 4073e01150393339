/* Runs one session and prints its run as `show --json` does, for tests:
 *   session-driver PY_SPY DB RATE PROGRAM ARGUMENTS…   (PROGRAM a number: attach for 2 s)
 *   session-driver recover DB
 * Is its own `hotlens exec`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "hotlens/app/recovery.h"
#include "hotlens/app/run_json.h"
#include "hotlens/app/session.h"
#include "hotlens/record/shim.h"

struct driver {
    struct hl_session *session;
    uint64_t live, last_live_samples;
    bool shrank;
};

static void on_live(void *user, struct hl_profile *profile, const struct hl_run *run)
{
    struct driver *driver = user;
    uint64_t samples = profile ? hl_profile_samples(profile) : 0;
    driver->live++;
    driver->shrank |= samples < driver->last_live_samples || samples != run->samples;
    driver->last_live_samples = samples;
}

static void print(const struct driver *driver, const struct hl_session_result *result)
{
    struct hl_buffer out = {0};
    struct hl_json json;
    struct hl_rows rows;
    hl_json_init(&json, &out);
    hl_json_object_begin(&json);
    hl_json_member_string(&json, "error", result->error.message);
    hl_json_member_string(&json, "remedy", result->error.remedy);
    hl_json_member_string(&json, "record_error", result->record->error.message);
    hl_json_member_u64(&json, "live", driver->live);
    hl_json_member_bool(&json, "shrank", driver->shrank);
    hl_json_member_i64(&json, "run_id", result->run_id);
    if (result->data && hl_run_data_rows(result->data, &rows) == 0) {
        hl_json_key(&json, "show");
        hl_show_json(&json, &result->data->run, &rows);
        hl_rows_finish(&rows);
    }
    hl_json_object_end(&json);
    puts(out.data);
    hl_buffer_finish(&out);
}

static void on_ended(void *user, const struct hl_session_result *result)
{
    struct driver *driver = user;
    print(driver, result);
    hl_session_destroy(driver->session);
}

/* Prints the uuid, run and error of everything recovered, a line each. */
static int recover(const char *db)
{
    const struct hl_save_options options = {.store_sources = true};
    struct hl_recovered_list list;
    struct hl_store *store = NULL;
    if (hl_store_open(db, HL_STORE_WRITE, &store, NULL) < 0) {
        return 1;
    }
    hl_recover_spools(NULL, store, &options, &list);
    for (size_t i = 0; i < list.count; i++) {
        const char *message = list.items[i].error.message;
        printf("%s %lld %s\n", list.items[i].uuid, (long long)list.items[i].run_id,
               message ? message : "-");
        struct hl_run_data data;
        if (list.items[i].run_id > 0 &&
            hl_run_data_load(store, list.items[i].uuid, &data, NULL) == 0) {
            struct hl_buffer out = {0};
            struct hl_json json;
            hl_json_init(&json, &out);
            hl_run_json(&json, &data.run);
            puts(out.data);
            hl_buffer_finish(&out);
            hl_run_data_finish(&data);
        }
    }
    hl_recovered_list_finish(&list);
    hl_store_close(store);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "exec") == 0) {
        return hl_shim_main(argc - 1, argv + 1);
    }
    if (argc == 3 && strcmp(argv[1], "recover") == 0) {
        return recover(argv[2]);
    }
    if (argc < 5) {
        return 2;
    }
    static const struct hl_session_events EVENTS = {.live = on_live, .ended = on_ended};
    struct driver driver = {0};
    struct hl_error error = {0};
    char own_path[4096] = "";
    size_t own_size = sizeof(own_path);
    (void)uv_exepath(own_path, &own_size);
    int pid = atoi(argv[4]);
    struct hl_session_options options = {
        .record = {.hotlens = own_path, .py_spy = argv[1], .rate = (uint32_t)atoi(argv[3]),
                   .threads = true, .subprocesses = true, .stdio = {0, 2, 2}, .pid = pid,
                   .argv = pid ? NULL : argv + 4, .duration = pid ? 2 : 0},
        .db = argv[2],
        .save = {.store_sources = true, .retention = HL_RETENTION_DEFAULT},
    };
    int result = hl_session_start(uv_default_loop(), &options, &EVENTS, &driver, &driver.session,
                                  &error);
    if (result < 0) {
        printf("{\"start_error\": %d}\n", result);
        fprintf(stderr, "%s\n", hl_error_text(&error, result));
        hl_error_finish(&error);
        return 1;
    }
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    uv_loop_close(uv_default_loop());
    return 0;
}
