#include "CPlatform.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64

#ifdef __linux__

#include <sys/epoll.h>
#include <sys/eventfd.h>

// The token of the eventfd; connections count upwards from 1.
#define WAKE_TOKEN UINT64_MAX

struct cs_poller {
    int epoll;
    int wake;
};

static uint32_t epoll_interest(uint32_t interest) {
    return (interest & CS_READABLE ? EPOLLIN | EPOLLRDHUP : 0) | (interest & CS_WRITABLE ? EPOLLOUT : 0);
}

static int control(struct cs_poller *poller, int operation, int fd, uint32_t interest, uint64_t token) {
    struct epoll_event event = {.events = epoll_interest(interest), .data = {.u64 = token}};
    return epoll_ctl(poller->epoll, operation, fd, &event) == 0 ? 0 : -errno;
}

struct cs_poller *cs_poller_create(void) {
    struct cs_poller *poller = malloc(sizeof *poller);
    if (poller == NULL) return NULL;
    poller->epoll = epoll_create1(EPOLL_CLOEXEC);
    poller->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = WAKE_TOKEN}};
    if (poller->epoll < 0 || poller->wake < 0 || epoll_ctl(poller->epoll, EPOLL_CTL_ADD, poller->wake, &event) != 0) {
        cs_poller_destroy(poller);
        return NULL;
    }
    return poller;
}

void cs_poller_destroy(struct cs_poller *poller) {
    if (poller->epoll >= 0) close(poller->epoll);
    if (poller->wake >= 0) close(poller->wake);
    free(poller);
}

int cs_poller_add(struct cs_poller *poller, int fd, uint32_t interest, uint64_t token) {
    return control(poller, EPOLL_CTL_ADD, fd, interest, token);
}

int cs_poller_modify(struct cs_poller *poller, int fd, uint32_t interest, uint64_t token) {
    return control(poller, EPOLL_CTL_MOD, fd, interest, token);
}

int cs_poller_remove(struct cs_poller *poller, int fd) { return control(poller, EPOLL_CTL_DEL, fd, 0, 0); }

int cs_poller_wait(struct cs_poller *poller, struct cs_event *events, int capacity, int64_t timeout_ns) {
    struct epoll_event ready[BATCH];
    // Rounded up: a timer that fires a millisecond early would make the loop spin until it is due.
    int64_t milliseconds = timeout_ns < 0 ? -1 : (timeout_ns + 999999) / 1000000;
    int timeout = milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds;
    int count = epoll_wait(poller->epoll, ready, capacity < BATCH ? capacity : BATCH, timeout);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    int filled = 0;
    for (int i = 0; i < count; i++) {
        if (ready[i].data.u64 == WAKE_TOKEN) {
            uint64_t value;
            // The counter needs no evaluation: reading it only silences the descriptor.
            ssize_t ignored = read(poller->wake, &value, sizeof value);
            (void)ignored;
            continue;
        }
        uint32_t flags = 0;
        if (ready[i].events & (EPOLLIN | EPOLLRDHUP)) flags |= CS_READABLE;
        if (ready[i].events & EPOLLOUT) flags |= CS_WRITABLE;
        if (ready[i].events & (EPOLLERR | EPOLLHUP)) flags |= CS_READABLE | CS_WRITABLE;
        events[filled].token = ready[i].data.u64;
        events[filled].ready = flags;
        filled++;
    }
    return filled;
}

int cs_poller_wake(struct cs_poller *poller) {
    uint64_t one = 1;
    // EAGAIN means that the counter is full, so the wake is already pending.
    return write(poller->wake, &one, sizeof one) == sizeof one || errno == EAGAIN ? 0 : -errno;
}

#else

#include <sys/event.h>

struct cs_poller {
    int queue;
};

struct cs_poller *cs_poller_create(void) {
    struct cs_poller *poller = malloc(sizeof *poller);
    if (poller == NULL) return NULL;
    poller->queue = kqueue();
    struct kevent change;
    EV_SET(&change, 0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, NULL);
    if (poller->queue < 0 || kevent(poller->queue, &change, 1, NULL, 0, NULL) != 0) {
        cs_poller_destroy(poller);
        return NULL;
    }
    return poller;
}

void cs_poller_destroy(struct cs_poller *poller) {
    if (poller->queue >= 0) close(poller->queue);
    free(poller);
}

static int set(struct cs_poller *poller, int fd, int16_t filter, int on, uint64_t token) {
    struct kevent change;
    EV_SET(&change, fd, filter, on ? EV_ADD | EV_ENABLE : EV_DELETE, 0, 0, (void *)(uintptr_t)token);
    if (kevent(poller->queue, &change, 1, NULL, 0, NULL) == 0) return 0;
    return !on && errno == ENOENT ? 0 : -errno;
}

int cs_poller_modify(struct cs_poller *poller, int fd, uint32_t interest, uint64_t token) {
    int result = set(poller, fd, EVFILT_READ, interest & CS_READABLE, token);
    return result != 0 ? result : set(poller, fd, EVFILT_WRITE, interest & CS_WRITABLE, token);
}

int cs_poller_add(struct cs_poller *poller, int fd, uint32_t interest, uint64_t token) {
    return cs_poller_modify(poller, fd, interest, token);
}

int cs_poller_remove(struct cs_poller *poller, int fd) { return cs_poller_modify(poller, fd, 0, 0); }

int cs_poller_wait(struct cs_poller *poller, struct cs_event *events, int capacity, int64_t timeout_ns) {
    struct kevent ready[BATCH];
    struct timespec limit = {.tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000};
    int count = kevent(poller->queue, NULL, 0, ready, capacity < BATCH ? capacity : BATCH,
                       timeout_ns < 0 ? NULL : &limit);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    int filled = 0;
    for (int i = 0; i < count; i++) {
        if (ready[i].filter == EVFILT_USER) continue;
        uint32_t flags = ready[i].filter == EVFILT_READ ? CS_READABLE : CS_WRITABLE;
        if (ready[i].flags & (EV_EOF | EV_ERROR)) flags |= CS_READABLE | CS_WRITABLE;
        events[filled].token = (uint64_t)(uintptr_t)ready[i].udata;
        events[filled].ready = flags;
        filled++;
    }
    return filled;
}

int cs_poller_wake(struct cs_poller *poller) {
    struct kevent change;
    EV_SET(&change, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, NULL);
    return kevent(poller->queue, &change, 1, NULL, 0, NULL) == 0 ? 0 : -errno;
}

#endif
