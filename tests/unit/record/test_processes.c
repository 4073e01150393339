#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>

#include "../suite.h"
#include "hotlens/base/limits.h"
#include "hotlens/record/processes.h"
#include "proc.h"
#include "tree.h"

static void put(const char *tree, int pid, const char *file, const char *data, size_t length)
{
    _cleanup_free_ char *name = hl_xasprintf("%d/%s", pid, file);
    tree_put(tree, name, data, length, 0644);
}

static void put_stat(const char *tree, int pid, const char *name, char state, int parent, int start)
{
    _cleanup_free_ char *text =
        hl_xasprintf("%d (%s) %c %d 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 -19 3 0 %d 99 100 "
                     "18446744073709551615 0\n", pid, name, state, parent, start);
    put(tree, pid, "stat", text, strlen(text));
}

static void put_link(const char *tree, int pid, const char *file, const char *target)
{
    _cleanup_free_ char *name = hl_xasprintf("%d/%s", pid, file);
    tree_link(tree, name, target);
}

static char *make_tree(void)
{
    char *tree = tree_create();
    static const char status[] = "Name:\tx\nUid:\t5\t0\t0\t0\n";
    tree_put(tree, "stat", "cpu 1 2\nbtime 1000\n", 19, 0644);
    put_stat(tree, 10, "a) b (c", 'S', 1, 200);
    put(tree, 10, "cmdline", "python3\0it's\0a b\0\0x\ny\0", 22);
    put(tree, 10, "status", status, sizeof(status) - 1);
    put(tree, 10, "environ", "A=1\0HOTLENS_RUN=u-1\0", 20);
    put_link(tree, 10, "exe", "/usr/bin/python3.11");
    put_link(tree, 10, "cwd", "/srv");
    put_stat(tree, 11, "child", 'R', 10, 300);
    put(tree, 11, "cmdline", "sh\0-c\0\xff\xfe\0", 9);
    put_stat(tree, 12, "zombie", 'Z', 11, 300);
    put_stat(tree, 13, "of a zombie", 'S', 12, 300);
    put_stat(tree, 14, "kthreadd", 'S', 0, 1);
    put(tree, 14, "cmdline", "", 0);
    put_stat(tree, 15, "orphan", 'S', 1, 400);
    put(tree, 15, "environ", "HOTLENS_RUN=u-1", 15);
    put_stat(tree, 16, "other run", 'S', 1, 400);
    put(tree, 16, "environ", "HOTLENS_RUN=u-12\0XHOTLENS_RUN=u-1\0", 34);
    put_stat(tree, 17, "uwsgi", 'S', 1, 500);
    put_link(tree, 17, "exe", "/usr/bin/uwsgi");
    put(tree, 17, "maps", "7f 7f r-xp /usr/lib/libpython3.9.so.1.0\n", 40);
    put_stat(tree, 18, "config", 'S', 1, 500);
    put(tree, 18, "cmdline", "python3-config\0", 15);
    put_stat(tree, 19, "py-spy", 'S', 1, 500);
    put(tree, 19, "cmdline", "/v/bin/python\0/v/bin/py-spy\0", 28);
    put(tree, 20, "stat", "20 (broken", 10);
    put(tree, 21, "stat", "", 0);
    put(tree, 22, "cmdline", "python\0", 7);
    tree_put(tree, "not-a-pid/stat", "1 (x) S 1", 9, 0644);
    return tree;
}

static const struct hl_process *find(const struct hl_process_list *list, pid_t pid)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].pid == pid) {
            return &list->items[i];
        }
    }
    return NULL;
}

START_TEST(candidates)
{
    char *tree = make_tree();
    struct hl_process_list list;
    ck_assert_int_eq(hl_processes_list(tree, false, &list, NULL), 0);
    ck_assert_uint_eq(list.count, geteuid() == 0 ? 2 : 1);
    const struct hl_process *process = find(&list, 10);
    ck_assert_ptr_nonnull(process);
    ck_assert_str_eq(process->command, "python3 'it'\\''s' 'a b' '' $'x\\ny'");
    ck_assert_str_eq(process->version, "3.11");
    ck_assert_str_eq(process->executable, "/usr/bin/python3.11");
    ck_assert_str_eq(process->cwd, "/srv");
    ck_assert_str_eq(process->user, "root");
    ck_assert_uint_eq(process->threads, 3);
    ck_assert_int_eq(process->start, (1000 + 200 / sysconf(_SC_CLK_TCK)) * INT64_C(1000000000));
    if (geteuid() == 0) {
        ck_assert_int_eq(list.items[0].pid, 17); /* newest first */
        ck_assert_str_eq(list.items[0].version, "3.9");
    }
    hl_process_list_finish(&list);
    tree_destroy(tree);
}
END_TEST

START_TEST(everything)
{
    char *tree = make_tree();
    struct hl_process_list list;
    ck_assert_int_eq(hl_processes_list(tree, true, &list, NULL), 0);
    ck_assert_uint_eq(list.count, 8);
    ck_assert_ptr_null(find(&list, 12));
    ck_assert_str_eq(find(&list, 14)->command, "[kthreadd]");
    ck_assert_str_eq(find(&list, 11)->command, "sh -c \xff\xfe");
    ck_assert(!find(&list, 18)->is_python);
    hl_process_list_finish(&list);
    tree_destroy(tree);
}
END_TEST

static const struct {
    pid_t root;
    const char *uuid;
    uint64_t since;
    const char *expected;
} programs[] = {
    { 10, NULL, 0, " 10 11 13" },
    { 10, "u-1", 0, " 10 11 13 15" },
    { 0, "u-1", 0, " 10 11 13 15" },
    { 11, NULL, 0, " 11 13" },
    { 12, NULL, 0, " 13" },
    { 0, "u", 0, "" },
    { 0, NULL, 0, "" },
    { 999, NULL, 0, "" },
    { 16, "u-12", 0, " 16" },
    /* Only the mark has to be young enough, not what is known as the program already. */
    { 0, "u-1", 200, " 10 11 13 15" },
    { 0, "u-1", 201, " 15" },
    { 0, "u-1", 400, " 15" },
    { 0, "u-1", 401, "" },
    { 10, "u-1", 401, " 10 11 13" },
};

/* The processes of a program, with a blank before each. Caller frees. */
static char *members(const char *proc, pid_t root, const char *uuid, uint64_t since)
{
    struct proc_stat *stats;
    size_t count;
    ck_assert_int_eq(proc_scan(proc, &stats, &count), 0);
    bool *member = hl_xcalloc(count + 1, sizeof(*member));
    struct proc_program wanted = {
        .roots = &root, .root_count = 1, .uuid = uuid, .since = since};
    proc_mark_program(proc, stats, count, &wanted, member);
    struct hl_buffer text = { 0 };
    hl_buffer_puts(&text, "");
    for (pid_t last = 0;;) {
        pid_t next = 0;
        for (size_t i = 0; i < count; i++) {
            bool later = member[i] && stats[i].pid > last;
            next = later && (next == 0 || stats[i].pid < next) ? stats[i].pid : next;
        }
        if (next == 0) {
            break;
        }
        hl_buffer_printf(&text, " %d", (int)next);
        last = next;
    }
    free(member);
    free(stats);
    return hl_buffer_take(&text);
}

START_TEST(program)
{
    char *tree = make_tree();
    _cleanup_free_ char *got =
        members(tree, programs[_i].root, programs[_i].uuid, programs[_i].since);
    ck_assert_str_eq(got, programs[_i].expected);
    tree_destroy(tree);
}
END_TEST

START_TEST(huge_command)
{
    char *tree = tree_create();
    size_t size = 3u << 20;
    char *text = hl_xmalloc(size);
    memset(text, 'x', size);
    put_stat(tree, 10, "big", 'S', 1, 1);
    put(tree, 10, "cmdline", text, size);
    struct hl_process_list list;
    ck_assert_int_eq(hl_processes_list(tree, true, &list, NULL), 0);
    ck_assert_uint_eq(strlen(list.items[0].command), (64u << 10) + 4);
    hl_process_list_finish(&list);
    free(text);
    tree_destroy(tree);
}
END_TEST

/* Links to one process, which is quicker than so many folders. */
START_TEST(too_many)
{
    char *tree = tree_create();
    put_stat(tree, 1, "x", 'S', 0, 1);
    for (uint32_t pid = 2; pid <= HL_LIMIT_PROCESSES; pid++) {
        _cleanup_free_ char *name = hl_xasprintf("%s/%u", tree, pid);
        ck_assert_int_eq(symlink("1", name), 0);
    }
    struct proc_stat *stats;
    size_t count;
    ck_assert_int_eq(proc_scan(tree, &stats, &count), 0);
    free(stats);
    _cleanup_free_ char *one_more = hl_xasprintf("%s/%u", tree, HL_LIMIT_PROCESSES + 1);
    ck_assert_int_eq(symlink("1", one_more), 0);
    ck_assert_int_eq(proc_scan(tree, &stats, &count), -E2BIG);
    struct hl_process_list list;
    ck_assert_int_eq(hl_processes_list(tree, true, &list, NULL), -E2BIG);
    tree_destroy(tree);
}
END_TEST

/* A command line as /proc has it: each argument ended by a NUL byte. */
#define GIVEN(text) text, sizeof(text)

/* What a process was given and where it works, and whether it is one of /w and /v. */
static const struct {
    const char *cwd;
    const char *arguments;
    size_t size;
    bool first;
} preferred[] = {
    { "/w", GIVEN("python3\0x.py"), true },
    { "/v/deep", GIVEN("python3\0x.py"), true },
    { "/", GIVEN("python3\0/w/x.py"), true },
    { "/", GIVEN("python3\0-X\0utf8\0/v/x.py"), true },
    { "/", GIVEN("python3\0w/x.py"), true },
    { "/srv/a", GIVEN("python3\0../../w/x.py"), true },
    { NULL, GIVEN("python3\0/w/x.py"), true },
    { "/", GIVEN("/w/bin/python\0-c\0pass"), true },
    { "/", GIVEN("python3\0-c\0w"), false },
    { "/wide", GIVEN("python3\0/wide/x.py"), false },
    { "/srv", GIVEN("python3\0w/x.py"), false },
    { NULL, GIVEN("python3\0w/x.py"), false },
    { "/", GIVEN(""), false },
    { "/", "", 0, false },
    { NULL, NULL, 0, false },
};

START_TEST(prefer)
{
    char folder_1[] = "/w";
    char folder_2[] = "/v";
    char *folders[] = { folder_1, folder_2, NULL };
    char *cwd = preferred[_i].cwd ? hl_xstrdup(preferred[_i].cwd) : NULL;
    char *arguments = NULL;
    if (preferred[_i].arguments) {
        arguments = hl_xcalloc(1, preferred[_i].size + 1);
        memcpy(arguments, preferred[_i].arguments, preferred[_i].size);
    }
    struct hl_process items[] = {
        { .pid = 4 },
        { .pid = 3, .cwd = cwd, .arguments = arguments, .arguments_size = preferred[_i].size },
        { .pid = 2, .cwd = folder_1 },
        { .pid = 1 },
    };
    struct hl_process_list list = { .items = items, .count = ARRAY_SIZE(items) };
    hl_processes_prefer(&list, NULL);
    ck_assert_int_eq(items[0].pid, 4);
    hl_processes_prefer(&list, folders);
    const pid_t own[] = { 3, 2, 4, 1 };
    const pid_t other[] = { 2, 4, 3, 1 };
    for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
        ck_assert_int_eq(items[i].pid, preferred[_i].first ? own[i] : other[i]);
    }
    free(cwd);
    free(arguments);
}
END_TEST

START_TEST(real)
{
    pid_t child = fork();
    if (child == 0) {
        for (;;) {
            pause();
        }
    }
    _cleanup_free_ char *expected = hl_xasprintf(" %d", (int)child);
    _cleanup_free_ char *of_child = members(NULL, child, NULL, 0);
    ck_assert_str_eq(of_child, expected);
    _cleanup_free_ char *of_self = members(NULL, getpid(), NULL, 0);
    ck_assert_str_eq(of_self, "");
    struct hl_process_list list;
    ck_assert_int_eq(hl_processes_list(NULL, true, &list, NULL), 0);
    ck_assert_ptr_nonnull(find(&list, child));
    ck_assert_ptr_null(find(&list, getpid()));
    hl_process_list_finish(&list);
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert_int_eq(hl_processes_list("/nonexistent", true, &list, NULL), -ENOENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record-processes");
    TCase *tcase = tcase_create("processes");
    tcase_add_test(tcase, candidates);
    tcase_add_test(tcase, everything);
    tcase_add_loop_test(tcase, program, 0, ARRAY_SIZE(programs));
    tcase_add_loop_test(tcase, prefer, 0, ARRAY_SIZE(preferred));
    tcase_add_test(tcase, huge_command);
    tcase_add_test(tcase, too_many);
    tcase_add_test(tcase, real);
    tcase_set_timeout(tcase, 240);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
