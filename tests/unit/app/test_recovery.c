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

/* Killed while it saves, at moments that are spread over all of it. */
#define ROUNDS 150
#define STACKS 3000

/* So many samples that saving them takes a while: killed at once would be killed before. */
static uint64_t make_large_spool(const char *uuid)
{
    struct hl_spool *spool = make_spool(uuid, 2);
    struct hl_buffer text = {0};
    for (int i = 0; i < STACKS; i++) {
        hl_buffer_printf(&text, "<module> (/p/a.py:1);f%d (/p/a%d.py:%d) 2\n", i % 500, i % 50, i + 1);
    }
    hl_buffer_putc(&text, '\0');
    write_window(spool, "0000.raw", text.data);
    hl_buffer_finish(&text);
    hl_spool_close(spool);
    return 2 * STACKS + 4;
}

/* What a program does that finds spools at its start. Blocks nobody: `fd` is told when it begins. */
static void start_and_recover(int fd)
{
    struct hl_recovered_list list;
    if (write(fd, "", 1) != 1) {
        _exit(1);
    }
    open_store();
    recover(&list);
    hl_recovered_list_finish(&list);
    hl_store_close(store);
    _exit(0);
}

static void wait_ns(int64_t ns)
{
    struct timespec time = {.tv_sec = ns / HL_NS_PER_SECOND, .tv_nsec = ns % HL_NS_PER_SECOND};
    nanosleep(&time, NULL);
}

/* A child that is killed after so long, or never. Returns how long it took. */
static int64_t recover_in_child(int64_t kill_after)
{
    int ends[2];
    char byte;
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        start_and_recover(ends[1]);
    }
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
    int64_t begin = hl_clock_monotonic();
    if (kill_after >= 0) {
        wait_ns(kill_after);
        kill(pid, SIGKILL);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(kill_after >= 0 || status == 0);
    close(ends[0]);
    close(ends[1]);
    return hl_clock_monotonic() - begin;
}

/* Whole when it is there. */
static bool is_saved(const char *uuid, uint64_t samples)
{
    struct hl_run_data data;
    struct hl_run run;
    if (hl_store_find_run(store, uuid, &run, NULL) < 0) {
        return false;
    }
    hl_run_finish(&run);
    ck_assert_int_eq(hl_run_data_load(store, uuid, &data, NULL), 0);
    ck_assert_uint_eq(data.run.samples, samples);
    ck_assert_uint_eq(hl_profile_samples(data.profile), samples);
    ck_assert_uint_eq(data.window_count, 2);
    hl_run_data_finish(&data);
    return true;
}

/* After each kill the run is there, or its spool, or both, when it died between the commit and the removal;
 * and what begins after it makes one run of it, whatever was left. */
START_TEST(test_killed)
{
    unsigned seed = 1;
    size_t before = 0;
    size_t after = 0;
    struct hl_recovered_list list;
    hl_store_close(store);
    store = NULL;
    make_large_spool(UUID);
    int64_t span = recover_in_child(-1);
    for (int round = 0; round < ROUNDS; round++) {
        char uuid[37];
        hl_uuid_generate(uuid);
        uint64_t samples = make_large_spool(uuid);
        (void)recover_in_child(span * (rand_r(&seed) % 1200) / 1000);
        open_store();
        size_t runs = count_runs();
        size_t spools = count_spools();
        bool saved = is_saved(uuid, samples);
        ck_assert_uint_le(spools, 1);
        ck_assert_msg(saved || spools == 1, "round %d: lost", round);
        before += !saved;
        after += saved;
        recover(&list);
        /* Of one that it died removing there may be nothing left to tell. */
        ck_assert(list.count == spools || (saved && list.count == 0));
        ck_assert(list.count == 0 || !list.items[0].error.message);
        hl_recovered_list_finish(&list);
        ck_assert(is_saved(uuid, samples));
        ck_assert_uint_eq(count_runs(), runs + !saved);
        ck_assert_uint_eq(count_runs(), (size_t)round + 2);
        ck_assert_uint_eq(count_spools(), 0);
        hl_store_close(store);
        store = NULL;
    }
    /* Else it was never killed while it saved. */
    ck_assert_uint_gt(before, 0);
    ck_assert_uint_gt(after, 0);
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
