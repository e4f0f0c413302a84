#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

/* This process's environment, terminated by NULL. Swift treats `environ` as a variable that other threads may change;
 * no thread of the server does. */
static inline char *_Nullable *_Nullable coguv_environment(void) {
    extern char **environ;
    return environ;
}

/* uv_close for every kind of handle: C can cast a handle to its base, Swift can't. The loop calls `closed` once libuv
 * no longer refers to the memory; `closed` frees it. */
static inline void coguv_close(void *_Nonnull handle, void (*_Nonnull closed)(uv_handle_t *_Nonnull)) {
    uv_close((uv_handle_t *)handle, (uv_close_cb)closed);
}

/* uv_fileno with the base cast. Returns a negative libuv code when the handle has no descriptor. */
static inline int coguv_fileno(const void *_Nonnull handle) {
    uv_os_fd_t descriptor = -1;
    int status = uv_fileno((const uv_handle_t *)handle, &descriptor);
    return status < 0 ? status : (int)descriptor;
}

/* UV_CREATE_PIPE and its siblings are flags in a C enum, which Swift imports without operators. So there is one
 * function for each kind of entry in a child's descriptor table. */
static inline void coguv_stdio_inherit(uv_stdio_container_t *_Nonnull entry, int descriptor) {
    entry->flags = UV_INHERIT_FD;
    entry->data.fd = descriptor;
}

static inline void coguv_stdio_ignore(uv_stdio_container_t *_Nonnull entry) {
    entry->flags = UV_IGNORE;
}

/* Marks all descriptors from `first` on as close-on-exec, because libraries open some that aren't (libcurl's
 * connections). */
static inline void coguv_close_on_exec_from(int first) {
    const unsigned mark_only = 4; /* CLOSE_RANGE_CLOEXEC, which older headers lack */
    if (syscall(436 /* close_range, the same everywhere */, (unsigned)first, ~0U, mark_only) == 0) {
        return;
    }
    /* Before Linux 5.11, or in a sandbox that doesn't allow the call. Doesn't try all numbers up to the limit, which
     * can be a billion. */
    DIR *folder = opendir("/proc/self/fd");
    if (folder != NULL) {
        for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
            int descriptor = atoi(entry->d_name);
            if (descriptor >= first) {
                fcntl(descriptor, F_SETFD, FD_CLOEXEC);
            }
        }
        closedir(folder);
    }
}

/* Whether the kernel has reset this TCP connection: after a reset the state is CLOSE, while a peer that only finished
 * sending leaves it in CLOSE_WAIT. Returns 1 for reset, 0 for not reset, or a negative libuv code if the state is
 * unknown. */
static inline int coguv_tcp_is_reset(int descriptor) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) {
        return -errno;
    }
    return info.tcpi_state == TCP_CLOSE ? 1 : 0;
}

/* The number of bytes of this socket that the peer hasn't acknowledged yet; 0 if unknown. */
static inline int coguv_unacknowledged(int descriptor) {
    int bytes = 0;
    return ioctl(descriptor, SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

/* The id of a child that has ended but hasn't been reaped; it stays waitable. 0 if there is none. */
static inline int coguv_peek_ended_child(void) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        return 0;
    }
    return info.si_pid;
}

/* A descriptor that becomes readable when the process ends, or -1 if it can't be opened. */
static inline int coguv_open_process(int id) {
    return (int)syscall(434 /* pidfd_open, the same everywhere */, id, 0);
}

/* The largest resident set, in bytes, of a child that has ended but hasn't been reaped; it stays waitable. 0 if there
 * is none. The system call has an argument for this that glibc's waitid omits. */
static inline long coguv_peak_memory(int id) {
    siginfo_t info;
    struct rusage usage;
    memset(&info, 0, sizeof info);
    memset(&usage, 0, sizeof usage);
    if (syscall(SYS_waitid, P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT, &usage) != 0 || info.si_pid != id) {
        return 0;
    }
    return usage.ru_maxrss * 1024;
}

/* Whether a process is an unreaped child of this one; it stays waitable. */
static inline int coguv_is_child(int id) {
    siginfo_t info;
    return waitid(P_PID, (id_t)id, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* The port of an IPv4 or IPv6 address, in host order. */
static inline int coguv_port(const struct sockaddr_storage *_Nonnull address) {
    return address->ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)address)->sin6_port)
                                          : ntohs(((const struct sockaddr_in *)address)->sin_port);
}

/* A TCP socket bound to `address`, or a negative errno. A name can have addresses of families that this machine lacks,
 * so each gets its own socket before libuv gets one. */
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

/* Makes this process inherit the orphans among its descendants, or stops it from doing so. prctl is variadic. Returns 0
 * or a negative errno. */
static inline int coguv_set_subreaper(int adopts) {
    return prctl(PR_SET_CHILD_SUBREAPER, (unsigned long)adopts, 0, 0, 0) == 0 ? 0 : -errno;
}

static inline int coguv_is_subreaper(void) {
    int adopts = 0;
    return prctl(PR_GET_CHILD_SUBREAPER, &adopts, 0, 0, 0) == 0 && adopts != 0;
}

/* The smaller of the process's own limits for address space and data in bytes, or -1 if there is none. A function,
 * because glibc declares the names of the limits in an enum that Swift doesn't import under _GNU_SOURCE. */
static inline long coguv_memory_rlimit(void) {
    struct rlimit space, data;
    rlim_t limit = RLIM_INFINITY;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur < limit) {
        limit = space.rlim_cur;
    }
    if (getrlimit(RLIMIT_DATA, &data) == 0 && data.rlim_cur < limit) {
        limit = data.rlim_cur;
    }
    return limit > LONG_MAX ? -1 : (long)limit;
}
