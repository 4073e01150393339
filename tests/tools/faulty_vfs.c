#include "faulty_vfs.h"

#include <sqlite3.h>
#include <stddef.h>

struct faulty_file {
    sqlite3_file base;
    sqlite3_file *real; /* right behind this one */
};

static sqlite3_vfs faulty_vfs;
static sqlite3_vfs *real_vfs;
static int countdown;
static int failure;
static int failures;

static int change(void)
{
    if (countdown == 0) {
        return SQLITE_OK;
    }
    if (countdown > 1) {
        countdown--;
        return SQLITE_OK;
    }
    failures++;
    return failure;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct faulty_file *)(void *)file)->real;
}

static int faulty_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int faulty_read(sqlite3_file *file, void *data, int length, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), data, length, offset);
}

static int faulty_write(sqlite3_file *file, const void *data, int length, sqlite3_int64 offset)
{
    int code = change();
    if (code == SQLITE_OK) {
        return real_of(file)->pMethods->xWrite(real_of(file), data, length, offset);
    }
    /* A full disk may have taken a part. */
    real_of(file)->pMethods->xWrite(real_of(file), data, length / 2, offset);
    return code;
}

static int faulty_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = change();
    return code == SQLITE_OK ? real_of(file)->pMethods->xTruncate(real_of(file), size)
                             : SQLITE_IOERR_TRUNCATE;
}

static int faulty_sync(sqlite3_file *file, int flags)
{
    int code = change();
    return code == SQLITE_OK ? real_of(file)->pMethods->xSync(real_of(file), flags)
                             : SQLITE_IOERR_FSYNC;
}

static int faulty_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int faulty_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int faulty_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int faulty_check_lock(sqlite3_file *file, int *result)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}

static int faulty_control(sqlite3_file *file, int operation, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int faulty_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int faulty_device(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int faulty_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **map)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, map);
}

static int faulty_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void faulty_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int faulty_shm_unmap(sqlite3_file *file, int delete)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), delete);
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = faulty_close,
    .xRead = faulty_read,
    .xWrite = faulty_write,
    .xTruncate = faulty_truncate,
    .xSync = faulty_sync,
    .xFileSize = faulty_size,
    .xLock = faulty_lock,
    .xUnlock = faulty_unlock,
    .xCheckReservedLock = faulty_check_lock,
    .xFileControl = faulty_control,
    .xSectorSize = faulty_sector,
    .xDeviceCharacteristics = faulty_device,
    .xShmMap = faulty_shm_map,
    .xShmLock = faulty_shm_lock,
    .xShmBarrier = faulty_shm_barrier,
    .xShmUnmap = faulty_shm_unmap,
};

static int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                       int *ret_flags)
{
    struct faulty_file *faulty = (struct faulty_file *)(void *)file;
    faulty->real = (sqlite3_file *)(void *)(faulty + 1);
    faulty->base.pMethods = NULL;
    int code = real_vfs->xOpen(real_vfs, name, faulty->real, flags, ret_flags);
    if (faulty->real->pMethods) {
        faulty->base.pMethods = &METHODS;
    }
    return code;
}

void faulty_vfs_register(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    faulty_vfs = *real_vfs;
    faulty_vfs.zName = "faulty";
    faulty_vfs.pNext = NULL;
    faulty_vfs.szOsFile = (int)sizeof(struct faulty_file) + real_vfs->szOsFile;
    faulty_vfs.xOpen = faulty_open;
    sqlite3_vfs_register(&faulty_vfs, 0);
}

void faulty_vfs_fail_at(int nth, int code)
{
    countdown = nth;
    failure = code;
    failures = 0;
}

int faulty_vfs_failures(void)
{
    return failures;
}
