/* Answers to hint, lens and hover requests, as the client reads them. */
#include <time.h>

#include "../suite.h"
#include "fake_jobs.h"
#include "hotlens/server/trees.h"
#include "hotlens/server/features.h"

/* What was sent. */
static char *sent;
static unsigned asked;
static unsigned notified;
static hl_pending_fn answer_asked;
static void *answer_user;

void hl_transport_send(struct hl_transport *transport, struct hl_buffer *message,
                       enum hl_urgency urgency)
{
    size_t length;
    const char *text = hl_framing_end(message, &length);
    free(sent);
    sent = hl_xstrndup(text, length);
    hl_buffer_clear(message);
}

void hl_transport_hold(struct hl_transport *transport, bool hold)
{
    (void)transport;
    (void)hold;
}

void hl_ask(struct hl_context *context, const char *method,
            void (*write)(struct hl_json *json, const void *data), const void *data,
            hl_pending_fn callback, void *user)
{
    ck_assert(write == NULL);
    if (answer_asked) {
        answer_asked(answer_user, NULL, NULL, true);
    }
    asked++;
    answer_asked = callback;
    answer_user = user;
}

void hl_notify(struct hl_context *context, const char *method,
               void (*write)(struct hl_json *json, const void *data), const void *data,
               enum hl_urgency urgency)
{
    struct hl_buffer text = {0};
    struct hl_json json;
    hl_json_init(&json, &text);
    write(&json, data);
    notified++;
    free(sent);
    sent = hl_buffer_take(&text);
}

/* One recording, of the program, when there is a plan. */
static struct hl_plan *plan;

size_t hl_recordings_count(const struct hl_recordings *recordings)
{
    return plan ? 1 : 0;
}

struct hl_recorder *hl_recordings_at(struct hl_recordings *recordings, size_t index)
{
    return NULL;
}

const struct hl_plan *hl_recorder_plan(const struct hl_recorder *recorder)
{
    return plan;
}

enum hl_record_state hl_recorder_state(const struct hl_recorder *recorder)
{
    return HL_RECORD_SAMPLING;
}

uint32_t hl_recorder_number(const struct hl_recorder *recorder)
{
    return 7;
}

int64_t hl_recorder_elapsed(const struct hl_recorder *recorder)
{
    return 12 * HL_NS_PER_SECOND;
}

static struct program program;
static struct hl_settings settings;
static struct hl_client client;
static struct hl_jobs jobs;
static uv_loop_t loop;
static struct hl_context context;

static void on_changed(void *user)
{
}

static void on_failed(void *user, const struct hl_error *error)
{
}

static void setup(void)
{
    static const struct hl_shelf_events EVENTS = {on_changed, on_failed};
    program_create(&program);
    ck_assert_int_eq(hl_store_open(":memory:", HL_STORE_WRITE, &jobs.store, NULL), 0);
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    hl_settings_init(&settings);
    jobs.count = 0;
    sent = NULL;
    plan = NULL;
    asked = 0;
    notified = 0;
    answer_asked = NULL;
    client = (struct hl_client){0};
    client.code_lens = true;
    client.inlay_hint_refresh = true;
    client.code_lens_refresh = true;
    context = (struct hl_context){
        .loop = &loop,
        .replies = hl_replies_create(NULL),
        .client = &client,
        .settings = &settings,
        .documents = hl_documents_create(),
        .jobs = &jobs,
        .trees = hl_trees_create(),
        .recordings = (struct hl_recordings *)&jobs,
    };
    context.shelf = hl_shelf_create(&jobs, context.trees, &settings, &EVENTS, NULL);
    open_document(context.documents, program.uri, PROGRAM);
}

static void teardown(void)
{
    run_jobs(&jobs);
    hl_shelf_destroy(context.shelf);
    hl_trees_destroy(context.trees);
    ck_assert_uint_eq(hl_replies_open(context.replies), 0);
    hl_replies_destroy(context.replies);
    hl_documents_destroy(context.documents);
    hl_settings_finish(&settings);
    hl_store_close(jobs.store);
    ck_assert_int_eq(uv_run(&loop, UV_RUN_NOWAIT), 0);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
    program_remove(&program);
    free(sent);
}

static void show(struct counts counts)
{
    program_save(&program, jobs.store, counts, 60);
    hl_shelf_add_folder(context.shelf, program.folder);
    run_jobs(&jobs);
}

typedef void (*feature_fn)(struct hl_context *context, struct hl_reply *reply,
                           const cJSON *params);

static void call(feature_fn feature, const char *rest)
{
    struct hl_rpc_id id = {.kind = HL_RPC_ID_NUMBER, .number = 1};
    char *text = hl_xasprintf("{\"textDocument\":{\"uri\":\"%s\"}%s}", program.uri, rest);
    cJSON *params = cJSON_Parse(text);
    ck_assert_msg(params != NULL, "%s", text);
    free(sent);
    sent = NULL;
    feature(&context, hl_reply_begin(context.replies, &id), params);
    cJSON_Delete(params);
    free(text);
}

static bool says(const char *text)
{
    return sent && strstr(sent, text) != NULL;
}

#define ALL                                                                                        \
    ",\"range\":{\"start\":{\"line\":0,\"character\":0},\"end\":{\"line\":99,\"character\":0}}"
#define LINES_1_2                                                                                  \
    ",\"range\":{\"start\":{\"line\":1,\"character\":0},\"end\":{\"line\":2,\"character\":0}}"

START_TEST(test_hints)
{
    show(USUAL);
    call(hl_feature_inlay_hint, ALL);
    ck_assert_msg(says("\"position\":{\"line\":1,\"character\":9},\"label\":\"6.00 s · 60.0%\","
                       "\"paddingLeft\":true,\"tooltip\":\"6.00 s total, 60.0% of this run\\n"
                       "6.00 s own, 60.0%\\n600 ± 15 samples (6.00 s ± 0.2 s)\\nseconds sampled\""),
                  "%s", sent);
    ck_assert_msg(says("\"label\":\"8.00 s · 80.0% · own 0 s\""), "%s", sent);
    ck_assert(!says("total ("));
    call(hl_feature_inlay_hint, LINES_1_2);
    ck_assert(says("\"line\":1,") && !says("\"line\":2,"));

    /* Below 1 % or three samples nothing is shown. */
    settings.hint_percent = 61;
    call(hl_feature_inlay_hint, ALL);
    ck_assert(!says("\"line\":1,") && says("\"line\":6,"));
    hl_shelf_toggle_hints(context.shelf);
    call(hl_feature_inlay_hint, ALL);
    ck_assert_ptr_nonnull(strstr(sent, "\"result\":[]"));
}
END_TEST

START_TEST(test_hints_without_lenses)
{
    client.code_lens = false;
    show(USUAL);
    call(hl_feature_inlay_hint, ALL);
    ck_assert_msg(says("\"position\":{\"line\":0,\"character\":10},"
                       "\"label\":\"8.00 s total (80.0%) · 8.00 s own\""),
                  "%s", sent);
}
END_TEST

START_TEST(test_hint_columns)
{
    show(USUAL);
    insert_text(context.documents, program.uri, 0, "s = '😀'\n");
    call(hl_feature_inlay_hint, ALL);
    ck_assert(says("\"line\":2,\"character\":9"));
}
END_TEST

START_TEST(test_lenses)
{
    call(hl_feature_code_lens, "");
    ck_assert_msg(says("\"range\":{\"start\":{\"line\":9,\"character\":0},\"end\":{\"line\":9,"
                       "\"character\":0}},\"command\":{\"title\":\"▶ Profile\","
                       "\"command\":\"hotlens.profileFile\",\"arguments\":[{\"uri\":\""),
                  "%s", sent);
    run_jobs(&jobs);
    show(USUAL);
    call(hl_feature_code_lens, "");
    ck_assert_msg(says("\"title\":\"run.raw · "), "%s", sent);
    ck_assert_msg(says("\"title\":\"8.00 s total (80.0%) · 8.00 s own\","
                       "\"command\":\"hotlens.showFlamegraph\",\"arguments\":[{\"run\":1,"),
                  "%s", sent);
    ck_assert(says("\"function\":\"K.m\"") && !says("\"command\":\"\"") && !says("edited"));
    insert_text(context.documents, program.uri, 2, "    y = 1\n");
    call(hl_feature_code_lens, "");
    ck_assert_msg(says("\"title\":\"8.00 s total (80.0%) · 8.00 s own · edited since\""), "%s",
                  sent);
    settings.lenses = false;
    call(hl_feature_code_lens, "");
    ck_assert(says("\"result\":[]"));
}
END_TEST

START_TEST(test_lens_while_recording)
{
    char *argv[] = {(char *)"python", program.path, NULL};
    struct hl_plan running = {.argv = argv};
    plan = &running;
    call(hl_feature_code_lens, "");
    ck_assert_msg(says("\"title\":\"■ Stop program, keep profile (12 s)\","
                       "\"command\":\"hotlens.stop\""),
                  "%s", sent);
    ck_assert(!says("▶"));
    running = (struct hl_plan){.pid = 5};
    call(hl_feature_code_lens, "");
    ck_assert(says("\"title\":\"■ Detach, keep profile (12 s)\"") && says("▶ Profile"));
    plan = NULL;
}
END_TEST

/* Totals of the function hot now and in the run before, and what its lens says. */
static const struct {
    struct counts before;
    struct counts now;
    const char *text; /* NULL: no change */
} CHANGES[] = {
    {{600, 200, 195, 5}, {1200, 400, 195, 5}, "▲ 8.0 s more (+100%) than "},
    {{1200, 400, 195, 5}, {600, 200, 195, 5}, "▼ 8.0 s less (−50%) than "},
    {{600, 200, 195, 5}, {620, 205, 195, 5}, NULL},
    {{600, 200, 195, 5}, {720, 240, 195, 5}, NULL}, /* 20 %: within what runs differ by */
    {{6, 2, 195, 5}, {12, 4, 195, 5}, NULL},        /* too few samples */
};

START_TEST(test_changes)
{
    program_save(&program, jobs.store, CHANGES[_i].before, 3600);
    show(CHANGES[_i].now);
    call(hl_feature_code_lens, "");
    if (CHANGES[_i].text) {
        ck_assert_msg(says(CHANGES[_i].text), "%s", sent);
    } else {
        ck_assert_msg(!says("▲") && !says("▼"), "%s", sent);
    }
}
END_TEST

START_TEST(test_hover)
{
    program_save(&program, jobs.store, USUAL, 3600);
    show(USUAL);
    call(hl_feature_hover, ",\"position\":{\"line\":0,\"character\":5}");
    ck_assert_ptr_null(sent); /* waits for the tree */
    run_jobs(&jobs);
    static const char *const PARTS[] = {
        "\"kind\":\"markdown\"",
        "**hot** · 8.00 s total",
        "800 ± 13 samples (8.00 s ± 0.1 s) of 1000 samples",
        "80.0% of a.py, 80.0% of this run",
        "1 process, 1 thread",
        "**Callers**\\n\\n- ██████████  100% K.m",
        "**Runs before**\\n\\n- 80.0% · 8.00 s · ",
    };
    for (size_t i = 0; i < ARRAY_SIZE(PARTS); i++) {
        ck_assert_msg(says(PARTS[i]), "no %s in %s", PARTS[i], sent);
    }
    call(hl_feature_hover, ",\"position\":{\"line\":1,\"character\":5}");
    ck_assert_msg(says("**Line 2** · 6.00 s total"), "%s", sent);
    call(hl_feature_hover, ",\"position\":{\"line\":3,\"character\":0}");
    ck_assert(says("\"result\":null"));
    uv_run(&loop, UV_RUN_DEFAULT);
}
END_TEST

static const struct {
    feature_fn feature;
    const char *rest;
    const char *answer;
} WRONG[] = {
    {hl_feature_inlay_hint, "", "range"},
    {hl_feature_inlay_hint, ",\"range\":5", "range"},
    {hl_feature_hover, "", "position"},
    {hl_feature_hover, ",\"position\":{\"line\":\"1\",\"character\":0}", "line"},
};

START_TEST(test_wrong_params)
{
    call(WRONG[_i].feature, WRONG[_i].rest);
    ck_assert(says("-32602") && says(WRONG[_i].answer));
}
END_TEST

/* A client that cannot be told to ask again gets its answer late. */
START_TEST(test_waiting)
{
    client.inlay_hint_refresh = false;
    program_save(&program, jobs.store, USUAL, 60);
    hl_shelf_add_folder(context.shelf, program.folder);
    call(hl_feature_inlay_hint, ALL);
    ck_assert_ptr_null(sent);
    if (_i == 0) {
        run_jobs(&jobs);
        ck_assert(says("6.00 s · 60.0%"));
    } else {
        uv_run(&loop, UV_RUN_DEFAULT); /* until the time is up */
        ck_assert(says("\"result\":[]"));
    }
    uv_run(&loop, UV_RUN_DEFAULT);
}
END_TEST

START_TEST(test_diagnostics)
{
    hl_feature_diagnostics(&context);
    run_jobs(&jobs);
    show(USUAL);
    hl_feature_diagnostics(&context);
    ck_assert_uint_eq(notified, 0);
    settings.diagnostics = true;
    hl_feature_diagnostics(&context);
    hl_feature_diagnostics(&context);
    ck_assert_uint_eq(notified, 1);
    ck_assert_msg(says("\"range\":{\"start\":{\"line\":1,\"character\":0},\"end\":{\"line\":1,"
                       "\"character\":9}},\"severity\":4,\"source\":\"hotlens\","
                       "\"message\":\"6.00 s total"),
                  "%s", sent);
    settings.diagnostics = false;
    hl_feature_diagnostics(&context);
    ck_assert_uint_eq(notified, 2);
    ck_assert(says("\"diagnostics\":[]"));
}
END_TEST

START_TEST(test_refresh)
{
    client.code_lens_refresh = false;
    hl_feature_refresh(&context);
    hl_feature_refresh(&context);
    hl_feature_refresh(&context);
    ck_assert_uint_eq(asked, 1);
    hl_pending_fn answer = TAKE_PTR(answer_asked);
    answer(answer_user, NULL, NULL, false);
    ck_assert_uint_eq(asked, 2);
    answer = TAKE_PTR(answer_asked);
    answer(answer_user, NULL, NULL, false);
    ck_assert_uint_eq(asked, 2);
    client.inlay_hint_refresh = false;
    hl_feature_refresh(&context);
    ck_assert_uint_eq(asked, 2);
}
END_TEST

/* Processor time: what the machine does besides is not counted. */
static int64_t spent(void)
{
    struct timespec now;
    ck_assert_int_eq(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
    return (int64_t)now.tv_sec * HL_NS_PER_SECOND + now.tv_nsec;
}

/* 10,000 lines with 2,000 functions, all of them in the run; prints how long an answer takes after an
 * edit. Times are for people: nothing here fails because a machine is slow. */
START_TEST(test_large)
{
    struct hl_buffer source = {0};
    struct hl_buffer raw = {0};
    struct hl_run_data data;
    struct hl_shown *shown;
    for (unsigned i = 0; i < 2000; i++) {
        hl_buffer_printf(&source, "def f%u(a):\n    b = a + %u\n    c = b * 2\n    return c\n\n",
                         i, i);
        hl_buffer_printf(&raw, "f%u (%s:%u) 5\n", i, program.path, 5 * i + 2);
    }
    char *path = hl_xasprintf("%s/run.raw", program.folder);
    ck_assert_int_eq(hl_file_write_atomic(path, raw.data, raw.length, 0600), 0);
    ck_assert_int_eq(hl_file_write_atomic(program.path, source.data, source.length, 0600), 0);
    struct hl_import_options options = {.rate = 100, .folder = program.folder};
    ck_assert_int_eq(hl_import_file(path, &options, &data, NULL, NULL), 0);
    ck_assert_int_eq(hl_shown_from_data(&data, &shown), 0);
    open_document(context.documents, program.uri, source.data);
    hl_shelf_add_folder(context.shelf, program.folder);
    run_jobs(&jobs);
    hl_shelf_show(context.shelf, program.folder, shown);
    settings.hint_percent = 0;
    int64_t worst[2] = {0, 0};
    for (unsigned i = 0; i < 50; i++) {
        insert_text(context.documents, program.uri, 5 * (i * 37 % 2000), i % 2 ? "\n" : "x = 1\n");
        for (int which = 0; which < 2; which++) {
            int64_t start = spent();
            call(which ? hl_feature_code_lens : hl_feature_inlay_hint,
                 ",\"range\":{\"start\":{\"line\":5000,\"character\":0},"
                 "\"end\":{\"line\":5100,\"character\":0}}");
            int64_t took = spent() - start;
            worst[which] = took > worst[which] ? took : worst[which];
        }
    }
    ck_assert(says("\"title\":\"50 ms total"));
    printf("# worst of 50 after an edit: hints %d us, lenses of all %d us\n",
           (int)(worst[0] / 1000), (int)(worst[1] / 1000));
    hl_shown_unref(shown);
    hl_run_data_finish(&data);
    hl_buffer_finish(&source);
    hl_buffer_finish(&raw);
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server-features");
    TCase *tests = tcase_create("features");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_hints);
    tcase_add_test(tests, test_hints_without_lenses);
    tcase_add_test(tests, test_hint_columns);
    tcase_add_test(tests, test_lenses);
    tcase_add_test(tests, test_lens_while_recording);
    tcase_add_loop_test(tests, test_changes, 0, ARRAY_SIZE(CHANGES));
    tcase_add_test(tests, test_hover);
    tcase_add_loop_test(tests, test_wrong_params, 0, ARRAY_SIZE(WRONG));
    tcase_add_loop_test(tests, test_waiting, 0, 2);
    tcase_add_test(tests, test_diagnostics);
    tcase_add_test(tests, test_refresh);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_large);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
