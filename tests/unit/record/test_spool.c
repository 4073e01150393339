/* The spool: what is written comes back, locks hold, junk and links do no harm. */
#include "../suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/record/spool.h"

static const char UUID[] = "6f1e2a34-0000-4000-8000-00000000000a";
static char root[64];

static void set_up(void)
{
    snprintf(root, sizeof(root), "/tmp/hotlens-spool-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static void tear_down(void)
{
    ck_assert_int_eq(hl_folder_remove(root), 0);
}

static struct hl_spool *create(void)
{
    struct hl_spool *spool = NULL;
    ck_assert_int_eq(hl_spool_create(root, UUID, &spool, NULL), 0);
    return spool;
}

static void put(const struct hl_spool *spool, const char *name, const char *text)
{
    _cleanup_free_ char *path = hl_path_join(hl_spool_path(spool), name);
    ck_assert_int_eq(hl_file_write_atomic(path, text, strlen(text), 0600), 0);
}

START_TEST(a_root_that_cannot_be_made_says_what_to_set)
{
    _cleanup_error_ struct hl_error error = {0};
    struct hl_spool *spool = NULL;
    ck_assert_int_lt(hl_spool_create("/proc/none", UUID, &spool, &error), 0);
    ck_assert_ptr_null(spool);
    ck_assert_ptr_nonnull(strstr(error.message, "/proc/none"));
    ck_assert_ptr_nonnull(strstr(error.remedy, "XDG_STATE_HOME"));
}
END_TEST

START_TEST(folder_is_private)
{
    _cleanup_(hl_spool_close_p) struct hl_spool *spool = create();
    struct stat status;
    ck_assert_int_eq(stat(hl_spool_path(spool), &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0700);
    ck_assert_str_eq(hl_spool_uuid(spool), UUID);
    struct hl_spool *again = NULL;
    ck_assert_int_eq(hl_spool_create(root, UUID, &again, NULL), -EEXIST);
}
END_TEST

/* 65 bytes: one more than a name may have. */
#define LONG_NAME "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0"

static const char *const BAD_NAMES[] = {"", ".", "..", "a/b", "../x", "-x", "a b", ".hidden",
                                        LONG_NAME};

START_TEST(bad_name)
{
    struct hl_spool *spool = NULL;
    ck_assert_int_eq(hl_spool_create(root, BAD_NAMES[_i], &spool, NULL), -EINVAL);
    ck_assert_int_eq(hl_spool_open(root, BAD_NAMES[_i], &spool, NULL), -EINVAL);
}
END_TEST

/* The exit code of a child that opens the spool: 0 when it could, else errno. */
static int open_in_child(void)
{
    pid_t child = fork();
    if (child == 0) {
        struct hl_spool *spool = NULL;
        _exit(-hl_spool_open(root, UUID, &spool, NULL));
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

START_TEST(lock_is_held)
{
    ck_assert_int_eq(open_in_child(), ENOENT);
    struct hl_spool *spool = create();
    ck_assert_int_eq(open_in_child(), EBUSY);
    struct hl_spool *again = NULL;
    ck_assert_int_eq(hl_spool_open(root, UUID, &again, NULL), -EBUSY);
    hl_spool_close(spool);
    ck_assert_int_eq(open_in_child(), 0);
    ck_assert_int_eq(hl_spool_open(root, UUID, &spool, NULL), 0);
    ck_assert_int_eq(hl_spool_remove(&spool, NULL), 0);
    ck_assert_ptr_null(spool);
    ck_assert_int_eq(open_in_child(), ENOENT);
}
END_TEST

START_TEST(lock_ends_with_its_process)
{
    pid_t child = fork();
    if (child == 0) {
        struct hl_spool *spool = NULL;
        if (hl_spool_create(root, UUID, &spool, NULL) < 0) {
            _exit(1);
        }
        raise(SIGKILL);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(open_in_child(), 0);
}
END_TEST

/* A folder as hl_spool_create has it before it gets its name, `age` seconds old. */
static void leave_unnamed(const char *name, bool has_lock, time_t age)
{
    _cleanup_free_ char *path = hl_path_join(root, name);
    _cleanup_free_ char *lock = hl_path_join(path, "lock");
    ck_assert_int_eq(mkdir(path, 0700), 0);
    if (has_lock) {
        ck_assert_int_eq(hl_file_write_atomic(lock, "", 0, 0600), 0);
    }
    struct timespec times[2] = {{.tv_sec = time(NULL) - age}, {.tv_sec = time(NULL) - age}};
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool is_there(const char *name)
{
    _cleanup_free_ char *path = hl_path_join(root, name);
    return access(path, F_OK) == 0;
}

START_TEST(unnamed_are_swept)
{
    leave_unnamed(".aaaa-1.abcdef", true, 3600);
    leave_unnamed(".aaaa-2.abcdef", false, 3600);
    leave_unnamed(".aaaa-3.abcdef", true, 0);
    leave_unnamed(".not ours.abcdef", true, 3600);
    leave_unnamed(".other", true, 3600);
    leave_unnamed(".aaaa-4.abcdef", true, 3600);
    _cleanup_free_ char *held = hl_path_join(root, ".aaaa-4.abcdef/lock");
    _cleanup_close_ int lock = open(held, O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(flock(lock, LOCK_EX | LOCK_NB), 0);
    hl_spool_sweep(root);
    ck_assert(!is_there(".aaaa-1.abcdef"));
    ck_assert(!is_there(".aaaa-2.abcdef"));
    ck_assert(is_there(".aaaa-3.abcdef"));
    ck_assert(is_there(".not ours.abcdef"));
    ck_assert(is_there(".other"));
    ck_assert(is_there(".aaaa-4.abcdef"));
}
END_TEST

static const char *const VALUES[] = {
    "", "plain", "a=b=c", "back\\slash", "two\nlines\r\n", "\\n", "=", "\x01\xff\xfe caf\xc3\xa9 ", "\\",
};

START_TEST(manifest_round_trip)
{
    _cleanup_(hl_spool_close_p) struct hl_spool *spool = create();
    struct hl_spool_facts facts = {0};
    hl_spool_facts_add(&facts, "argv.0", VALUES[_i]);
    hl_spool_facts_add_i64(&facts, "start", INT64_MIN);
    hl_spool_facts_add(&facts, "argv.0", "second");
    ck_assert_int_eq(hl_spool_write_manifest(spool, &facts, NULL), 0);
    ck_assert_int_eq(hl_spool_write_manifest(spool, &facts, NULL), 0);
    struct hl_spool_facts back = {0};
    ck_assert_int_eq(hl_spool_read_manifest(spool, &back, NULL), 0);
    ck_assert_uint_eq(back.count, facts.count);
    for (size_t i = 0; i < back.count; i++) {
        ck_assert_str_eq(back.items[i].key, facts.items[i].key);
        ck_assert_str_eq(back.items[i].value, facts.items[i].value);
    }
    ck_assert_str_eq(hl_spool_facts_get(&back, "argv.0"), VALUES[_i]);
    ck_assert(hl_spool_facts_get_i64(&back, "start", 7) == INT64_MIN);
    ck_assert_int_eq(hl_spool_facts_get_i64(&back, "none", 7), 7);
    hl_spool_facts_finish(&facts);
    hl_spool_facts_finish(&back);
}
END_TEST

/* A recorder that died between making and renaming leaves a file beside the manifest. */
START_TEST(half_written_manifest_does_no_harm)
{
    struct hl_spool *spool = create();
    struct hl_spool_facts facts = {0};
    hl_spool_facts_add(&facts, "title", "whole");
    ck_assert_int_eq(hl_spool_write_manifest(spool, &facts, NULL), 0);
    put(spool, "manifest.Ab3xYz", "title=ha");
    put(spool, "0000.raw.Ab3xYz", "f (a.py:1) 1\n");
    struct hl_spool_facts back = {0};
    ck_assert_int_eq(hl_spool_read_manifest(spool, &back, NULL), 0);
    ck_assert_str_eq(hl_spool_facts_get(&back, "title"), "whole");
    _cleanup_(hl_strv_free_p) char **windows = NULL;
    ck_assert_int_eq(hl_spool_windows(spool, &windows, NULL), 0);
    ck_assert_uint_eq(hl_strv_length(windows), 0);
    hl_spool_facts_finish(&facts);
    hl_spool_facts_finish(&back);
    ck_assert_int_eq(hl_spool_remove(&spool, NULL), 0);
    _cleanup_(hl_strv_free_p) char **uuids = NULL;
    ck_assert_int_eq(hl_spool_list(root, &uuids, NULL), 0);
    ck_assert_uint_eq(hl_strv_length(uuids), 0);
}
END_TEST

static const char *const BAD_KEYS[] = {"", "a b", "a=b", "a\nb", "\xc3\xa9"};

START_TEST(manifest_bad_key)
{
    _cleanup_(hl_spool_close_p) struct hl_spool *spool = create();
    struct hl_spool_facts facts = {0};
    hl_spool_facts_add(&facts, BAD_KEYS[_i], "x");
    ck_assert_int_eq(hl_spool_write_manifest(spool, &facts, NULL), -EINVAL);
    hl_spool_facts_finish(&facts);
    struct hl_spool_facts none = {0};
    ck_assert_int_eq(hl_spool_read_manifest(spool, &none, NULL), -ENOENT);
}
END_TEST

static const char *const BAD_MANIFESTS[] = {
    "",
    "hotlens-spool 2\n",
    "hotlens-spool 1",
    "hotlens-spool 1\nkey",
    "hotlens-spool 1\nkey\n",
    "hotlens-spool 1\nkey=value",
    "hotlens-spool 1\n=value\n",
    "hotlens-spool 1\nkey=a\\x\n",
    "hotlens-spool 1\nkey=a\\\n",
    "hotlens-spool 1\nkey=a\n\n",
};

START_TEST(manifest_bad_text)
{
    _cleanup_(hl_spool_close_p) struct hl_spool *spool = create();
    put(spool, "manifest", BAD_MANIFESTS[_i]);
    struct hl_spool_facts facts = {0};
    ck_assert_int_eq(hl_spool_read_manifest(spool, &facts, NULL), -EBADMSG);
    ck_assert_ptr_null(facts.items);
}
END_TEST

static const struct {
    const char *text;
    int64_t value; /* -1 is the fallback */
} NUMBERS[] = {
    {"0", 0},  {"12", 12},  {"-3", -3},    {"9223372036854775807", INT64_MAX},
    {"", -1},  {"x", -1},   {" 1", -1},    {"9223372036854775808", -1},
    {"1x", -1}, {"+1", -1}, {"-", -1},
};

START_TEST(number)
{
    struct hl_spool_facts facts = {0};
    hl_spool_facts_add(&facts, "n", NUMBERS[_i].text);
    ck_assert(hl_spool_facts_get_i64(&facts, "n", -1) == NUMBERS[_i].value);
    hl_spool_facts_finish(&facts);
}
END_TEST

START_TEST(windows_in_order_without_junk)
{
    struct hl_spool *spool = create();
    static const char *const NAMES[] = {"0010.raw",  "0002.raw", "10000.raw", "9999.raw", "x.raw",
                                        "12.raw",    "0001.raw.x", "manifest.abc", "0003.txt"};
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        put(spool, NAMES[i], "f (x.py:1) 2\n");
    }
    _cleanup_free_ char *link = hl_path_join(hl_spool_path(spool), "0004.raw");
    _cleanup_free_ char *folder = hl_path_join(hl_spool_path(spool), "0005.raw");
    _cleanup_free_ char *fifo = hl_path_join(hl_spool_path(spool), "0006.raw");
    ck_assert_int_eq(symlink("/etc/passwd", link), 0);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    _cleanup_(hl_strv_free_p) char **paths = NULL;
    ck_assert_int_eq(hl_spool_windows(spool, &paths, NULL), 0);
    static const char *const WANTED[] = {"0002.raw", "0010.raw", "9999.raw", "10000.raw"};
    ck_assert_uint_eq(hl_strv_length(paths), ARRAY_SIZE(WANTED));
    for (size_t i = 0; i < ARRAY_SIZE(WANTED); i++) {
        ck_assert_str_eq(hl_path_base_name(paths[i]), WANTED[i]);
    }
    ck_assert_int_eq(hl_spool_remove(&spool, NULL), 0);
    ck_assert_int_eq(access("/etc/passwd", F_OK), 0);
}
END_TEST

START_TEST(list_without_junk)
{
    _cleanup_(hl_strv_free_p) char **none = NULL;
    _cleanup_free_ char *missing = hl_path_join(root, "missing");
    ck_assert_int_eq(hl_spool_list(missing, &none, NULL), 0);
    ck_assert_uint_eq(hl_strv_length(none), 0);
    _cleanup_(hl_spool_close_p) struct hl_spool *spool = create();
    _cleanup_free_ char *file = hl_path_join(root, "file");
    _cleanup_free_ char *link = hl_path_join(root, "link");
    _cleanup_free_ char *hidden = hl_path_join(root, ".half.made");
    _cleanup_free_ char *empty = hl_path_join(root, "empty");
    ck_assert_int_eq(hl_file_write_atomic(file, "", 0, 0600), 0);
    ck_assert_int_eq(symlink(hl_spool_path(spool), link), 0);
    ck_assert_int_eq(mkdir(hidden, 0700), 0);
    ck_assert_int_eq(mkdir(empty, 0700), 0);
    _cleanup_(hl_strv_free_p) char **uuids = NULL;
    ck_assert_int_eq(hl_spool_list(root, &uuids, NULL), 0);
    ck_assert_uint_eq(hl_strv_length(uuids), 2);
    ck_assert_str_eq(uuids[0], UUID);
    ck_assert_str_eq(uuids[1], "empty");
    struct hl_spool *other = NULL;
    ck_assert_int_eq(hl_spool_open(root, "empty", &other, NULL), -ENOENT);
    ck_assert_int_eq(hl_spool_open(root, "link", &other, NULL), -ENOTDIR);
    ck_assert_int_lt(hl_spool_open(root, "file", &other, NULL), 0);
}
END_TEST

START_TEST(links_are_not_followed)
{
    _cleanup_(hl_spool_close_p) struct hl_spool *spool = create();
    _cleanup_free_ char *manifest = hl_path_join(hl_spool_path(spool), "manifest");
    ck_assert_int_eq(symlink("/etc/passwd", manifest), 0);
    struct hl_spool_facts facts = {0};
    ck_assert_int_eq(hl_spool_read_manifest(spool, &facts, NULL), -EINVAL);
    hl_spool_facts_add(&facts, "a", "b");
    ck_assert_int_eq(hl_spool_write_manifest(spool, &facts, NULL), 0);
    hl_spool_facts_finish(&facts);
    struct stat status;
    ck_assert_int_eq(lstat(manifest, &status), 0);
    ck_assert(S_ISREG(status.st_mode));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("spool");
    TCase *tests = tcase_create("spool");
    tcase_add_test(tests, a_root_that_cannot_be_made_says_what_to_set);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, folder_is_private);
    tcase_add_loop_test(tests, bad_name, 0, ARRAY_SIZE(BAD_NAMES));
    tcase_add_test(tests, lock_is_held);
    tcase_add_test(tests, lock_ends_with_its_process);
    tcase_add_test(tests, unnamed_are_swept);
    tcase_add_loop_test(tests, manifest_round_trip, 0, ARRAY_SIZE(VALUES));
    tcase_add_test(tests, half_written_manifest_does_no_harm);
    tcase_add_loop_test(tests, manifest_bad_key, 0, ARRAY_SIZE(BAD_KEYS));
    tcase_add_loop_test(tests, manifest_bad_text, 0, ARRAY_SIZE(BAD_MANIFESTS));
    tcase_add_loop_test(tests, number, 0, ARRAY_SIZE(NUMBERS));
    tcase_add_test(tests, windows_in_order_without_junk);
    tcase_add_test(tests, list_without_junk);
    tcase_add_test(tests, links_are_not_followed);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
