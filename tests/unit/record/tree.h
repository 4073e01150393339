/* A folder of files made for one test. */
#ifndef HOTLENS_TESTS_UNIT_RECORD_TREE_H
#define HOTLENS_TESTS_UNIT_RECORD_TREE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"

static inline char *tree_create(void)
{
    char *path = hl_xstrdup("/tmp/hotlens-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(path));
    return path;
}

static inline void tree_destroy(char *tree)
{
    ck_assert_int_eq(hl_folder_remove(tree), 0);
    free(tree);
}

static inline void tree_put(const char *tree, const char *name, const void *data, size_t length,
                            mode_t mode)
{
    _cleanup_free_ char *path = hl_path_join(tree, name);
    _cleanup_free_ char *folder = hl_path_parent(path);
    ck_assert_int_eq(hl_folder_make(folder, 0755), 0);
    ck_assert_int_eq(hl_file_write_atomic(path, data, length, mode), 0);
}

static inline void tree_link(const char *tree, const char *name, const char *target)
{
    _cleanup_free_ char *path = hl_path_join(tree, name);
    _cleanup_free_ char *folder = hl_path_parent(path);
    ck_assert_int_eq(hl_folder_make(folder, 0755), 0);
    ck_assert_int_eq(symlink(target, path), 0);
}

#endif
