/* Files and folders, each test in a folder of its own below the temporary one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../suite.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"

static char *folder;

static void setup(void)
{
    const char *base = getenv("TMPDIR");
    folder = hl_path_join(base ? base : "/tmp", "hotlens-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    ck_assert_int_eq(hl_folder_remove(folder), 0);
    ck_assert_int_eq(access(folder, F_OK), -1);
    free(folder);
}

static void put(const char *path, const char *text)
{
    ck_assert_int_eq(hl_file_write_atomic(path, text, strlen(text), 0600), 0);
}

static int folders_synced;

/* In the place of the C library's. */
int fsync(int fd)
{
    struct stat status;
    ck_assert_int_eq(fstat(fd, &status), 0);
    folders_synced += S_ISDIR(status.st_mode);
    return fdatasync(fd);
}

START_TEST(test_write_syncs_the_folder)
{
    _cleanup_free_ char *path = hl_path_join(folder, "file");
    int before = folders_synced;
    put(path, "x");
    ck_assert_int_eq(folders_synced, before + 1);
    ck_assert_int_eq(chdir(folder), 0);
    put("file", "y");
    ck_assert_int_eq(folders_synced, before + 2);
}
END_TEST

START_TEST(test_read_and_write)
{
    _cleanup_free_ char *path = hl_path_join(folder, "file");
    struct hl_buffer buffer = {0};
    struct stat status = {0};
    hl_buffer_puts(&buffer, ">");
    put(path, "");
    ck_assert_int_eq(hl_file_read(path, 10, &buffer, NULL), 0);
    ck_assert_str_eq(buffer.data, ">");
    ck_assert_int_eq(hl_file_write_atomic(path, "0123\0" "56789", 10, 0640), 0);
    ck_assert_int_eq(hl_file_read(path, 10, &buffer, &status), 0);
    ck_assert_uint_eq(buffer.length, 11);
    ck_assert_mem_eq(buffer.data, ">0123\0" "56789", 12);
    ck_assert_int_eq(status.st_size, 10);
    ck_assert_int_eq(status.st_mode & 0777, 0640);
    hl_buffer_finish(&buffer);
}
END_TEST

START_TEST(test_read_large)
{
    _cleanup_free_ char *path = hl_path_join(folder, "file");
    size_t length = 1000001;
    _cleanup_free_ char *data = hl_xmalloc(length);
    for (size_t i = 0; i < length; i++) {
        data[i] = (char)(i * 31 >> 3);
    }
    struct hl_buffer buffer = {0};
    ck_assert_int_eq(hl_file_write_atomic(path, data, length, 0600), 0);
    ck_assert_int_eq(hl_file_read(path, length, &buffer, NULL), 0);
    ck_assert_uint_eq(buffer.length, length);
    ck_assert(memcmp(buffer.data, data, length) == 0);
    hl_buffer_finish(&buffer);
}
END_TEST

START_TEST(test_read_refuses)
{
    _cleanup_free_ char *path = hl_path_join(folder, "file");
    _cleanup_free_ char *fifo = hl_path_join(folder, "fifo");
    _cleanup_free_ char *missing = hl_path_join(folder, "missing");
    put(path, "12345");
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    const struct {
        const char *path;
        size_t limit;
        int result;
    } rows[] = {
        {path, 4, -EFBIG},      {path, 5, 0},           {missing, 5, -ENOENT},
        {folder, 5, -EISDIR},   {fifo, 5, -EINVAL},     {"/dev/null", 5, -EINVAL},
        /* a size of 0 that is none, as in /proc */
        {"/proc/self/status", 10, -EFBIG},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct hl_buffer buffer = {0};
        struct stat status = {.st_size = -7};
        hl_buffer_puts(&buffer, "kept");
        ck_assert_int_eq(hl_file_read(rows[i].path, rows[i].limit, &buffer, &status),
                         rows[i].result);
        if (rows[i].result < 0) {
            ck_assert_str_eq(buffer.data, "kept");
            ck_assert_uint_eq(buffer.length, 4);
            ck_assert_int_eq(status.st_size, -7);
        }
        hl_buffer_finish(&buffer);
    }
}
END_TEST

START_TEST(test_read_without_memory)
{
    _cleanup_free_ char *path = hl_path_join(folder, "file");
    put(path, "12345");
    struct hl_buffer buffer = {0};
    hl_memory_fail_at(1, 0);
    ck_assert_int_eq(hl_file_read(path, 100, &buffer, NULL), -ENOMEM);
    hl_memory_fail_at(0, 0);
    ck_assert_uint_eq(buffer.length, 0);
    hl_buffer_finish(&buffer);
}
END_TEST

START_TEST(test_failed_write_leaves_the_file)
{
    _cleanup_free_ char *path = hl_path_join(folder, "file");
    _cleanup_free_ char *below = hl_path_join(path, "x");
    _cleanup_free_ char *missing = hl_path_join(folder, "none/x");
    put(path, "old");
    ck_assert_int_eq(hl_file_write_atomic(below, "new", 3, 0600), -ENOTDIR);
    ck_assert_int_eq(hl_file_write_atomic(missing, "new", 3, 0600), -ENOENT);
    /* a folder in the way: the temporary file must not stay */
    _cleanup_free_ char *inner = hl_path_join(folder, "inner");
    ck_assert_int_eq(hl_folder_make(inner, 0700), 0);
    ck_assert_int_eq(hl_file_write_atomic(inner, "new", 3, 0600), -EISDIR);
    ck_assert_int_eq(rmdir(inner), 0);
    struct hl_buffer buffer = {0};
    ck_assert_int_eq(hl_file_read(path, 100, &buffer, NULL), 0);
    ck_assert_str_eq(buffer.data, "old");
    hl_buffer_finish(&buffer);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left in it */
    ck_assert_int_eq(mkdir(folder, 0700), 0);
}
END_TEST

START_TEST(test_folder_make)
{
    _cleanup_free_ char *deep = hl_path_join(folder, "a/b//c/");
    _cleanup_free_ char *middle = hl_path_join(folder, "a/b");
    _cleanup_free_ char *file = hl_path_join(folder, "file");
    _cleanup_free_ char *below_file = hl_path_join(file, "x");
    put(file, "");
    ck_assert_int_eq(hl_folder_make(deep, 0700), 0);
    ck_assert_int_eq(chmod(middle, 0750), 0);
    ck_assert_int_eq(hl_folder_make(deep, 0700), 0);
    struct stat status;
    ck_assert_int_eq(stat(deep, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0700);
    ck_assert_int_eq(stat(middle, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0750); /* existing ones are left alone */
    ck_assert_int_eq(hl_folder_make(file, 0700), -ENOTDIR);
    ck_assert_int_eq(hl_folder_make(below_file, 0700), -ENOTDIR);
    ck_assert_int_eq(hl_folder_make("", 0700), -ENOENT);
}
END_TEST

START_TEST(test_folder_remove)
{
    _cleanup_free_ char *tree = hl_path_join(folder, "tree");
    _cleanup_free_ char *inner = hl_path_join(tree, "x/y");
    _cleanup_free_ char *inner_file = hl_path_join(inner, "file");
    _cleanup_free_ char *link = hl_path_join(tree, "link");
    _cleanup_free_ char *outside = hl_path_join(folder, "outside");
    _cleanup_free_ char *kept = hl_path_join(outside, "kept");
    ck_assert_int_eq(hl_folder_make(inner, 0700), 0);
    ck_assert_int_eq(hl_folder_make(outside, 0700), 0);
    put(inner_file, "x");
    put(kept, "x");
    ck_assert_int_eq(symlink(outside, link), 0);
    ck_assert_int_eq(hl_folder_remove(link), -ENOTDIR); /* links are not followed */
    ck_assert_int_eq(hl_folder_remove(tree), 0);
    ck_assert_int_eq(access(tree, F_OK), -1);
    ck_assert_int_eq(access(kept, F_OK), 0);
    ck_assert_int_eq(hl_folder_remove(tree), 0); /* a missing one is no error */
    ck_assert_int_eq(hl_folder_remove(kept), -ENOTDIR);
}
END_TEST

static void make_deep(const char *top, int depth)
{
    _cleanup_close_ int fd = -1;
    ck_assert_int_eq(hl_folder_make(top, 0700), 0);
    fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 1; i < depth; i++) {
        ck_assert_int_eq(mkdirat(fd, "d", 0700), 0);
        int inner = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ck_assert_int_ge(inner, 0);
        close(fd);
        fd = inner;
    }
}

START_TEST(test_folder_remove_stops_in_the_deep)
{
    _cleanup_free_ char *tree = hl_path_join(folder, "tree");
    _cleanup_free_ char *file = hl_path_join(tree, "file");
    _cleanup_free_ char *rest = hl_path_join(folder, "rest");
    make_deep(tree, 64);
    ck_assert_int_eq(hl_folder_remove(tree), 0);
    make_deep(tree, 120);
    put(file, "");
    ck_assert_int_eq(hl_folder_remove(tree), -ELOOP);
    ck_assert_int_eq(access(file, F_OK), -1); /* all else is gone */
    /* nearer to the top they go */
    struct hl_buffer inner = {0};
    hl_buffer_puts(&inner, tree);
    for (int i = 0; i < 60; i++) {
        hl_buffer_puts(&inner, "/d");
    }
    ck_assert_int_eq(rename(inner.data, rest), 0);
    hl_buffer_finish(&inner);
    ck_assert_int_eq(hl_folder_remove(rest), 0);
    ck_assert_int_eq(hl_folder_remove(tree), 0);
}
END_TEST

START_TEST(test_folder_xdg)
{
    static const struct {
        const char *variable;
        const char *home;
        const char *kind;
        const char *expected;
    } ROWS[] = {
        {"/x/data", "/h", "DATA", "/x/data/hotlens"},
        {"/x/data/", "/h", "DATA", "/x/data/hotlens"},
        {NULL, "/h", "DATA", "/h/.local/share/hotlens"},
        {"", "/h", "STATE", "/h/.local/state/hotlens"},
        {"relative", "/h", "CONFIG", "/h/.config/hotlens"},
        {NULL, "/h", "CACHE", "/h/.cache/hotlens"},
        {NULL, "/h", "OTHER", NULL},
    };
    char variable[32];
    snprintf(variable, sizeof(variable), "XDG_%s_HOME", ROWS[_i].kind);
    if (ROWS[_i].variable) {
        setenv(variable, ROWS[_i].variable, 1);
    } else {
        unsetenv(variable);
    }
    setenv("HOME", ROWS[_i].home, 1);
    char *got = hl_folder_xdg(ROWS[_i].kind);
    ck_assert_pstr_eq(got, ROWS[_i].expected);
    free(got);
}
END_TEST

START_TEST(test_real_path)
{
    _cleanup_free_ char *link = hl_path_join(folder, "link");
    _cleanup_free_ char *real = hl_file_real_path(folder);
    ck_assert_int_eq(symlink(".", link), 0);
    char *got = hl_file_real_path(link);
    ck_assert_str_eq(got, real);
    free(got);
    _cleanup_free_ char *missing = hl_path_join(folder, "missing");
    ck_assert_ptr_null(hl_file_real_path(missing));
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(chdir(folder), 0);
    got = hl_current_folder();
    ck_assert_str_eq(got, real);
    free(got);
}
END_TEST

START_TEST(test_close)
{
    int kept;
    {
        _cleanup_close_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        _cleanup_close_ int none = -1;
        kept = fd;
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(none, -1);
    }
    ck_assert_int_eq(fcntl(kept, F_GETFD), -1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base-file");
    TCase *tests = tcase_create("file");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_read_and_write);
    tcase_add_test(tests, test_write_syncs_the_folder);
    tcase_add_test(tests, test_read_large);
    tcase_add_test(tests, test_read_refuses);
    tcase_add_test(tests, test_read_without_memory);
    tcase_add_test(tests, test_failed_write_leaves_the_file);
    tcase_add_test(tests, test_folder_make);
    tcase_add_test(tests, test_folder_remove);
    tcase_add_test(tests, test_folder_remove_stops_in_the_deep);
    tcase_add_loop_test(tests, test_folder_xdg, 0, 7);
    tcase_add_test(tests, test_real_path);
    tcase_add_test(tests, test_close);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
