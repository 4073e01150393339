/* Files and folders: whole reads with a limit, atomic writes, private folders. */
#ifndef HOTLENS_BASE_FILE_H
#define HOTLENS_BASE_FILE_H

#include <stdint.h>
#include <sys/stat.h>

#include "hotlens/base/buffer.h"

/* Appends the whole file, or on failure nothing. -EFBIG past `limit`, -EISDIR, -EINVAL for anything but
 * a regular file. ret_stat may be NULL; it describes the file that was read (taken after opening). */
int hl_file_read(const char *path, size_t limit, struct hl_buffer *buffer, struct stat *ret_stat);
/* Writes to a new file beside `path`, syncs, renames over it, and syncs the folder. On failure `path`
 * is untouched, unless it is the folder's sync that failed: then it may be the new file already. A
 * process that dies on the way can leave "<path>.XXXXXX" behind, which nobody reads. */
int hl_file_write_atomic(const char *path, const void *data, size_t length, mode_t mode);
/* Makes the folder and its parents. New ones get `mode`; existing ones are left alone. */
int hl_folder_make(const char *path, mode_t mode);
/* Removes a folder and what is in it, without following links. A missing one is no error. -ELOOP for
 * what lies more than 64 folders deep: all else is removed. */
int hl_folder_remove(const char *path);
/* The resolved path, or NULL with errno. Caller frees. */
char *hl_file_real_path(const char *path);
char *hl_current_folder(void);
/* The folder of XDG kind "DATA", "STATE", "CONFIG" or "CACHE" with "/hotlens" appended: from
 * $XDG_<kind>_HOME when that is absolute, else below $HOME (or the password file's home).
 * Caller frees; NULL when there is no home. */
char *hl_folder_xdg(const char *kind);
void hl_close_p(int *fd);

#define _cleanup_close_ _cleanup_(hl_close_p)

#endif
