/* Where a database file lives, and whether the write-ahead log works there. */
#ifndef HOTLENS_STORE_FILESYSTEM_H
#define HOTLENS_STORE_FILESYSTEM_H

#include <stdbool.h>
#include <stdint.h>

/* Whether statfs() names a file system that other machines may share: the write-ahead log needs
 * memory that all its users share. FUSE counts: it may be sshfs, and the rollback journal is right
 * everywhere, only slower. */
bool filesystem_type_is_shared(uint64_t type);
/* Of the file system that holds `path`; false when it cannot be told. */
bool filesystem_is_shared(const char *path);

#endif
