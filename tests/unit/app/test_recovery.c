/* Spools of recorders that died: each becomes one run, whole, and never two. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../suite.h"
#include "hotlens/app/recovery.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/macros.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"
#include "hotlens/record/spool.h"

static const struct hl_save_options SAVE = {.store_sources = true};

static char *folder;
static char *root;
static char *db;
static struct hl_store *store;

static void open_store(void)
{
    struct hl_error error = {0};
    int result = hl_store_open(db, HL_STORE_WRITE, &store, &error);
    ck_assert_msg(result == 0, "%s", hl_error_text(&error, result));
}

static void setup(void)
{
    folder = hl_xstrdup("/tmp/hotlens-recovery-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    root = hl_xasprintf("%s/spool", folder);
    db = hl_xasprintf("%s/profiles.db", folder);
    open_store();
}

static void teardown(void)
{
    hl_store_close(store);
    ck_assert_int_eq(hl_folder_remove(folder), 0);
    free(folder);
    free(root);
    free(db);
}

static void write_window(struct hl_spool *spool, const char *name, const char *text)
{
    char *path = hl_xasprintf("%s/%s", hl_spool_path(spool), name);
    ck_assert_int_eq(hl_file_write_atomic(path, text, strlen(text), 0600), 0);
    free(path);
}

/* What the next spool is meant for; NULL is anything. */
static const char *meant_for;

static struct hl_spool *make_spool(const char *uuid, size_t known)
{
    static const char *const KEYS[] = {"window.0000.raw", "window.0001.raw"};
    static const char *const VALUES[] = {"0 1000000000 3 1", "950000000 1000000000 4 0"};
    struct hl_spool *spool = NULL;
    struct hl_spool_facts facts = {0};
    ck_assert_int_eq(hl_spool_create(root, uuid, &spool, NULL), 0);
    hl_spool_facts_add(&facts, "title", "train.py --fast");
    hl_spool_facts_add(&facts, "target", "file:/p/train.py --fast");
    hl_spool_facts_add(&facts, "argv.0", "python");
    hl_spool_facts_add(&facts, "argv.1", "a\nb = c;\xff");
    hl_spool_facts_add(&facts, "rate", "100");
    hl_spool_facts_add_i64(&facts, "start", hl_clock_utc() - 2 * HL_NS_PER_SECOND);
    hl_spool_facts_add_i64(&facts, "flags", HL_RUN_SUBPROCESSES);
    hl_spool_facts_add_i64(&facts, "duration", 3 * HL_NS_PER_SECOND);
    hl_spool_facts_add_i64(&facts, "sampled", 5 * HL_NS_PER_SECOND / 2);
    if (meant_for) {
        hl_spool_facts_add(&facts, "database", meant_for);
    }
    for (size_t i = 0; i < known; i++) {
        hl_spool_facts_add(&facts, KEYS[i], VALUES[i]);
    }
    ck_assert_int_eq(hl_spool_write_manifest(spool, &facts, NULL), 0);
    hl_spool_facts_finish(&facts);
    write_window(spool, "0000.raw", "<module> (/p/a.py:1);f (/p/a.py:2) 3\n");
    write_window(spool, "0001.raw", "<module> (/p/a.py:1);g (/p/a.py:5) 4\n");
    return spool;
}

static void recover(struct hl_recovered_list *list)
{
    hl_recover_spools(root, store, &SAVE, list);
}

static size_t count_spools(void)
{
    char **uuids = NULL;
    ck_assert_int_eq(hl_spool_list(root, &uuids, NULL), 0);
    size_t count = hl_strv_length(uuids);
    hl_strv_free(uuids);
    return count;
}

static size_t count_runs(void)
{
    struct hl_run_list list;
    ck_assert_int_eq(hl_store_list_runs(store, &(struct hl_run_filter){0}, &list, NULL), 0);
    size_t count = list.count;
    hl_run_list_finish(&list);
    return count;
}

#define UUID "11111111-2222-4333-8444-555555555555"

START_TEST(test_whole)
{
    struct hl_recovered_list list;
    struct hl_run_data data;
    hl_spool_close(make_spool(UUID, 2));
    recover(&list);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_str_eq(list.items[0].uuid, UUID);
    ck_assert_str_eq(list.items[0].title, "train.py --fast");
    ck_assert_int_gt(list.items[0].run_id, 0);
    ck_assert_ptr_null(list.items[0].error.message);
    hl_recovered_list_finish(&list);
    ck_assert_int_eq(hl_run_data_load(store, UUID, &data, NULL), 0);
    ck_assert_uint_eq(data.run.samples, 7);
    ck_assert_uint_eq(data.run.errors, 1);
    ck_assert_uint_eq(data.run.flags, HL_RUN_SUBPROCESSES | HL_RUN_RECOVERED);
    ck_assert_int_eq(data.run.covered, 2 * HL_NS_PER_SECOND);
    ck_assert_int_eq(data.run.duration, 3 * HL_NS_PER_SECOND);
    ck_assert_int_eq(data.run.sampled, 5 * HL_NS_PER_SECOND / 2);
    ck_assert_str_eq(data.run.argv[1], "a\nb = c;\xff");
    ck_assert_uint_eq(data.window_count, 2);
    ck_assert_int_eq(data.windows[1].start, 950000000);
    ck_assert_uint_eq(data.line_count, 3);
    hl_run_data_finish(&data);
    ck_assert_uint_eq(count_spools(), 0);
    recover(&list);
    ck_assert_uint_eq(list.count, 0);
    ck_assert_uint_eq(count_runs(), 1);
}
END_TEST

/* What was recorded, the manifest's words about how to save it, and what becomes of that. */
static const struct {
    const char *facts[8]; /* key, value … */
    const char *label;
    const char *note;
    enum hl_source_state state;
    size_t runs;
} HOW[] = {
    {{NULL}, NULL, NULL, HL_SOURCE_STORED, 2},
    {{"store_sources", "0"}, NULL, NULL, HL_SOURCE_HASHED, 2},
    {{"store_sources", "x"}, NULL, NULL, HL_SOURCE_STORED, 2},
    {{"label", "mine"}, "mine", NULL, HL_SOURCE_STORED, 2},
    {{"label", "taken"}, NULL, "label", HL_SOURCE_STORED, 2},
    {{"retention", "1 0 0"}, NULL, NULL, HL_SOURCE_STORED, 1},
    {{"retention", "0 0 0"}, NULL, NULL, HL_SOURCE_STORED, 2},
    {{"retention", "1 0 0x"}, NULL, NULL, HL_SOURCE_STORED, 2},
    {{"code_start", "1000"}, NULL, NULL, HL_SOURCE_CHANGED, 2},
    {{"flags", "64"}, NULL, NULL, HL_SOURCE_CHANGED, 2},
    {{"flags", "64", "code_start", "1000"}, NULL, NULL, HL_SOURCE_CHANGED, 2},
    {{"flags", "64", "code_start", "NOW"}, NULL, NULL, HL_SOURCE_STORED, 2},
    {{"start", "0"}, NULL, NULL, HL_SOURCE_CHANGED, 2},
};

static void set_fact(struct hl_spool_facts *facts, const char *key, const char *value)
{
    for (size_t i = 0; i < facts->count; i++) {
        if (strcmp(facts->items[i].key, key) == 0) {
            free(facts->items[i].value);
            facts->items[i].value = hl_xstrdup(value);
            return;
        }
    }
    hl_spool_facts_add(facts, key, value);
}

/* A spool of `/…/code.py`, whose text is older than the start. */
static void make_how(const char *uuid, const char *const *words)
{
    struct hl_spool *spool = make_spool(uuid, 0);
    struct hl_spool_facts facts = {0};
    ck_assert_int_eq(hl_spool_read_manifest(spool, &facts, NULL), 0);
    char *later = hl_xasprintf("%lld", (long long)(hl_clock_utc() + 60 * HL_NS_PER_SECOND));
    set_fact(&facts, "start", later);
    for (size_t i = 0; words[i]; i += 2) {
        set_fact(&facts, words[i], strcmp(words[i + 1], "NOW") == 0 ? later : words[i + 1]);
    }
    ck_assert_int_eq(hl_spool_write_manifest(spool, &facts, NULL), 0);
    char *line = hl_xasprintf("f (%s/code.py:2) 3\n", folder);
    write_window(spool, "0000.raw", line);
    hl_spool_close(spool);
    hl_spool_facts_finish(&facts);
    free(line);
    free(later);
}

START_TEST(test_how)
{
    static const char *const NOTHING[] = {NULL};
    struct hl_recovered_list list;
    struct hl_run_data data;
    char *path = hl_xasprintf("%s/code.py", folder);
    ck_assert_int_eq(hl_file_write_atomic(path, "def f():\n    1\n", 15, 0600), 0);
    make_how("00000000-2222-4333-8444-555555555555", NOTHING);
    recover(&list);
    ck_assert_int_eq(hl_store_set_label(store, list.items[0].run_id,
                                        HOW[_i].note ? "taken" : NULL, NULL),
                     0);
    hl_recovered_list_finish(&list);
    make_how(UUID, HOW[_i].facts);
    recover(&list);
    ck_assert_uint_eq(list.count, 1);
    hl_recovered_list_finish(&list);
    ck_assert_uint_eq(count_runs(), HOW[_i].runs);
    ck_assert_int_eq(hl_run_data_load(store, UUID, &data, NULL), 0);
    ck_assert_pstr_eq(data.run.label, HOW[_i].label);
    ck_assert(!HOW[_i].note == !(data.run.notes && strstr(data.run.notes, "label")));
    const struct hl_source *source = hl_sources_find(data.sources, path);
    ck_assert_ptr_nonnull(source);
    ck_assert_int_eq(source->state, HOW[_i].state);
    hl_run_data_finish(&data);
    free(path);
}
END_TEST

/* A command line may have 100,000 words; a quadratic walk over them takes minutes under valgrind. */
START_TEST(test_arguments)
{
    enum { COUNT = 30000 };
    struct hl_spool *spool = make_spool(UUID, 0);
    struct hl_spool_facts facts = {0};
    struct hl_recovered_list list;
    struct hl_run run;
    static const char *const ODD[] = {"argv.", "argv.01", "argv.-1", "argv.99999999999",
                                      "argv.40000"};
    ck_assert_int_eq(hl_spool_read_manifest(spool, &facts, NULL), 0);
    for (int i = COUNT - 1; i >= 0; i--) { /* in no order that helps */
        char *key = hl_xasprintf("argv.%d", i);
        hl_spool_facts_add_i64(&facts, key, i);
        free(key);
    }
    for (size_t i = 0; i < ARRAY_SIZE(ODD); i++) {
        hl_spool_facts_add(&facts, ODD[i], "odd");
    }
    ck_assert_int_eq(hl_spool_write_manifest(spool, &facts, NULL), 0);
    hl_spool_facts_finish(&facts);
    hl_spool_close(spool);
    recover(&list);
    hl_recovered_list_finish(&list);
    ck_assert_int_eq(hl_store_find_run(store, UUID, &run, NULL), 0);
    ck_assert_uint_eq(hl_strv_length(run.argv), COUNT);
    ck_assert_str_eq(run.argv[0], "python");
    ck_assert_str_eq(run.argv[COUNT - 1], "29999");
    hl_run_finish(&run);
}
END_TEST

START_TEST(test_partial)
{
    struct hl_recovered_list list;
    struct hl_run_data data;
    struct hl_spool *spool = make_spool(UUID, 1);
    write_window(spool, "0001.raw", "<module> (/p/a.py:1) 4\n<module> (/p/a.p");
    write_window(spool, "0002.raw", "no profile at all\n");
    hl_spool_close(spool);
    recover(&list);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_int_gt(list.items[0].run_id, 0);
    hl_recovered_list_finish(&list);
    ck_assert_int_eq(hl_run_data_load(store, "last", &data, NULL), 0);
    ck_assert_uint_eq(data.run.samples, 7);
    ck_assert_uint_ne(data.run.flags & HL_RUN_UNVERIFIED, 0);
    ck_assert_int_eq(data.run.covered, HL_UNKNOWN);
    ck_assert_ptr_nonnull(strstr(data.run.notes, "0001.raw ends in the middle"));
    ck_assert_ptr_nonnull(strstr(data.run.notes, "0002.raw could not be read"));
    hl_run_data_finish(&data);
}
END_TEST

START_TEST(test_in_use)
{
    struct hl_recovered_list list;
    struct hl_spool *spool = make_spool(UUID, 2);
    recover(&list);
    ck_assert_uint_eq(list.count, 0);
    ck_assert_uint_eq(count_spools(), 1);
    ck_assert_uint_eq(count_runs(), 0);
    hl_spool_close(spool);
}
END_TEST

START_TEST(test_meant_for_another)
{
    struct hl_recovered_list list;
    meant_for = "/nonexistent/other.db";
    hl_spool_close(make_spool(UUID, 2));
    recover(&list);
    ck_assert_uint_eq(list.count, 0);
    ck_assert_uint_eq(count_spools(), 1);
    ck_assert_uint_eq(count_runs(), 0);
    ck_assert(!hl_recovery_is_due(root, db));
    ck_assert(hl_recovery_is_due(root, meant_for));
    meant_for = db;
    hl_spool_close(make_spool("other", 2));
    ck_assert(hl_recovery_is_due(root, db));
    recover(&list);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_str_eq(list.items[0].uuid, "other");
    ck_assert_int_gt(list.items[0].run_id, 0);
    hl_recovered_list_finish(&list);
    ck_assert_uint_eq(count_spools(), 1);
}
END_TEST

START_TEST(test_saved_already)
{
    struct hl_recovered_list list;
    hl_spool_close(make_spool(UUID, 2));
    recover(&list);
    int64_t id = list.items[0].run_id;
    hl_recovered_list_finish(&list);
    /* Killed between the commit and the removal. */
    hl_spool_close(make_spool(UUID, 2));
    recover(&list);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_int_eq(list.items[0].run_id, id);
    hl_recovered_list_finish(&list);
    ck_assert_uint_eq(count_runs(), 1);
    ck_assert_uint_eq(count_spools(), 0);
}
END_TEST

START_TEST(test_no_samples)
{
    struct hl_recovered_list list;
    struct hl_spool *spool = NULL;
    ck_assert_int_eq(hl_spool_create(root, UUID, &spool, NULL), 0);
    write_window(spool, "0000.raw", "");
    hl_spool_close(spool);
    recover(&list);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_int_eq(list.items[0].run_id, 0);
    ck_assert_ptr_null(list.items[0].error.message);
    hl_recovered_list_finish(&list);
    ck_assert_uint_eq(count_runs(), 0);
    ck_assert_uint_eq(count_spools(), 0);
}
END_TEST

START_TEST(test_read_only)
{
    struct hl_recovered_list list;
    hl_spool_close(make_spool(UUID, 2));
    hl_store_close(store);
    ck_assert_int_eq(hl_store_open(db, HL_STORE_READ, &store, NULL), 0);
    recover(&list);
    ck_assert_uint_eq(list.count, 0);
    ck_assert_uint_eq(count_spools(), 1);
}
END_TEST

/* A child that records into a spool, dies or not, and recovers what others left; killed at any
 * moment. Its spool is announced on `fd` once its windows are complete. */
static void record_and_recover(int fd)
{
    struct hl_recovered_list list;
    char uuid[37];

    hl_uuid_generate(uuid);
    struct hl_spool *spool = make_spool(uuid, 2);
    if (write(fd, uuid, sizeof(uuid)) != (ssize_t)sizeof(uuid)) {
        _exit(1);
    }
    hl_spool_close(spool);
    open_store();
    recover(&list);
    hl_recovered_list_finish(&list);
    hl_store_close(store);
    _exit(0);
}

static void wait_some(unsigned *seed)
{
    struct timespec time = {.tv_nsec = rand_r(seed) % 30000000};
    nanosleep(&time, NULL);
}

#define ROUNDS 120

START_TEST(test_killed)
{
    static char uuids[ROUNDS][37];
    struct hl_recovered_list list;
    int pipe_ends[2];
    unsigned seed = 1;
    size_t killed = 0;
    ck_assert_int_eq(pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK), 0);
    hl_store_close(store);
    store = NULL;
    for (int round = 0; round < ROUNDS; round++) {
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            record_and_recover(pipe_ends[1]);
        }
        wait_some(&seed);
        kill(pid, SIGKILL);
        int status;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        killed += WIFSIGNALED(status);
    }
    ssize_t length = read(pipe_ends[0], uuids, sizeof(uuids));
    size_t announced = length > 0 ? (size_t)length / sizeof(uuids[0]) : 0;
    open_store();
    recover(&list);
    for (size_t i = 0; i < list.count; i++) {
        ck_assert_msg(!list.items[i].error.message, "%s: %s", list.items[i].uuid,
                      list.items[i].error.message);
    }
    hl_recovered_list_finish(&list);
    /* Every spool that had its windows is a run with all its samples; nothing is there twice. */
    for (size_t i = 0; i < announced; i++) {
        struct hl_run run;
        ck_assert_int_eq(hl_store_find_run(store, uuids[i], &run, NULL), 0);
        ck_assert_uint_eq(run.samples, 7);
        hl_run_finish(&run);
    }
    ck_assert_uint_gt(announced, 0);
    ck_assert_uint_gt(killed, 0);
    ck_assert_uint_ge(count_runs(), announced);
    ck_assert_uint_le(count_runs(), ROUNDS);
    ck_assert_uint_eq(count_spools(), 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("app/recovery");
    TCase *tests = tcase_create("recovery");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_whole);
    tcase_add_loop_test(tests, test_how, 0, ARRAY_SIZE(HOW));
    tcase_add_test(tests, test_arguments);
    tcase_add_test(tests, test_partial);
    tcase_add_test(tests, test_in_use);
    tcase_add_test(tests, test_meant_for_another);
    tcase_add_test(tests, test_saved_already);
    tcase_add_test(tests, test_no_samples);
    tcase_add_test(tests, test_read_only);
    tcase_add_test(tests, test_killed);
    tcase_set_timeout(tests, 300);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
