import Glibc

/// How many descriptors this process may have open (`RLIMIT_NOFILE`).
struct DescriptorLimit {
    /// What a process with `select()` can use: `FD_SETSIZE`.
    private static let selectLimit = 1024

    /// The number of descriptors that the server may have open.
    let count: Int
    /// The number of descriptors that were open when the server started.
    let open: Int
    /// The limit for the model's process. It is the one that the server was started with, because code that uses
    /// `select()` relies on small numbers, and some programs loop over all numbers up to the limit. A limit below 1024
    /// is raised to that.
    let forModel: Int

    /// Raises the soft limit to the hard one. Call this once, at startup.
    static func raise() -> DescriptorLimit {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else {
            // Can't fail with these arguments. POSIX guarantees 20 descriptors.
            return DescriptorLimit(count: 20, open: openDescriptors(below: 20), forModel: 20)
        }
        let (soft, hard) = (number(limit.rlim_cur), number(limit.rlim_max))
        limit.rlim_cur = limit.rlim_max
        let count = setrlimit(resource, &limit) == 0 ? hard : soft
        return DescriptorLimit(
            count: count, open: openDescriptors(below: count), forModel: max(soft, min(hard, selectLimit)))
    }

    /// The current soft limit; 0 if it can't be read.
    static var current: Int {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? number(limit.rlim_cur) : 0
    }

    private static func number(_ limit: rlim_t) -> Int {
        // RLIM_INFINITY is the largest value of all; no process has that many descriptors.
        Int(min(limit, rlim_t(Int32.max)))
    }

    /// Counts open descriptors with one system call and without opening any: poll() reports the numbers that aren't
    /// open. Numbers above 4096 aren't examined, because they would have to be inherited.
    private static func openDescriptors(below limit: Int) -> Int {
        let count = min(limit, 4096)
        return withUnsafeTemporaryAllocation(of: pollfd.self, capacity: count) { entries in
            for index in 0..<count { entries[index] = pollfd(fd: Int32(index), events: 0, revents: 0) }
            guard poll(entries.baseAddress, nfds_t(count), 0) >= 0 else { return 3 }
            return entries.count { $0.revents & Int16(POLLNVAL) == 0 }
        }
    }
}
