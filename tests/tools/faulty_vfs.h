/* A file layer for SQLite that fails when told: the nth change of a file (write, truncate, sync).
 */
#ifndef HOTLENS_TESTS_FAULTY_VFS_H
#define HOTLENS_TESTS_FAULTY_VFS_H

/* Registers the layer "faulty" on top of the system's. */
void faulty_vfs_register(void);
/* From now, change number `nth` and all later ones fail with the SQLite result `code`; 0 is never.
 * Counting starts anew. */
void faulty_vfs_fail_at(int nth, int code);
/* Changes that failed since. */
int faulty_vfs_failures(void);

#endif
