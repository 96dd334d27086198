// The system calls that Swift's overlays do not offer or cannot make safely.
//
// Functions that can fail return a negative errno; none of them sets errno for its caller to read.
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- poller.c: readiness of file descriptors (epoll and eventfd on Linux, kqueue on macOS)

#define CS_READABLE 1u
#define CS_WRITABLE 2u

struct cs_poller;

struct cs_event {
    uint64_t token;  // what was given to cs_poller_add
    uint32_t ready;  // CS_READABLE | CS_WRITABLE; both when the peer hung up or the descriptor failed
};

// NULL when the system has no descriptors left.
struct cs_poller *_Nullable cs_poller_create(void);
void cs_poller_destroy(struct cs_poller *_Nonnull poller);
// Level-triggered. A descriptor is registered once; `interest` 0 keeps it registered and silent.
int cs_poller_add(struct cs_poller *_Nonnull poller, int fd, uint32_t interest, uint64_t token);
int cs_poller_modify(struct cs_poller *_Nonnull poller, int fd, uint32_t interest, uint64_t token);
int cs_poller_remove(struct cs_poller *_Nonnull poller, int fd);
// Waits until something is ready, cs_poller_wake is called, or `timeout_ns` has passed (-1: no limit).
// Returns the number of events, 0 after a wake, a timeout or an interruption.
int cs_poller_wait(struct cs_poller *_Nonnull poller, struct cs_event *_Nonnull events, int capacity,
                   int64_t timeout_ns);
// From any thread.
int cs_poller_wake(struct cs_poller *_Nonnull poller);

// ---- thread.c

// Starts a detached thread. `name` is cut to 15 bytes.
int cs_thread_start(const char *_Nonnull name, void (*_Nonnull body)(void *_Nullable), void *_Nullable context);
// A value that differs between all living threads of this process and is never 0.
uintptr_t cs_thread_id(void);

// ---- spawn.c

struct cs_spawn_options {
    const char *_Nonnull path;                          // absolute; PATH is not searched
    char *_Nullable const *_Nonnull arguments;          // argv, ends with NULL
    char *_Nullable const *_Nonnull environment;        // ends with NULL
    const char *_Nullable directory;                    // NULL: the caller's
    int standard_input;                                 // -1: /dev/null
    int standard_output;                                // -1: /dev/null
    int standard_error;                                 // -1: /dev/null
    int listen_fd;                                      // becomes fd 3 with LISTEN_FDS=1, LISTEN_PID; -1: none
    int new_session;                                    // non-zero: setsid
    int change_user;                                    // non-zero: become uid and gid, with the user's groups
    uid_t uid;
    gid_t gid;
    int parent_death_signal;                            // Linux: sent when the *thread* that spawned ends; 0: none
};

// Options that inherit nothing but the directory.
struct cs_spawn_options cs_spawn_defaults(const char *_Nonnull path, char *_Nullable const *_Nonnull arguments,
                                          char *_Nullable const *_Nonnull environment);
// Starts a program. Returns its process id, or the negative errno of whatever failed, exec included. The child has
// default signal handlers, an empty signal mask and no other descriptor than 0, 1, 2 and perhaps 3.
pid_t cs_spawn(const struct cs_spawn_options *_Nonnull options);

// ---- process.c

struct cs_exit {
    int exit_code;  // -1 when it was ended by a signal
    int signal;     // 0 when it exited
};

// Reaps a child of this process. 1: it has ended and `result` is filled in; 0: it still runs (only when not
// blocking); -ECHILD: not our child.
int cs_process_wait(pid_t pid, int blocking, struct cs_exit *_Nonnull result);
// When the process started, in a unit of the system's (Linux: clock ticks since boot; macOS: microseconds since
// 1970): together with the pid it names one process for ever. -1: gone (a zombie counts as gone).
int64_t cs_process_start_time(pid_t pid);
// Takes an exclusive flock without waiting. 0, or -EWOULDBLOCK when another holds it. Closing the descriptor frees it.
int cs_lock_file(int fd);
// Raises the number of files that this process may have open as far as the system allows; returns the number.
int64_t cs_raise_file_limit(void);
// Name, uid, gid and home directory of a user: 0, or -ENOENT.
int cs_user_ids(const char *_Nonnull name, uid_t *_Nonnull uid, gid_t *_Nonnull gid);

// ---- memory.c

// Gives back what an idle process does not need: free heap, and the resident pages of program and libraries. Those stay
// in the system's page cache and come back one small fault at a time when they are used again. glibc; else nothing.
void cs_release_idle_memory(void);

// ---- spread.c

// Has the directories that are made in `path` from now on spread over the disk, on ext4 without a journal: there a new
// file steps over every one that was deleted near its directory within the last minutes. 1: they are; 0: the file system
// needs no such thing; -errno. Safe to repeat.
int cs_spread_directories(const char *_Nonnull path);

// ---- socket.c

// A listening, close-on-exec TCP socket on a numeric IPv4 or IPv6 address. Port 0: the system chooses.
int cs_listen_tcp(const char *_Nonnull address, uint16_t port, int backlog);
// The port a socket is bound to.
int cs_socket_port(int fd);
// A duplicate, close-on-exec, of the descriptor `fd` of another process, if that is a TCP socket that listens on `port`.
// Linux, and only where this process may trace the other one: -EPERM; -ENOTSOCK when the descriptor is something else;
// -ENOSYS elsewhere.
int cs_socket_take(pid_t pid, int fd, uint16_t port);
// The first byte that waits to be read, left in place; -EAGAIN when none waits, -EPIPE at the end of the stream.
int cs_socket_peek(int fd);

#ifdef __cplusplus
}
#endif

#endif
