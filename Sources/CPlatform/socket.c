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

int cs_socket_peek(int fd) {
    unsigned char byte;
    ssize_t count = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count == 1) return byte;
    if (count == 0) return -EPIPE;
    return errno == EWOULDBLOCK ? -EAGAIN : -errno;
}
