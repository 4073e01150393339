#include "filesystem.h"

#include <stddef.h>
#if __has_include(<sys/statfs.h>)
#include <sys/statfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#endif

#include "hotlens/base/macros.h"

/* f_type of statfs(2), from linux/magic.h and the file systems' own headers. */
static const uint32_t SHARED_TYPES[] = {
    0x6969,     /* NFS */
    0x517b,     /* SMB */
    0xff534d42, /* CIFS */
    0xfe534d42, /* SMB2 */
    0x65735546, /* FUSE */
    0x01021997, /* 9P */
    0x5346414f, /* AFS */
    0x6b414653, /* kAFS */
    0x00c36400, /* Ceph */
    0x73757245, /* Coda */
    0x564c,     /* NCP */
    0x786f4256, /* VirtualBox shared folder */
    0xbacbacbc, /* VMware shared folder */
    0x0bd00bd0, /* Lustre */
    0x47504653, /* GPFS */
    0x19830326, /* BeeGFS */
    0x01161970, /* GFS2 */
    0x7461636f, /* OCFS2 */
    0xaad7aaea, /* PanFS */
};

bool filesystem_type_is_shared(uint64_t type)
{
    for (size_t i = 0; i < ARRAY_SIZE(SHARED_TYPES); i++) {
        /* f_type is signed on some machines: compare the 32 bits that carry it. */
        if (SHARED_TYPES[i] == (uint32_t)type) {
            return true;
        }
    }
    return false;
}

bool filesystem_is_shared(const char *path)
{
    struct statfs status;
    if (statfs(path, &status) < 0) {
        return false;
    }
#ifdef MNT_LOCAL
    return !(status.f_flags & MNT_LOCAL);
#else
    return filesystem_type_is_shared((uint64_t)status.f_type);
#endif
}
