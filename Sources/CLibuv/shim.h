#pragma once

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

/* uv_close for every kind of handle: C casts a handle to its base, Swift cannot. `closed` is called by the loop once
 * libuv no longer refers to the memory, and frees it. */
static inline void coguv_close(void *_Nonnull handle, void (*_Nonnull closed)(uv_handle_t *_Nonnull)) {
    uv_close((uv_handle_t *)handle, (uv_close_cb)closed);
}

/* uv_fileno with the base cast. Returns a negative libuv code when the handle has no descriptor. */
static inline int coguv_fileno(const void *_Nonnull handle) {
    uv_os_fd_t descriptor = -1;
    int status = uv_fileno((const uv_handle_t *)handle, &descriptor);
    return status < 0 ? status : (int)descriptor;
}

/* UV_CREATE_PIPE and friends are flags in a C enum, which Swift imports without the operators: one call per kind of
 * entry in a child's descriptor table. */
static inline void coguv_stdio_inherit(uv_stdio_container_t *_Nonnull entry, int descriptor) {
    entry->flags = UV_INHERIT_FD;
    entry->data.fd = descriptor;
}

static inline void coguv_stdio_ignore(uv_stdio_container_t *_Nonnull entry) {
    entry->flags = UV_IGNORE;
}

/* Marks all descriptors from `first` on as close-on-exec: libraries open some that are not (libcurl its connections). */
static inline void coguv_close_on_exec_from(int first) {
    const unsigned mark_only = 4; /* CLOSE_RANGE_CLOEXEC, which older headers lack */
    if (syscall(436 /* close_range, the same everywhere */, (unsigned)first, ~0U, mark_only) == 0) {
        return;
    }
    /* Before Linux 5.11, and where a sandbox doesn't know the call. */
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        for (int descriptor = first; descriptor < (int)limit.rlim_cur; descriptor++) {
            fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        }
    }
}

/* Whether the kernel has thrown this TCP connection away: after a reset the state is CLOSE, while a peer that only
 * finished sending leaves it in CLOSE_WAIT. 1 reset, 0 not, negative libuv code when it cannot be told. */
static inline int coguv_tcp_is_reset(int descriptor) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) {
        return -errno;
    }
    return info.tcpi_state == TCP_CLOSE ? 1 : 0;
}

/* The id of a child that has ended and was not waited for yet; it stays waitable. 0 when there is none. */
static inline int coguv_peek_ended_child(void) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        return 0;
    }
    return info.si_pid;
}

/* The port of an IPv4 or IPv6 address, in host order. */
static inline int coguv_port(const struct sockaddr_storage *_Nonnull address) {
    return address->ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)address)->sin6_port)
                                          : ntohs(((const struct sockaddr_in *)address)->sin_port);
}

/* A TCP socket bound to `address`, or a negative errno. A name can have addresses of families that this machine has not,
 * so each gets its own socket, before libuv has one. */
static inline int coguv_bound_socket(const struct addrinfo *_Nonnull address) {
    int on = 1;
    int descriptor = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return -errno;
    }
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(descriptor, address->ai_addr, address->ai_addrlen) != 0) {
        int status = -errno;
        close(descriptor);
        return status;
    }
    return descriptor;
}

/* Makes this process inherit the orphans among its descendants, or no longer; prctl is variadic. 0 or a negative errno. */
static inline int coguv_set_subreaper(int adopts) {
    return prctl(PR_SET_CHILD_SUBREAPER, (unsigned long)adopts, 0, 0, 0) == 0 ? 0 : -errno;
}

static inline int coguv_is_subreaper(void) {
    int adopts = 0;
    return prctl(PR_GET_CHILD_SUBREAPER, &adopts, 0, 0, 0) == 0 && adopts != 0;
}
