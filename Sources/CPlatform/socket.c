#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CPlatform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

// Fills in a numeric address; the length, or 0 when it is neither IPv4 nor IPv6.
static socklen_t parse(const char *address, uint16_t port, struct sockaddr_storage *result) {
    memset(result, 0, sizeof *result);
    struct sockaddr_in *four = (struct sockaddr_in *)result;
    if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        return sizeof *four;
    }
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)result;
    if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        return sizeof *six;
    }
    return 0;
}

int cs_listen_tcp(const char *address, uint16_t port, int backlog) {
    struct sockaddr_storage target;
    socklen_t length = parse(address, port, &target);
    if (length == 0) return -EINVAL;
    int fd = socket(target.ss_family, SOCK_STREAM, 0);
    if (fd < 0) return -errno;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&target, length) != 0 || listen(fd, backlog) != 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

int cs_socket_port(int fd) {
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &length) != 0) return -errno;
    switch (bound.ss_family) {
    case AF_INET: return ntohs(((struct sockaddr_in *)&bound)->sin_port);
    case AF_INET6: return ntohs(((struct sockaddr_in6 *)&bound)->sin6_port);
    default: return -EAFNOSUPPORT;
    }
}

static int listens_on(int fd, uint16_t port) {
    int listening = 0;
    socklen_t length = sizeof listening;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening && cs_socket_port(fd) == port;
}

int cs_socket_take(pid_t pid, int fd, uint16_t port) {
#if defined(__linux__) && defined(SYS_pidfd_open) && defined(SYS_pidfd_getfd)
    int process = (int)syscall(SYS_pidfd_open, pid, 0u);
    if (process < 0) return -errno;
    int taken = (int)syscall(SYS_pidfd_getfd, process, fd, 0u);
    int error = errno;
    close(process);
    if (taken < 0) return -error;
    if (listens_on(taken, port)) return taken;
    close(taken);
    return -ENOTSOCK;
#else
    (void)pid, (void)fd, (void)port, (void)listens_on;
    return -ENOSYS;
#endif
}

int cs_socket_peek(int fd) {
    unsigned char byte;
    ssize_t count = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count == 1) return byte;
    if (count == 0) return -EPIPE;
    return errno == EWOULDBLOCK ? -EAGAIN : -errno;
}
