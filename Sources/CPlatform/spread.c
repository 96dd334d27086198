#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CPlatform.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef FS_TOPDIR_FL
#define FS_TOPDIR_FL 0x00020000
#endif

// Whether the kernel says of an ext4 file system that it has no journal: its thread for one is then "<none>".
static int has_no_journal(dev_t device) {
    char path[PATH_MAX], target[PATH_MAX];
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u", major(device), minor(device));
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length <= 0) return 0;
    target[length] = 0;
    const char *slash = strrchr(target, '/');
    snprintf(path, sizeof path, "/sys/fs/ext4/%.255s/journal_task", slash != NULL ? slash + 1 : target);
    FILE *file = fopen(path, "re");
    if (file == NULL) return 0;
    int first = fgetc(file);
    fclose(file);
    return first == '<';
}

int cs_spread_directories(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -errno;
    struct statfs system;
    struct stat status;
    int flags = 0, result = 0;
    if (fstatfs(fd, &system) != 0 || fstat(fd, &status) != 0) {
        result = -errno;
    } else if (system.f_type == EXT4_SUPER_MAGIC && has_no_journal(status.st_dev)) {
        if (ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0) {
            result = -errno;
        } else if (flags & FS_TOPDIR_FL) {
            result = 1;
        } else {
            flags |= FS_TOPDIR_FL;
            result = ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0 ? 1 : -errno;
        }
    }
    close(fd);
    return result;
}

#else

int cs_spread_directories(const char *path) {
    (void)path;
    return 0;
}

#endif
