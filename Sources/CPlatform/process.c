#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

int cs_process_wait(pid_t pid, int blocking, struct cs_exit *result) {
    int status;
    pid_t ended;
    do {
        ended = waitpid(pid, &status, blocking ? 0 : WNOHANG);
    } while (ended < 0 && errno == EINTR);
    if (ended < 0) return -errno;
    if (ended == 0) return 0;
    result->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return 1;
}

#ifdef __APPLE__

int64_t cs_process_start_time(pid_t pid) {
    int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
    struct kinfo_proc info;
    size_t size = sizeof info;
    if (sysctl(name, 4, &info, &size, NULL, 0) != 0 || size == 0 || info.kp_proc.p_stat == SZOMB) return -1;
    return (int64_t)info.kp_proc.p_starttime.tv_sec * 1000000 + info.kp_proc.p_starttime.tv_usec;
}

#else

int64_t cs_process_start_time(pid_t pid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0) return -1;
    text[length] = 0;
    // The name in parentheses may hold spaces and parentheses: proc(5) counts fields after the last one.
    char *field = strrchr(text, ')');
    if (field == NULL || field[1] != ' ') return -1;
    field += 2;
    if (*field == 'Z' || *field == 'X') return -1;
    for (int number = 3; number < 22; number++) {
        field = strchr(field, ' ');
        if (field == NULL) return -1;
        field++;
    }
    return strtoll(field, NULL, 10);
}

#endif

int cs_lock_file(int fd) {
    int result;
    do {
        result = flock(fd, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : -errno;
}

int64_t cs_raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -errno;
    rlim_t wanted = limit.rlim_max;
#ifdef __APPLE__
    if (wanted > OPEN_MAX) wanted = OPEN_MAX;  // what setrlimit(2) takes there
#endif
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < wanted) {
        struct rlimit raised = {.rlim_cur = wanted, .rlim_max = limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit.rlim_cur = wanted;
    }
    return limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
}

int cs_user_ids(const char *name, uid_t *uid, gid_t *gid) {
    char buffer[16384];
    struct passwd entry, *found = NULL;
    int error = getpwnam_r(name, &entry, buffer, sizeof buffer, &found);
    if (error != 0) return -error;
    if (found == NULL) return -ENOENT;
    *uid = entry.pw_uid;
    *gid = entry.pw_gid;
    return 0;
}
