#include <errno.h>
#include <dirent.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../suite.h"
#include "hotlens/record/probe.h"
#include "tree.h"

static int count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    while (readdir(folder)) {
        count++;
    }
    closedir(folder);
    return count;
}

static void refuse(long number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { .len = ARRAY_SIZE(code), .filter = code };
    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

START_TEST(leaves_nothing)
{
    int before = count_descriptors();
    struct hl_probe probe;
    ck_assert_int_eq(hl_probe_run(NULL, &probe, NULL), 0);
    ck_assert_str_ne(probe.reason, "");
    ck_assert(probe.root == (geteuid() == 0));
    hl_probe_finish(&probe);
    ck_assert_int_eq(count_descriptors(), before);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}
END_TEST

static const struct {
    long call;
    const char *reason;
} refusals[] = {
    { SYS_ptrace, "tracing other processes" },
    { SYS_process_vm_readv, "reading another process's memory" },
};

/* In a child, since a filter stays for good. */
START_TEST(refused)
{
    pid_t child = fork();
    if (child == 0) {
        refuse(refusals[_i].call);
        struct hl_probe probe;
        bool good = hl_probe_run(NULL, &probe, NULL) == 0 && probe.trace == HL_TRACE_NOTHING &&
                    strstr(probe.reason, refusals[_i].reason) &&
                    waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
        _exit(good ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

static const struct {
    const char *file;
    const char *text;
    int scope;
    bool container;
} trees[] = {
    { "proc/sys/kernel/yama/ptrace_scope", "2\n", 2, false },
    { "proc/sys/kernel/yama/ptrace_scope", "x\n", -1, false },
    { "proc/sys/kernel/yama/ptrace_scope", "", -1, false },
    { "proc/none", "", -1, false },
    { "proc/1/cgroup", "0::/\n", -1, false },
    { "proc/1/cgroup", "1:cpu:/docker/abc\n", -1, true },
    { ".dockerenv", "", -1, true },
    { "run/.containerenv", "", -1, true },
};

START_TEST(surroundings)
{
    char *tree = tree_create();
    tree_put(tree, trees[_i].file, trees[_i].text, strlen(trees[_i].text), 0644);
    _cleanup_free_ char *proc = hl_path_join(tree, "proc");
    struct hl_probe probe;
    ck_assert_int_eq(hl_probe_run(proc, &probe, NULL), 0);
    ck_assert_int_eq(probe.ptrace_scope, trees[_i].scope);
    ck_assert(probe.container == trees[_i].container);
    hl_probe_finish(&probe);
    tree_destroy(tree);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record-probe");
    TCase *tcase = tcase_create("probe");
    tcase_add_test(tcase, leaves_nothing);
    tcase_add_loop_test(tcase, refused, 0, ARRAY_SIZE(refusals));
    tcase_add_loop_test(tcase, surroundings, 0, ARRAY_SIZE(trees));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
