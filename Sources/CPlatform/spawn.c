#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

// Descriptors are first moved here, out of the way of 0...3.
#define PARKED 10
#define MAXIMUM_GROUPS 256

// Everything the child needs, made before the fork: between fork and exec only async-signal-safe calls are allowed.
struct plan {
    const struct cs_spawn_options *options;
    char **environment;
    char *pid_digits;  // inside LISTEN_PID=…, ends the string; NULL without a listening socket
    int group_count;
    gid_t groups[MAXIMUM_GROUPS];
    pid_t parent;
    int last_fd;
    int report;  // write end of the pipe that carries errno back
};

struct cs_spawn_options cs_spawn_defaults(const char *path, char *const *arguments, char *const *environment) {
    struct cs_spawn_options options = {
        .path = path, .arguments = arguments, .environment = environment, .directory = NULL,
        .standard_input = -1, .standard_output = -1, .standard_error = -1, .listen_fd = -1,
    };
    return options;
}

static void fail(int report) {
    int error = errno;
    ssize_t ignored = write(report, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

// A descriptor ≥ PARKED for `fd`, or for /dev/null.
static int park(int fd, int flags, int report) {
    int source = fd >= 0 ? fd : open("/dev/null", flags | O_CLOEXEC);
    int parked = source < 0 ? -1 : fcntl(source, F_DUPFD_CLOEXEC, PARKED);
    if (parked < 0) fail(report);
    return parked;
}

static void close_between(int first, int last, int limit) {
    if (first > last) return;
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, (unsigned)first, last == INT_MAX ? ~0u : (unsigned)last, 0u) == 0) return;
#endif
    int end = last < limit ? last : limit;
    for (int fd = first; fd <= end; fd++) close(fd);
}

static void write_pid(char *digits, pid_t pid) {
    char reversed[24];
    int count = 0;
    do {
        reversed[count++] = (char)('0' + pid % 10);
        pid /= 10;
    } while (pid > 0);
    while (count > 0) *digits++ = reversed[--count];
    *digits = 0;
}

static void child(const struct plan *plan) {
    const struct cs_spawn_options *options = plan->options;
    int report = fcntl(plan->report, F_DUPFD_CLOEXEC, PARKED);
    if (report < 0) fail(plan->report);

    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &standard, NULL);

    int input = park(options->standard_input, O_RDONLY, report);
    int output = park(options->standard_output, O_WRONLY, report);
    int error = park(options->standard_error, O_WRONLY, report);
    int listening = options->listen_fd >= 0 ? park(options->listen_fd, 0, report) : -1;
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(error, 2) < 0) fail(report);
    if (listening >= 0 && dup2(listening, 3) < 0) fail(report);
    close_between(listening >= 0 ? 4 : 3, report - 1, plan->last_fd);
    close_between(report + 1, INT_MAX, plan->last_fd);

    if (options->new_session && setsid() < 0) fail(report);
    if (options->change_user) {
        if (setgroups((size_t)plan->group_count, plan->groups) != 0) fail(report);
        if (setgid(options->gid) != 0 || setuid(options->uid) != 0) fail(report);
    }
    if (options->directory != NULL && chdir(options->directory) != 0) fail(report);
#ifdef __linux__
    // After setuid, which clears it.
    if (options->parent_death_signal != 0) {
        if (prctl(PR_SET_PDEATHSIG, (unsigned long)options->parent_death_signal) != 0) fail(report);
        if (getppid() != plan->parent) _exit(127);
    }
#endif
    if (plan->pid_digits != NULL) write_pid(plan->pid_digits, getpid());

    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(options->path, options->arguments, plan->environment);
    fail(report);
}

// The caller's environment without LISTEN_*, and with ours when a socket is passed.
static int prepare_environment(struct plan *plan) {
    char *const *given = plan->options->environment;
    size_t count = 0;
    while (given[count] != NULL) count++;
    plan->environment = calloc(count + 3, sizeof(char *));
    if (plan->environment == NULL) return -ENOMEM;
    size_t filled = 0;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(given[i], "LISTEN_PID=", 11) == 0 || strncmp(given[i], "LISTEN_FDS=", 11) == 0) continue;
        plan->environment[filled++] = given[i];
    }
    if (plan->options->listen_fd < 0) return 0;
    char *variable = calloc(1, 48);
    if (variable == NULL) return -ENOMEM;
    strcpy(variable, "LISTEN_PID=");
    plan->pid_digits = variable + strlen(variable);
    plan->environment[filled++] = variable;
    plan->environment[filled++] = (char *)"LISTEN_FDS=1";
    return 0;
}

static int prepare_groups(struct plan *plan) {
    const struct cs_spawn_options *options = plan->options;
    if (!options->change_user) return 0;
    char buffer[16384];
    struct passwd entry, *found = NULL;
    if (getpwuid_r(options->uid, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL) {
        plan->groups[0] = options->gid;
        plan->group_count = 1;
        return 0;
    }
#ifdef __APPLE__
    int groups[MAXIMUM_GROUPS], count = 16;  // macOS refuses more than 16 in setgroups
    getgrouplist(entry.pw_name, (int)options->gid, groups, &count);
    plan->group_count = count > 16 ? 16 : count;
    for (int i = 0; i < plan->group_count; i++) plan->groups[i] = (gid_t)groups[i];
#else
    plan->group_count = MAXIMUM_GROUPS;
    if (getgrouplist(entry.pw_name, options->gid, plan->groups, &plan->group_count) < 0) return -E2BIG;
#endif
    return 0;
}

static void release(struct plan *plan) {
    if (plan->pid_digits != NULL) free(plan->pid_digits - strlen("LISTEN_PID="));
    free(plan->environment);
}

static int make_pipe(int ends[2]) {
#ifdef __linux__
    return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno;
#else
    if (pipe(ends) != 0) return -errno;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
#endif
}

static pid_t start(struct plan *plan) {
    int ends[2];
    int error = make_pipe(ends);
    if (error != 0) return error;
    plan->report = ends[1];
    struct rlimit limit;
    plan->last_fd = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    plan->parent = getpid();

    // No handler of the parent may run in the child.
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pid_t pid = fork();
    if (pid == 0) child(plan);
    int fork_error = errno;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -fork_error;
    }

    int exec_error = 0;
    ssize_t count;
    do {
        count = read(ends[0], &exec_error, sizeof exec_error);
    } while (count < 0 && errno == EINTR);
    close(ends[0]);
    if (count == 0) return pid;  // closed by exec: it runs
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    return count == sizeof exec_error && exec_error != 0 ? -exec_error : -EIO;
}

pid_t cs_spawn(const struct cs_spawn_options *options) {
    struct plan plan = {.options = options};
    int error = prepare_environment(&plan);
    if (error == 0) error = prepare_groups(&plan);
    pid_t pid = error != 0 ? error : start(&plan);
    release(&plan);
    return pid;
}
